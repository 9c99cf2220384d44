"""Several machines wear an address that a product or a template ships as its default.

What:    Some addresses are written into programs, templates and manuals: QEMU started by hand gives every
         machine 52-54-00-12-34-56 and counts up for further adapters; examples use 00-11-22-33-44-55 and the
         like. Nobody gave these machines an address of their own, so all of them have the same.

Told by: the address is a well-known constant, and more than one machine has it. An address that is no such
         constant but was copied with a machine is static-address-copied. One machine alone with a constant is
         no incident.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object MacAddress -eq '525400123456' |
         Format-Table VMName, MacAddress
         on a KVM host: virsh domiflist web1
         show mac address-table address 5254.0012.3456 on the switch, twice: does the port change?

Fix:     give each machine, while it is off, an address of its own.
         Hyper-V:
         Set-VMNetworkAdapter -VMName web1 -DynamicMacAddress
         or with -StaticMacAddress and an address outside every range.
         libvirt: virsh edit web1, and take the line <mac address='...'/> out of the interface: libvirt makes
         up a new one of its prefix and three random octets.
         QEMU: name the address on the command line:
         -device virtio-net-pci,netdev=n0,mac=52:54:00:A0:C8:17
         Then mend the template. Guests meet a new address; DHCP reservations and Linux guests that pin it
         notice.

Unsure:  QEMU's default is common knowledge and was not checked against its source; maccord takes
         52-54-00-12-34-56 and the fifteen addresses after it for its defaults.

Source:  libvirt's generator of addresses (prefix and three random octets); UPC/ravada issue 1294, a fixed
         address in a template.
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import CONSTANTS, show

CAUSE = Cause("appliance-default-address", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain collisions of addresses that products ship alike."""
    for collision in case.take_collisions(lambda one: one.address in CONSTANTS):
        machines = [owner.main for owner in collision.owners]
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if collision.active else "latent",
            hosts=tuple(sorted(collision.hosts)),
            addresses=(collision.address,),
            findings=(collision.finding,),
            confidence=0.95,
            explanation=(
                f"{case.adapters(machines)} wear {show(collision.address)}, {CONSTANTS[collision.address]}: none of "
                "them was ever given an address of its own."
            ),
            remedy=(
                "Give each machine an address of its own and take the constant out of the template or the launch "
                "script they were made from."
            ),
        )
