"""A machine has a static address that a host may issue by itself.

What:    Somebody gave the machine a static address that lies in a host's dynamic range: typed by hand, or a
         dynamic address that was pinned. The host that owns the range takes an address as free unless one of
         its own running machines holds it. If the static machine runs elsewhere, the host can issue the
         address at once; if it runs on the same host, while it is off.

Told by: the address is static and in a host's dynamic range, and no VMM server granted it. A whole VMM pool
         in the range is vmm-pool-overlaps-host-range; a dynamic address in another host's range is
         migrated-vm-kept-address; one static address on several machines is static-address-copied. It is
         active once a second machine has the address and both can answer.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object { -not $_.DynamicMacAddressEnabled } |
         Format-Table VMName, Name, MacAddress
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum  # on every host of the layer 2

Fix:     1. Give the machine a static address outside every range, with an even first octet, while it is off:
         Stop-VM -Name legacy
         Set-VMNetworkAdapter -VMName legacy -StaticMacAddress '02A0C8000117'
         Start-VM -Name legacy
         DHCP reservations, licences and Linux guests that pin the address notice.
         2. If the address has to stay, take it out of the host's range instead. Where it lies near an end,
         cut the range short; where it lies in the middle, move it:
         Set-VMHost -MacAddressMinimum '00155DC86A40' -MacAddressMaximum '00155DC86AFF'
         Every dynamic machine of that host that is then outside gets a new address at its next cold start.

Source:  J. Howard (2008); KB2804678; B. Armstrong, "Hyper-V and dynamic MAC address regeneration" (2010).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, range_of
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, addresses_of
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Adapter
from maccord.mac import show

CAUSE = Cause("static-in-dynamic-range", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain static addresses inside ranges that hosts issue from, one incident per group of such ranges."""
    for group in connected(case.take("static-in-dynamic-range"), by_rows):
        yield _incident(case, group)


def _when(statics: Iterable[Adapter], issuers: set[int]) -> str:
    """Return when the host that owns the range will issue a static machine's address, too."""
    if all(row.host_id in issuers for row in statics):
        return "A host leaves out what its own running machines hold, and may issue it while the machine is off."
    return "Such an address is issued to another machine when the range comes round to it."


def _incident(case: Case, group: list[Finding]) -> Incident:
    statics = {number: case.facts.adapters[number] for finding in group for number in finding.of("adapter")}
    issuers = {pool.host_id for pool in pools_of(case, group)}

    def issued_too(collision: Collision) -> bool:
        return any(owner.issued and owner.hosts & issuers for owner in collision.owners)

    issued = [collision for collision in case.collisions_of(statics) if issued_too(collision)]
    taken = case.take_collisions(issued_too, issued)
    active = any(collision.active for collision in issued)
    many = len(statics) > 1
    return Incident(
        cause=CAUSE.id,
        severity="error" if active else CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted(issuers | {row.host_id for row in statics.values()})),
        addresses=tuple(sorted({row.mac for row in statics.values() if row.mac is not None})),
        ranges=tuple(sorted({range_of(pool) for pool in pools_of(case, group)})),
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"{case.adapters(statics.values())} {'have static addresses' if many else 'has a static address'} in "
            f"the range that {case.hosts(issuers)} {'issue' if len(issuers) > 1 else 'issues'} from."
            + (
                f" {listed([show(one) for one in addresses_of(issued)])} was issued to another machine as well."
                if issued
                else f" {_when(statics.values(), issuers)}"
            )
        ),
        remedy=(
            "While the machine is off, set it an address outside every range of the fleet, or let its platform issue "
            f"one{f' ({way})' if (way := case.new_address(statics.values())) else ''}."
        ),
    )
