"""A host gave the address of a stopped machine to another one.

What:    Hyper-V counts an address as taken only while a running machine holds it. When the cursor has reached
         the end of the range it starts over, and the next machine gets the first address that no running
         machine holds, be it a stopped machine's. Both then have it, and the stopped one is in for a surprise
         when it is started here, or a twin when it is started on another host.

Told by: one host, one dynamic address, two machines of different VMId, of which at most one runs. If every
         address is held by a running machine, it is pool-exhausted; if the two are on two hosts, look at the
         causes of overlapping ranges or at migrated-vm-kept-address; if one address is static, at
         static-in-dynamic-range.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object MacAddress -ne '000000000000' |
         Group-Object MacAddress | Where-Object Count -gt 1 | Format-Table Name, Count, Group
         Get-VMHost | Format-List MacAddressMinimum, MacAddressMaximum

Fix:     1. Enlarge the range first, or the next new address is again a stopped machine's. See that no other
         host issues from the part you add. An enlarged range changes no machine's address:
         Set-VMHost -MacAddressMaximum '00155DC86DFF'
         2. Give the stopped machine a new address. Note its switch and VLAN, then take its adapter away and
         add it again:
         Get-VMNetworkAdapter -VMName Blank; Get-VMNetworkAdapterVlan -VMName Blank
         Remove-VMNetworkAdapter -VMName Blank -Name 'Network Adapter'
         Add-VMNetworkAdapter -VMName Blank -Name 'Network Adapter' -SwitchName LAN
         The guest finds a new NIC and needs its IP settings again. To spare it that, keep the adapter and set
         a static address outside every range:
         Set-VMNetworkAdapter -VMName Blank -StaticMacAddress '02A0C8000117'
         Machines that are switched off for long are best given static addresses.

Unsure:  what the start of the stopped machine does. In 2008 it was refused, in a range that was full as well;
         from 2010 on a machine that is turned on with an address in use is said to get a new one. So expect a
         refusal or a changed address, and decide it yourself beforehand.

Source:  J. Howard (2008), the two quiz questions of the post; B. Armstrong, "Hyper-V and dynamic MAC address
         regeneration" (2010); D. van der Peijl on Hyper-V and VMM addresses.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("reissued-while-stopped", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain addresses that one host issued twice, one incident for all of a host."""

    def one_at_most_runs(finding: Finding) -> bool:
        return sum(case.facts.adapters[number].running is True for number in finding.of("adapter")) < 2

    for group in connected(case.take("reissued-address", one_at_most_runs), lambda finding: [finding.facts["host_id"]]):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    rows = [case.facts.adapters[number] for finding in group for number in finding.of("adapter")]
    host = rows[0].host_id
    addresses = sorted({row.mac for row in rows if row.mac is not None})

    def of_this_host(collision: Collision) -> bool:
        return collision.hosts == {host} and not collision.active

    taken = case.take_collisions(of_this_host, case.collisions_of(row.id for row in rows))
    running = [row for row in rows if row.running]
    stopped = [row for row in rows if not row.running]
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="latent",
        hosts=(host,),
        addresses=tuple(addresses),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"{case.host(host)} issued {listed([show(one) for one in addresses])} again while the first holder did "
            f"not run: {listed(sorted({row.machine for row in stopped}))} cannot start as long as "
            f"{listed(sorted({row.machine for row in running})) or 'another holder'} runs."
            if running
            else f"{case.host(host)} issued {listed([show(one) for one in addresses])} to several machines, none of "
            f"which runs now: {listed(sorted({row.machine for row in stopped}))}. Only one of them can run at a time."
        ),
        remedy=(
            "Enlarge the range first, by addresses that no other host issues (Set-VMHost -MacAddressMaximum ...), so "
            "that it does not run round again; then remove and re-add the stopped machine's adapter, or set it a "
            "static address outside every range."
        ),
    )
