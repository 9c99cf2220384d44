"""An address moved on the wire in a way that nothing in the evidence explains for certain.

What:    An address came back to a port that it had left, more than once and unannounced, but too rarely for two owners
         to be certain; or a device says that it received its own address from elsewhere. It may be a client that
         roams, a cable that was swapped twice, a team without link aggregation, or a duplicate whose second owner
         rarely talks. Or a machine's address left the port of the host that the inventory has it on, for the port of
         another host, and no announcement was captured there: it was started elsewhere, or somebody else has it now.

Told by: unsettled-address. None of block twin, one host at both ports, one announced move, loop and two owners fits.

Confirm: show mac address-table address 0015.5dc8.6a00, every minute for an hour
         a capture at both ports, in one folder: SWITCH/PORT.pcap, then maccord check

Fix:     nothing yet. If it is on another host than the inventory says, export both hosts anew. If a capture shows
         different IP addresses at the two ports, see duplicate-on-the-wire; if both ports lead to one host, see
         lag-mismatch.

Source:  RFC 7432 section 15.1.
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.causes.on_the_wire import (
    addresses_of,
    hosts_of,
    known_incident,
    one_teamed_host,
    reasons,
    rows_of,
    sentences,
    sighting,
    undecided,
)
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("unexplained-move", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name moves that nothing explains; one by a host with a team, or of a known incident, is explained."""
    for finding in case.take("unsettled-address"):
        if one_teamed_host(case, finding) is None:
            at = known_incident(case, finding.domain, addresses_of(case, [finding]))
            if at is None:
                yield _incident(case, finding)


def _incident(case: Case, finding: Finding) -> Incident:
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state=None,
        hosts=hosts_of(case, [finding]),
        addresses=addresses_of(case, [finding]),
        findings=(finding,),
        confidence=rows_of(case, finding)[0].certainty / 100,
        undecided=undecided(case, [finding]),
        explanation=sentences(sighting(case, finding), reasons(case, finding), "Why is not known."),
        remedy="Watch the address, best by a capture at both ports, before anything is changed.",
    )
