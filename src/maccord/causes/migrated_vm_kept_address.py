"""A machine brought a dynamic address along from the host that issued it.

What:    Live migration keeps a machine's address, and so does a move in the saved state. The host it left
         does not see the address in use any more and may issue it to another machine. At its next cold start
         the machine gets an address of the host it is then on, since a dynamic address outside the host's
         range is replaced when a machine is turned on.

Told by: a dynamic address outside the range of its own host and inside another host's. It is latent while
         only one machine has it, and active when the issuing host has given it to another. A static address
         in another host's range is static-in-dynamic-range; an address in the ranges of both hosts belongs to
         the overlap: same-low-octets, cloned-host-image, reused-lease-range, manual-range-overlap.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object DynamicMacAddressEnabled |
         Format-Table VMName, MacAddress
         Get-VMHost -ComputerName HV01, HV02 |
         Format-Table Name, MacAddressMinimum, MacAddressMaximum

Fix:     choose one of the two before chance does:
         1. the machine may change its address: cold-start it in a window (Stop-VM -Name web, then Start-VM
         -Name web; a restart inside the guest does not count). It gets an address of the host it is on. DHCP
         reservations, licences, port forwarding and Linux guests that pin the address notice.
         2. the address has to be the same for good: set a static one outside every host's range, once, while
         the machine is off. It then moves with the machine and is never changed by Hyper-V:
         Set-VMNetworkAdapter -VMName web -StaticMacAddress '02A0C8000117'
         Do not give all nodes of a cluster one range to avoid the change: then every node issues what the
         others issued. If the machine moves back before its next cold start, nothing needs to be done.

Unsure:  whether a restore from the saved state on another host replaces the address by itself: van der Peijl
         says so, in Armstrong's case the machine kept it until a cold start two days later. maccord reckons
         with the latter. From 2012 on, what is read between a quick move and the start can still show the old
         host's values. For Server 2008 Howard said that an address once given does not change at all.

Source:  B. Armstrong, "Hyper-V and dynamic MAC address regeneration" (2010); D. van der Peijl on Hyper-V and
         VMM addresses; J. Howard (2008), comments; Microsoft Japan's infrastructure blog on live migration;
         nexcon.ch (2020).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, addresses_of
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("migrated-vm-kept-address", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain machines whose dynamic address comes from the range of a host they left."""
    for group in connected(case.take("address-from-another-host"), by_rows):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    movers = {number: case.facts.adapters[number] for finding in group for number in finding.of("adapter")}
    origins = {pool.host_id for pool in pools_of(case, group)}

    def issued_again(collision: Collision) -> bool:
        return any(owner.issued and owner.hosts & origins for owner in collision.owners)

    issued = [collision for collision in case.collisions_of(movers) if issued_again(collision)]
    taken = case.take_collisions(issued_again, issued)
    active = any(collision.active for collision in issued)
    addresses = {row.mac for row in movers.values() if row.mac is not None}
    again = listed([show(one) for one in addresses_of(issued)])
    return Incident(
        cause=CAUSE.id,
        severity="error" if active else CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted(origins | {row.host_id for row in movers.values()})),
        addresses=tuple(sorted(addresses)),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.9,
        explanation=(
            f"{case.adapters(movers.values())} {'has' if len(movers) == 1 else 'have'} a dynamic address from the "
            f"range of {case.hosts(origins)}, outside the range of the host it is on: it came along with a migration."
            + (f" {again} was issued there again." if issued else " The host it came from may issue it again.")
        ),
        remedy=(
            "Shut the machine down and start it where it is: it gets an address of its host's range; mind DHCP "
            "reservations and licences. Or set it a static address outside every range of the fleet."
        ),
    )
