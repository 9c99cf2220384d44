"""What evidence shows: adoptions, and leases that it misses."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from maccord.alloc.records import GLOBAL, Adoption, ForeignRange, Leak, Missed
from maccord.rest.addresses import LeaseDoc
from maccord.rest.holders import HolderDoc
from maccord.rest.texts import _PRINTABLE, ROWS_MAX, Address, Asked, Long, Seconds, Word


class AdoptionDoc(Asked, frozen=True, kw_only=True):
    """An address that evidence shows in use, by whom, and where the evidence says so."""

    mac: Address
    holder: HolderDoc
    place: Long = ""
    scope: Word = GLOBAL

    def record(self) -> Adoption:
        """Return the row as the allocator knows it."""
        return Adoption(address=self.mac, holder=self.holder.record(), place=self.place, scope=self.scope)


class ForeignDoc(Asked, frozen=True, kw_only=True):
    """A range of MAC addresses that somebody else issues from: `owner` says who."""

    first: Address
    last: Address
    owner: Annotated[str, Meta(min_length=1, max_length=1000, pattern=_PRINTABLE)]
    scope: Word = GLOBAL

    def record(self) -> ForeignRange:
        """Return the range as the allocator knows it."""
        return ForeignRange(first=self.first, last=self.last, owner=self.owner, scope=self.scope)


class Adopt(Asked, frozen=True, kw_only=True):
    """Addresses to take over: all of them, or none. With `preview`, nothing is changed.

    `ranges` are what others issue from: what is free of them is excluded from pools, in the same transaction.
    """

    rows: Annotated[tuple[AdoptionDoc, ...], Meta(max_length=ROWS_MAX)]
    ranges: Annotated[tuple[ForeignDoc, ...], Meta(max_length=ROWS_MAX)] = ()
    preview: bool = False


class MissedDoc(Asked, frozen=True, kw_only=True):
    """A lease, by the version that was compared, which evidence of the moment `at` should have shown and did not."""

    mac: Address
    version: int
    at: Annotated[datetime, Meta(tz=True)]

    def record(self) -> Missed:
        """Return it as the allocator knows it."""
        return Missed(address=self.mac, version=self.version, at=self.at)


class NoteAbsences(Asked, frozen=True, kw_only=True):
    """Leases that evidence missed, and addresses of the same scope that it showed.

    Observations that are nearer than `apart_s` to the one before count once.
    """

    missed: Annotated[tuple[MissedDoc, ...], Meta(max_length=ROWS_MAX)]
    scope: Word = GLOBAL
    seen: Annotated[tuple[Address, ...], Meta(max_length=ROWS_MAX)] = ()
    apart_s: Seconds = 3600


class Reclaim(Asked, frozen=True, kw_only=True):
    """How often and over how many seconds a lease must have been missed, and how long its address is on probation.

    `for_s` null: as long as its pool lets addresses rest, and a week at least.
    """

    observations: Annotated[int, Meta(ge=1, le=1000)] = 3
    age_s: Seconds = 604_800
    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


class LeakDoc(Leak, frozen=True, kw_only=True):
    """A lease that is probably held by nobody any more: how often evidence missed it, first and last."""

    lease: LeaseDoc
