"""Runs of numbers, both ends inside: free space is kept as such, and what is done with it is done here.

Pure functions over sorted, disjoint lists of (first, last).
"""

from collections.abc import Iterable, Iterator, Sequence

Run = tuple[int, int]


def size(runs: Iterable[Run]) -> int:
    """Return how many numbers the runs hold."""
    return sum(last - first + 1 for first, last in runs)


def islands(values: Iterable[int]) -> list[Run]:
    """Return ascending numbers as runs; equal neighbours count once.

    >>> islands([1, 2, 3, 7, 8])
    [(1, 3), (7, 8)]
    """
    found: list[Run] = []
    for value in values:
        if found and value <= found[-1][1] + 1:
            found[-1] = (found[-1][0], value)
        else:
            found.append((value, value))
    return found


def merged(runs: Iterable[Run]) -> list[Run]:
    """Return runs in any order as sorted ones that neither overlap nor touch.

    >>> merged([(5, 6), (1, 2), (3, 4)])
    [(1, 6)]
    """
    found: list[Run] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def without(runs: Iterable[Run], taken: Iterable[Run]) -> list[Run]:
    """Return what is left of `runs` when `taken` goes; both sorted and disjoint.

    >>> without([(1, 10)], [(3, 4), (10, 12)])
    [(1, 2), (5, 9)]
    """
    left: list[Run] = []
    holes = list(taken)
    at = 0
    for first, last in runs:
        while at < len(holes) and holes[at][1] < first:
            at += 1
        here, begin = at, first
        while here < len(holes) and holes[here][0] <= last:
            if begin < holes[here][0]:
                left.append((begin, holes[here][0] - 1))
            begin = max(begin, holes[here][1] + 1)
            here += 1
        if begin <= last:
            left.append((begin, last))
    return left


def common(runs: Iterable[Run], others: Iterable[Run]) -> list[Run]:
    """Return what lies in both; both sorted and disjoint.

    >>> common([(1, 5), (8, 9)], [(4, 8)])
    [(4, 5), (8, 8)]
    """
    left, right = list(runs), list(others)
    found: list[Run] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            found.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return found


def head(runs: Iterable[Run], count: int) -> list[Run]:
    """Return the first `count` numbers of runs, as runs; fewer when there are no more."""
    found: list[Run] = []
    for first, last in runs:
        if count <= 0:
            break
        last = min(last, first + count - 1)  # noqa: PLW2901 - the part that is taken
        found.append((first, last))
        count -= last - first + 1
    return found


def numbers(runs: Iterable[Run]) -> Iterator[int]:
    """Return every number of the runs, in their order."""
    for first, last in runs:
        yield from range(first, last + 1)


def aligned(runs: Sequence[Run], count: int, align: int, offset: int = 0) -> Run | None:
    """Return the first run of `count` numbers that begins at a multiple of `align`, numbers counted from -`offset`.

    >>> aligned([(3, 20)], 4, 8)
    (8, 11)
    """
    for first, last in runs:
        begin = first + -(first + offset) % align
        if begin + count - 1 <= last:
            return begin, begin + count - 1
    return None


def holds(runs: Iterable[Run], value: int) -> bool:
    """Return whether a number lies in one of the runs."""
    return any(first <= value <= last for first, last in runs)
