"""A dictionary that never grows beyond a bound, whoever fills it.

Somebody may send from a new address with every frame. What was asked for once only makes way first, the oldest before
the others; what was asked for again has a place of its own, so that a flood of new keys cannot drive it out.

Source: T. Johnson and D. Shasha, "2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm" (1994).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """At most `size` values by key; `dropped` counts those that had to make way."""

    def __init__(self, size: int, make: Callable[[], V], *, worth: Callable[[V], bool]) -> None:
        """`worth` tells of a value that makes way whether it is better kept among those that stay."""
        self._size, self._make, self._worth = max(size, 4), make, worth
        self._new: OrderedDict[K, V] = OrderedDict()
        self._kept: OrderedDict[K, V] = OrderedDict()
        self.dropped = 0

    def get(self, key: K) -> V | None:
        """Return the value of a key, if it is here."""
        found = self._kept.get(key)
        return found if found is not None else self._new.get(key)

    def ask(self, key: K) -> V:
        """Return the value of a key, made anew if it is not here."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        found = self._new.get(key)
        if found is None:
            found = self._new[key] = self._make()
            self._make_room()
        return found

    def put(self, key: K, value: V) -> None:
        """Put a value in, as one that stays."""
        self._kept[key] = value
        self._make_room()

    def _make_room(self) -> None:
        while len(self._new) + len(self._kept) > self._size:
            if len(self._new) * 4 > self._size or not self._kept:
                key, value = self._new.popitem(last=False)
                if self._worth(value) and len(self._kept) * 4 < self._size * 3:
                    self._kept[key] = value
                    continue
            else:
                self._kept.popitem(last=False)
            self.dropped += 1

    def items(self) -> Iterator[tuple[K, V]]:
        """Yield keys and values, those that stay first, each from the oldest on."""
        yield from self._kept.items()
        yield from self._new.items()

    def values(self) -> Iterator[V]:
        """Yield the values in the same order."""
        yield from self._kept.values()
        yield from self._new.values()

    def __len__(self) -> int:
        return len(self._new) + len(self._kept)
