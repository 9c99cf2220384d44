"""@@PAGE host-kept-foreign-nic-address@@"""

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
                f"{case.adapters(owners)}. A system disk that moved to another machine, or an image with an address "
                "override, brings it along."
            ),
            remedy=(
                f"On {case.hosts(row.host_id for row in borrowers)} clear the adapter's Network Address setting "
                "(Reset-NetAdapterAdvancedProperty -DisplayName 'Network Address'), or remove and recreate the "
                "virtual switch."
            ),
        )
