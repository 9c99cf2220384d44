"""Every cause that can be lived is planned away, and the plan brings nothing new."""

import pytest

from maccord.plan.steps import Advice
from maccord.worlds.hyperv import PROFILES
from maccord.worlds.synth import STORIES, Wanted, possible
from tests.kit.plans import lived, planned

PEOPLE = {"pinned-port-conflict"}
"""Nothing but a message says what happened, and somebody has to look."""
INFO = {"range-does-not-match-host"}


@pytest.mark.parametrize("cause", sorted(STORIES))
@pytest.mark.parametrize("profile", ["2012 R2", "2019"])
def test_a_lived_cause_is_repaired_or_left_to_people_with_advice(cause, profile, tmp_path):
    if cause not in possible((profile,)):
        pytest.skip(f"{cause} cannot be lived on {profile}")
    wanted = Wanted(hosts=STORIES[cause].hosts[0] + 3, machines=6, seed=11, inject={cause: 1}, profiles=(profile,))
    plan = planned(lived(wanted, tmp_path / "fleet"))
    (outcome,) = [one for one in plan.outcomes if one.cause == cause]
    assert outcome.becomes == ("person" if cause in PEOPLE else "left" if cause in INFO else "repaired")
    assert [one for one in plan.outcomes if one.becomes == "left" and one.severity != "info"] == []
    steps = [one for one in plan.steps if one.id in outcome.steps]
    assert bool(steps) == (cause not in INFO)
    assert all(isinstance(one, Advice) for one in steps) == (cause in PEOPLE | INFO)


@pytest.mark.parametrize("seed", range(3))
def test_all_causes_at_once_are_repaired_together(seed, tmp_path):
    profiles = tuple(name for name, profile in PROFILES.items() if profile.cmdlets)
    wanted = Wanted(hosts=90, machines=6, seed=seed, inject=dict.fromkeys(possible(profiles), 1), profiles=profiles)
    plan = planned(lived(wanted, tmp_path / "fleet"), forced=True)
    left = {(one.cause, one.becomes) for one in plan.outcomes if one.becomes != "repaired"}
    assert left <= {
        ("container-pool-overlap", "person"),  # cloned hosts have their container networks in common, too
        ("pinned-port-conflict", "person"),
        ("migrated-vm-kept-address", "person"),  # of saved machines, whose settings nobody can change
        ("range-does-not-match-host", "left"),
    }
