"""`maccord block`: ranges that hosts issue from by themselves."""

from typing import TYPE_CHECKING

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.leased import key, lease, report, revocations, verify
from maccord.cli.main import OK
from maccord.cli.options import Duration, Span
from maccord.cli.shown import facts, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Block, RangeSpec


@click.group("block", cls=BookGroup)
def command() -> None:
    """Give hosts ranges of their own, carved from a pool; lease them for a time.

    A Hyper-V host reads no leases: its range has no end by itself. What is carved without --for stays the host's until
    it is returned. With --for it ends by itself, so renew it in time, or tell the host before its end.

    \b
    Examples:
      maccord block carve hyperv HV01 --size 256 --align 256
      maccord block carve hyperv SITE-B --size 4096 --for 30d
      maccord block lease 8 --output site-b.lease.json
      maccord block list hyperv
      maccord block return 7
    """


@command.command("carve")
@click.argument("pool")
@click.argument("host")
@click.option("--size", type=click.IntRange(min=1), help="So many addresses in a row.")
@click.option("--range", "span", type=Span(), metavar="FIRST..LAST", help="Just these.")
@click.option("--align", type=click.IntRange(min=1), default=1, show_default=True, help="Begin at a multiple of this.")
@click.option(
    "--for", "for_s", type=Duration(), metavar="TIME",
    help="Lease it for this time (12h, 30d): it ends by itself unless it is renewed. By default it has no end.",
)  # fmt: skip
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
    for_s: int | None,
    note: str,
    key: str | None,
    form: str,
) -> int:
    """Give HOST a range of POOL, and print the PowerShell that makes it the host's dynamic range."""
    if (size is None) == (span is None):
        raise click.UsageError("say --size, or name a --range")
    with opened() as (book, actor):
        block = book.carve_block(
            pool, host, actor=actor, size=size, span=span, align=align, note=note, key=key, for_s=for_s
        )
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
    rows = ((one.id, one.host, one.pool, one.first, one.last, one.size, one.since, one.expires_at) for one in found)
    columns = (">block", "host", "pool", "first", "last", ">size", "since", "leased until")
    show(form, {"items": found}, table(columns, rows, empty="There are no blocks."))
    return OK


@command.command("show")
@click.argument("block", type=int)
@format_option()
def show_(*, block: int, form: str) -> int:
    """Show a block, one that has ended too."""
    with opened() as (book, _):
        _show(form, book.block(block))
    return OK


_EXPECT = click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")


@command.command("renew")
@click.argument("block", type=int)
@click.option("--for", "for_s", type=Duration(), metavar="TIME", help="From now on; by default as long as before.")
@click.option("--key", help="An idempotency key: the same call made again gets the same answer.")
@_EXPECT
@format_option()
def renew(*, block: int, for_s: int | None, key: str | None, expect: int | None, form: str) -> int:
    """Lease a block anew from now on. Its host needs the new lease: maccord block lease."""
    with opened() as (book, actor):
        _show(form, book.renew_block(block, actor=actor, for_s=for_s, key=key, expect=expect), install=False)
    return OK


@command.command("return")
@click.argument("block", type=int)
@_EXPECT
@format_option()
def return_(*, block: int, expect: int | None, form: str) -> int:
    """Take a block back that its host has given back: its addresses rest from now on, and then are the pool's.

    The host must not issue from it any more. Where that is not sure, and the block is leased: maccord block revoke.
    """
    with opened() as (book, actor):
        _show(form, book.return_block(block, actor=actor, expect=expect), install=False)
    return OK


@command.command("revoke")
@click.argument("block", type=int)
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@_EXPECT
@format_option()
def revoke(*, block: int, reason: str, expect: int | None, form: str) -> int:
    """Take a leased block back although its host may be away and not hear of it.

    Its addresses rest from the end of the lease on: none is free before whoever has the lease stops by itself. Until
    then it stands in the list of maccord block revocations, which ends its use wherever it is heard.
    """
    with opened() as (book, actor):
        gone = book.revoke_block(block, reason=reason, actor=actor, expect=expect)
    _show(form, gone, install=False)
    if gone.expires_at is not None and form != "json":
        click.echo(f"maccord: its addresses rest from {said(gone.expires_at)} on, when the lease is over", err=True)
    return OK


def _show(form: str, block: "Block", *, install: bool = True) -> None:
    show(form, block, facts([
        ("block", block.id),
        ("host", block.host),
        ("pool", block.pool),
        ("range", f"{block.first} to {block.last} ({said(block.size)})"),
        ("since", block.since),
        ("leased until", block.expires_at),
        ("lease", block.serial or None),
        ("until", block.until),
        ("revoked", block.revoked_at),
        ("note", block.note),
        ("version", block.version),
    ]))  # fmt: skip
    if form != "json" and install and block.install and block.until is None:
        click.echo(f"\n{block.install}")


for _each in (lease, revocations, verify, report, key):
    command.add_command(_each)
