"""@@PAGE pinned-port-conflict@@"""

from collections.abc import Iterable
from dataclasses import replace

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("pinned-port-conflict", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain VMSMP 28 where nothing else does; elsewhere it is one more finding of that incident."""
    for finding in case.take("pinned-port"):
        events = [case.facts.events[number] for number in finding.of("event")]
        host = events[0].host_id
        at = _explained(case, host, finding.address)
        if at is not None:
            known = case.incidents[at]
            case.incidents[at] = replace(known, findings=(*known.findings, finding))
            continue
        address = f" {show(finding.address)}" if finding.address is not None else ""
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if len(events) > 1 else None,
            hosts=(host,),
            addresses=(finding.address,) if finding.address is not None else (),
            findings=(finding,),
            confidence=0.7,
            undecided=("Get-VMNetworkAdapter -All and Get-NetAdapter of the host would show both owners.",),
            explanation=(
                f"The virtual switch of {case.host(host)} kept a port from using an address{address} that is pinned "
                f"to another port ({len(events)} {'time' if len(events) == 1 else 'times'}, event 28), and nothing "
                "else in the evidence says why."
            ),
            remedy=(
                "Find both owners on the host (Get-VMNetworkAdapter -All, Get-NetAdapter) and give one of them an "
                "address of its own; for an NLB member permit spoofing instead."
            ),
        )


def _explained(case: Case, host: int, address: int | None) -> int | None:
    """Return the position of the incident that accounts for the address on this host, if one does."""
    for at, incident in enumerate(case.incidents):
        inside = any(first <= (address or -1) <= last for first, last in incident.ranges)
        if address is not None and host in incident.hosts and (address in incident.addresses or inside):
            return at
    return None
