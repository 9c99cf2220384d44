"""One host sends from one address over two switch ports that are no link aggregate.

What:    A team or bond spreads its frames over two cables, and the switch takes the two for unrelated ports. It
         learns the address at one port and then at the other. Nothing is lost while it learns fast enough; switches
         log a flapping address, some stop learning or shut the port.

Told by: split-team: the address moves to and fro between two ports that lead to one host, by LLDP, by LACP that the
         switch does not answer, or because IP identifications run on from one port to the other. Or the address
         moves as for duplicate-on-the-wire, and the inventory has one owner only, on a host with a team.

Confirm: on the switch: show etherchannel summary; show lacp neighbor; show mac address-table address 0015.5dc8.6a00
         on Windows: Get-NetLbfoTeam | Format-List Name, TeamingMode, LoadBalancingAlgorithm
         Get-VMSwitchTeam | Format-List Name, TeamingMode
         on Linux: cat /proc/net/bonding/bond0

Fix:     either make the two ports one aggregate on the switch:
         interface range Gi1/0/3 - 4
         channel-group 1 mode active
         and the team the same: New-NetLbfoTeam -TeamingMode Lacp, or bond mode 802.3ad;
         or keep the switch as it is, and set the team to a mode that keeps an address on one port:
         Set-NetLbfoTeam -Name Team1 -TeamingMode SwitchIndependent -LoadBalancingAlgorithm HyperVPort
         Linux: bond mode active-backup or balance-tlb; not balance-rr, balance-xor or broadcast.

Source:  IEEE 802.1AX; Linux kernel, "Ethernet Bonding Driver HOWTO"; Microsoft, "NIC Teaming".
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.causes.on_the_wire import (
    addresses_of,
    hosts_of,
    is_certain,
    known_incident,
    one_teamed_host,
    reasons,
    rows_of,
    sentences,
    sighting,
    undecided,
    would_notice,
)
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("lag-mismatch", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name teams whose switch ports are no aggregate."""
    for finding in case.take("split-team"):
        yield _incident(case, finding, reasons(case, finding), rows_of(case, finding)[0].certainty / 100)
    for finding in case.take("restless-address", lambda one: _leaves_by_a_team(case, one)):
        host = one_teamed_host(case, finding)
        why = f"The inventory has one owner of it, on {case.host(host or 0)}, which has a team."
        yield _incident(case, finding, why, 0.8)


def _leaves_by_a_team(case: Case, finding: Finding) -> bool:
    known = known_incident(case, finding.domain, addresses_of(case, [finding]))
    return known is None and not is_certain(case, finding) and one_teamed_host(case, finding) is not None


def _incident(case: Case, finding: Finding, why: str, confidence: float) -> Incident:
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active",
        hosts=hosts_of(case, [finding]),
        addresses=addresses_of(case, [finding]),
        findings=(finding,),
        confidence=confidence,
        undecided=undecided(case, [finding]),
        explanation=sentences(
            sighting(case, finding),
            "One host sends from it over ports that are no link aggregate.",
            why,
            would_notice(case, finding),
        ),
        remedy=(
            "Make the two ports one link aggregate on the switch (LACP), or set the team to a mode that keeps each "
            "address on one port."
        ),
    )
