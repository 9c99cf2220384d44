"""Two hosts give virtual Fibre Channel adapters names from one range, or two machines have one name.

What:    Each host has a range of World Wide Port Names for the Fibre Channel adapters of its machines:
         C0-03-FF, three octets of the host's and a counter. Hosts made from one image have the same range and
         give two machines the same name. The fabric and the storage know an initiator by it: the two log each
         other out, or see each other's disks.

Told by: equal WWPN ranges of two hosts, or one port name on two machines. If the hosts' MAC ranges overlap as
         well, the equal WWPN range belongs to cloned-host-image. Equal node names (WWNN) are no fault: the
         default node name looks the same on every host. Names of all zeros are wwn-exhausted.

Confirm: Get-VMHost | Format-List Name, FibreChannelWwpnMinimum, FibreChannelWwpnMaximum  # on each host
         Get-VM | Get-VMFibreChannelHba |
         Format-Table VMName, SanName, WorldWidePortNameSetA, WorldWidePortNameSetB

Fix:     1. Give each host but one a range of its own:
         Set-VMHost -FibreChannelWwpnMinimum 'C003FF0A01000000' -FibreChannelWwpnMaximum 'C003FF0A0100FFFF'
         This changes no adapter: those that exist keep their names.
         2. For each machine that shares a name, shut it down, then on its host:
         Get-VMFibreChannelHba -VMName sql2 | Set-VMFibreChannelHba -GenerateWwn
         All four names of the adapter are new: before the machine starts, zoning and LUN masking have to know
         both port names, set A and set B, or it finds no disks.
         3. A shared name whose owners both run endangers data: stop one of them first.

Unsure:  how Hyper-V makes the three host octets is not documented, so it cannot be told whether two hosts can
         draw the same ones without a copy.

Source:  Microsoft's reference of Set-VMHost and Set-VMFibreChannelHba; Microsoft's reference of GenerateWwpn;
         the reader's question on J. Howard (2008).
"""

from collections.abc import Iterable, Iterator

from maccord.causes.case import Case, connected, identity_evidence, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Evidence, Finding, Incident

CAUSE = Cause("wwn-range-shared", "error", __doc__)
_MOVE_RANGES = (
    "Give each host but one a range of its own: Set-VMHost -FibreChannelWwpnMinimum ... -FibreChannelWwpnMaximum ..."
)
_RENAME_ADAPTERS = (
    "Let one machine keep the name, and give the other's adapter new ones while it is off: Get-VMFibreChannelHba | "
    "Set-VMFibreChannelHba -GenerateWwn; tell zoning and storage the new ones before it starts."
)


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
            evidence=tuple(_evidence(case, hosts if ranges else set(), names)),
            confidence=0.9,
            explanation=" ".join(parts),
            remedy=" ".join([_MOVE_RANGES] * bool(ranges) + [_RENAME_ADAPTERS] * bool(names)),
        )


def _hosts(case: Case, finding: Finding) -> list[int]:
    return [*finding.of("host"), *(case.facts.hbas[number].host_id for number in finding.of("hba"))]


def _evidence(case: Case, hosts: set[int], names: list[Finding]) -> Iterator[Evidence]:
    for host in sorted(hosts):
        yield from identity_evidence(case.facts.hosts[host])
    for number in sorted({number for finding in names for number in finding.of("hba")}):
        hba = case.facts.hbas[number]
        yield Evidence(hba.file, hba.place, hba.wwpn)
