"""@@PAGE pool-nearly-exhausted@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("pool-nearly-exhausted", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain ranges of which fewer than one in ten addresses is not assigned."""
    for finding in case.take("scarce-pool"):
        pool = case.facts.pools[finding.of("pool")[0]]
        facts = finding.facts
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="latent",
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            confidence=0.97,
            explanation=(
                f"{facts['assigned']} of the {facts['size']} addresses of the range of {case.host(pool.host_id)}, "
                f"{span(*range_of(pool))}, are assigned, {facts['running']} of them to running adapters. When the "
                "range runs round, stopped machines' addresses are issued again."
            ),
            remedy="Enlarge the range: Set-VMHost -MacAddressMaximum ... An enlarged range changes no address.",
        )
