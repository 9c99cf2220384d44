"""The chance that random draws coincide is what counting all cases gives, and stays right at both ends."""

from fractions import Fraction
from itertools import product
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.mac.chance import between, spelled, within


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("draws", [0, 1, 2, 3, 4, 6])
def test_draws_coincide_as_often_as_counting_every_outcome_says(size, draws):
    outcomes = list(product(range(size), repeat=draws))
    clashes = sum(len(set(one)) < draws for one in outcomes)
    assert isclose(within(draws, size), clashes / len(outcomes), abs_tol=1e-15)


@pytest.mark.parametrize("size", [3, 4, 6])
def test_sets_meet_as_often_as_counting_every_pair_of_sets_says(size):
    def sets(count):
        return [one for one in range(1 << size) if one.bit_count() == count]

    for one, other, third in product(range(size + 1), repeat=3):
        pairs = list(product(sets(one), sets(other), sets(third)))
        clashes = sum(bool(a & b or a & c or b & c) for a, b, c in pairs)
        assert isclose(between([one, other, third], size), clashes / len(pairs), abs_tol=1e-14)


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([1 << 10, 1 << 16, 1 << 24, 1 << 40]))
def test_two_sets_meet_as_often_as_exact_fractions_say(one, other, size):
    missed = Fraction(comb(size - one, other), comb(size, other)) if one + other <= size else Fraction(0)
    assert isclose(between([one, other], size), float(1 - missed), rel_tol=1e-11)


@given(st.lists(st.integers(0, 300), max_size=5), st.integers(1, 1 << 24), st.randoms())
def test_the_order_of_the_sets_changes_nothing(sets, size, random):
    shuffled = sorted(sets, key=lambda _: random.random())
    assert isclose(between(sets, size), between(shuffled, size), rel_tol=1e-9, abs_tol=1e-15)


@given(st.integers(0, 3000), st.integers(1, 1 << 48))
def test_a_chance_is_one_and_grows_with_the_draws(draws, size):
    assert 0 <= within(draws, size) <= within(draws + 1, size) <= 1
    assert 0 <= between([draws, 5], size) <= between([draws + 1, 5], size) <= 1


def test_a_chance_far_below_the_precision_of_a_float_near_one_is_right():
    assert isclose(within(2, 1 << 48), 2.0**-48, rel_tol=1e-12)
    assert isclose(between([1, 1], 1 << 48), 2.0**-48, rel_tol=1e-12)


@pytest.mark.parametrize("wrong", [(-1, 5), (1, 0)])
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError, match=r"-1|0"):
        within(*wrong)
    with pytest.raises(ValueError, match=r"-1|0"):
        between([wrong[0]], wrong[1])


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "none"),
        (1.0, "certain"),
        (0.9999, "more than 99.9 %"),
        (0.9961, "99.6 %"),
        (0.314, "31 %"),
        (0.0149, "1.5 %"),
        (0.0099, "1 %"),
        (0.002, "0.2 %"),
        (0.0001, "1 in 10,000"),
        (2.0**-48, "1 in 281,474,976,710,656"),
    ],
)
def test_a_chance_is_spelled_as_people_say_it(chance, words):
    assert spelled(chance) == words
