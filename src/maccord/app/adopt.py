"""Takes over what evidence shows in use, so that nothing that exists is ever given to anybody else."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from maccord.alloc.kinds import parse, spell
from maccord.alloc.records import Actor, Adopted, Pool, RangeSpec
from maccord.app.book import Book
from maccord.app.listing import everything
from maccord.app.owners import Owners
from maccord.mac.errors import MaccordError

_OURS = "issued from by "
"""What the reason of an exclusion begins with that an adoption made."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Addresses of a pool that somebody else issues from: they are excluded from it."""

    pool: str
    first: str
    last: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over: the addresses in use, and what others issue from within our pools."""

    adopted: Adopted
    foreign: tuple[Foreign, ...]
    skipped: int


def adopt(book: Book, shown: Owners, *, actor: Actor, scope: str, preview: bool) -> Taken:
    """Adopt owners, all or none, then exclude from our pools what hosts issue from by themselves.

    Raises AdoptionConflicts, and nothing was changed. The exclusions follow once the owners are adopted; if that breaks
    off, the same call made again goes on. An address that an earlier adoption excluded, and a host has issued since, is
    taken out of the exclusion for its owner.
    """
    held = {parse(row.address) for row in shown.rows}
    since = list(_issued_since(book, held, scope))
    inside = {parse(address) for _, address, _ in since}
    if preview:
        rows = tuple(row for row in shown.rows if parse(row.address) not in inside)
        adopted = book.adopt(rows, actor=actor, preview=True)
        more = len(shown.rows) - len(rows)
        adopted = replace(adopted, rows=adopted.rows + more, added=adopted.added + more)
    else:
        adopted = _adopted(book, shown, since, actor)
    foreign = tuple(_foreign(book, shown.ranges, held, scope))
    if not preview:
        for one in foreign:
            book.exclude(one.pool, RangeSpec(one.first, one.last), reason=one.reason, actor=actor)
    return Taken(adopted, foreign, len(shown.skipped))


def _adopted(book: Book, shown: Owners, since: list[tuple[str, str, str]], actor: Actor) -> Adopted:
    for pool, address, _ in since:
        book.include(pool, RangeSpec(address, address), actor=actor)
    try:
        return book.adopt(shown.rows, actor=actor)
    except MaccordError:
        for pool, address, reason in since:
            book.exclude(pool, RangeSpec(address, address), reason=reason, actor=actor)
        raise


def _issued_since(book: Book, held: set[int], scope: str) -> Iterator[tuple[str, str, str]]:
    """Return addresses in use that an earlier adoption excluded: pool, address, and the exclusion's reason."""
    values = sorted(held)
    for pool in everything(book.pools):
        if pool.kind != "mac" or pool.scope != scope:
            continue
        for one in pool.excluded:
            if one.reason.startswith(_OURS):
                low, high = bisect_left(values, parse(one.first)), bisect_right(values, parse(one.last))
                yield from ((pool.name, spell(value), one.reason) for value in values[low:high])


def _foreign(book: Book, ranges: Iterable[tuple[int, int, str]], held: set[int], scope: str) -> Iterator[Foreign]:
    wanted = list(ranges)
    for pool in everything(book.pools):
        if pool.kind == "mac" and pool.scope == scope and wanted:
            yield from _within(book, pool, wanted, held)


def _within(book: Book, pool: Pool, ranges: list[tuple[int, int, str]], held: set[int]) -> Iterator[Foreign]:
    """Return the parts of foreign ranges that lie in a pool, around what is held, excluded or a block already."""
    overlaps = [
        (max(first, parse(own.first)), min(last, parse(own.last)), reason)
        for first, last, reason in ranges
        for own in pool.ranges
        if first <= parse(own.last) and parse(own.first) <= last
    ]
    if not overlaps:
        return
    busy = {parse(lease.address) for lease in everything(book.leases, pool=pool.name)} | held
    spans = [(parse(one.first), parse(one.last)) for one in pool.excluded]
    spans += [(parse(one.first), parse(one.last)) for one in everything(book.blocks, pool=pool.name)]
    for first, last, reason in overlaps:
        for low, high in _gaps(first, last, [*spans, *((one, one) for one in busy)]):
            spans.append((low, high))
            yield Foreign(pool.name, spell(low), spell(high), reason)


def _gaps(first: int, last: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return the runs from `first` to `last` in which nothing is taken."""
    at = first
    for low, high in sorted((low, high) for low, high in taken if low <= last and high >= first):
        if low > at:
            yield at, low - 1
        at = max(at, high + 1)
    if at <= last:
        yield at, last
