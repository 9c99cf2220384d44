"""Frames circle: many addresses come and go between the same two ports at once.

What:    Two ports of a switch lead to each other, through a cable, an unmanaged switch or a bridge in a host.
         Every broadcast comes back and is sent out again. Links fill up, switches relearn every address with every
         round, and hosts see their own frames.

Told by: circling-addresses: at least five addresses move to and fro between the same two ports within ten seconds, and
         neither do both ports lead to one host, nor do the addresses claim different IP addresses at the two. Where the
         addresses are those that two cloned hosts both issued, the incident is that cause's.

Confirm: show spanning-tree inconsistentports; show spanning-tree detail | include changes
         show interfaces counters broadcast, twice: it rises on both ports
         show mac address-table notification mac-move

Fix:     1. Take one of the two cables out, or shut one port: interface Gi1/0/24, then shutdown
         2. Let spanning tree run on all ports; on those to hosts with its guard:
         spanning-tree portfast, spanning-tree bpduguard enable
         3. Look for bridges in hosts: ip -d link show type bridge; on Windows: Get-NetAdapter | Where-Object
         InterfaceDescription -like '*MAC Bridge*'

Source:  IEEE 802.1Q (spanning tree); Cisco, "Troubleshoot MAC Address Flap Notification Error".
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.causes.on_the_wire import (
    addresses_of,
    hosts_of,
    known_incident,
    rows_of,
    sentences,
    settle,
    undecided,
    when,
    would_notice,
)
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("layer2-loop", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name loops; addresses that cloned hosts both issued belong to that incident."""
    for finding in case.take("circling-addresses"):
        at = known_incident(case, finding.domain, addresses_of(case, [finding]))
        if at is None:
            yield _incident(case, finding)
        else:
            settle(case, at, finding)


def _incident(case: Case, finding: Finding) -> Incident:
    rows = rows_of(case, finding)
    ports = listed(sorted({f"port {row.port} of {case.host(row.host_id)}" for row in rows}))
    addresses = addresses_of(case, [finding])
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active",
        hosts=tuple(sorted({row.host_id for row in rows})) or hosts_of(case, [finding]),
        addresses=addresses,
        findings=(finding,),
        confidence=rows[0].certainty / 100,
        undecided=undecided(case, [finding]),
        explanation=sentences(
            f"{len(addresses)} addresses came and went between {ports} {when(rows[0])}: frames circle.",
            would_notice(case, finding),
        ),
        remedy="Shut one of the two ports, then let spanning tree run on both and look for a bridge between them.",
    )
