"""A pool of a VMM server and the dynamic range of a host have addresses in common.

What:    VMM writes the addresses of its pools into machines as static ones. The host goes on issuing from its
         own range to every machine that was made outside VMM, and looks only at its own running machines.
         Neither asks the other. It needs a pool that was moved into 00-15-5D, or a host's range that was
         moved out of it.

         The MAC pools of a Network Controller (Microsoft's SDN) are granted from in the same way.

Told by: a VMM pool and a host's range overlap. One static address in a range, without a pool around it, is
         static-in-dynamic-range; two VMM servers with one pool are vmm-default-pool-shared.

Confirm: in the VMM shell:
         Get-SCMACAddressPool | Format-Table Name, MACAddressRangeStart, MACAddressRangeEnd
         on the host:
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum
         Get-VMNetworkAdapter -VMName * | Format-Table VMName, MacAddress, DynamicMacAddressEnabled

Fix:     1. Grant from a pool outside 00-15-5D, the block that hosts issue from: VMM's own, 00-1D-D8-B7-1C-00
         to 00-1D-D8-F4-1F-FF, if it is still there, or a new one. Both ends have the first three octets
         alike:
         New-SCMACAddressPool -Name 'Fleet' -VMHostGroup (Get-SCVMHostGroup) `
         -MACAddressRangeStart '02-A0-C9-00-00-00' -MACAddressRangeEnd '02-A0-C9-00-FF-FF'
         2. Move the machines that were granted an address of the host's range, each with the machine off:
         $nic = Get-SCVirtualNetworkAdapter -VM (Get-SCVirtualMachine -Name web)
         $pool = Get-SCMACAddressPool | Where-Object Name -eq 'Fleet'
         $mac = Grant-SCMACAddress -MACAddressPool $pool -VirtualNetworkAdapter $nic
         Set-SCVirtualNetworkAdapter -VirtualNetworkAdapter $nic -MACAddressType Static -MACAddress $mac
         They get another address: DHCP reservations, licences and Linux guests that pin it notice.
         3. Then delete the old pool: Remove-SCMACAddressPool -MACAddressPool ...
         Moving the host's range instead (Set-VMHost) is right if VMM's machines are many and the host's few:
         it gives every dynamic machine of that host a new address at its next cold start.

Source:  MicrosoftDocs, "Set up MAC address pools in the VMM fabric"; tonyso's TechNet blog (2009) on VMM and
         host ranges; Microsoft's reference of Grant-SCMACAddress.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, addresses_of
from maccord.causes.issued import issued_words
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("vmm-pool-overlaps-host-range", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain VMM pools that hosts' own ranges reach into."""
    for group in connected(case.take("vmm-pool-over-host-range"), by_rows):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    pools = pools_of(case, group)
    servers = {pool.host_id for pool in pools if pool.kind == "vmm"}
    hosts = {pool.host_id for pool in pools if pool.kind == "dynamic"}
    ranges = segments(group)

    def both_gave(collision: Collision) -> bool:
        issued = any(owner.issued and owner.hosts & hosts for owner in collision.owners)
        return issued and any(owner.static for owner in collision.owners)

    taken = case.take_collisions(both_gave, case.collisions_in(ranges))
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(servers | hosts | {host for collision in taken for host in collision.hosts})),
        addresses=addresses_of(taken),
        ranges=ranges,
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"The {case.managers(servers)} grants from a pool that {case.hosts(hosts)} "
            f"{'issue' if len(hosts) > 1 else 'issues'} from as well: {spans(ranges)}.{issued_words(taken)}"
        ),
        remedy=(
            "Move the VMM pool out of the hosts' ranges: create another with New-SCMACAddressPool, re-address the "
            "machines that hold addresses of the old one, and remove it; or move the hosts' ranges with Set-VMHost."
        ),
    )
