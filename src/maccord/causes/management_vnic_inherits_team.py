"""@@PAGE management-vnic-inherits-team@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("management-vnic-inherits-team", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain management vNICs that wear the address of the team below their switch."""
    for finding in case.take("inherited-team-address"):
        yield _incident(case, finding)


def _incident(case: Case, finding: Finding) -> Incident:
    rows = [case.facts.adapters[number] for number in finding.of("adapter")]
    events = [case.facts.events[number] for number in finding.of("event")]
    vnics = [row for row in rows if row.kind == "management"]
    members = [row for row in rows if row.kind == "physical"]
    ports = vnics + [row for row in rows if row.kind == "vm"]
    reasons = []
    if any(vnic.vmq for vnic in vnics):
        reasons.append("VMQ is on for the vNIC, so frames may land in the wrong queue")
    if len(events) > 1:
        reasons.append(f"event 16945 came {len(events)} times")
    if len(ports) > 1:
        reasons.append(f"{len(ports)} ports of the switch share the address")
    address = finding.address or 0
    host = case.facts.hosts[rows[0].host_id]
    return Incident(
        cause=CAUSE.id,
        severity="error" if reasons else CAUSE.severity,
        state="active" if reasons else "latent",
        hosts=(host.id,),
        addresses=(address,),
        findings=(finding,),
        confidence=0.95 if members else 0.85,
        explanation=(
            f"On {host.name} the management vNIC {listed([vnic.name for vnic in vnics])} wears {show(address)}, the "
            f"address of the team adapter below its switch"
            f"{' and of its member ' + listed([nic.name for nic in members]) if members else ''}. "
            f"{'; '.join(reasons).capitalize() + '.' if reasons else 'Nothing shows that it does harm yet.'}"
        ),
        remedy=(
            "Deploy the switch on the second NIC alone, add the first NIC to the team, then add the management vNIC "
            "(Add-VMNetworkAdapter -ManagementOS), which gets an address of its own, and move the IP address to it; "
            "refresh the host in VMM. Switching VMQ off for the vNIC only hides the fault."
        ),
    )
