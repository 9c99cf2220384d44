"""@@PAGE wwn-range-shared@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, identity_evidence, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("wwn-range-shared", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain hosts that issue World Wide Port Names from one range, and machines that have one name."""
    found = [*case.take("shared-wwn-range"), *case.take("shared-wwn")]
    for group in connected(found, lambda finding: _hosts(case, finding)):
        hosts = {host for finding in group for host in _hosts(case, finding)}
        ranges = [finding for finding in group if finding.rule == "shared-wwn-range"]
        names = [finding for finding in group if finding.rule == "shared-wwn"]
        parts = []
        if ranges:
            firsts = listed(sorted({str(finding.facts["wwpn_first"]) for finding in ranges}))
            parts.append(f"{case.hosts(hosts)} issue World Wide Port Names from one range, which begins at {firsts}.")
        if names:
            machines = sorted({case.facts.hbas[number].machine for one in names for number in one.of("hba")})
            shared = listed(sorted(str(finding.facts["wwpn"]) for finding in names))
            parts.append(f"{listed(machines)} have one port name already: {shared}.")
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="latent",
            hosts=tuple(sorted(hosts)),
            findings=tuple(group),
            evidence=tuple(one for host in sorted(hosts) for one in identity_evidence(case.facts.hosts[host])),
            confidence=0.9,
            explanation=" ".join(parts),
            remedy=(
                "Give each host a range of its own: Set-VMHost -FibreChannelWwpnMinimum ... "
                "-FibreChannelWwpnMaximum ..., then Set-VMFibreChannelHba -GenerateWwn for adapters that share a "
                "name, and tell the storage the new ones."
            ),
        )


def _hosts(case: Case, finding: Finding) -> list[int]:
    return [*finding.of("host"), *(case.facts.hbas[number].host_id for number in finding.of("hba"))]
