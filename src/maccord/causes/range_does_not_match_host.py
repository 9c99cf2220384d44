"""@@PAGE range-does-not-match-host@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Evidence, Incident

CAUSE = Cause("range-does-not-match-host", "info", __doc__)

OVERLAPS = frozenset({"overlapping-pools", "vmm-pool-over-host-range", "container-pool-over-pool"})
"""The rules that see overlaps of ranges."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain default-shaped ranges that no address of their host accounts for, where no overlap was seen."""
    overlapping = {
        number
        for incident in case.incidents
        for finding in incident.findings
        if finding.rule in OVERLAPS
        for number in finding.of("pool")
    }
    for finding in case.take("range-of-another-address"):
        pool = case.facts.pools[finding.of("pool")[0]]
        if pool.id in overlapping:
            continue
        now = case.facts.ips_of(pool.host_id)
        octets = f"{pool.first >> 16 & 0xFF}.{pool.first >> 8 & 0xFF}"
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            evidence=tuple(Evidence(ip.file, ip.place, ip.address) for ip in now),
            confidence=0.8,
            explanation=(
                f"The range of {case.host(pool.host_id)}, {span(*range_of(pool))}, stands for an address "
                f"x.x.{octets}, and the host has {listed([ip.address for ip in now])}. Whoever holds that address "
                "next derives the same range."
            ),
            remedy="Nothing collides yet. Give the host a range of a fleet-wide plan at the next maintenance.",
        )
