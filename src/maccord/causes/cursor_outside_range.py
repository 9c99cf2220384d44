"""@@PAGE cursor-outside-range@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Evidence, Incident
from maccord.mac import show

CAUSE = Cause("cursor-outside-range", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain cursors that point outside their host's range."""
    for finding in case.take("cursor-outside-range"):
        pool = case.facts.pools[finding.of("pool")[0]]
        cursor = pool.cursor or 0
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            addresses=(cursor,),
            ranges=(range_of(pool),),
            findings=(finding,),
            evidence=(Evidence(pool.file, pool.at_cursor, f"{cursor:012X}"),),
            confidence=0.9,
            explanation=(
                f"CurrentMacAddress of {case.host(pool.host_id)} is {show(cursor)}, outside the range "
                f"{span(*range_of(pool))}: somebody wrote the registry, or moved the range and not the cursor. Whether "
                "Hyper-V checks the cursor before it issues from it is not documented."
            ),
            remedy=(
                "Find the script that writes CurrentMacAddress and retire it; with the Virtual Machine Management "
                "service stopped, set the value to MinimumMacAddress."
            ),
        )
