"""`maccord block`: ranges that hosts issue from by themselves."""

from typing import TYPE_CHECKING

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import OK
from maccord.cli.pool import Span
from maccord.cli.shown import facts, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Block, RangeSpec


@click.group("block", cls=BookGroup)
def command() -> None:
    """Give hosts ranges of their own, carved from a pool.

    \b
    Examples:
      maccord block carve hyperv HV01 --size 256 --align 256
      maccord block list hyperv
      maccord block return 7
    """


@command.command("carve")
@click.argument("pool")
@click.argument("host")
@click.option("--size", type=click.IntRange(min=1), help="So many addresses in a row.")
@click.option("--range", "span", type=Span(), metavar="FIRST..LAST", help="Just these.")
@click.option("--align", type=click.IntRange(min=1), default=1, show_default=True, help="Begin at a multiple of this.")
@click.option("--note", default="", help="For people.")
@click.option("--key", help="An idempotency key: the same call made again gets the same answer.")
@format_option()
def carve(
    *,
    pool: str,
    host: str,
    size: int | None,
    span: "RangeSpec | None",
    align: int,
    note: str,
    key: str | None,
    form: str,
) -> int:
    """Give HOST a range of POOL, and print the PowerShell that makes it the host's dynamic range."""
    if (size is None) == (span is None):
        raise click.UsageError("say --size, or name a --range")
    with opened() as (book, actor):
        block = book.carve_block(pool, host, actor=actor, size=size, span=span, align=align, note=note, key=key)
    _show(form, block)
    return OK


@command.command("list")
@click.argument("pool", required=False)
@click.option("--host", help="Those of this host.")
@format_option()
def list_(*, pool: str | None, host: str | None, form: str) -> int:
    """List blocks that are in force, of POOL or of all pools."""
    from maccord.app.listing import everything

    with opened() as (book, _):
        found = list(everything(book.blocks, pool=pool, host=host))
    rows = ((one.id, one.host, one.pool, one.first, one.last, one.size, one.since) for one in found)
    columns = (">block", "host", "pool", "first", "last", ">size", "since")
    show(form, {"items": found}, table(columns, rows, empty="There are no blocks."))
    return OK


@command.command("return")
@click.argument("block", type=int)
@format_option()
def return_(*, block: int, form: str) -> int:
    """Take a block back: its addresses rest, and then are the pool's."""
    with opened() as (book, actor):
        _show(form, book.return_block(block, actor=actor), install=False)
    return OK


def _show(form: str, block: "Block", *, install: bool = True) -> None:
    show(form, block, facts([
        ("block", block.id),
        ("host", block.host),
        ("pool", block.pool),
        ("range", f"{block.first} to {block.last} ({said(block.size)})"),
        ("since", block.since),
        ("until", block.until),
        ("note", block.note),
    ]))  # fmt: skip
    if form != "json" and install and block.install:
        click.echo(f"\n{block.install}")
