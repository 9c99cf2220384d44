"""@@PAGE container-pool-overlap@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("container-pool-overlap", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain container pools on the wire that overlap a pool of machines or of other containers."""
    for group in connected(case.take("container-pool-over-pool"), by_rows):
        pools = pools_of(case, group)
        containers = [pool for pool in pools if pool.kind == "container"]
        others = {pool.host_id for pool in pools if pool.kind != "container"}
        networks = listed(sorted({f"{pool.name or 'a network'} on {case.host(pool.host_id)}" for pool in containers}))
        against = f"what {case.hosts(others)} issue to machines" if others else "one another"
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="latent",
            hosts=tuple(sorted({pool.host_id for pool in pools})),
            ranges=segments(group),
            findings=tuple(group),
            confidence=0.9,
            explanation=(
                f"The container pools of {networks} reach the wire and overlap {against}: {spans(segments(group))}. "
                "The Host Networking Service keeps a cursor of its own and asks nobody."
            ),
            remedy=(
                "Create the container network anew with a pool of its own, or move the machines' range with "
                "Set-VMHost. On cloned hosts remove the networks before imaging."
            ),
        )
