"""Which of several overlapping ranges are kept: weighted interval scheduling, exactly.

Ranges that are kept may not overlap. Of all such choices the one is taken whose ranges are worth most; what a range is
worth is told in several figures, the first of which counts most. The choice is optimal (J. Kleinberg and E. Tardos,
"Algorithm Design", section 6.1), in the time of sorting the ranges.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Worth = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate(Generic[K]):
    """A range that may be kept: who has it, both ends, and what keeping it is worth, most important figure first."""

    key: K
    first: int
    last: int
    worth: Worth


def worth_keeping(candidates: Iterable[Candidate[K]]) -> set[K]:
    """Return the keys of the ranges to keep; all `worth` have one length.

    A range of negative worth is never kept. Of choices of equal worth the same one is returned whatever the order of
    the candidates: keys decide, so they must be comparable as texts.
    """
    found = sorted(candidates, key=lambda one: (one.last, one.first, str(one.key)))
    if not found:
        return set()
    ends = [one.last for one in found]
    nothing: Worth = (0,) * len(found[0].worth)
    best: list[Worth] = [nothing]
    before: list[int] = []
    for number, one in enumerate(found):
        at = bisect_left(ends, one.first, 0, number)
        before.append(at)
        with_it = tuple(a + b for a, b in zip(best[at], one.worth, strict=True))
        best.append(max(best[-1], with_it))
    kept: set[K] = set()
    number = len(found)
    while number:
        if best[number] == best[number - 1]:
            number -= 1
        else:
            kept.add(found[number - 1].key)
            number = before[number - 1]
    return kept
