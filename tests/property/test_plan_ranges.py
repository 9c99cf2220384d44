"""The choice of ranges to keep is the best there is, and what is given out is free."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.plan.keeping import Candidate, worth_keeping
from maccord.plan.refusals import NoSpace
from maccord.plan.space import STEP, Space
from maccord.plan.spans import Spans

ENDS = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))
WORTH = st.tuples(st.integers(-2, 6), st.integers(0, 1), st.integers(0, 3))
FLEETS = st.lists(st.tuples(ENDS, WORTH), max_size=8)


def candidates(fleet):
    return [Candidate(f"HV{number:02}", first, last, worth) for number, ((first, last), worth) in enumerate(fleet)]


def disjoint(ranges):
    return all(one.last < other.first or other.last < one.first for one, other in combinations(ranges, 2))


def worth(ranges):
    return tuple(map(sum, zip(*(one.worth for one in ranges), strict=True))) or (0, 0, 0)


@given(FLEETS)
def test_the_kept_ranges_are_worth_as_much_as_the_best_of_all_choices(fleet):
    known = candidates(fleet)
    choices = [chosen for size in range(len(known) + 1) for chosen in combinations(known, size) if disjoint(chosen)]
    kept = [one for one in known if one.key in worth_keeping(known)]
    assert disjoint(kept)
    assert worth(kept) == max(worth(one) for one in choices)


@given(FLEETS, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_of_the_hosts(fleet, chance):
    known = candidates(fleet)
    mixed = chance.sample(known, len(known))
    assert worth_keeping(mixed) == worth_keeping(known)


@given(st.lists(ENDS, max_size=12), st.lists(ENDS, max_size=12), ENDS)
def test_spans_are_a_set_of_numbers(first, later, asked):
    spans, numbers = Spans(first), {one for low, high in first for one in range(low, high + 1)}
    for low, high in later:
        spans.add(low, high)
        numbers |= set(range(low, high + 1))
    assert {one for low, high in spans for one in range(low, high + 1)} == numbers
    assert all(low <= high < after - 1 for (low, high), (after, _) in zip([*spans][:-1], [*spans][1:], strict=True))
    assert (spans.touched(*asked) is not None) == bool(numbers & set(range(asked[0], asked[1] + 1)))
    assert [one in spans for one in range(60)] == [one in numbers for one in range(60)]
    above = [one for one in numbers if one > asked[1]]
    assert spans.free_after(asked[1]) == (min(above) - 1 if above else None)


HOME = (0x02A0C8000000, 0x02A0C80FFFFF)
NEAR = st.integers(HOME[0] - 600, HOME[0] + 9000)
TAKEN = st.lists(st.tuples(NEAR, st.integers(0, 1500)).map(lambda one: (one[0], one[0] + one[1])), max_size=10)


@given(TAKEN, st.lists(NEAR, max_size=30), st.lists(st.sampled_from([256, 512, 1024]), min_size=1, max_size=12))
def test_new_ranges_touch_nothing_that_is_known_nor_each_other(ranges, addresses, sizes):
    space = Space(ranges, addresses, range_homes=(HOME,), static_homes=(HOME,))
    given_out = []
    for size in sizes:
        first, last = space.new_range(size)
        static = space.new_static()
        assert last - first + 1 == size
        assert first % STEP == 0
        given_out += [(first, last), (static, static)]
    known = [*ranges, *((one, one) for one in addresses)]
    assert not [one for one in given_out if any(low <= one[1] and one[0] <= high for low, high in known)]
    assert not [1 for one, other in combinations(given_out, 2) if one[0] <= other[1] and other[0] <= one[1]]
    assert all(HOME[0] <= low and high <= HOME[1] for low, high in given_out)


@given(TAKEN, st.integers(1, 2000))
def test_a_range_grows_only_over_what_is_free_and_loses_nothing(ranges, size):
    own = (HOME[0] + 2560, HOME[0] + 2560 + 255)
    space = Space([*ranges, own], [], range_homes=(HOME,))
    longer = space.enlarged(*own, size)
    if longer is None:
        return
    assert longer[0] <= own[0] <= own[1] <= longer[1]
    assert longer[1] - longer[0] + 1 >= size
    grown = [(longer[0], own[0] - 1), (own[1] + 1, longer[1])]
    added = [one for low, high in grown for one in range(low, high + 1)]
    assert not [one for one in added if any(low <= one <= high for low, high in ranges)]


def test_protocol_blocks_are_never_given_out():
    nlb = (0x02BF00000000, 0x02BFFFFFFFFF)
    space = Space([], [], range_homes=(nlb,), static_homes=(nlb,))
    for ask in (lambda: space.new_range(256), space.new_static, lambda: space.new_pool(256)):
        with pytest.raises(NoSpace, match=r"fleet\.toml"):
            ask()
