"""What the engine did, counted, and told to who subscribed."""

from bisect import bisect_left
from collections.abc import Callable

from maccord.alloc.clock import SteadyClock, moment
from maccord.alloc.errors import AddressTaken, AdoptionConflicts, PoolExhausted
from maccord.alloc.records import Note
from maccord.store.engine.jobs import Grant, Job
from maccord.store.hands import Hand

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, float("inf"))
"""Upper bounds of the histogram of commits, in seconds."""


class Tally:
    """Counts, the histogram of commits, and listeners."""

    def __init__(self, clock: SteadyClock) -> None:
        self.clock = clock
        self.listeners: list[Callable[[Note], None]] = []
        self.stats = {"requests": 0, "commits": 0, "replays": 0, "conflicts": 0, "allocated": 0, "released": 0}
        self.commit_s = [0] * len(BOUNDS)
        self._low: set[str] = set()

    def single(self, pool: str, now: int, took_s: float) -> None:
        """Count a commit of one address."""
        self.commit_s[bisect_left(BOUNDS, took_s)] += 1
        stats = self.stats
        stats["commits"] += 1
        stats["requests"] += 1
        stats["allocated"] += 1
        if self.listeners:
            self.tell([Note(name="allocated", at=moment(now), pool=pool, count=1)])

    def committed(self, batch: list[Job], now: int, took_s: float) -> None:
        """Count a commit of a batch."""
        self.commit_s[bisect_left(BOUNDS, took_s)] += 1
        stats = self.stats
        stats["commits"] += 1
        stats["requests"] += len(batch)
        given: dict[str, int] = {}
        notes: list[Note] = []
        for job in batch:
            if job.error is not None:
                self.refused(job.error)
            elif isinstance(job, Grant):
                given[job.pool] = given.get(job.pool, 0) + job.count
            else:
                notes += job.notes
        stats["allocated"] += sum(given.values())
        for note in notes:
            if note.name in ("allocated", "released"):
                stats[note.name] += note.count
        if self.listeners:
            at = moment(now)
            self.tell([Note(name="allocated", at=at, pool=pool, count=count) for pool, count in given.items()])
            self.tell(notes)

    def refused(self, error: BaseException) -> None:
        """Count a refusal, and tell of conflicts and exhausted pools."""
        now = moment(self.clock())
        if isinstance(error, AddressTaken):
            self.stats["conflicts"] += 1
            self.tell([Note(name="conflict", at=now, pool=error.pool, facts=error.fields())])
        elif isinstance(error, AdoptionConflicts):
            self.stats["conflicts"] += error.total
            self.tell([Note(name="conflict", at=now, pool=None, count=error.total)])
        elif isinstance(error, PoolExhausted):
            self.tell([Note(name="pool-exhausted", at=now, pool=error.pool, facts=error.fields())])

    def filled(self, hand: Hand, free: int) -> None:
        """Tell once when a pool runs low, and again only after it has recovered."""
        pool = hand.pool
        if free * 100 >= hand.size * pool.low_percent:
            self._low.discard(pool.name)
        elif pool.name not in self._low:
            self._low.add(pool.name)
            facts: dict[str, object] = {"free": free, "size": hand.size}
            self.tell([Note(name="pool-low", at=moment(self.clock()), pool=pool.name, facts=facts)])

    def tell(self, notes: list[Note]) -> None:
        """Tell every listener."""
        for note in notes:
            for listener in self.listeners:
                listener(note)
