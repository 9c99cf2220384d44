"""Pools made, changed and removed; addresses of them excluded and included."""

from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK
from maccord.cli.options import Duration, Span
from maccord.cli.pool.shown import RangeSpan, show_one
from maccord.cli.shown import facts, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import RangeSpec


@click.command("create", cls=BookCommand)
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
        show_one(form, pool, book.usage(name)[0])
    return OK


@click.command("change", cls=BookCommand)
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
    show_one(form, changed.pool, usage)
    if changed.stranded.blocks:
        numbers = ", ".join(map(str, changed.stranded.blocks))
        click.echo(f"maccord: block {numbers} is in the way: it has to be returned first, and to rest", err=True)
    if changed.stranded.count:
        would = "would strand" if preview else "stranded"
        click.echo(f"maccord: {would} {changed.stranded.count:,} addresses", err=True)
        rows = ((one.address, one.state, holders(one.holders)) for one in changed.stranded.leases)
        show(form, None, table(("stranded", "state", "holders"), rows, empty=""))
    return OK


@click.command("delete", cls=BookCommand)
@click.argument("name")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def delete(*, name: str, expect: int | None, form: str) -> int:
    """Remove the pool NAME, of which nothing may be held, rest or be a block. History and audit keep its past."""
    with opened() as (book, actor):
        book.delete_pool(name, actor=actor, expect=expect)
    show(form, {"deleted": name}, facts([("deleted", name)]))
    return OK


@click.command("exclude", cls=BookCommand)
@click.argument("name")
@click.argument("span", type=Span(), metavar="FIRST..LAST")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def exclude(*, name: str, span: "RangeSpec", reason: str, expect: int | None, form: str) -> int:
    """Never issue some addresses of the pool NAME."""
    with opened() as (book, actor):
        show_one(form, book.exclude(name, span, reason=reason, actor=actor, expect=expect), book.usage(name)[0])
    return OK


@click.command("include", cls=BookCommand)
@click.argument("name")
@click.argument("span", type=Span(), metavar="FIRST..LAST")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def include(*, name: str, span: "RangeSpec", expect: int | None, form: str) -> int:
    """Take back exclusions of the pool NAME."""
    with opened() as (book, actor):
        show_one(form, book.include(name, span, actor=actor, expect=expect), book.usage(name)[0])
    return OK
