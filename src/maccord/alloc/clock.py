"""Time that does not leap: rests must not end early because somebody set a clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """Return the time of microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=at)


class SteadyClock:
    """Begins at the clock's time and goes on with what the monotonic counter counted; `lean` follows the clock slowly.

    A clock that is set forward while this runs ends no rest early; one that is set backward prolongs none. `floor` is a
    time that was seen before, such as the store's last: the clock begins no earlier. `ceiling`, if there is one, is
    what others who are at work right now have for the time: it begins no later.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        floor: int = 0,
        ceiling: int | None = None,
    ) -> None:
        begun = micros(clock())
        self._clock = clock
        if ceiling is not None:
            begun = min(begun, ceiling)
        self._monotonic = monotonic
        self._offset = max(begun, floor) - round(monotonic() * 1_000_000)
        self._leant = monotonic()
        self._last = 0
        self._lock = Lock()

    def __call__(self) -> int:
        """Return the time in microseconds since 1970; it never goes backwards."""
        with self._lock:
            self._last = max(self._last, self._offset + round(self._monotonic() * 1_000_000))
            return self._last

    def at_least(self, seen: int) -> None:
        """Go on from `seen` if that is later: another process of the store is ahead."""
        with self._lock:
            behind = seen - (self._offset + round(self._monotonic() * 1_000_000))
            if behind > 0:
                self._offset += behind

    def lean(self) -> None:
        """Come nearer to the clock, by half a thousandth of the time since the last call: for counters that drift."""
        with self._lock:
            counted = self._monotonic()
            most = round((counted - self._leant) * 500)
            self._leant = counted
            behind = micros(self._clock()) - (self._offset + round(counted * 1_000_000))
            self._offset += max(-most, min(most, behind))
