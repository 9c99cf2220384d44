"""@@PAGE reissued-while-stopped@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("reissued-while-stopped", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain addresses that one host issued twice, one incident for all of a host."""

    def one_at_most_runs(finding: Finding) -> bool:
        return sum(case.facts.adapters[number].running for number in finding.of("adapter")) < 2

    for group in connected(case.take("reissued-address", one_at_most_runs), lambda finding: [finding.facts["host_id"]]):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    rows = [case.facts.adapters[number] for finding in group for number in finding.of("adapter")]
    host = rows[0].host_id
    addresses = sorted({row.mac for row in rows if row.mac is not None})

    def of_this_host(collision: Collision) -> bool:
        return collision.hosts == {host} and not collision.active

    taken = case.take_collisions(of_this_host, case.collisions_of(row.id for row in rows))
    running = [row for row in rows if row.running]
    stopped = [row for row in rows if not row.running]
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="latent",
        hosts=(host,),
        addresses=tuple(addresses),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"{case.host(host)} issued {listed([show(one) for one in addresses])} again while the first holder was "
            f"off: {listed(sorted({row.machine for row in stopped}))} cannot start as long as "
            f"{listed(sorted({row.machine for row in running})) or 'another holder'} runs."
            if running
            else f"{case.host(host)} issued {listed([show(one) for one in addresses])} to several machines, all off "
            f"now: {listed(sorted({row.machine for row in stopped}))}. Only one of them can run at a time."
        ),
        remedy=(
            "Enlarge the range first (Set-VMHost -MacAddressMaximum ...), so that it does not run round again; then "
            "remove and re-add the stopped machine's adapter, or set it a static address outside every range."
        ),
    )
