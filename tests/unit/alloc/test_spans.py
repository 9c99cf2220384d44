"""Runs of numbers, against sets."""

from hypothesis import given
from hypothesis import strategies as st

from maccord.alloc import spans

NUMBERS = st.sets(st.integers(-20, 60), max_size=30)


def runs(values):
    return spans.islands(sorted(values))


def spelled(found):
    return set(spans.numbers(found))


@given(NUMBERS, NUMBERS)
def test_runs_do_what_sets_do(some, others):
    left, right = runs(some), runs(others)
    assert spelled(left) == some
    assert spelled(spans.without(left, right)) == some - others
    assert spelled(spans.common(left, right)) == some & others
    assert spelled(spans.merged([*right, *left])) == some | others
    assert spans.merged([*left, *right]) == runs(some | others)
    assert spans.size(left) == len(some)


@given(NUMBERS, st.integers(0, 40))
def test_the_head_is_the_first_of_them(some, count):
    assert list(spans.numbers(spans.head(runs(some), count))) == sorted(some)[:count]


@given(NUMBERS, st.integers(1, 6), st.sampled_from([1, 2, 4, 8, 10]), st.integers(0, 7))
def test_an_aligned_run_is_the_first_that_fits(some, count, align, offset):
    fits = [
        first
        for first in sorted(some)
        if (first + offset) % align == 0 and all(first + step in some for step in range(count))
    ]
    expected = (fits[0], fits[0] + count - 1) if fits else None
    assert spans.aligned(runs(some), count, align, offset) == expected
