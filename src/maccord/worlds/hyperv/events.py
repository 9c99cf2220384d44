"""Events as Windows logs them, and a log that keeps the latest of each kind."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_KEPT = 500
"""How many of one kind are kept: as many as the collector script asks a log for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event.

    log: the channel's name; provider; id; message: the vendor's text filled in, None where no source gives it;
    at_us: the world's time in microseconds; values: what fills the text, as far as it is known.
    """

    log: str
    provider: str
    id: int
    message: str | None
    at_us: int = 0
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class EventLog:
    """The event logs of one host, in the order of logging; of each provider and id the latest 500 are kept."""

    _kept: dict[tuple[str, int], list[tuple[int, Event]]] = field(default_factory=dict)
    _count: int = 0

    def add(self, event: Event) -> None:
        """Log one event."""
        kind = self._kept.setdefault((event.provider, event.id), [])
        kind.append((self._count, event))
        self._count += 1
        del kind[:-_KEPT]

    def clear(self) -> None:
        """Empty all logs, as generalizing an image does."""
        self._kept.clear()

    def of(self, number: int) -> list[Event]:
        """Return the events with this id, the oldest first."""
        return [event for event in self if event.id == number]

    def __iter__(self) -> Iterator[Event]:
        logged = [one for kind in self._kept.values() for one in kind]
        return (event for _, event in sorted(logged, key=lambda one: one[0]))

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))
