"""Addresses were seen on a network that no inventory, lease or range of the evidence knows.

What:    A switch learned addresses, or a capture shows them, and nobody in the evidence owns them. They collide with
         nothing that is known. Hosts may be missing from the evidence; or somebody plugged something in.

Told by: unknown-address, in networks of which the evidence has an inventory with machines. Virtual addresses of
         protocols, addresses of the switches themselves, and what is heard through uplinks are left out.

Confirm: maccord whois 00-15-5D-77-01-02 exports/ (who made it, where it was seen)
         show mac address-table address 0015.5d77.0102; show lldp neighbors on that port

Fix:     gather the missing hosts (maccord collect), or documentation of them (NetBox), and check again. If the address
         is nobody's, shut the port until its owner asks.

Source:  IEEE 802.1Q (address tables), IEEE 802.1AB (LLDP).
"""

from collections import defaultdict
from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("unknown-address-on-the-wire", "info", __doc__)
_SHOWN = 7


def explain(case: Case) -> Iterable[Incident]:
    """Name, for each network, the addresses that nobody in the evidence owns."""
    by_domain: dict[int | None, list[Finding]] = defaultdict(list)
    for finding in case.take("unknown-address"):
        if not any(finding.address in incident.addresses for incident in case.incidents):
            by_domain[finding.domain].append(finding)
    for findings in by_domain.values():
        yield _incident(case, findings)


def _incident(case: Case, findings: list[Finding]) -> Incident:
    case.facts.sightings.need(number for one in findings for number in one.of("sighting"))
    rows = [case.facts.sightings[one.of("sighting")[0]] for one in findings]
    case.facts.hosts.need({row.host_id for row in rows})
    hosts = {case.facts.sightings[number].host_id for one in findings for number in one.of("sighting")}
    told = []
    for row in rows[: _SHOWN + 1]:
        port = f"port {row.port} of " if row.port else ""
        told.append(f"{show(row.mac)} ({port}{case.host(row.host_id)})")
    many = len(findings) > 1
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state=None,
        hosts=tuple(sorted(hosts)),
        addresses=tuple(sorted({one.address for one in findings if one.address is not None})),
        findings=tuple(findings),
        confidence=0.9,
        undecided=("Exports of hosts that are not in the evidence, or leases, would tell whose they are.",),
        explanation=(
            f"{listed(told, len(findings))} {'were' if many else 'was'} seen, and no host, lease or range of the "
            f"evidence has {'them' if many else 'it'}."
        ),
        remedy="Gather the evidence of the hosts at these ports and check again, or find out who plugged them in.",
    )
