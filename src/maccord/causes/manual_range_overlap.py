"""@@PAGE manual-range-overlap@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, range_of, spans
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, range_incident
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("manual-range-overlap", "error", __doc__)
_FEW = 4
"""How many of the ranges are named."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain the overlaps that no derivation accounts for: somebody, or a script, set the ranges."""
    for group in connected(case.take("overlapping-pools"), lambda finding: finding.of("pool")):
        yield range_incident(case, CAUSE, group, _told(case, group))


def _told(case: Case, group: list[Finding]) -> Told:
    numbers = sorted({number for finding in group for number in finding.of("pool")})
    few = dict.fromkeys(range_of(case.facts.pools[number]) for number in numbers[:_FEW])
    return Told(
        why=f"Among the ranges are {spans(list(few))}; Hyper-V does not derive such an overlap by itself.",
        remedy=(
            "Cut the ranges so that no two hosts issue one address: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... An enlarged range changes nothing; a moved one re-addresses dynamic machines at "
            "their next cold start."
        ),
        confidence=0.9,
    )
