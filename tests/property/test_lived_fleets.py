"""The judge: the check of a random history names the causes that were lived in it, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.worlds.hyperv import PROFILES
from maccord.worlds.synth import STORIES, Wanted, possible
from tests.kit.synth import judge

RARE = {cause for cause, story in STORIES.items() if story.most is not None and story.most < 12}
"""Causes that one fleet cannot have twelve times."""


@st.composite
def wishes(draw):
    """Small fleets: some causes, some versions of Windows, a few machines on each host, and innocent hosts around."""
    profiles = tuple(draw(st.lists(st.sampled_from(list(PROFILES)), min_size=1, max_size=3, unique=True)))
    can = possible(profiles)
    causes = draw(st.lists(st.sampled_from(list(can)), max_size=6, unique=True))
    inject = {cause: draw(st.integers(1, min(2, can[cause].most or 2))) for cause in causes}
    needed = sum(can[cause].hosts[0] * count for cause, count in inject.items())
    return Wanted(
        hosts=needed + draw(st.integers(1, 12)),
        machines=draw(st.sampled_from([0, 1, 2, 3, 5, 9, 30])),
        seed=draw(st.integers(0, 10**9)),
        inject=inject,
        profiles=profiles,
    )


def _just(wanted: Wanted) -> None:
    found = judge(wanted)
    assert not found.problems
    assert (found.missed, found.invented) == ({}, {})
    assert found.lived.total() == sum(wanted.inject.values())


@settings(max_examples=15)
@given(wishes())
def test_the_check_names_each_lived_cause_with_its_hosts_and_addresses_and_nothing_else(wanted):
    _just(wanted)


@pytest.mark.slow
@settings(max_examples=400)
@given(wishes())
def test_no_history_out_of_many_is_misjudged(wanted):
    _just(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [9, 10])
def test_nothing_meets_by_accident_in_a_large_fleet(seed):
    _just(Wanted(hosts=3000, machines=10, seed=seed, inject=dict.fromkeys(set(STORIES) - RARE, 12)))
