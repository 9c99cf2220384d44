"""Groups, the pools that are bound to them, and which of those an allocation would come from."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from maccord.alloc.kinds import AddressKind

Standing = Literal["won", "able", "exhausted", "draining", "other-kind", "not-granted", "repeated"]
"""What a candidate is: `won` gives; `able` could, after the one that won; the others cannot, and say why."""


class Group(Struct, frozen=True, kw_only=True):
    """A group and the pools that are bound to it, in the order in which they are asked.

    With `inherit`, the pools of the groups above are asked when its own are exhausted. `version` rises with every
    change, and a group that is made again goes on from where the earlier one ended.
    """

    path: str
    pools: tuple[str, ...]
    inherit: bool = True
    note: str = ""
    version: int = 0


class Candidate(Struct, frozen=True, kw_only=True):
    """A pool that is asked, the group that binds it, and how it stands.

    `available` counts what could be given at once, `resting` what rests or is on probation; None where whoever asks is
    not granted the pool, or it has another kind of address.
    """

    pool: str
    group: str
    kind: AddressKind
    scope: str
    standing: Standing
    why: str
    size: int | None = None
    available: int | None = None
    resting: int | None = None
    next_free_at: datetime | None = None


class Explained(Struct, frozen=True, kw_only=True):
    """Where an allocation of `count` addresses for a group would come from, and why.

    `pool` won, bound to `group`; None: no candidate can give as many. `ended_at` is the group that does not inherit and
    ends the search; None: it went up to the root.
    """

    path: str
    kind: AddressKind
    count: int
    pool: str | None
    group: str | None
    ended_at: str | None
    candidates: tuple[Candidate, ...]
