"""@@PAGE appliance-default-address@@"""

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
