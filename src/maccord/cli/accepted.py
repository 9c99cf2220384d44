"""Pools that stand on a lease of a range: accepted from another authority, and reported to it."""

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.leased import envelope_of, trusted, trusted_option
from maccord.cli.main import OK
from maccord.cli.options import Duration
from maccord.cli.output import write_text
from maccord.cli.shown import facts, said, show, table


@click.command("accept", cls=BookCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@trusted_option
@click.option("--name", help="The pool's name; by default that which it had where it comes from.")
@click.option(
    "--allowance", type=Duration(), default="5m", show_default=True, metavar="TIME",
    help="Stop so long before the end of the lease, since clocks differ.",
)  # fmt: skip
@click.option(
    "--rest", type=Duration(), default="1d", show_default=True, metavar="TIME",
    help="How long a released address rests in a new pool.",
)  # fmt: skip
@format_option()
def accept(*, file: str, keys: tuple[str, ...], name: str | None, allowance: int, rest: int, form: str) -> int:
    """Make a pool of a signed lease of a range, or prolong the one that stands on an earlier lease of it.

    FILE is what maccord block lease wrote, or a list of maccord block revocations, which ends the pools whose leases it
    names for ever. Nothing is issued from the pool when the lease is over, whether or not anybody can be asked. Accept
    a lease in one store only: two that have it would give the same addresses.
    """
    from maccord.alloc.signing import REVOCATIONS_TYPE
    from maccord.rest import pool_document

    envelope, public = envelope_of(file), trusted(keys)
    with opened() as (book, actor):
        if envelope.payload_type == REVOCATIONS_TYPE:
            ended = book.heed_revocations(envelope, public, actor=actor)
            rows = ((one.pool, one.block, one.serial, one.revoked_at) for one in ended)
            columns = ("pool", ">block", ">lease", "taken back")
            show(form, {"items": ended}, table(columns, rows, empty="None of the pools here stands on one of them."))
            return OK
        pool = book.accept_lease(envelope, public, actor=actor, name=name, allowance_s=allowance, rest_s=rest)
        usage = book.usage(pool.name)[0]
    show(form, pool_document(pool, usage), facts([
        ("pool", pool.name),
        ("range", "\n".join(f"{one.first} to {one.last} ({said(one.size)})" for one in pool.ranges)),
        ("scope", pool.scope),
        ("note", pool.note),
        ("issues until", pool.valid_until),
        ("free", usage.available),
    ]))  # fmt: skip
    return OK


@click.command("report", cls=BookCommand)
@click.argument("name", metavar="POOL")
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
def report(*, name: str, output: str | None) -> int:
    """Write everything that is held in a pool that stands on a lease: for where its range comes from.

    There, maccord block report takes it over. What was not reported when the lease is over is free there after a rest,
    so report before each renewal, and before the end.
    """
    import msgspec

    with opened() as (book, _):
        told = book.range_report(name)
    write_text(msgspec.json.encode(told).decode() + "\n", output)
    return OK
