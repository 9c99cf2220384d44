"""Two VMM servers grant addresses from the same default pool.

What:    Every installation of VMM comes with the same pools: 00-1D-D8-B7-1C-00 to 00-1D-D8-F4-1F-FF for
         Hyper-V, 00-50-56-00-00-00 to 00-50-56-3F-FF-FF for VMware. A VMM server knows the addresses it
         granted itself. Two servers on one layer 2, or one and its predecessor whose database was lost, begin
         at the same end.

Told by: the pools of two VMM servers are equal, and are the default ones. If a VMM pool meets a host's
         dynamic range instead, it is vmm-pool-overlaps-host-range.

Confirm: in the VMM shell of each server, and compare:
         Get-SCMACAddressPool | Format-Table Name, MACAddressRangeStart, MACAddressRangeEnd
         Get-SCMACAddress -All | Sort-Object Address | Format-Table Address, State, VirtualNetworkAdapter

Fix:     1. Compare what both have granted. A machine whose address is on both lists needs another one.
         2. Give each server a part of the block that begins above the highest address either has granted: the
         first, say, 00-1D-D8-C0-00-00 to 00-1D-D8-D5-FF-FF, the second what follows. The default pool has to
         be deleted before parts of it are made, or duplicates follow. On the second:
         $pool = Get-SCMACAddressPool | Where-Object MACAddressRangeStart -eq '00-1D-D8-B7-1C-00'
         Remove-SCMACAddressPool -MACAddressPool $pool
         New-SCMACAddressPool -Name 'Site 2' -VMHostGroup (Get-SCVMHostGroup) `
         -MACAddressRangeStart '00-1D-D8-D6-00-00' -MACAddressRangeEnd '00-1D-D8-F4-1F-FF'
         3. For each machine of step 1, on one side only, with the machine off:
         $nic = Get-SCVirtualNetworkAdapter -VM (Get-SCVirtualMachine -Name web)
         $new = Get-SCMACAddressPool | Where-Object Name -eq 'Site 2'
         $mac = Grant-SCMACAddress -MACAddressPool $new -VirtualNetworkAdapter $nic
         Set-SCVirtualNetworkAdapter -VirtualNetworkAdapter $nic -MACAddressType Static -MACAddress $mac
         Machines keep the addresses they were granted, since VMM writes them as static ones; only those of
         step 3 change, and there DHCP reservations, licences and Linux guests that pin the address notice.

Unsure:  no public case of two servers that collided in the default pool was found; it follows from the
         constants. What VMM does with grants of a pool that is deleted was not verified: export them first.

Source:  MicrosoftDocs, "Set up MAC address pools in the VMM fabric"; Microsoft's reference of
         New-SCMACAddressPool and Grant-SCMACAddress.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, addresses_of
from maccord.causes.issued import issued_words
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import parse_value

CAUSE = Cause("vmm-default-pool-shared", "warning", __doc__)


DEFAULTS = {
    (parse_value("00-1D-D8-B7-1C-00"), parse_value("00-1D-D8-F4-1F-FF")): "Hyper-V",
    (parse_value("00-50-56-00-00-00"), parse_value("00-50-56-3F-FF-FF")): "VMware",
}
"""The pools that every VMM installation starts with (MicrosoftDocs, VMM network MAC pools)."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal default pools of several VMM servers, one incident for all that they share."""

    def default(finding: Finding) -> bool:
        return bool(finding.facts["vmm"]) and finding.segment in DEFAULTS and not finding.facts["chained"]

    def servers(finding: Finding) -> list[int]:
        return [case.facts.pools[number].host_id for number in finding.of("pool")]

    for group in connected(case.take("overlapping-pools", default), servers):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    hosts = {case.facts.pools[number].host_id for finding in group for number in finding.of("pool")}
    ranges = segments(group)
    taken = case.take_collisions(_granted_twice, case.collisions_in(ranges))
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(hosts | {host for collision in taken for host in collision.hosts})),
        addresses=addresses_of(taken),
        ranges=ranges,
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"The {case.managers(hosts)} grant addresses from the pool that every VMM installation starts "
            f"with, {spans(ranges)}. They begin at the same end and do not ask each other.{issued_words(taken)}"
        ),
        remedy=(
            "Before the next grant, create pools that do not overlap on all but one server (New-SCMACAddressPool "
            "-MACAddressRangeStart ... -MACAddressRangeEnd ...) and remove the default pool there."
            + (" Re-address, while it is off, one machine of each pair that has one address." if taken else "")
        ),
    )


def _granted_twice(collision: Collision) -> bool:
    return sum(owner.static for owner in collision.owners) > 1
