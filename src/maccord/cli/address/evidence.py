"""The estate that was there before: adopted, and compared with what is leased."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import Duration, Moment
from maccord.cli.shown import facts, holder, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Actor
    from maccord.app.adopt import Taken
    from maccord.app.book import Book
    from maccord.app.owners import Owners
    from maccord.app.reconcile import Reconciled

_MB = 2**20
_MEANS = {
    "never-seen": "leased, never seen",
    "never-leased": "seen, never leased",
    "seen-elsewhere": "seen elsewhere",
    "in-conflict": "seen in conflict",
}


def _evidence(function: Any) -> Any:  # noqa: ANN401 - a command's function
    for option in reversed((
        click.argument("paths", nargs=-1, required=True, metavar="PATH..."),
        click.option("--scope", default="global", show_default=True, help="The scope that the evidence is of."),
        click.option("--strict", is_flag=True, help="Leave with 2 when any of the evidence could not be used."),
        click.option("--quiet", is_flag=True, help="Print nothing but the answer."),
        click.option(
            "--max-file-size", type=click.IntRange(1, 4096), default=64, show_default=True, metavar="MB",
            help="Do not read files larger than this.",
        ),
    )):  # fmt: skip
        function = option(function)
    return function


@click.command("adopt", cls=BookCommand)
@_evidence
@click.option("--preview", is_flag=True, help="Change nothing: say what would be adopted, and what is in the way.")
@format_option()
def adopt(
    *, paths: tuple[str, ...], scope: str, strict: bool, quiet: bool, max_file_size: int, preview: bool, form: str
) -> int:
    """Take over what evidence shows in use, so that it is never given to anybody else.

    PATH is evidence as `maccord check` reads it. Every adapter's address is adopted with its owner, and so is every
    address that was only seen on the wire: all of them, or, when two owners have one address, none. Ranges that hosts
    issue from by themselves are excluded from the pools that they lie in, also from those that are made later.
    Calling it again adds what is new.

    \b
    Leaves with 0  all was adopted
               1  there are conflicts, which are listed, and nothing was adopted
               2  the call is wrong, or nothing in the evidence could be used
    """
    from maccord.alloc.errors import AdoptionConflicts
    from maccord.app.adopt import adopt as adopted
    from maccord.client import Refused

    shown, code = _owners(paths, scope, strict=strict, quiet=quiet, bytes_max=max_file_size * _MB)
    if shown is None:
        return code
    with opened() as (book, actor):
        try:
            taken = adopted(book, shown, actor=actor, preview=preview)
        except AdoptionConflicts as refused:
            return _conflicts(form, refused.fields())
        except Refused as refused:
            if refused.slug != AdoptionConflicts.slug:
                raise
            return _conflicts(form, refused.fields)
    _tell(form, taken, preview=preview)
    return code


def _tell(form: str, taken: "Taken", *, preview: bool) -> None:
    done = "would be " if preview else ""
    one = taken.adopted
    foreign = "\n".join(f"{each.pool}: {each.first} to {each.last}, {each.reason}" for each in one.excluded)
    show(form, {"adopted": one, "excluded": one.excluded, "skipped": taken.skipped}, facts([
        ("evidence", f"{said(one.rows)} owners"),
        (f"{done}adopted", f"{said(one.added)} addresses"),
        (f"{done}joined", f"{said(one.joined)} holders of known addresses" if one.joined else ""),
        ("known", f"{said(one.known)} as they were" if one.known else ""),
        ("outside", f"{said(one.outside)} in no pool; protected all the same" if one.outside else ""),
        ("skipped", f"{said(taken.skipped)} of protocols and groups, which nobody is given" if taken.skipped else ""),
        (f"{done}excluded", foreign),
    ]))  # fmt: skip


def _conflicts(form: str, told: "dict[str, Any]") -> int:
    """Show what is in the way of an adoption."""
    found = [one for one in told.get("conflicts", ()) if isinstance(one, dict)]
    rows = ((one.get("address", ""), one.get("state", one.get("block", "")), one.get("detail", "")) for one in found)
    document_ = {"adopted": None, "conflicts": found, "total": told.get("total", len(found))}
    show(form, document_, table(("address", "state", "conflict"), rows, empty=""))
    click.echo(f"maccord: {document_['total']} conflicts; nothing was adopted", err=True)
    return INCIDENTS


@click.command("reconcile", cls=BookCommand)
@_evidence
@click.option("--probation", is_flag=True, help="Put what is seen elsewhere or in conflict on probation.")
@click.option(
    "--for", "for_s", type=click.IntRange(min=1), metavar="SECONDS", help="With --probation: by default until freed."
)
@click.option(
    "--record", is_flag=True, help="Count what is leased and missed where it should be: maccord address leaks."
)
@click.option(
    "--apart",
    type=Duration(),
    default="1h",
    show_default=True,
    metavar="TIME",
    help="With --record: what was seen nearer to the last time counts once.",
)
@click.option(
    "--taken",
    type=Moment(),
    metavar="MOMENT",
    help="With --record: when the evidence was taken, if it does not say so.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="With --record: the evidence has every host of the scope, so that a lease of no host or another counts, too.",
)
@format_option()
def reconcile(
    *,
    paths: tuple[str, ...],
    scope: str,
    strict: bool,
    quiet: bool,
    max_file_size: int,
    probation: bool,
    for_s: int | None,
    record: bool,
    apart: int,
    taken: datetime | None,
    complete: bool,
    form: str,
) -> int:
    """Compare leases with evidence: leased and never seen, seen and never leased, seen elsewhere, seen in conflict.

    Changes nothing, unless --probation or --record. With --probation, addresses in conflict are not issued to anybody
    else. What is held stays so, and goes on probation when its last holder lets go. With --record, a lease whose host
    is in the evidence, and which is not seen there, is counted as missed once.

    \b
    Leaves with 0  they agree
               1  they differ
               2  the call is wrong, or nothing in the evidence could be used
    """
    from maccord.app.reconcile import reconcile as compared
    from maccord.app.reconcile import suspects

    if for_s is not None and not probation:
        raise click.UsageError("--for goes with --probation")
    if (taken is not None or complete) and not record:
        raise click.UsageError("--taken and --complete go with --record")

    shown, code = _owners(paths, scope, strict=strict, quiet=quiet, bytes_max=max_file_size * _MB)
    if shown is None:
        return code
    with opened() as (book, actor):
        found = compared(book, shown, scope=scope)
        suspected = 0
        for mac, reason in suspects(found) if probation else ():
            suspected += _suspected(book, mac, reason, scope=scope, actor=actor, for_s=for_s)
        if record:
            _recorded(book, shown, scope=scope, actor=actor, apart_s=apart, taken=taken, complete=complete)
    _differences(form, found)
    if probation:
        click.echo(f"maccord: {said(suspected)} addresses are on probation, or will be when released", err=True)
    return code or (INCIDENTS if found.differences else OK)


def _recorded(
    book: "Book", shown: "Owners", *, scope: str, actor: "Actor", apart_s: int, taken: datetime | None, complete: bool
) -> None:
    """Note which leases were missed, and say how many were not counted and why."""
    from maccord import wiring
    from maccord.app.absences import compare

    found = compare(book, shown, scope=scope, now=wiring.clock(), taken=taken, complete=complete)
    done = book.note_absences(scope, found.missed, actor=actor, seen=found.seen, apart_s=apart_s)
    told = f"{said(done.counted)} leases were missed where they should be"
    if done.passed_over:
        told += f", {said(done.passed_over)} too soon again to count, or changed meanwhile"
    if done.forgotten:
        told += f"; {said(done.forgotten)} that were missed before are seen again, or changed"
    click.echo(f"maccord: {told}", err=True)
    for why, count in found.not_counted.items():
        click.echo(f"maccord: {said(count)} were not seen and do not count: {why}", err=True)


def _suspected(book: "Book", mac: str, reason: str, *, scope: str, actor: "Actor", for_s: int | None) -> bool:
    """Put an address on probation; False for one that is excluded, or of a host's block: it is not issued anyway."""
    from maccord.alloc.errors import AddressTaken
    from maccord.client import Refused

    try:
        book.probation(mac, reason=reason, actor=actor, scope=scope, for_s=for_s)
    except AddressTaken:
        return False
    except Refused as refused:
        if refused.slug != AddressTaken.slug:
            raise
        return False
    return True


def _differences(form: str, found: "Reconciled") -> None:
    rows = (
        (
            one.mac,
            _MEANS[one.difference],
            one.pool,
            "\n".join(map(holder, one.leased)),
            "\n".join(map(holder, one.seen)),
        )
        for one in found.differences
    )
    columns = ("address", "difference", "pool", "leased to", "seen with")
    show(form, found, table(columns, rows, empty=f"Leases and evidence agree on {said(found.agree)} addresses."))


def _owners(
    paths: tuple[str, ...], scope: str, *, strict: bool, quiet: bool, bytes_max: int
) -> "tuple[Owners | None, int]":
    """Return what the evidence shows; None where nothing of it could be used. The number is the exit code so far."""
    from maccord import wiring
    from maccord.app.gather import gather
    from maccord.app.owners import owners
    from maccord.cli.progress import progress

    with progress(shown=not quiet) as tell:
        snapshot = gather(paths, bytes_max=bytes_max, tell=tell.files).snapshot
        shown = owners(snapshot, wiring.engine(), scope=scope, tell=tell.rule) if snapshot.files else None
    if not quiet:
        for one in snapshot.problems:
            click.echo(f"maccord: {said_place(one.file, one.at)}: {one.reason}", err=True)
    if shown is None:
        click.echo(
            "maccord: nothing in the evidence could be used; what is read is listed by: maccord check --help", err=True
        )
        return None, WRONG_CALL
    return shown, WRONG_CALL if strict and snapshot.problems else OK


def said_place(file: str, at: str) -> str:
    """Return a place in the evidence, harmless for a terminal."""
    from maccord.report.plain import plain

    return plain(f"{file} {at}".strip())
