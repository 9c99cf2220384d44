"""Pools, their ranges and counters; groups."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from maccord.alloc.records import GLOBAL, Policy, Pool, PoolChanged, Stranded, Usage
from maccord.rest.addresses import LeaseDoc
from maccord.rest.texts import _PRINTABLE, Address, Asked, Long, Seconds, Span, Word, document


class RangeDoc(Asked, frozen=True, kw_only=True):
    """Addresses from `first` to `last`, both inside."""

    first: Address
    last: Address


class PoolRangeDoc(RangeDoc, frozen=True, kw_only=True):
    """A range of a pool: those of a lower `place` are issued from first, those of one place in proportion to `weight`.

    What is left out stays as it is; for a new range, place 0 and weight 1.
    """

    place: Annotated[int, Meta(ge=0, le=1000)] | None = None
    weight: Annotated[int, Meta(ge=1, le=1000)] | None = None


class GroupPut(Asked, frozen=True, kw_only=True):
    """What a group is to be: all pools of its own, in the order in which they are asked.

    With `inherit`, pools of the groups above are asked when its own are exhausted.
    """

    pools: Annotated[tuple[Word, ...], Meta(max_length=100)] = ()
    inherit: bool = True
    note: Long = ""


class PoolNew(Asked, frozen=True, kw_only=True):
    """A pool to make.

    `rest_s`: how long a released address rests. `confirm_s`: after how long an unconfirmed lease expires; null, never.
    `allow_foreign`: accept ranges of blocks that other products issue from by themselves. `low_percent`: below this
    share of free addresses the pool is reported as low. `seed`: what addresses by identity are derived with.
    """

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    ranges: Annotated[tuple[PoolRangeDoc | Span, ...], Meta(min_length=1, max_length=1000)]
    kind: Literal["mac", "wwn"] = "mac"
    scope: Word = GLOBAL
    policy: Policy = "sequential"
    rest_s: Seconds = 86_400
    confirm_s: Seconds | None = None
    excluded: Annotated[tuple[RangeDoc | Span, ...], Meta(max_length=1000)] = ()
    note: Long = ""
    allow_foreign: bool = False
    low_percent: Annotated[int, Meta(ge=0, le=100)] = 10
    seed: Annotated[str, Meta(max_length=256, pattern=_PRINTABLE)] = ""


class PoolPatch(Asked, frozen=True, kw_only=True):
    """What to change of a pool; what is left out or null stays.

    `ranges` are all ranges that the pool has then. Leases in what goes are stranded: kept, and of no range; that is
    refused unless `strand` says so. `drain` and `undrain` name ranges by an address in them. `confirm_s` 0 switches
    expiry off. With `preview`, nothing is changed, and the answer says what would be stranded.
    """

    ranges: Annotated[tuple[PoolRangeDoc | Span, ...], Meta(min_length=1, max_length=1000)] | None = None
    policy: Policy | None = None
    rest_s: Seconds | None = None
    confirm_s: Seconds | None = None
    note: Long | None = None
    low_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    drain: Annotated[tuple[Address, ...], Meta(max_length=1000)] = ()
    undrain: Annotated[tuple[Address, ...], Meta(max_length=1000)] = ()
    allow_foreign: bool = False
    strand: bool = False
    preview: bool = False


class Exclude(Asked, frozen=True, kw_only=True):
    """Addresses of a pool that are never to be issued, and why."""

    first: Address
    last: Address
    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]


class StrandedDoc(Stranded, frozen=True, kw_only=True):
    """What a change leaves outside the pool's ranges."""

    leases: tuple[LeaseDoc, ...] = ()


class PoolChangedDoc(PoolChanged, frozen=True, kw_only=True):
    """A pool after a change, or as it would be, and what is stranded by it."""

    stranded: StrandedDoc


class UsageDoc(Struct, frozen=True, kw_only=True):
    """How many addresses of a pool are in which state; `reserved` are free, in the hands of a service process."""

    size: int
    free: int
    reserved: int
    held: int
    in_use: int
    resting: int
    probation: int
    excluded: int
    blocks: int
    drained: int
    next_free_at: datetime | None = None


class PoolDoc(Pool, frozen=True, kw_only=True):
    """A pool and its counters."""

    usage: UsageDoc


def pool_document(pool: Pool, usage: Usage) -> PoolDoc:
    """Return a pool's document, with its counters."""
    fields = {name: getattr(pool, name) for name in Pool.__struct_fields__}
    return PoolDoc(**fields, usage=document(usage, UsageDoc))
