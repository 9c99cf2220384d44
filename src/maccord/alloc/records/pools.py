"""Pools: as they are asked for, changed, shown and counted."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from maccord.alloc.kinds import AddressKind
from maccord.alloc.records.leases import Lease
from maccord.alloc.records.scopes import GLOBAL

Policy = Literal["sequential", "lowest", "random"]
"""`sequential`: on from the last one given, round at the end. `lowest`: the lowest free. `random`: any."""

POLICIES: tuple[Policy, ...] = get_args(Policy)


class RangeSpec(Struct, frozen=True, omit_defaults=True):
    """A range of a pool as it is asked for: two addresses in any spelling.

    Ranges of a lower `place` are issued from first. Among those of one place whose `weight` differs, each gets its
    share of what is cut. None: as it is, for a range that is there; 0 and 1 for a new one.
    """

    first: str
    last: str
    place: int | None = None
    weight: int | None = None

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


class PoolRange(Struct, frozen=True, kw_only=True):
    """A range of a pool. From one that is draining nothing is issued; what is held there stays.

    Ranges of a lower `place` are issued from first; among those of one place, `weight` says how much from each.
    """

    first: str
    last: str
    size: int
    draining: bool = False
    place: int = 0
    weight: int = 1


class Exclusion(Struct, frozen=True, kw_only=True):
    """Addresses of a pool that are never issued."""

    first: str
    last: str
    size: int
    reason: str
    since: datetime


class PoolSpec(Struct, frozen=True, kw_only=True):
    """A pool to be made.

    `rest_s`: seconds that a released address rests; the default, a day, is longer than usual DHCP leases, ARP caches
    and switches' tables live. `confirm_s`: seconds after which an unconfirmed lease expires into rest; None, never.
    `excluded`: ranges never issued. `allow_foreign`: accept ranges in blocks which other products issue by themselves
    (VMware's generated addresses, Docker's and so on), which are refused otherwise. `low_percent`: free addresses below
    this raise the event `pool-low`. `seed`: what addresses by identity are derived with; by default scope/name.
    """

    name: str
    ranges: tuple[RangeSpec, ...]
    kind: AddressKind = "mac"
    scope: str = GLOBAL
    policy: Policy = "sequential"
    rest_s: int = 86_400
    confirm_s: int | None = None
    excluded: tuple[RangeSpec, ...] = ()
    note: str = ""
    allow_foreign: bool = False
    low_percent: int = 10
    seed: str = ""


class PoolChange(Struct, frozen=True, kw_only=True):
    """What to change of a pool; None leaves a thing as it is.

    `ranges`, when given, are all ranges that the pool has then: new ones are added, missing ones are taken away, one
    whose ends differ is moved. Leases in what goes are *stranded*: kept, protected, and of no range; this is refused
    unless `strand` is True. `drain` and `undrain` name ranges by any address in them. `confirm_s` 0 switches it off.
    """

    ranges: tuple[RangeSpec, ...] | None = None
    policy: Policy | None = None
    rest_s: int | None = None
    confirm_s: int | None = None
    note: str | None = None
    low_percent: int | None = None
    drain: tuple[str, ...] = ()
    undrain: tuple[str, ...] = ()
    allow_foreign: bool = False
    strand: bool = False


class Pool(Struct, frozen=True, kw_only=True):
    """A pool as it is. `version` rises with every change of the pool itself: the ETag. `warnings` are for people.

    `groups` are the paths of the groups that it is bound to.
    A pool that stands on a lease of a range issues nothing after `valid_until`.
    """

    name: str
    kind: AddressKind
    scope: str
    policy: Policy
    rest_s: int
    confirm_s: int | None
    low_percent: int
    note: str
    ranges: tuple[PoolRange, ...]
    excluded: tuple[Exclusion, ...]
    size: int
    created_at: datetime
    version: int
    seed: str = ""
    warnings: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    valid_until: datetime | None = None


class Stranded(Struct, frozen=True, kw_only=True):
    """What a change leaves outside the pool's ranges: how many leases, and the first hundred of them.

    `blocks` are the numbers of hosts' ranges there. They cannot be stranded: a change that has any is refused.
    """

    count: int = 0
    leases: tuple[Lease, ...] = ()
    blocks: tuple[int, ...] = ()


class PoolChanged(Struct, frozen=True, kw_only=True):
    """A pool after a change (or as it would be, for a preview), and what the change strands."""

    pool: Pool
    stranded: Stranded


class RangeFill(Struct, frozen=True, kw_only=True):
    """How full one range of a pool is. size = available + drained + excluded + taken.

    `available` can be given at once; `taken` is held, in use, resting, on probation or in a host's own range.
    """

    pool: str
    scope: str
    first: str
    last: str
    size: int
    available: int
    drained: int
    excluded: int
    taken: int


class Usage(Struct, frozen=True, kw_only=True):
    """The counters of one pool. size = free + reserved + held + in_use + resting + probation + excluded + blocks.

    `reserved` lie in chunks that service processes have taken and not yet given: they are free for whoever asks there.
    `next_free_at` is when the first resting address has rested. `runs` is the number of free extents. Drained
    addresses are in `free` and not in `available`.
    """

    pool: str
    kind: AddressKind
    scope: str
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
    runs: int
    next_free_at: datetime | None = None

    @property
    def allocated(self) -> int:
        """How many addresses of its ranges are held by somebody."""
        return self.held + self.in_use

    @property
    def available(self) -> int:
        """How many can be given at once."""
        return self.free + self.reserved - self.drained
