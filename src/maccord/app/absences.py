"""Which leases evidence should have shown, and did not: only what it looked for in the right place, at the right time.

An absence counts where all of this is so:

- The address is nowhere in the evidence: on no adapter, in no snapshot, in no table of a switch.
- All its holders are of kinds that an inventory shows while they are there. Templates, replicas, reservations and the
  like have no adapter, or none that is on.
- Each holder's host has an inventory in the evidence in which nothing was unreadable, of machines for the adapter of a
  machine, and of its own adapters for others. With `complete`, somebody says that the evidence has every host there is:
  then also where the host is not in it, or no host is named.
- The evidence was taken after the holder began to hold. What does not say when it was taken counts only with `taken`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from maccord.alloc.kinds import parse
from maccord.alloc.records import EXPECTED, Held, Lease, Missed
from maccord.app.book import Book
from maccord.app.inventory import Inventory
from maccord.app.owners import Owners


@dataclass(frozen=True, slots=True)
class Compared:
    """What was missed and what was seen, and how many leases were not counted, by why."""

    missed: tuple[Missed, ...]
    seen: tuple[str, ...]
    not_counted: dict[str, int]


def compare(
    book: Book,
    shown: Owners,
    *,
    scope: str,
    now: datetime,
    taken: datetime | None = None,
    complete: bool = False,
) -> Compared:
    """Compare the leases of a scope with evidence. Nothing is changed."""
    there = {parse(row.address) for row in (*shown.rows, *shown.skipped)}
    missed: list[Missed] = []
    seen: list[str] = []
    why: Counter[str] = Counter()
    for lease in book.holdings(scope=scope):
        if lease.kind != "mac":
            continue
        if parse(lease.address) in there:
            seen.append(lease.address)
            continue
        at = _taken(lease, shown.inventory, now, taken, complete=complete)
        if isinstance(at, str):
            why[at] += 1
        else:
            missed.append(Missed(address=lease.address, version=lease.version, at=at))
    return Compared(tuple(missed), tuple(seen), dict(sorted(why.items())))


def _taken(
    lease: Lease, inventory: Inventory, now: datetime, taken: datetime | None, *, complete: bool
) -> datetime | str:
    """Return when the evidence looked for a lease, or why it does not count."""
    moments: list[datetime] = []
    for held in lease.holders:
        at = _looked(held, inventory, taken, complete=complete)
        if isinstance(at, str):
            return at
        moments.append(at)
    at = min((*moments, now))
    if any(held.since > at for held in lease.holders):
        return "held since after the evidence was taken"
    return at


def _looked(held: Held, inventory: Inventory, taken: datetime | None, *, complete: bool) -> datetime | str:
    holder = held.holder
    if holder.kind not in EXPECTED:
        return "held by what no inventory shows"
    key = (holder.host.casefold(), holder.kind == "vm-adapter")
    if holder.host and key in inventory.taken:
        at = taken or inventory.taken[key]
    elif not complete:
        return "its host is not in the evidence" if holder.host else "it names no host"
    elif not inventory.whole or not inventory.taken:
        return "some of the evidence could not be read"
    else:
        known = [at for at in inventory.taken.values() if at is not None]
        at = taken or (min(known) if len(known) == len(inventory.taken) else None)
    return at if at is not None else "the evidence does not say when it was taken"
