"""@@PAGE vmm-pool-overlaps-host-range@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.causes.issued import issued_words
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("vmm-pool-overlaps-host-range", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain VMM pools that hosts' own ranges reach into."""
    for group in connected(case.take("vmm-pool-over-host-range"), by_rows):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    pools = pools_of(case, group)
    servers = {pool.host_id for pool in pools if pool.kind == "vmm"}
    hosts = {pool.host_id for pool in pools if pool.kind == "dynamic"}
    ranges = segments(group)

    def both_gave(collision: Collision) -> bool:
        issued = {owner.main.host_id for owner in collision.owners if owner.issued}
        return bool(issued & hosts) and any(owner.static for owner in collision.owners)

    taken = case.take_collisions(both_gave, case.collisions_in(ranges))
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(servers | hosts)),
        addresses=tuple(sorted(collision.address for collision in taken)),
        ranges=ranges,
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"The VMM server {case.hosts(servers)} grants from a pool that {case.hosts(hosts)} issue from as well: "
            f"{spans(ranges)}.{issued_words(taken)}"
        ),
        remedy=(
            "Move the VMM pool out of the hosts' ranges: create another with New-SCMACAddressPool, re-address the "
            "machines that hold addresses of the old one, and remove it; or move the hosts' ranges with Set-VMHost."
        ),
    )
