"""A guest has to send from an address that its switch port will refuse.

What:    From Server 2008 R2 on a port of the virtual switch lets a machine send from its assigned address
         only, unless spoofing is permitted for it; the default is off. A unicast NLB member must send from
         the cluster's address 02-BF and the cluster's IPv4 address in hex. With the guard on it loses the
         network, and the cluster's address is dead, often only after a restart.

Told by: spoofing is off, the adapter wears an address of its own, and it carries the IP address of an NLB
         cluster whose address another adapter wears; or events NLB 53 and 12289, or event 28 for an NLB
         address, say so. Event 28 for any other address is pinned-port-conflict. Members that all wear the
         cluster's address are the expected twin nlb-cluster.

Confirm: Get-VMNetworkAdapter -VMName * | Format-Table VMName, MacAddress, MacAddressSpoofing, IPAddresses
         in the guest:
         Get-NetAdapter | Format-Table Name, MacAddress
         Get-WinEvent -FilterHashtable @{LogName='System'; Id=53,12289} |
         Where-Object ProviderName -like '*NLB*'
         on the host:
         Get-WinEvent -FilterHashtable @{LogName='System'; Id=28} | Format-List Message

Fix:     on each member's host:
         Set-VMNetworkAdapter -VMName web2 -MacAddressSpoofing On
         and, while the machine is off, the cluster's address as its static one (here for 10.0.0.10):
         Set-VMNetworkAdapter -VMName web2 -StaticMacAddress '02BF0A00000A'
         Start one member at a time and look that the cluster's address answers. With spoofing on, the guest
         may send from any address: permit it for members only. A nested Hyper-V host needs it for its
         machines too.

Unsure:  the forms of the NLB addresses are common knowledge and were not checked against a page of the
         vendor.

Source:  Microsoft's failover clustering and NLB team on NLB in Hyper-V guests; rlyeh.hatenadiary.org (2009)
         on events NLB 53 and 12289; Microsoft's reference of Set-VMNetworkAdapter.
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("spoofing-guard-blocks-address", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain guests that must send from a cluster address which their port refuses."""
    for finding in case.take("refused-cluster-address"):
        rows = [case.facts.adapters[number] for number in finding.of("adapter")]
        events = [case.facts.events[number] for number in finding.of("event")]
        hosts = {row.host_id for row in rows} | {event.host_id for event in events}
        address = finding.address
        said = (
            f"{case.adapters(rows)} {'answers' if len(rows) == 1 else 'answer'} for the cluster behind "
            f"{show(address or 0)} and may not send from it: MAC address spoofing is off on the port."
            if rows
            else f"{case.hosts(hosts)} logged {len(events)} {'event' if len(events) == 1 else 'events'} of a port that "
            "refused a Network Load Balancing address."
        )
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted(hosts)),
            addresses=(address,) if address is not None else (),
            findings=(finding,),
            confidence=0.8 if rows else 0.7,
            explanation=said,
            remedy=(
                "Permit it on each member's adapter: Set-VMNetworkAdapter -VMName ... -MacAddressSpoofing On; or set "
                "the cluster's address as static on each member."
            ),
        )
