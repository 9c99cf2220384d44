"""A host wears the permanent address of a NIC that is in another host.

What:    A host's vNIC takes its NIC's address when the switch is made, and an address can also be written
         into a NIC's settings (Network Address). Both stay on the disk. If the disk is put into another
         machine, or its image is rolled out, the second host wears the first one's address, and as soon as
         both are up they conflict.

Told by: a NIC or a management vNIC wears an address that is not its own, and that is the permanent address of
         a NIC in another host. If it is a team adapter that wears it, it is team-keeps-removed-primary; if it
         is an address of a dynamic range, parent-vnic-uses-pool-address. A nested host's NIC that is a
         machine's adapter is the expected twin nested-host.

Confirm: on the host that borrowed:
         Get-NetAdapter | Format-Table Name, InterfaceDescription, MacAddress, PermanentAddress
         Get-NetAdapterAdvancedProperty -Name * -RegistryKeyword NetworkAddress -AllProperties |
         Format-Table Name, DisplayName, RegistryValue
         Get-VMNetworkAdapter -ManagementOS | Format-Table Name, SwitchName, MacAddress

Fix:     at the console of the host that borrowed; it is cut off meanwhile, and comes back with another
         address.
         An overridden NIC: take the override away; the NIC restarts with its permanent address:
         Remove-NetAdapterAdvancedProperty -Name 'Ethernet 1' -RegistryKeyword NetworkAddress
         A vNIC: write down the IP settings (Get-NetIPConfiguration -Detailed), then make the switch anew. The
         machines on it are cut off too, and keep their addresses:
         $vm = Get-VMNetworkAdapter -VMName * | Where-Object SwitchName -eq 'LAN'
         Remove-VMSwitch -Name LAN -Force
         New-VMSwitch -Name LAN -NetAdapterName 'Ethernet 1' -AllowManagementOS $true
         $vm | Connect-VMNetworkAdapter -SwitchName LAN
         Set the IP settings again and change the host's DHCP reservation. A host made from another one's disk
         has its dynamic range too: see cloned-host-image.

Unsure:  the moved disk is a reader's report; that the address had been kept by the switch is the likely
         reading. An override has the same effect and is removed in another way: look which of the two it is.

Source:  readers' comments on J. Howard (2008, comment of 2014): a disk with the Hyper-V role moved into
         another machine.
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("host-kept-foreign-nic-address", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain hosts that wear the permanent address of another host's NIC."""
    for finding in case.take("borrowed-nic-address"):
        rows = [case.facts.adapters[number] for number in finding.of("adapter")]
        owners = [row for row in rows if row.permanent == finding.address]
        borrowers = [row for row in rows if row.permanent != finding.address]
        taken = case.take_collisions(lambda _: True, case.collisions_at(finding.address, finding.domain))
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if any(collision.active for collision in taken) else "latent",
            hosts=tuple(sorted({row.host_id for row in rows})),
            addresses=(finding.address,) if finding.address is not None else (),
            findings=(finding, *(collision.finding for collision in taken)),
            confidence=0.85,
            explanation=(
                f"{case.adapters(borrowers)} wears {show(finding.address or 0)}, which is the permanent address of "
                f"{case.adapters(owners, begins=False)}. A system disk that moved to another machine, or an image with "
                "an address override, brings it along."
            ),
            remedy=(
                f"On {case.hosts(row.host_id for row in borrowers)} clear the adapter's Network Address setting "
                "(Reset-NetAdapterAdvancedProperty -DisplayName 'Network Address'), or remove and recreate the "
                "virtual switch."
            ),
        )
