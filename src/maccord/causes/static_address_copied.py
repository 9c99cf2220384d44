"""A static address was copied along with a machine, and several machines wear it.

What:    Hyper-V gives a copied machine a new address only if its address is dynamic. A static one travels
         with the copy: an export that is imported as a copy, a template, a box or image with the address
         baked in, or a configuration script whose example address was kept. Every machine made of it is a
         twin. Proxmox and libvirt write every address into the machine's definition, and vCenter those that it
         assigns: a copied definition or a backup that is restored as another machine keeps them. VMware hosts
         and XCP-ng make an address up for a new adapter, and leave it alone in a copy of files, an import that
         preserves addresses, or a machine that is said to be moved and was copied.

Told by: one address, static or made up for the adapter alone (VMware, XCP-ng), on each of several machines. One
         machine known to two hosts (one VMId, of which
         at most one copy runs) is the expected twin same-vm. An address that is well known as a default or
         placeholder is appliance-default-address; a static address that collides with one a host issued is
         static-in-dynamic-range.

Confirm: on each host:
         Get-VMNetworkAdapter -VMName * | Where-Object { -not $_.DynamicMacAddressEnabled } |
         Format-Table VMName, VMId, Name, MacAddress
         show mac address-table address 0015.23be.0c00 on the switch, twice: does the port change?

Fix:     1. Let one machine keep the address. Give each of the others one of its own, while it is off:
         Stop-VM -Name web2
         Set-VMNetworkAdapter -VMName web2 -StaticMacAddress '02A0C8000118'
         Start-VM -Name web2
         or, in place of the second line, let the host issue one:
         Set-VMNetworkAdapter -VMName web2 -DynamicMacAddress
         The guest meets a new address: DHCP reservations, licences and Linux guests that pin it notice. A
         Linux guest copied from the image may have the old address pinned in its network configuration.
         Proxmox:  qm set 101 --net0 virtio,bridge=vmbr0     (no address: a new one is made up)
         VMware:   remove the adapter and add it again, or set addressType to generated
         XCP-ng:   xe vif-destroy uuid=...; xe vif-create vm-uuid=... network-uuid=... device=0 mac=random
         2. Mend the source: make the template's adapter dynamic, and take the address out of the script.
         Restore and import copies with new addresses: qmrestore --unique 1; xe vm-import without preserve=true;
         "I copied it" in VMware.

Source:  event 12560 VM_NIC_INVALID_STATIC_MAC, its page on copied machines; hashicorp/vagrant issue 11672;
         dsccommunity/HyperVDsc, example 4-MultipleVMMACAddress, which gives two machines one address;
         qmrestore(1), option unique; VMware, "MAC Addresses" in vSphere Networking; XenServer's xe vm-import.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, Owner, addresses_of
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("static-address-copied", "error", __doc__)
_MADE_UP = {"vmware", "xcp"}
"""Platforms that make up an address for each adapter by itself, from no range, and do not issue it anew."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain static addresses that several machines have, one incident per group of machines."""

    def travels(owner: Owner) -> bool:
        made_up = owner.is_machine and owner.main.dynamic is True
        return owner.static or (made_up and case.facts.hosts[owner.main.host_id].platform in _MADE_UP)

    taken = case.take_collisions(lambda one: sum(travels(owner) for owner in one.owners) > 1)
    of_finding = {id(one.finding): one for one in taken}

    def machines(finding: Finding) -> Iterable[object]:
        return (owner.main.machine_no for owner in of_finding[id(finding)].owners)

    for group in connected([one.finding for one in taken], machines):
        yield _incident(case, [of_finding[id(finding)] for finding in group])


def _incident(case: Case, group: list[Collision]) -> Incident:
    owners = list({owner.main.id: owner.main for one in group for owner in one.owners}.values())
    addresses = addresses_of(group)
    active = any(one.active for one in group)
    kind = "address" if any(one.dynamic for one in owners) else "static address"
    kind += "es" if len(addresses) > 1 else ""
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted({host for one in group for host in one.hosts})),
        addresses=addresses,
        findings=tuple(one.finding for one in group),
        confidence=0.9,
        undecided=tuple(case.power_unknown(owners)),
        explanation=(
            f"{case.adapters(owners)} have the {kind} {listed([show(one) for one in addresses])}. A copied "
            "machine, a template or an image with a fixed address keeps it in every copy."
            + (
                " Two of them can answer now."
                if active
                else " As far as the evidence tells, no two of them can answer at the moment."
            )
        ),
        remedy=(
            "Let the oldest machine keep the address and give the others, while they are off, one of their own"
            f"{f' ({way})' if (way := case.new_address(owners)) else ''}; take the address out of the template."
        ),
    )
