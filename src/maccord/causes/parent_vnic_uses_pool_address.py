"""The vNIC of an external switch kept a pool address from the time when its network was internal.

What:    The vNIC that Windows makes for the host on an external switch takes the address of the NIC below,
         which is unique. If the network was made as an internal one and later turned external, the vNIC keeps
         the address it was issued from the host's range. Two hosts with one range then show one address on
         the wire, and get one DHCP reservation: it was first seen on two laptops made from one image.

Told by: the vNIC that came with an external switch on one NIC wears an address of the host's range, or
         another one under 00-15-5D, and not the NIC's. A management vNIC that was added to a team's switch
         and has an address of its own is meant to be so: it is the cure of management-vnic-inherits-team. If
         the vNIC wears a NIC's address of another host, it is host-kept-foreign-nic-address.

Confirm: Get-VMNetworkAdapter -ManagementOS | Format-Table Name, SwitchName, MacAddress
         Get-NetAdapter | Format-Table Name, InterfaceDescription, MacAddress, PermanentAddress
         Get-VMSwitch | Format-Table Name, SwitchType, NetAdapterInterfaceDescription

Fix:     at the console, in a window: the host and all machines on the switch are cut off meanwhile.
         1. Write down the host's IP settings:
         Get-NetIPConfiguration -InterfaceAlias 'vEthernet (LAN)' -Detailed
         2. Keep what is connected to the switch, and note the VLANs:
         $vm = Get-VMNetworkAdapter -VMName * | Where-Object SwitchName -eq 'LAN'
         Get-VMNetworkAdapterVlan -VMName *
         3. Make the switch anew:
         Remove-VMSwitch -Name LAN -Force
         New-VMSwitch -Name LAN -NetAdapterName Ethernet -AllowManagementOS $true
         $vm | Connect-VMNetworkAdapter -SwitchName LAN
         4. Set the IP settings on the new vEthernet (LAN), and change the host's DHCP reservation: it now has
         the NIC's address. The machines keep their addresses.

Unsure:  it was described for 2008, as a defect. Whether later versions still do it was not verified; the
         address in the evidence shows that this host has it.

Source:  J. Howard (2008), comments: the author on internal networks turned external.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("parent-vnic-uses-pool-address", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain parent vNICs that kept an address of a dynamic range, one incident per shared address."""
    for group in connected(case.take("parent-vnic-in-pool"), lambda finding: [(finding.domain, finding.address)]):
        rows = [case.facts.adapters[number] for finding in group for number in finding.of("adapter")]
        address = group[0].address or 0
        taken = case.take_collisions(_of_vnics, case.collisions_at(address, group[0].domain))
        several = "These hosts then show one address, and get one DHCP reservation." if len(rows) > 1 else ""
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if address in case.active and len(rows) > 1 else "latent",
            hosts=tuple(sorted({row.host_id for row in rows})),
            addresses=(address,),
            findings=(*group, *(collision.finding for collision in taken)),
            confidence=0.85,
            explanation=(
                f"{case.adapters(rows)} came with an external switch on one NIC and wears {show(address)}, an "
                "address of a dynamic range, instead of the NIC's: an internal network was turned external. "
                f"{several}"
            ).rstrip(),
            remedy=(
                "Remove the virtual switch and create it anew as external (at the console: the host is off the net "
                "meanwhile); the vNIC then takes the NIC's own address."
            ),
        )


def _of_vnics(collision: Collision) -> bool:
    return all(owner.main.kind == "management" for owner in collision.owners)
