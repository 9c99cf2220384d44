"""@@PAGE unexplained-duplicate@@"""

from collections.abc import Callable, Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Adapter
from maccord.mac import show

CAUSE = Cause("unexplained-duplicate", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name what is left: the same address twice where it can be heard twice, and nothing to say why."""
    for collision in case.take_collisions(lambda _: True):
        rows = [owner.main for owner in collision.owners]
        again = case.take("reissued-address", _of(collision))
        yield _incident(case, rows, [collision.finding, *again], collision.address, active=collision.active)
    for finding in case.take("reissued-address"):
        rows = [case.facts.adapters[number] for number in finding.of("adapter")]
        active = sum(row.live for row in rows) > 1
        yield _incident(case, rows, [finding], finding.address or 0, active=active)


def _of(collision: Collision) -> Callable[[Finding], bool]:
    return lambda finding: finding.address == collision.address


def _incident(case: Case, rows: list[Adapter], findings: list[Finding], address: int, *, active: bool) -> Incident:
    hosts = {row.host_id for row in rows}
    without = [host for host in hosts if case.facts.dynamic_pool(host) is None]
    undecided = ["Switch tables or a capture (which port shows the address, and when) would show who answers."]
    if without:
        undecided.insert(0, f"The dynamic range of {case.hosts(without)} would tell whether a host issued the address.")
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted(hosts)),
        addresses=(address,),
        findings=tuple(findings),
        confidence=0.5,
        undecided=tuple(undecided),
        explanation=(
            f"{case.adapters(rows)} have one address, {show(address)}, and can hear each other"
            f"{'' if active else ' once both run'}. Nothing in the evidence says how that came about."
        ),
        remedy="Let one owner keep the address, give the other a new one, and look for how it was copied.",
    )
