"""@@PAGE manual-range-overlap@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, range_of, span
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, pools_of, range_incident
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("manual-range-overlap", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain the overlaps that no derivation accounts for: somebody, or a script, set the ranges."""
    for group in connected(case.take("overlapping-pools"), by_rows):
        yield range_incident(case, CAUSE, group, _told(case, group))


def _told(case: Case, group: list[Finding]) -> Told:
    pools = pools_of(case, group)
    ranges = listed([span(*ends) for ends in dict.fromkeys(range_of(pool) for pool in pools)])
    return Told(
        why=f"The ranges concerned are {ranges}; Hyper-V does not derive such an overlap by itself.",
        remedy=(
            "Cut the ranges so that no two hosts issue one address: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... An enlarged range changes nothing; a moved one re-addresses dynamic machines at "
            "their next cold start."
        ),
        confidence=0.9,
    )
