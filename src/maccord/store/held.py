"""Holders as rows of JSON keep them, in leases, in what is past, and in the audit.

In a lease a holder is [kind, id, host, note, since], and [kind, id, host, note, since, owner, until] where it has an
owner or an end; elsewhere the same without `since`. One that takes an address over from another has that one's kind:id
behind all that. Times are microseconds since 1970.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from maccord.alloc.clock import micros, moment
from maccord.alloc.records import Held, Holder

HeldRow = tuple[Any, ...]
"""A holder of a lease."""


def row(holder: Holder, since: int, replaced: str = "") -> HeldRow:
    """Return a holder as its lease keeps it; `replaced` is from whom it takes the address over."""
    plain = (holder.kind, holder.id, holder.host, holder.note, since)
    if replaced:
        return (*plain, *_more(holder), replaced)
    return (*plain, *_more(holder)) if holder.owner or holder.until is not None else plain


def told(holder: Holder) -> tuple[Any, ...]:
    """Return a holder as audit and past keep it."""
    plain = (holder.kind, holder.id, holder.host, holder.note)
    return (*plain, *_more(holder)) if holder.owner or holder.until is not None else plain


def _more(holder: Holder) -> tuple[str, int | None]:
    return holder.owner, None if holder.until is None else micros(holder.until)


def past(held: HeldRow) -> tuple[Any, ...]:
    """Return a holder of a lease as audit and past keep it."""
    return (*held[:4], *held[5:7])


def holder(held: Sequence[Any]) -> Holder:
    """Return the holder that audit and past tell of."""
    kind, name, host, note, *more = held
    owner, until = more or ("", None)
    return Holder(kind, name, host, note, owner, None if until is None else moment(until))


def held(each: HeldRow) -> Held:
    """Return a holder of a lease, and since when it holds."""
    return Held(holder(past(each)), moment(each[4]), replaces(each))


def name(each: HeldRow) -> str:
    """Return kind:id."""
    return f"{each[0]}:{each[1]}"


def replaces(each: HeldRow) -> str:
    """Return from whom a holder takes the address over: kind:id, or nothing."""
    return each[7] if len(each) > 7 else ""


def settled(rows: Iterable[HeldRow]) -> list[HeldRow]:
    """Return holders after some have left: whoever took over from one of those stays, without an end."""
    there = list(rows)
    names = {name(each) for each in there}
    return [each if not replaces(each) or replaces(each) in names else _stays(each) for each in there]


def _stays(each: HeldRow) -> HeldRow:
    plain = each[:5]
    return (*plain, each[5], None) if each[5] else plain


def end(each: Sequence[Any]) -> int | None:
    """Return when a holder of a lease lets go by itself, or None."""
    return each[6] if len(each) > 6 else None


def first_end(rows: Iterable[Sequence[Any]]) -> int | None:
    """Return when the first of a lease's holders lets go by itself: what `lease.holder_due` is."""
    return min((at for at in map(end, rows) if at is not None), default=None)
