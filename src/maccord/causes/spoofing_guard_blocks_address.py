"""@@PAGE spoofing-guard-blocks-address@@"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("spoofing-guard-blocks-address", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain guests that must send from a cluster address which their port refuses."""
    for finding in case.take("refused-cluster-address"):
        rows = [case.facts.adapters[number] for number in finding.of("adapter")]
        events = [case.facts.events[number] for number in finding.of("event")]
        hosts = {row.host_id for row in rows} | {event.host_id for event in events}
        address = finding.address
        said = (
            f"{case.adapters(rows)} {'answers' if len(rows) == 1 else 'answer'} for the cluster behind "
            f"{show(address or 0)} and may not send from it: MAC address spoofing is off on the port."
            if rows
            else f"{case.hosts(hosts)} logged {len(events)} {'event' if len(events) == 1 else 'events'} of a port that "
            "refused a Network Load Balancing address."
        )
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted(hosts)),
            addresses=(address,) if address is not None else (),
            findings=(finding,),
            confidence=0.8 if rows else 0.7,
            explanation=said,
            remedy=(
                "Permit it on each member's adapter: Set-VMNetworkAdapter -VMName ... -MacAddressSpoofing On; or set "
                "the cluster's address as static on each member."
            ),
        )
