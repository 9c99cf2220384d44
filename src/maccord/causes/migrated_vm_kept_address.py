"""@@PAGE migrated-vm-kept-address@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("migrated-vm-kept-address", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain machines whose dynamic address comes from the range of a host they left."""
    for group in connected(case.take("address-from-another-host"), by_rows):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    movers = {number: case.facts.adapters[number] for finding in group for number in finding.of("adapter")}
    origins = {pool.host_id for pool in pools_of(case, group)}

    def issued_again(collision: Collision) -> bool:
        return any(owner.issued and owner.main.host_id in origins for owner in collision.owners)

    taken = case.take_collisions(issued_again, case.collisions_of(movers))
    active = any(collision.active for collision in taken)
    addresses = {row.mac for row in movers.values() if row.mac is not None}
    again = listed([show(one.address) for one in taken])
    return Incident(
        cause=CAUSE.id,
        severity="error" if active else CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted(origins | {row.host_id for row in movers.values()})),
        addresses=tuple(sorted(addresses)),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.9,
        explanation=(
            f"{case.adapters(movers.values())} {'has' if len(movers) == 1 else 'have'} a dynamic address from the "
            f"range of {case.hosts(origins)}, outside the range of the host it is on: it came along with a migration."
            + (f" {again} was issued there again." if taken else " The host it came from may issue it again.")
        ),
        remedy=(
            "Shut the machine down and start it where it is: it gets an address of its host's range; mind DHCP "
            "reservations and licences. Or set it a static address outside every range of the fleet."
        ),
    )
