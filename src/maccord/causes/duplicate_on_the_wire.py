"""Two owners of one address were seen on the wire, and nothing in the inventory explains it.

What:    One address speaks from two places that do not lead to one host, or one place speaks for two machines.
         A switch sends its frames to the place where it heard it last. Both owners lose what the other gets: a
         fifth where both talk, three quarters where one mostly listens.

Told by: restless-address: the address moves too often (5 moves in 180 s, RFC 7432), or comes back to ports that it had
         left, or claims different IP addresses at two places; or two-minds: it contradicts itself at one. Where the
         inventory has the fault behind it (cloned hosts, overlapping ranges, a copied static address), that cause has
         the incident, active and with the sighting. Where both ports lead to one host it is lag-mismatch; where many
         addresses move between the same two ports at once, layer2-loop; where it moved once and stayed, a migration,
         which is no incident; virtual addresses of VRRP, HSRP, CARP, GLBP and NLB are expected twins.

Confirm: on the switch: show mac address-table address 0015.5dc8.6a00, several times: the port changes
         on a Linux bridge: bridge -t monitor fdb | grep 00:15:5d:c8:6a:00
         on each Hyper-V host: Get-VMNetworkAdapter -All | Where-Object MacAddress -eq '00155DC86A00'
         on each Linux host: ip -br link | grep -i 00:15:5d:c8:6a:00

Fix:     1. Restore service: disconnect the owner that matters less, or shut its port.
         Hyper-V:  Disconnect-VMNetworkAdapter -VMName web2
         libvirt:  virsh domif-setlink web2 00:15:5d:c8:6a:00 down
         2. Give it another address, while it is off, static and outside every range:
         Hyper-V:  Set-VMNetworkAdapter -VMName web2 -StaticMacAddress '02A0C8000117'
         Of other platforms see static-address-copied.
         3. Find the cause: gather exports of the hosts at both ports (maccord collect), put them beside the
         capture and check again: the incident then names how the address was copied.

Source:  RFC 7432 section 15.1 (MAC duplication); J. Howard, "Hyper-V: MAC Address allocation and apparent network
         issues MAC collisions can cause" (2008).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.on_the_wire import (
    addresses_of,
    hosts_of,
    known_incident,
    owners_of,
    ports_of,
    reasons,
    rows_of,
    sentences,
    settle,
    sighting,
    undecided,
    would_notice,
)
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("duplicate-on-the-wire", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Settle what inventory suspected, and name what is left: two owners that were seen."""
    left = []
    for finding in [*case.take("restless-address"), *case.take("two-minds")]:
        at = known_incident(case, finding.domain, addresses_of(case, [finding]))
        if at is None:
            left.append(finding)
        else:
            settle(case, at, finding)
    for group in connected(left, lambda one: _keys(case, one)):
        yield _incident(case, group)


def _keys(case: Case, finding: Finding) -> Iterable[object]:
    """Return what joins faults: an address, or the two ports that several addresses share."""
    return ("mac", finding.domain, finding.address), ("ports", ports_of(case, finding))


def _incident(case: Case, findings: list[Finding]) -> Incident:
    findings = sorted(findings, key=lambda one: (-rows_of(case, one)[0].moves, one.address or 0))
    first = findings[0]
    owners = owners_of(case, first)
    whose = (
        f"The inventory has {case.adapters(owners, begins=False)} with it, and not the other owner." if owners else ""
    )
    more = [show(one.address) for one in findings[1:] if one.address not in (None, first.address)]
    others = f"So it is with {listed(more)} too." if more else ""
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active",
        hosts=hosts_of(case, findings),
        addresses=addresses_of(case, findings),
        findings=tuple(findings),
        confidence=max(rows_of(case, one)[0].certainty for one in findings) / 100,
        undecided=undecided(case, findings),
        explanation=sentences(
            f"{sighting(case, first)} Two owners have it.",
            reasons(case, first),
            others,
            whose,
            would_notice(case, first),
        ),
        remedy=(
            "Disconnect one of the two owners, at the port that matters less, give it another address, and check again "
            "with exports of both hosts to see how the address was copied."
        ),
    )
