"""Brings what several sources tell into one order of time.

Files that are read from their beginning are held against each other: nothing counts until all of them have come that
far. What comes live is held for a moment, since two ports' batches of one moment come one after the other.
"""

from heapq import heappop, heappush
from itertools import count

from maccord.wire.records import Batch
from maccord.wire.track import Tracker
from maccord.wire.track.tracker import Event, events_of

HELD_NS = 1_000_000_000


class Order:
    """Holds events until it is their turn, and then gives them to the tracker."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._held: list[tuple[int, int, int, int, Event]] = []
        self._numbers = count()
        self._behind: dict[str, int] = {}
        """How far files are that are still read from their beginning."""
        self.newest_ns = tracker.now_ns

    def expect(self, source: str) -> None:
        """Note that a source begins with what is there already."""
        self._behind[source] = 0

    def caught_up(self, source: str) -> None:
        """Note that a source has read what was there."""
        self._behind.pop(source, None)

    def take(self, source: str, batch: Batch, fabric: int = 0) -> None:
        """Hold what a source told."""
        for event in events_of(batch):
            heappush(self._held, (event[0], event[1], next(self._numbers), fabric, event))
            self.newest_ns = max(self.newest_ns, event[0])
        if source in self._behind:
            self._behind[source] = max(self._behind[source], batch.through_ns)

    def release(self, passed_ns: int = 0, *, everything: bool = False) -> None:
        """Give the tracker what has its turn, when so much time has passed since the newest event."""
        limit = min(self._behind.values(), default=self.newest_ns + passed_ns - HELD_NS)
        while self._held and (everything or self._held[0][0] <= limit):
            *_, fabric, event = heappop(self._held)
            self._tracker.apply(fabric, event)

    def __len__(self) -> int:
        return len(self._held)
