"""@@PAGE pool-exhausted@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("pool-exhausted", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain ranges of which running adapters hold every address."""
    for finding in case.take("full-pool"):
        pool = case.facts.pools[finding.of("pool")[0]]
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            confidence=0.97,
            explanation=(
                f"All {finding.facts['size']} addresses of the range of {case.host(pool.host_id)}, "
                f"{span(*range_of(pool))}, are held by running adapters: the next machine with a dynamic address will "
                "not start (events 12564, 12565)."
            ),
            remedy="Enlarge the range: Set-VMHost -MacAddressMaximum ... An enlarged range changes no address.",
        )
