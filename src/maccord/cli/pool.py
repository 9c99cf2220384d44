"""`maccord pool`: pools of addresses, and everything out of and into a store."""

from typing import TYPE_CHECKING, Any

import click

from maccord.cli.accepted import accept, report
from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import Duration, Span
from maccord.cli.output import write_lines
from maccord.cli.shown import facts, said, seconds, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Forecast, Pool, PoolRange, RangeSpec, Usage


class RangeSpan(Span):
    """A range of a pool, FIRST..LAST, and behind it ,place=N and ,weight=N."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "RangeSpec":
        """Return the range that an argument spells."""
        from msgspec.structs import replace

        text, *settings = str(value).split(",")
        found = super().convert(value if not settings else text, param, ctx)
        for setting in settings:
            name, _, number = setting.strip().partition("=")
            if name not in ("place", "weight") or not number.isascii() or not number.isdecimal() or len(number) > 9:
                self.fail(f"{setting!r} is neither place=N nor weight=N", param, ctx)
            found = replace(found, **{name: int(number)})
        return found


@click.group("pool", cls=BookGroup)
def command() -> None:
    """Make and change pools of addresses; export and import a whole store.

    \b
    Examples:
      maccord pool create web --range 02-4D-43-00-00-00..02-4D-43-00-FF-FF
      maccord pool list
      maccord pool show web --format json
      maccord pool verify
      maccord pool export > authority.jsonl
      maccord pool accept site-b.lease.json --key centre.pem
    """


@command.command("create")
@click.argument("name")
@click.option(
    "--range",
    "ranges",
    type=RangeSpan(),
    multiple=True,
    required=True,
    metavar="FIRST..LAST[,place=N][,weight=N]",
    help="May be repeated. Lower places are issued from first; among ranges of one place, in proportion to weights.",
)
@click.option(
    "--kind", type=click.Choice(["mac", "wwn"]), default="mac", show_default=True, help="wwn: World Wide Names."
)
@click.option(
    "--scope", default="global", show_default=True, help="Where addresses must differ: global, or a layer-2 domain."
)
@click.option(
    "--policy", type=click.Choice(["sequential", "lowest", "random"]), default="sequential", show_default=True
)
@click.option(
    "--rest",
    "--rest-s",
    "rest",
    type=Duration(),
    default="1d",
    show_default=True,
    metavar="TIME",
    help="How long a released address rests.",
)
@click.option(
    "--confirm-within",
    type=Duration(),
    metavar="TIME",
    help="Let unconfirmed addresses expire after this; by default never.",
)
@click.option(
    "--exclude", type=Span(), multiple=True, metavar="FIRST..LAST", help="Never issue these. May be repeated."
)
@click.option(
    "--low",
    type=click.IntRange(0, 100),
    default=10,
    show_default=True,
    metavar="PERCENT",
    help="Warn below this share of free addresses.",
)
@click.option("--allow-foreign", is_flag=True, help="Accept ranges that other products issue from by themselves.")
@click.option("--note", default="", help="For people.")
@click.option("--seed", default="", help="What addresses by identity are derived with; by default SCOPE/NAME.")
@format_option()
def create(
    *,
    name: str,
    ranges: "tuple[RangeSpec, ...]",
    kind: Any,  # noqa: ANN401 - click has checked the choice
    scope: str,
    policy: Any,  # noqa: ANN401 - click has checked the choice
    rest: int,
    confirm_within: int | None,
    exclude: "tuple[RangeSpec, ...]",
    low: int,
    allow_foreign: bool,
    note: str,
    seed: str,
    form: str,
) -> int:
    """Make the pool NAME.

    Ranges of pools in one scope cannot overlap. Group addresses and the blocks of protocols are refused, inside a range
    too, and so are the blocks that other products issue from, unless --allow-foreign.
    """
    from maccord.alloc.records import PoolSpec

    spec = PoolSpec(
        name=name, ranges=ranges, kind=kind, scope=scope, policy=policy, rest_s=rest, confirm_s=confirm_within,
        excluded=exclude, note=note, allow_foreign=allow_foreign, low_percent=low, seed=seed,
    )  # fmt: skip
    with opened() as (book, actor):
        pool = book.create_pool(spec, actor=actor)
        for warning in pool.warnings:
            click.echo(f"maccord: {warning}", err=True)
        _show_one(form, pool, book.usage(name)[0])
    return OK


@command.command("list")
@format_option()
def list_(*, form: str) -> int:
    """List all pools with their counters."""
    from maccord.app.listing import everything

    with opened() as (book, _):
        found = [(pool, book.usage(pool.name)[0]) for pool in everything(book.pools)]
    rows = (
        (pool.name, pool.scope, pool.policy, usage.size, usage.allocated, usage.resting, usage.blocks, usage.available)
        for pool, usage in found
    )
    columns = ("pool", "scope", "policy", ">size", ">allocated", ">resting", ">blocks", ">free")
    show(form, {"items": [_document(*one) for one in found]}, table(columns, rows, empty="There are no pools."))
    return OK


@command.command("show")
@click.argument("name")
@format_option()
def show_(*, name: str, form: str) -> int:
    """Show the pool NAME: its ranges, rules and counters."""
    with opened() as (book, _):
        foreseen = book.forecast(name)[0] if form == "table" else None
        _show_one(form, book.pool(name), book.usage(name)[0], foreseen)
    return OK


@command.command("change")
@click.argument("name")
@click.option(
    "--range",
    "ranges",
    type=RangeSpan(),
    multiple=True,
    metavar="FIRST..LAST[,place=N][,weight=N]",
    help="All ranges that it is to have. May be repeated. A place or weight that is not named stays.",
)
@click.option("--policy", type=click.Choice(["sequential", "lowest", "random"]))
@click.option("--rest", "--rest-s", "rest", type=Duration(), metavar="TIME", help="How long a released address rests.")
@click.option(
    "--confirm-within", type=Duration(), metavar="TIME", help="Let unconfirmed addresses expire after this; 0: never."
)
@click.option("--low", type=click.IntRange(0, 100), metavar="PERCENT", help="Warn below this share of free addresses.")
@click.option("--note", help="For people.")
@click.option("--drain", multiple=True, metavar="MAC", help="Issue nothing more from the range with this address.")
@click.option("--undrain", multiple=True, metavar="MAC", help="Issue from it again.")
@click.option("--allow-foreign", is_flag=True, help="Accept ranges that other products issue from by themselves.")
@click.option(
    "--strand", is_flag=True, help="Take a range away although addresses of it are held; they stay protected."
)
@click.option("--preview", is_flag=True, help="Change nothing, and say what would be stranded.")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def change(
    *,
    name: str,
    ranges: "tuple[RangeSpec, ...]",
    policy: Any,  # noqa: ANN401 - click has checked the choice
    rest: int | None,
    confirm_within: int | None,
    low: int | None,
    note: str | None,
    drain: tuple[str, ...],
    undrain: tuple[str, ...],
    allow_foreign: bool,
    strand: bool,
    preview: bool,
    expect: int | None,
    form: str,
) -> int:
    """Change the pool NAME; what is not named stays."""
    from maccord.alloc.records import PoolChange
    from maccord.cli.shown import document, holders
    from maccord.rest import PoolChangedDoc

    wish = PoolChange(
        ranges=ranges or None, policy=policy, rest_s=rest, confirm_s=confirm_within, note=note, low_percent=low,
        drain=drain, undrain=undrain, allow_foreign=allow_foreign, strand=strand,
    )  # fmt: skip
    with opened() as (book, actor):
        changed = book.change_pool(name, wish, actor=actor, expect=expect, preview=preview)
        usage = book.usage(name)[0]
    if form == "json":
        show(form, document(changed, PoolChangedDoc), lambda _: None)
        return OK
    _show_one(form, changed.pool, usage)
    if changed.stranded.blocks:
        numbers = ", ".join(map(str, changed.stranded.blocks))
        click.echo(f"maccord: block {numbers} is in the way: it has to be returned first, and to rest", err=True)
    if changed.stranded.count:
        would = "would strand" if preview else "stranded"
        click.echo(f"maccord: {would} {changed.stranded.count:,} addresses", err=True)
        rows = ((one.address, one.state, holders(one.holders)) for one in changed.stranded.leases)
        show(form, None, table(("stranded", "state", "holders"), rows, empty=""))
    return OK


@command.command("delete")
@click.argument("name")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def delete(*, name: str, expect: int | None, form: str) -> int:
    """Remove the pool NAME, of which nothing may be held, rest or be a block. History and audit keep its past."""
    with opened() as (book, actor):
        book.delete_pool(name, actor=actor, expect=expect)
    show(form, {"deleted": name}, facts([("deleted", name)]))
    return OK


@command.command("exclude")
@click.argument("name")
@click.argument("span", type=Span(), metavar="FIRST..LAST")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def exclude(*, name: str, span: "RangeSpec", reason: str, expect: int | None, form: str) -> int:
    """Never issue some addresses of the pool NAME."""
    with opened() as (book, actor):
        _show_one(form, book.exclude(name, span, reason=reason, actor=actor, expect=expect), book.usage(name)[0])
    return OK


@command.command("include")
@click.argument("name")
@click.argument("span", type=Span(), metavar="FIRST..LAST")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def include(*, name: str, span: "RangeSpec", expect: int | None, form: str) -> int:
    """Take back exclusions of the pool NAME."""
    with opened() as (book, actor):
        _show_one(form, book.include(name, span, actor=actor, expect=expect), book.usage(name)[0])
    return OK


@command.command("verify")
@click.argument("name", required=False, metavar="[POOL]")
@format_option()
def verify(*, name: str | None, form: str) -> int:
    """Check that ranges, leases, blocks and what is free agree, of POOL or of all. Leaves with 1 when they do not.

    Every address of a range is to be told of exactly once, and none that can be issued may be held. Changes nothing.
    """
    from msgspec.structs import asdict

    with opened() as (book, _):
        verdict = book.verify_pools(name)
    if form == "json":
        show(form, {"ok": verdict.ok, **asdict(verdict)}, lambda _: None)
        return OK if verdict.ok else INCIDENTS
    more = f": {said(verdict.total)} fault{'s' if verdict.total > 1 else ''}, the first {len(verdict.faults)} below"
    show(form, None, facts([
        ("store", "whole" if verdict.ok else f"NOT whole{more}"),
        ("pools", verdict.pools),
        ("extents", verdict.extents),
        ("leases", verdict.leases),
        ("blocks", verdict.blocks),
    ]))  # fmt: skip
    if verdict.faults:
        rows = ((one.rule, one.pool or "", one.scope or "", one.reason) for one in verdict.faults)
        show(form, None, table(("fault", "pool", "scope", "what is wrong"), rows, empty=""))
    return OK if verdict.ok else INCIDENTS


@command.command("forecast")
@click.argument("name", required=False, metavar="[POOL]")
@format_option()
def forecast(*, name: str | None, form: str) -> int:
    """Tell when POOL, or each pool, will be full if use goes on as it did.

    How full pools are is kept once an hour while a service runs, or with the first command of an hour on a store. With
    less than a week of that there is no forecast. The curve has a sign for each day, from empty to full.
    """
    with opened() as (book, _):
        found = book.forecast(name)
    rows = ((one.pool, _in_days(one), f"{said(one.taken)} of {said(one.size)}", _curve(one), one.why) for one in found)
    columns = ("pool", ">full in", ">taken", "days", "why")
    show(form, {"items": found}, table(columns, rows, empty="There are no pools."))
    return OK


@command.command("export")
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
def export(*, output: str | None) -> int:
    """Write the whole store as JSON lines: pools, addresses, holders, history, blocks, tokens' digests, audit."""
    import msgspec

    with opened() as (book, _):
        write_lines((f"{msgspec.json.encode(row).decode()}\n" for row in book.export()), output)
    return OK


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@format_option()
def import_(*, file: str, form: str) -> int:
    """Fill an empty store with what was exported to FILE (or -): all of it, or nothing."""
    from maccord.mac import MaccordError

    with click.open_file(file, "rb") as lines, opened() as (book, actor):
        try:
            count = book.load(_rows(lines), actor=actor)
        except OSError as error:
            raise MaccordError(f"{file}: {error.strerror or error}") from error
    show(form, {"rows": count}, facts([("rows", count)]))
    return OK


def _rows(lines: Any) -> Any:  # noqa: ANN401 - binary lines in, rows out
    import msgspec

    from maccord.alloc.errors import BadRequest

    decode = msgspec.json.Decoder(dict[str, object]).decode
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise BadRequest(f"line {number}", str(error)) from None


def _document(pool: "Pool", usage: "Usage") -> object:
    from maccord.rest import pool_document

    return pool_document(pool, usage)


def _order(one: "PoolRange") -> str:
    """Return what sets a range apart from others: nothing for most."""
    place = f", place {one.place}" if one.place else ""
    return f"{place}, weight {one.weight}" if one.weight != 1 else place


def _in_days(one: "Forecast") -> str:
    """Return in how many days a pool will be full, with the band; nothing where it cannot be told."""
    if one.days is None:
        return ""
    if one.latest is None:
        return f"{one.days:,.0f} d ({one.earliest or 0:,.0f}+)"
    return f"{one.days:,.0f} d ({one.earliest or 0:,.0f}-{one.latest:,.0f})" if one.days else "now"


def _curve(one: "Forecast") -> str:
    """Return how full a pool was day by day, each as a bar of eighths."""
    bars = " ▁▂▃▄▅▆▇█"
    return "".join(bars[min(8, -(-8 * point.taken // point.size) if point.size else 0)] for point in one.history)


def _show_one(form: str, pool: "Pool", usage: "Usage", foreseen: "Forecast | None" = None) -> None:
    ranges = "\n".join(
        f"{one.first} to {one.last} ({said(one.size)}{_order(one)}{', draining' if one.draining else ''})"
        for one in pool.ranges
    )
    excluded = "\n".join(f"{one.first} to {one.last} ({one.reason})" for one in pool.excluded)
    counters = (
        f"{said(usage.allocated)} allocated ({said(usage.held)} held, {said(usage.in_use)} in use), "
        f"{said(usage.resting)} resting, {said(usage.probation)} on probation, {said(usage.excluded)} excluded, "
        f"{said(usage.blocks)} in blocks, {said(usage.available)} free"
    )
    show(form, _document(pool, usage), facts([
        ("pool", pool.name),
        ("kind", pool.kind),
        ("scope", pool.scope),
        ("policy", pool.policy),
        ("ranges", ranges),
        ("excluded", excluded),
        ("size", pool.size),
        ("addresses", counters),
        ("forecast", foreseen.why if foreseen else ""),
        ("history", _curve(foreseen) if foreseen and len(foreseen.history) > 1 else ""),
        ("rests", seconds(pool.rest_s)),
        ("expires", f"{seconds(pool.confirm_s)} if unconfirmed" if pool.confirm_s else "never"),
        ("groups", "\n".join(pool.groups)),
        ("issues until", pool.valid_until),
        ("note", pool.note),
        ("seed", pool.seed),
        ("version", pool.version),
    ]))  # fmt: skip


for _each in (accept, report):
    command.add_command(_each)
