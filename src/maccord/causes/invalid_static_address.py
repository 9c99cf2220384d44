"""A static address was set that no plain adapter may have.

What:    The lowest bit of the first octet marks a group address: no frame may come from one, and Hyper-V
         refuses it. So are broadcast and all zeros no addresses. Blocks of protocols (VRRP and CARP, HSRP,
         GLBP, the bridge group 01-80-C2, multicast 33-33 and 01-00-5E) belong to whoever speaks the protocol.
         Random generators that set no bit aside produce group addresses half of the time.

Told by: the address itself, static on a machine or an end of a VMM pool. Addresses under 00-15-5D are not
         invalid as such: in a host's range they are static-in-dynamic-range. Shared NLB and router addresses
         are the expected twins nlb-cluster and vrrp; a placeholder on several machines is
         appliance-default-address.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object { -not $_.DynamicMacAddressEnabled } |
         Format-Table VMName, Name, MacAddress
         A second hex digit that is odd (1, 3, 5, 7, 9, B, D, F) makes a group address.
         Get-WinEvent -FilterHashtable @{LogName='Microsoft-Windows-Hyper-V-Worker-Admin'; Id=12560} |
         Format-List TimeCreated, Message

Fix:     with the machine off, set an address whose first octet is even, outside the blocks and every range:
         Set-VMNetworkAdapter -VMName build -StaticMacAddress '02A0C8000117'
         or let the host issue one:
         Set-VMNetworkAdapter -VMName build -DynamicMacAddress
         The same goes for all zeros with "static" set. In place of a VMM pool make a new one with an even
         first octet (New-SCMACAddressPool), grant from it and delete the old one.
         Hyper-V refuses a group address, so nobody depends on one; a machine that wore a router's address
         changes it, and a DHCP reservation has to follow.

Source:  event 12560 VM_NIC_INVALID_STATIC_MAC; KB2758965; hashicorp/vagrant issue 11681; MicrosoftDocs, "Set
         up MAC address pools in the VMM fabric"; RFC 9568; RFC 2281.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, range_of
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.fleet.records import Adapter, Pool
from maccord.mac import block_of, show

CAUSE = Cause("invalid-static-address", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain addresses that no plain adapter may have, one incident per address, or per machine without one."""
    taken = case.take("invalid-address")
    for group in connected(taken, lambda finding: [(finding.domain, finding.address or tuple(by_rows(finding)))]):
        rows = [case.facts.adapters[number] for finding in group for number in finding.of("adapter")]
        pools = [case.facts.pools[number] for finding in group for number in finding.of("pool")]
        address = group[0].address
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted({row.host_id for row in rows} | {pool.host_id for pool in pools})),
            addresses=(address,) if address and not pools else (),
            ranges=tuple(sorted({range_of(pool) for pool in pools})),
            findings=tuple(group),
            confidence=0.95,
            explanation=_words(case, rows, pools, address),
            remedy=(
                "Set an address whose first octet is even and which lies in no protocol's block and in no range of "
                "the fleet; for a VMM pool create another range and move its machines."
            ),
        )


def _words(case: Case, rows: list[Adapter], pools: list[Pool], address: int | None) -> str:
    if pools:
        names = listed([f"{pool.name or 'a pool'} of {case.host(pool.host_id)}" for pool in pools])
        return f"The VMM pool {names} starts at {show(address or 0)}, where every address has the group bit set."
    if address is None:
        return f"{case.adapters(rows)} is set to a static address of all zeros: it has none."
    block = block_of(address)
    why = f"which belongs to {block.name} ({block.source})" if block else "which is a group (multicast) address"
    return f"{case.adapters(rows)} has the static address {show(address)}, {why}."
