"""The plan for every golden case: nothing is left without somebody or something to end it."""

import pytest

from tests.kit.cases import cases
from tests.kit.plans import planned, unfold

CASES = cases("causes")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.path.parent.name}/{case.path.stem}")
def test_every_incident_of_a_golden_case_is_repaired_or_given_to_people(case, tmp_path):
    plan = planned(unfold(tmp_path, case), forced=True)
    serious = [one for one in plan.outcomes if one.severity != "info" and not one.why.startswith("accepted: ")]
    assert [one for one in serious if one.becomes == "left"] == []
    assert all(one.steps for one in serious)
