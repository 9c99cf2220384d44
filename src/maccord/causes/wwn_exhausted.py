"""@@PAGE wwn-exhausted@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("wwn-exhausted", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain hosts that have no World Wide Port Name left to give."""
    for finding in case.take("exhausted-wwn-range"):
        adapters = [case.facts.hbas[number] for number in finding.of("hba")]
        host = adapters[0].host_id if adapters else finding.of("host")[0]
        named = listed(sorted({one.machine for one in adapters}))
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(host,),
            findings=(finding,),
            confidence=0.85 if adapters else 0.95,
            explanation=(
                f"{case.host(host)} has no World Wide Port Name left"
                + (f": the adapter of {named} was given all zeros, without an error." if adapters else ".")
            ),
            remedy=(
                "Widen the range: Set-VMHost -FibreChannelWwpnMaximum ..., then Set-VMFibreChannelHba -GenerateWwn "
                "for the adapters without a name."
            ),
        )
