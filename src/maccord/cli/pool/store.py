"""A whole store: checked, written out, read in, and copied while it is at work."""

from typing import Any

import click

from maccord.cli.book import BookCommand, format_option, opened, store_alone
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.output import write_lines
from maccord.cli.shown import facts, said, show, table


@click.command("verify", cls=BookCommand)
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


@click.command("export", cls=BookCommand)
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
def export(*, output: str | None) -> int:
    """Write the whole store as JSON lines: pools, addresses, holders, history, blocks, tokens' digests, audit."""
    import msgspec

    with opened() as (book, _):
        write_lines((f"{msgspec.json.encode(row).decode()}\n" for row in book.export()), output)
    return OK


@click.command("import", cls=BookCommand)
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


@click.command("backup", cls=BookCommand)
@click.argument("file", type=click.Path(dir_okay=False))
@format_option()
def backup(*, file: str, form: str) -> int:
    """Copy a store into FILE, which must not be there, while it is at work: its state of one moment.

    The copy is a store of its own, and is checked before this ends. To restore, stop what is at work on the lost store,
    and put the copy in its place. What was allocated after the copy is not in it, so adopt what the fleet has (maccord
    address adopt) before anything is allocated again.

    A store on PostgreSQL is copied by PostgreSQL's own pg_dump; maccord pool export writes either kind as JSON lines.
    """
    from maccord.store.copying import copied

    made, verdict = copied(store_alone("a backup"), file)
    show(form, {"file": file, "bytes": made, "ok": verdict.ok, "leases": verdict.leases}, facts([
        ("file", file),
        ("bytes", said(made)),
        ("pools", verdict.pools),
        ("leases", said(verdict.leases)),
        ("store", "whole" if verdict.ok else f"NOT whole: {said(verdict.total)} faults, see pool verify"),
    ]))  # fmt: skip
    return OK if verdict.ok else INCIDENTS
