"""The authority as a part of a program."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from maccord.alloc.records import Note, RangeFill
from maccord.alloc.signing import Signer


class Counters(Struct, frozen=True, kw_only=True):
    """How the store is doing, for metrics. Since this process opened it; `queue` is what waits now.

    `commits` and `requests` give the mean size of a group commit; `commit_s` has one (upper bound, count) per bucket,
    not cumulative, and the last bound is infinite.
    """

    requests: int
    commits: int
    replays: int
    conflicts: int
    queue: int
    allocated: int
    released: int
    commit_s: tuple[tuple[float, int], ...]


class Running(Protocol):
    """The authority as a part of a program."""

    def subscribe(self, listener: Callable[[Note], None]) -> None:
        """Have `listener` called after each commit of this process, in order; it must return at once and not raise."""
        ...

    def sign_with(self, signer: Signer | None) -> None:
        """Sign leases of ranges with a key; without one, none is signed."""
        ...

    def tick(self) -> None:
        """Do what is due: free what has rested, expire, take over from dead processes, anchor. Cheap when idle.

        A background thread does it once a second, unless the authority was opened with `background=False`.
        """
        ...

    def warn_of_filling(self, days: int) -> None:
        """Have subscribers told `pool-filling` once a pool will be full in fewer than `days`; 0, never.

        It is looked at once an hour, and told again only after the pool had a quarter more time left, or did not fill.
        """
        ...

    def counters(self) -> Counters:
        """Return the figures of this process."""
        ...

    def held_in_ranges(self, pool: str) -> dict[str, int]:
        """Return how many addresses of each range are held, by the range's first address; raises NoSuchPool."""
        ...

    def range_fills(self, *, limit: int = 10_000) -> tuple[RangeFill, ...]:
        """Return how full ranges are, in the order of their pools' names and addresses: the first `limit` of them."""
        ...

    def ready(self) -> None:
        """Return if the store can be read and written now; raises StoreUnavailable."""
        ...

    def close(self, *, drain_s: float = 10.0) -> None:
        """Take no new work, finish what was taken, hand chunks back, anchor the audit, and let go of the store."""
        ...

    def now(self) -> datetime:
        """Return the authority's time: that of the clock, but never backwards, and with no leap while it runs."""
        ...
