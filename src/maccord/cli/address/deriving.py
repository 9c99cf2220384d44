"""Addresses by identity, told before anything is allocated: by an authority, or with none at all."""

from typing import TYPE_CHECKING

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import Span
from maccord.cli.shown import document, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Derived, RangeSpec

_OFFLINE_MAX = 100_000
_BYTES_MAX = 64 * 2**20


@click.command("derive", cls=BookCommand)
@click.argument("names", nargs=-1, metavar="[POOL] [IDENTITY]...")
@click.option("--file", type=click.File("rb"), help="Identities, one a line; - is standard input.")
@click.option(
    "--range",
    "ranges",
    type=Span(),
    multiple=True,
    metavar="FIRST..LAST",
    help="With no authority: a pool of these ranges. May be repeated.",
)
@click.option("--seed", help="With --range: the pool's seed, which maccord pool show tells; by default scope/name.")
@click.option("--exclude", type=Span(), multiple=True, metavar="FIRST..LAST", help="With --range: never these.")
@format_option()
def derive(
    *,
    names: tuple[str, ...],
    file: "click.File | None",
    ranges: "tuple[RangeSpec, ...]",
    seed: str | None,
    exclude: "tuple[RangeSpec, ...]",
    form: str,
) -> int:
    """Tell which address each IDENTITY would get from POOL. Nothing is reserved.

    An address that is allocated with --identity is computed from the identity and the pool's seed and ranges, so that
    a declaration carried out anew comes to the same addresses. With --range and --seed no authority is asked: a
    repository can hold the addresses before anything exists.

    \b
    Leaves with 0  each gets the first of its candidates, or what it has already
               1  some would not: their first candidate is another's, or is not given
               2  the call is wrong

    \b
    Examples:
      maccord address derive web prod/web-01/nic0
      maccord address derive --range 02-4D-43-00-00-00..02-4D-43-00-FF-FF --seed global/web --file identities.txt
    """
    from maccord.rest import DerivationsDoc

    if bool(ranges) != (seed is not None) or (exclude and not ranges):
        raise click.UsageError("--range and --seed go together; --exclude goes with them")
    identities = [*(names if ranges else names[1:]), *_read(file)]
    pool = "" if ranges or not names else names[0]
    if not identities or not (ranges or pool):
        raise click.UsageError("name a pool and identities, or give ranges, a seed and identities")
    if ranges and seed is not None:
        from maccord.app.derived import derived

        if len(identities) > _OFFLINE_MAX:
            raise click.UsageError(f"at most {_OFFLINE_MAX:,} identities at a time")
        found = derived(identities, seed=seed, ranges=ranges, excluded=exclude)
    else:
        with opened() as (book, _):
            found = book.derive(pool, identities)
    told = document({"pool": pool, "items": found}, DerivationsDoc)
    rows = ((one.identity, one.address or "none is free", _said(one)) for one in found)
    show(form, told, table(("identity", "address", "why"), rows, empty=""))
    return INCIDENTS if any(one.in_the_way for one in found) else OK


def _said(one: "Derived") -> str:
    if one.in_the_way:
        return f"not {one.first}: {one.in_the_way}"
    return "has it" if one.has else ""


def _read(file: "click.File | None") -> list[str]:
    """Return the lines of a file; empty ones are passed over."""
    if file is None:
        return []
    raw: bytes = file.read(_BYTES_MAX + 1)  # type: ignore[attr-defined] # click hands over the open file
    if len(raw) > _BYTES_MAX:
        raise click.UsageError("--file: it is larger than 64 MB")
    try:
        return [line for line in map(str.strip, raw.decode().splitlines()) if line]
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--file: {error}") from error
