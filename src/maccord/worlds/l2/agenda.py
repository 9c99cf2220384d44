"""The future of a world: one heap of events, one chance, no clock.

An event is `(at_us, order, act, first, second, hops)` and happens by `act(first, second, hops)`. `order` counts upward,
so events of one microsecond happen in the order in which they were planned and nothing behind it is ever compared. A
frame under way is such an event, too: that spares an object for each hop.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from random import Random

from maccord.worlds.l2.frame import Frame

Event = tuple[int, int, Callable[..., object], object, object, int]


class Agenda:
    """What happens next, and when: `now_us` is the moment of the event that happens, in whole microseconds from 0.

    `happened` counts the events so far.

    `in_flight_max` bounds what may wait at once: a flood that would go beyond it is dropped, as by a switch whose
    buffers are full. So a storm ends, in bounded memory.
    """

    __slots__ = ("chance", "happened", "heap", "in_flight_max", "next_order", "now_us", "seed")

    def __init__(self, seed: int, *, in_flight_max: int) -> None:
        self.seed = seed
        self.chance = Random(seed)  # noqa: S311 - seeded chance, no secrets
        self.heap: list[Event] = []
        self.now_us = 0
        self.in_flight_max = in_flight_max
        self.happened = 0
        self.next_order = count().__next__

    def at(self, at_us: int, act: Callable[..., object], *what: object) -> None:
        """Plan `act(*what)`, a timer and no frame, for `at_us`; what is past happens now."""
        heappush(self.heap, (max(at_us, self.now_us), self.next_order(), ring, act, what, 0))

    def after(self, delay_us: int, act: Callable[..., object], *what: object) -> None:
        """Plan `act(*what)` for `delay_us` from now."""
        heappush(self.heap, (self.now_us + delay_us, self.next_order(), ring, act, what, 0))

    def run(self, until_us: int) -> None:
        """Let everything up to and including `until_us` happen, and then let it be `until_us`."""
        heap, pop = self.heap, heappop
        happened = 0
        while heap and heap[0][0] <= until_us:
            self.now_us, _, act, first, second, hops = pop(heap)
            act(first, second, hops)
            happened += 1
        self.happened += happened
        self.now_us = max(self.now_us, until_us)

    def run_while(self, wanted: Callable[[], bool], until_us: int) -> None:
        """Let things happen while `wanted()`, but nothing after `until_us`. The clock stays at the last event."""
        heap, pop = self.heap, heappop
        while wanted() and heap and heap[0][0] <= until_us:
            self.now_us, _, act, first, second, hops = pop(heap)
            act(first, second, hops)
            self.happened += 1

    @property
    def frames_in_flight(self) -> int:
        """How many copies of frames are on a wire."""
        return sum(event[4].__class__ is Frame for event in self.heap)


def ring(act: Callable[..., object], what: tuple[object, ...], _hops: int) -> None:
    """What a timer's event does."""
    act(*what)
