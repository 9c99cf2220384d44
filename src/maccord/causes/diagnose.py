"""Asks the causes one after the other, until every finding is explained."""

from collections.abc import Sequence
from dataclasses import dataclass

from maccord.causes.case import Case
from maccord.causes.cause import Explains
from maccord.causes.collision import Collision
from maccord.causes.twins import sort_out
from maccord.fleet.diagnosis import ExpectedTwin, Finding, Incident
from maccord.fleet.facts import Facts, Source

_DUPLICATE, _INVALID = "duplicate-address", "invalid-address"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Incidents, the twins that are by design, and the rows both speak of."""

    incidents: tuple[Incident, ...]
    twins: tuple[ExpectedTwin, ...]
    facts: Facts


def explain_findings(findings: dict[str, list[Finding]], source: Source, causes: Sequence[Explains]) -> Diagnosis:
    """Return the incidents that `causes`, asked in order, make of the findings."""
    facts = Facts(source, [finding for found in findings.values() for finding in found])
    twins: list[ExpectedTwin] = []
    collisions: list[Collision] = []
    for finding in findings.get(_DUPLICATE, ()):
        by_design, collision = sort_out(finding, facts)
        twins += by_design
        if collision is not None:
            collisions.append(collision)
    by_design_too = {twin.address for twin in twins if twin.kind in ("vrrp", "nlb-cluster")}
    invalid = [one for one in findings.get(_INVALID, ()) if one.address not in by_design_too]
    rest = {rule: found for rule, found in findings.items() if rule != _DUPLICATE} | {_INVALID: invalid}
    case = Case(rest, collisions, facts)
    for cause in causes:
        case.incidents += cause.explain(case)
    assert not case.left_over(), f"nobody explains {case.left_over()[0].rule}"
    return Diagnosis(tuple(case.incidents), tuple(sorted(twins)), facts)
