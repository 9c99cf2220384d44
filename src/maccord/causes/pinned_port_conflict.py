"""The virtual switch refused a port its address, since another port of the switch has it.

What:    Two ports of one virtual switch claim one address. The switch keeps it pinned to one of them and
         keeps the other from using it, up to once a second, in event 28 of VMSMP. It was seen on hosts with
         teamed NICs, where the team's or the host's own vNIC had the address of another port.

Told by: event 28, "Port '...' was prevented from using MAC address '...' because it is pinned to port '...'",
         for an address that no other cause explains. If the address is an NLB cluster's, it is
         spoofing-guard-blocks-address; if team, member and vNIC share it, management-vnic-inherits-team; if
         two machines of the host have it, reissued-while-stopped or static-address-copied.

Confirm: Get-WinEvent -FilterHashtable @{LogName='System'; Id=28} |
         Where-Object Message -like '*pinned to port*' | Format-List TimeCreated, Message
         Get-VMNetworkAdapter -All | Sort-Object MacAddress |
         Format-Table VMName, Name, SwitchName, MacAddress
         Get-NetAdapter | Sort-Object MacAddress | Format-Table Name, InterfaceDescription, MacAddress

Fix:     find both owners of the address in the last two lists, and give one of them another.
         A machine, while it is off:
         Set-VMNetworkAdapter -VMName web -StaticMacAddress '02A0C8000117'
         A management vNIC, at the console: write down its IP settings (Get-NetIPConfiguration), then
         Remove-VMNetworkAdapter -ManagementOS -Name MGMT
         Add-VMNetworkAdapter -ManagementOS -Name MGMT -SwitchName LAN -StaticMacAddress '02A0C8000501'
         and set IP address, gateway and DNS servers again. Set-VMNetworkAdapter -ManagementOS cannot set an
         address.
         If the list shows one owner only, a guest sends from an address that is not its own: look
         inside the guests for bridges, teams and overridden addresses.

Source:  KB968703; readers' comments on J. Howard (2008), solved by an address that differs in its last digit.
"""

from collections.abc import Iterable
from dataclasses import replace

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("pinned-port-conflict", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain VMSMP 28 where nothing else does; elsewhere it is one more finding of that incident."""
    for finding in case.take("pinned-port"):
        events = [case.facts.events[number] for number in finding.of("event")]
        host = events[0].host_id
        at = _explained(case, host, finding.address)
        if at is not None:
            known = case.incidents[at]
            case.incidents[at] = replace(known, findings=(*known.findings, finding))
            continue
        address = f" {show(finding.address)}" if finding.address is not None else ""
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if len(events) > 1 else None,
            hosts=(host,),
            addresses=(finding.address,) if finding.address is not None else (),
            findings=(finding,),
            confidence=0.7,
            undecided=("Get-VMNetworkAdapter -All and Get-NetAdapter of the host would show both owners.",),
            explanation=(
                f"The virtual switch of {case.host(host)} kept a port from using an address{address} that is pinned "
                f"to another port ({len(events)} {'time' if len(events) == 1 else 'times'}, event 28), and nothing "
                "else in the evidence says why."
            ),
            remedy=(
                "Find both owners on the host (Get-VMNetworkAdapter -All, Get-NetAdapter) and give one of them an "
                "address of its own; for an NLB member permit spoofing instead."
            ),
        )


def _explained(case: Case, host: int, address: int | None) -> int | None:
    """Return the position of the incident that accounts for the address on this host, if one does."""
    for at, incident in enumerate(case.incidents):
        about_owners = incident.state is not None  # a wild cursor or an odd range explains no port's conflict
        inside = about_owners and any(first <= (address or -1) <= last for first, last in incident.ranges)
        if address is not None and host in incident.hosts and (address in incident.addresses or inside):
            return at
    return None
