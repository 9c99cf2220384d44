"""@@PAGE reused-lease-range@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, pools_of, range_incident
from maccord.fleet.diagnosis import Evidence, Finding, Incident

CAUSE = Cause("reused-lease-range", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal ranges of the default shape that not every host derives from an address of its own."""

    def frozen(finding: Finding) -> bool:
        if finding.facts["vmm"] or finding.facts["chained"]:
            return False
        return all(pool.default_shaped for pool in pools_of(case, [finding]))

    for finding in case.take("overlapping-pools", frozen):
        yield range_incident(case, CAUSE, [finding], _told(case, finding))


def _told(case: Case, finding: Finding) -> Told:
    pools = pools_of(case, [finding])
    now = [ip for pool in pools for ip in case.facts.ips_of(pool.host_id) if ip.derives == pool.first]
    unknown = [pool.host_id for pool in pools if pool.derived is None]
    stale = [pool.host_id for pool in pools if pool.derived is False]
    octets = f"{pools[0].first >> 16 & 0xFF}.{pools[0].first >> 8 & 0xFF}"
    parts = [f"The range stands for an address x.x.{octets}, frozen when it was first populated."]
    if stale:
        parts.append(f"{case.hosts(stale)} {'has' if len(stale) == 1 else 'have'} no such address now.")
    if now:
        parts.append(f"{listed([f'{case.host(ip.host_id)} is {ip.address}' for ip in now])} today.")
    undecided = []
    if unknown:
        parts.append(f"No address of {case.hosts(unknown)} is in the evidence.")
        undecided.append(
            f"Get-NetIPAddress of {case.hosts(unknown)} would tell whether the hosts are merely numbered alike."
        )
    if any(not case.facts.hosts[pool.host_id].machine_guid for pool in pools):
        undecided.append("MachineGuid of every host would tell whether one was cloned from another.")
    return Told(
        why=" ".join(parts),
        remedy=(
            "Give each host whose range is a leftover one of its own: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... Populate the range only after a host has its final address."
        ),
        confidence=0.9 if not undecided else 0.7 if stale else 0.5,
        evidence=tuple(Evidence(ip.file, ip.place, ip.address) for ip in now),
        undecided=tuple(undecided),
    )
