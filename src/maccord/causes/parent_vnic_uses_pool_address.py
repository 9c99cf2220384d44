"""@@PAGE parent-vnic-uses-pool-address@@"""

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
