"""@@PAGE same-low-octets@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, pools_of, range_incident
from maccord.fleet.diagnosis import Evidence, Finding, Incident

CAUSE = Cause("same-low-octets", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal ranges each of which derives from an address that its own host holds now."""

    def numbered_alike(finding: Finding) -> bool:
        if finding.facts["vmm"] or finding.facts["chained"]:
            return False
        return all(pool.derived for pool in pools_of(case, [finding]))

    for finding in case.take("overlapping-pools", numbered_alike):
        yield range_incident(case, CAUSE, [finding], _told(case, finding))


def _told(case: Case, finding: Finding) -> Told:
    pools = pools_of(case, [finding])
    rows = [ip for pool in pools for ip in case.facts.ips_of(pool.host_id) if ip.derives == pool.first]
    said = listed([f"{case.host(row.host_id)} is {row.address}" for row in rows])
    return Told(
        why=f"Hyper-V derived the range from two octets of each host's own address: {said}.",
        remedy=(
            "Give all hosts but one a range from a fleet-wide plan: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... Their dynamic machines get new addresses at their next cold start."
        ),
        confidence=0.95,
        evidence=tuple(Evidence(row.file, row.place, row.address) for row in rows),
    )
