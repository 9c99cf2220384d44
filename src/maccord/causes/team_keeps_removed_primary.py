"""@@PAGE team-keeps-removed-primary@@"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("team-keeps-removed-primary", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain teams that still wear the address of a NIC that left them."""
    for finding in case.take("borrowed-team-address"):
        rows = [case.facts.adapters[number] for number in finding.of("adapter")]
        team = next(row for row in rows if row.kind == "team")
        nics = [row for row in rows if row.kind == "physical"]
        taken = case.take_collisions(lambda _: True, case.collisions_at(finding.address, finding.domain))
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active",
            hosts=tuple(sorted({row.host_id for row in rows})),
            addresses=(team.mac,) if team.mac is not None else (),
            findings=(finding, *(collision.finding for collision in taken)),
            confidence=0.9,
            explanation=(
                f"The {case.adapter(team)} wears {show(team.mac or 0)}, the permanent address of "
                f"{case.adapters(nics)}, which is no member of that team and is at work. A team keeps its primary "
                "member's address after that NIC is removed."
            ),
            remedy=(
                f"On {case.host(team.host_id)} disable and enable the team's adapter (Disable-NetAdapter, then "
                "Enable-NetAdapter, at the console): it takes the address of a NIC that is still a member."
            ),
        )
