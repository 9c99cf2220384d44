"""`maccord address`: addresses allocated, looked up, shared, released; and the estate that was there before."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import Moment
from maccord.cli.shown import document, facts, holder, holders, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Actor, Holder, Lease
    from maccord.app.adopt import Taken
    from maccord.app.book import Book
    from maccord.app.owners import Owners
    from maccord.app.reconcile import Reconciled

_MB = 2**20
_STATES = ("held", "in-use", "resting", "probation")
_MEANS = {
    "never-seen": "leased, never seen",
    "never-leased": "seen, never leased",
    "seen-elsewhere": "seen elsewhere",
    "in-conflict": "seen in conflict",
}


class HolderType(click.ParamType["Holder"]):
    """A holder KIND:ID, such as vm-adapter:vm17/nic0."""

    name = "holder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Holder":
        """Return the holder that an argument spells."""
        from maccord.alloc.records import Holder

        if isinstance(value, Holder):
            return value
        kind, colon, name = str(value).partition(":")
        if not (kind and colon and name):
            self.fail(f"{value!r} is no holder such as vm-adapter:vm17/nic0", param, ctx)
        return Holder(kind, name)


_holder = click.option("--holder", type=HolderType(), required=True, metavar="KIND:ID", help="Who is to hold it.")
_host = click.option("--host", default="", help="Where the holder is.")
_note = click.option("--note", default="", help="For people.")
_scope = click.option("--scope", help="Where it is meant, when several scopes know the address.")
_which = click.option("--holder", metavar="[KIND:]ID", help="Which holder, when there are several.")
_expect = click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
_key = click.option("--key", help="An idempotency key: the same call made again gets the same answer.")


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


@click.group("address", cls=BookGroup)
def command() -> None:
    """Allocate, look up, share and release addresses; adopt what is in use already.

    \b
    Examples:
      maccord address allocate web --holder vm-adapter:vm17/nic0 --host HV01
      maccord address show 02-4D-43-00-00-00
      maccord address release 02-4D-43-00-00-00
      maccord address adopt exports/ --preview
    """


@command.command("allocate")
@click.argument("pool")
@_holder
@_host
@_note
@click.option("--count", type=click.IntRange(1, 1_000_000), default=1, show_default=True, help="How many; all or none.")
@click.option("--address", metavar="MAC", help="Just this one.")
@_key
@click.option("--preview", is_flag=True, help="Give nothing: name addresses that are free now.")
@format_option()
def allocate(
    *,
    pool: str,
    holder: "Holder",
    host: str,
    note: str,
    count: int,
    address: str | None,
    key: str | None,
    preview: bool,
    form: str,
) -> int:
    """Allocate addresses of POOL: one a line, when nobody asked for JSON."""
    import msgspec

    from maccord.rest import MacDoc, PreviewDoc, granted

    with opened() as (book, actor):
        if preview:
            free = book.preview(pool, count=min(count, 1000))
            answer: object = PreviewDoc(pool=pool, addresses=tuple(map(MacDoc, free)))
            given = free
        else:
            whole = msgspec.structs.replace(holder, host=host, note=note)
            found = book.allocate(pool, whole, actor=actor, count=count, address=address, key=key)
            answer, given = granted(found), found.addresses
    show(form, answer, lambda console: console.print("\n".join(given), soft_wrap=True))
    return OK


@command.command("show")
@click.argument("mac")
@_scope
@format_option()
def show_(*, mac: str, scope: str | None, form: str) -> int:
    """Show who holds an address, where, since when, and in which state it is."""
    with opened() as (book, _):
        _show(form, book.look_up(mac, scope=scope))
    return OK


@command.command("list")
@click.option("--pool", help="Those of this pool.")
@click.option("--scope", help="Those of this scope.")
@click.option("--state", type=click.Choice(_STATES), help="Those in this state.")
@click.option("--holder", metavar="[KIND:]ID", help="Those of this holder.")
@format_option()
def list_(*, pool: str | None, scope: str | None, state: str | None, holder: str | None, form: str) -> int:
    """List addresses that are held, rest or are on probation.

    What is excluded stands at its pool (maccord pool show), hosts' ranges in maccord block list.
    """
    from maccord.alloc.life import State
    from maccord.app.listing import everything
    from maccord.rest import LeaseDoc

    wanted = State(state) if state else None
    with opened() as (book, _):
        found = list(everything(book.leases, pool=pool, scope=scope, state=wanted, holder=holder))
    rows = ((one.address, one.state, one.pool, holders(one.holders), one.since, one.until) for one in found)
    columns = ("address", "state", "pool", "holders", "since", "until")
    listed = {"items": [document(one, LeaseDoc) for one in found]} if form == "json" else None
    show(form, listed, table(columns, rows, empty="There are none."))
    return OK


@command.command("release")
@click.argument("mac")
@_scope
@_which
@_key
@_expect
@format_option()
def release(*, mac: str, scope: str | None, holder: str | None, key: str | None, expect: int | None, form: str) -> int:
    """Let a holder go; when it was the last one, the address rests, and is free then."""
    from maccord.rest import ReleasedDoc

    with opened() as (book, actor):
        released = book.release(mac, actor=actor, scope=scope, holder=holder, key=key, expect=expect)
    if form == "json":
        show(form, document(released, ReleasedDoc), lambda _: None)
    else:
        _show(form, released.lease)
    return OK


@command.command("confirm")
@click.argument("mac")
@_scope
@_which
@_expect
@format_option()
def confirm(*, mac: str, scope: str | None, holder: str | None, expect: int | None, form: str) -> int:
    """Say that an address is at work: it no longer expires."""
    with opened() as (book, actor):
        _show(form, book.confirm(mac, actor=actor, scope=scope, holder=holder, expect=expect))
    return OK


@command.command("share")
@click.argument("mac")
@_holder
@_host
@_note
@_scope
@_key
@_expect
@format_option()
def share(
    *,
    mac: str,
    holder: "Holder",
    host: str,
    note: str,
    scope: str | None,
    key: str | None,
    expect: int | None,
    form: str,
) -> int:
    """Add a holder: a template, a snapshot, a replica, a cluster's twin, a declared exception."""
    import msgspec

    whole = msgspec.structs.replace(holder, host=host, note=note)
    with opened() as (book, actor):
        _show(form, book.share(mac, whole, actor=actor, scope=scope, key=key, expect=expect))
    return OK


@command.command("probation")
@click.argument("mac")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.option("--scope", default="global", show_default=True)
@click.option("--for", "for_s", type=click.IntRange(min=1), metavar="SECONDS", help="By default until it is freed.")
@_expect
@format_option()
def probation(*, mac: str, reason: str, scope: str, for_s: int | None, expect: int | None, form: str) -> int:
    """Put an address that was seen in conflict on probation: it is not issued."""
    with opened() as (book, actor):
        _show(form, book.probation(mac, reason=reason, actor=actor, scope=scope, for_s=for_s, expect=expect))
    return OK


@command.command("free")
@click.argument("mac")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@_scope
@_expect
@format_option()
def free(*, mac: str, reason: str, scope: str | None, expect: int | None, form: str) -> int:
    """Free a resting address, or one on probation, before its time."""
    with opened() as (book, actor):
        _show(form, book.end_rest(mac, reason=reason, actor=actor, scope=scope, expect=expect))
    return OK


@command.command("history")
@click.argument("mac")
@_scope
@click.option("--at", type=Moment(), metavar="MOMENT", help="Only what held at that moment.")
@format_option()
def history(*, mac: str, scope: str | None, at: datetime | None, form: str) -> int:
    """Tell who had an address, and when."""
    from maccord.rest import HistoryDoc

    with opened() as (book, _):
        past = book.history(mac, scope=scope, at=at)
        spelled = past[0].address if past else book.look_up(mac, scope=scope).address
    rows = (
        (one.since, one.until or "now", one.state, holder(one.holder) if one.holder else "", one.pool, one.scope)
        for one in past
    )
    columns = ("since", "until", "state", "holder", "pool", "scope")
    told = document({"mac": spelled, "items": past}, HistoryDoc)
    show(form, told, table(columns, rows, empty=f"Nobody is known to have had {spelled}."))
    return OK


@command.command("adopt")
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


@command.command("reconcile")
@_evidence
@click.option("--probation", is_flag=True, help="Put what is seen elsewhere or in conflict on probation.")
@click.option(
    "--for", "for_s", type=click.IntRange(min=1), metavar="SECONDS", help="With --probation: by default until freed."
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
    form: str,
) -> int:
    """Compare leases with evidence: leased and never seen, seen and never leased, seen elsewhere, seen in conflict.

    Changes nothing, unless --probation: then addresses in conflict are not issued to anybody else. What is held stays
    so, and goes on probation when its last holder lets go.

    \b
    Leaves with 0  they agree
               1  they differ
               2  the call is wrong, or nothing in the evidence could be used
    """
    from maccord.app.reconcile import reconcile as compared
    from maccord.app.reconcile import suspects

    if for_s is not None and not probation:
        raise click.UsageError("--for goes with --probation")

    shown, code = _owners(paths, scope, strict=strict, quiet=quiet, bytes_max=max_file_size * _MB)
    if shown is None:
        return code
    with opened() as (book, actor):
        found = compared(book, shown, scope=scope)
        suspected = 0
        for mac, reason in suspects(found) if probation else ():
            suspected += _suspected(book, mac, reason, scope=scope, actor=actor, for_s=for_s)
    _differences(form, found)
    if probation:
        click.echo(f"maccord: {said(suspected)} addresses are on probation, or will be when released", err=True)
    return code or (INCIDENTS if found.differences else OK)


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


def _show(form: str, lease: "Lease") -> None:
    from maccord.rest import LeaseDoc

    show(form, document(lease, LeaseDoc), facts([
        ("address", lease.address),
        ("state", str(lease.state)),
        ("pool", lease.pool),
        ("range", lease.range),
        ("scope", lease.scope),
        ("holders", "\n".join(f"{holder(one.holder)} since {said(one.since)}" for one in lease.holders)),
        ("since", lease.since),
        ("confirmed", lease.confirmed_at),
        ("until", lease.until),
        ("block", lease.block),
        ("note", lease.note),
        ("version", str(lease.version)),
    ]))  # fmt: skip
