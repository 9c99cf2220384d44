"""What is asked of the store for metrics, and not asked again at once: scrapes must not slow allocations."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
_PART = 20


class Seldom(Generic[T]):
    """Asks, and gives the same answer again for a while: at least `least_s`, and twenty times as long as it took.

    So however often metrics are scraped, what they ask takes a twentieth of the time at most. One asks at a time.
    """

    def __init__(self, ask: Callable[[], T], *, least_s: float = 0.0, clock: Callable[[], float] = monotonic) -> None:
        self._ask, self._least_s, self._clock = ask, least_s, clock
        self._lock = threading.Lock()
        self._until: float | None = None
        self._answer: T

    def __call__(self) -> T:
        """Return the answer, of a moment ago or of now; what went wrong is raised and asked again."""
        with self._lock:
            began = self._clock()
            if self._until is None or began >= self._until:
                self._until = None
                self._answer = self._ask()
                ended = self._clock()
                self._until = ended + max(self._least_s, _PART * (ended - began))
            return self._answer
