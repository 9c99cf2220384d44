"""Sets of whole numbers as merged spans, both ends inside: what is taken, asked and added to in logarithmic time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Span = tuple[int, int]


class Spans:
    """Numbers, held as spans that neither touch nor overlap, in order."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(spans):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __iter__(self) -> Iterator[Span]:
        return iter(zip(self._firsts, self._lasts, strict=True))

    def __len__(self) -> int:
        return len(self._firsts)

    def __contains__(self, number: object) -> bool:
        at = bisect_right(self._firsts, number) - 1 if isinstance(number, int) else -1
        return at >= 0 and isinstance(number, int) and number <= self._lasts[at]

    def add(self, first: int, last: int) -> None:
        """Put the numbers from `first` to `last` in."""
        low = bisect_left(self._lasts, first - 1)
        high = bisect_right(self._firsts, last + 1)
        if low < high:
            first, last = min(first, self._firsts[low]), max(last, self._lasts[high - 1])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def touched(self, first: int, last: int) -> Span | None:
        """Return the lowest span that has a number in common with first..last."""
        at = bisect_left(self._lasts, first)
        return (self._firsts[at], self._lasts[at]) if at < len(self) and self._firsts[at] <= last else None

    def within(self, first: int, last: int) -> list[Span]:
        """Return the parts of the spans that lie in first..last, in order."""
        low, high = bisect_left(self._lasts, first), bisect_right(self._firsts, last)
        return [(max(first, self._firsts[at]), min(last, self._lasts[at])) for at in range(low, high)]

    def free_after(self, number: int) -> int | None:
        """Return the highest number up to which everything above `number` is free; None if there is no end."""
        at = bisect_left(self._lasts, number + 1)
        return max(number, self._firsts[at] - 1) if at < len(self) else None

    def free_before(self, number: int) -> int:
        """Return the lowest number down to which everything below `number` is free."""
        at = bisect_left(self._firsts, number) - 1
        return min(number, self._lasts[at] + 1) if at >= 0 else 0
