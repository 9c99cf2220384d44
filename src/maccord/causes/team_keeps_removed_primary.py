"""A team still wears the address of a NIC that was taken out of it and is at work elsewhere.

What:    A team takes the address of its primary member, which the system picks when the team comes up. If
         that NIC is taken out, the team keeps the address until it comes up again. Put to work once more, in
         this host or in another, the NIC uses the address it was made with, and the two conflict.

Told by: the team's address is the permanent address of a NIC that is not among its members and is up. If the
         NIC is still a member, they are the expected twin team-member. If a NIC or a management vNIC of
         another host wears the address, and no team does, it is host-kept-foreign-nic-address.

Confirm: Get-NetLbfoTeam | Format-Table Name, Members, TeamNics, Status
         Get-NetAdapter | Format-Table Name, InterfaceDescription, MacAddress, PermanentAddress, Status
         show mac address-table address 001b.21aa.0005 on the switch, twice: does the port change?

Fix:     1. Drain the host, and work at its console: everything on the team is cut off for some seconds.
         2. Restart the team's adapter, here Team1, not a member:
         Disable-NetAdapter -Name Team1 -Confirm:$false
         Enable-NetAdapter -Name Team1
         The team then takes the address of a NIC that is still a member, not always the same one. Never
         disable and enable all adapters at once (-Name *): the team's adapter stays disabled.
         3. Look at the result with Get-NetAdapter, and at vNICs that had inherited the old address: one that
         still wears it has to be recreated (see management-vnic-inherits-team).
         The team's own IP address is announced under the new address; a DHCP reservation of the team has to
         be changed. An address of your own choice can be set on the primary team adapter instead:
         Set-NetAdapter -Name Team1 -MacAddress '02-A0-C8-00-05-10'

Unsure:  whether a vNIC that inherited the team's address follows it to the new one is not documented.

Source:  MicrosoftDocs, "NIC Teaming MAC address use and management"; MicrosoftDocs, "Troubleshooting NIC
         Teaming".
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("team-keeps-removed-primary", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain teams that still wear the address of a NIC that left them, one incident per address."""
    for group in connected(case.take("borrowed-team-address"), lambda finding: [(finding.domain, finding.address)]):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    rows = {number: case.facts.adapters[number] for finding in group for number in finding.of("adapter")}
    teams = [row for row in rows.values() if row.kind == "team"]
    nics = [row for row in rows.values() if row.kind == "physical"]
    address = group[0].address or 0
    taken = case.take_collisions(lambda _: True, case.collisions_at(address, group[0].domain))
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active",
        hosts=tuple(sorted({row.host_id for row in rows.values()})),
        addresses=(address,),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.9,
        explanation=(
            f"{case.adapters(teams)} {'wears' if len(teams) == 1 else 'wear'} {show(address)}, the permanent address "
            f"of {case.adapters(nics, begins=False)}, which is no member of {'that' if len(teams) == 1 else 'each'} "
            "team and is at work. A team keeps its primary member's address after that NIC is removed."
        ),
        remedy=(
            f"On {case.hosts(row.host_id for row in teams)} disable and enable the team's adapter "
            "(Disable-NetAdapter, then Enable-NetAdapter, at the console): it takes the address of a NIC that is still "
            "a member."
        ),
    )
