"""Compares what is leased with what evidence shows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from maccord.alloc.kinds import parse, spell
from maccord.alloc.records import Holder, Lease
from maccord.app.book import Book
from maccord.app.listing import everything
from maccord.app.owners import Owners

Difference = Literal["never-seen", "never-leased", "seen-elsewhere", "in-conflict"]


class Differs(Struct, frozen=True, kw_only=True):
    """One address on which leases and evidence differ.

    `never-seen`: leased, and in no evidence. `never-leased`: in a range of a pool and in use, and nobody has a lease.
    `seen-elsewhere`: leased by one, and seen with another, or on another host. `in-conflict`: seen with several owners
    of one kind, of which at most one has the lease.
    """

    mac: str
    difference: Difference
    pool: str | None
    leased: tuple[Holder, ...]
    seen: tuple[Holder, ...]


class Reconciled(Struct, frozen=True, kw_only=True):
    """What a comparison showed; `agree` counts addresses on which leases and evidence say the same."""

    agree: int
    differences: tuple[Differs, ...]


def reconcile(book: Book, shown: Owners, *, scope: str) -> Reconciled:
    """Compare every lease of a scope with the owners that the evidence shows. Nothing is changed."""
    seen: dict[int, list[Holder]] = defaultdict(list)
    for row in (*shown.rows, *shown.skipped):
        seen[parse(row.address)].append(row.holder)
    ranges = [
        (parse(one.first), parse(one.last), pool.name)
        for pool in everything(book.pools)
        if pool.scope == scope and pool.kind == "mac"
        for one in pool.ranges
    ]
    found: list[tuple[int, Differs]] = []
    agree = 0
    for lease in book.holdings(scope=scope):
        if lease.kind != "mac":
            continue
        value = parse(lease.address)
        there = seen.pop(value, [])
        differs = _compared(lease, there)
        if differs is None:
            agree += 1
        else:
            found.append((value, differs))
    for value, there in seen.items():
        pool = _pool_of(value, ranges)
        if pool is not None:
            difference: Difference = "in-conflict" if _several(there) else "never-leased"
            told = Differs(mac=spell(value), difference=difference, pool=pool, leased=(), seen=tuple(there))
            found.append((value, told))
    return Reconciled(agree=agree, differences=tuple(one for _, one in sorted(found, key=lambda pair: pair[0])))


def _compared(lease: Lease, there: list[Holder]) -> Differs | None:
    leased = tuple(held.holder for held in lease.holders)
    if there and all(any(_same(one, mine) for mine in leased) for one in there):
        return None
    return Differs(
        mac=lease.address,
        difference="in-conflict" if _several(there) else "seen-elsewhere" if there else "never-seen",
        pool=lease.pool,
        leased=leased,
        seen=tuple(there),
    )


def _same(seen: Holder, leased: Holder) -> bool:
    """Tell whether a lease's holder is the one that was seen: by its id, and by its host where both are known.

    An address on the wire that no inventory has may be anybody's: its owner is not contradicted.
    """
    if seen.kind == "sighting":
        return True
    if leased.id.casefold() != seen.id.casefold():
        return False
    return not leased.host or not seen.host or leased.host.casefold() == seen.host.casefold()


def suspects(found: Reconciled) -> Iterator[tuple[str, str]]:
    """Return the addresses that were seen elsewhere or in conflict, each with the reason to put it on probation."""
    for one in found.differences:
        if one.difference in ("in-conflict", "seen-elsewhere"):
            yield one.mac, f"{one.difference}: {', '.join(map(str, (*one.seen, *one.leased)))}"[:1024]


def _several(there: list[Holder]) -> bool:
    """Tell whether owners contradict each other, as in an adoption: the same kind, and not the same id."""
    kinds: dict[str, str] = {}
    return any(kinds.setdefault(one.kind, one.id.casefold()) != one.id.casefold() for one in there)


def _pool_of(value: int, ranges: Iterable[tuple[int, int, str]]) -> str | None:
    return next((name for first, last, name in ranges if first <= value <= last), None)
