"""@@PAGE static-address-copied@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("static-address-copied", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain static addresses that several machines have, one incident per group of machines."""
    taken = case.take_collisions(lambda one: sum(owner.static for owner in one.owners) > 1)
    of_finding = {id(one.finding): one for one in taken}

    def machines(finding: Finding) -> Iterable[object]:
        for owner in of_finding[id(finding)].owners:
            yield owner.main.host_id, owner.main.machine_id or owner.main.machine or owner.main.id

    for group in connected([one.finding for one in taken], machines):
        yield _incident(case, [of_finding[id(finding)] for finding in group])


def _incident(case: Case, group: list[Collision]) -> Incident:
    owners = list({owner.main.id: owner.main for one in group for owner in one.owners}.values())
    addresses = sorted(one.address for one in group)
    active = any(one.active for one in group)
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted({host for one in group for host in one.hosts})),
        addresses=tuple(addresses),
        findings=tuple(one.finding for one in group),
        confidence=0.9,
        explanation=(
            f"{case.adapters(owners)} have the static address {listed([show(one) for one in addresses])}. A copied "
            "machine, a template or an image with a fixed address keeps it in every copy."
            + (" Two of them can answer now." if active else " At most one of them runs at the moment.")
        ),
        remedy=(
            "Let the oldest machine keep the address and set the others to dynamic (machine off: Set-VMNetworkAdapter "
            "-DynamicMacAddress) or to a static address of their own; take the address out of the template."
        ),
    )
