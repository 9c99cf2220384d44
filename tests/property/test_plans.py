"""Whatever the fleet: a plan is made, says what becomes of each incident, and gives nothing out twice."""

from collections import Counter
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.plan.plan import digest_of, encoded
from maccord.plan.steps import ColdStart, SetMachineAddress, SetRange
from tests.kit.fleets import fleets, write
from tests.kit.plans import planned, steps_of


@contextmanager
def written(fleet):
    with TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        yield folder


@settings(max_examples=5)
@given(fleets())
def test_a_plan_leaves_nothing_without_a_word(fleet):
    with written(fleet) as folder:
        plan = planned(folder, forced=True)
    assert [one for one in plan.outcomes if one.becomes == "left" and not one.why] == []
    assert [one for one in plan.outcomes if one.becomes == "repaired" and one.why] == []
    known = {step.id for step in plan.steps}
    assert len(known) == len(plan.steps)
    assert {one for outcome in plan.outcomes for one in outcome.steps} == known
    assert {one.when for one in plan.fallout} <= known | {"start"}


@settings(max_examples=5)
@given(fleets())
def test_new_ranges_and_addresses_are_given_out_once_and_change_something(fleet):
    with written(fleet) as folder:
        plan = planned(folder, forced=True)
    moved = [one for one in steps_of(plan, SetRange) if one.first > one.was_last or one.last < one.was_first]
    ranges = sorted((one.first, one.last) for one in moved)
    assert all((one.first, one.last) != (one.was_first, one.was_last) for one in steps_of(plan, SetRange))
    assert all(low[1] < high[0] for low, high in pairwise(ranges))
    statics = Counter(one.mac for one in steps_of(plan, SetMachineAddress) if one.mac is not None)
    assert set(statics.values()) <= {1}
    assert not [mac for mac in statics if any(low <= mac <= high for low, high in ranges)]
    assert all(one.addresses for one in steps_of(plan, ColdStart))


@settings(max_examples=3)
@given(fleets(), st.randoms(use_true_random=False))
def test_the_same_evidence_gives_the_same_bytes_in_any_order(fleet, chance):
    with written(fleet) as folder, written(chance.sample(fleet, len(fleet))) as mixed:
        one, other = planned(folder, forced=True), planned(mixed, forced=True)
    assert encoded(one) == encoded(other)
    assert digest_of(one) in encoded(one).decode()
