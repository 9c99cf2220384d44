"""A host's range looks derived from an IPv4 address that the host does not have.

What:    The range is frozen when it is first populated. The host had another address then: a staging lease,
         or the address of the machine whose image it was made from. Nothing is wrong with the range as such,
         but a host that gets the old address later derives the same range.

Told by: a range of the default form 00-15-5D-xx-yy-00 to -FF that none of the host's IPv4 addresses gives,
         and no other host of the evidence with a range that overlaps it. With an overlap it is
         reused-lease-range or cloned-host-image. A range of another form was set by somebody and is not
         remarked on.

Confirm: Get-NetIPAddress -AddressFamily IPv4 | Format-Table IPAddress, InterfaceAlias
         Get-VMHost | Format-List MacAddressMinimum, MacAddressMaximum
         [Convert]::ToInt32('C8', 16), [Convert]::ToInt32('6A', 16)  # C8-6A stands for x.x.200.106

Fix:     nothing has to be done today. Ask whether a host with the old address exists that is not in the
         evidence. At the next maintenance give the host a range of a fleet-wide plan:
         Set-VMHost -MacAddressMinimum '00155DF00400' -MacAddressMaximum '00155DF004FF'
         That moves the range: every machine with a dynamic address gets a new one at its next cold start,
         which DHCP reservations, licences and Linux guests that pin the address notice.

Unsure:  a host that had no IPv4 address, or only 169.254.x.y, when the range was populated: what it derives
         from is not documented. Such a range can look like this one.

Source:  D. Tonias, "Configure dynamic MAC addresses in Hyper-V"; readers' comments on J. Howard (2008);
         vwnet.jp (2016).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Evidence, Incident

CAUSE = Cause("range-does-not-match-host", "info", __doc__)

OVERLAPS = frozenset({"overlapping-pools", "vmm-pool-over-host-range", "container-pool-over-pool"})
"""The rules that see overlaps of ranges."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain default-shaped ranges that no address of their host accounts for, where no overlap was seen."""
    found = case.take("range-of-another-address")
    if not found:
        return
    overlapping = {
        number
        for incident in case.incidents
        for finding in incident.findings
        if finding.rule in OVERLAPS
        for number in finding.of("pool")
    }
    for finding in found:
        pool = case.facts.pools[finding.of("pool")[0]]
        if pool.id in overlapping:
            continue
        now = case.facts.ips_of(pool.host_id)
        octets = f"{pool.first >> 16 & 0xFF}.{pool.first >> 8 & 0xFF}"
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            evidence=tuple(Evidence(ip.file, ip.place, ip.address) for ip in now),
            confidence=0.8,
            explanation=(
                f"The range of {case.host(pool.host_id)}, {span(*range_of(pool))}, stands for an address "
                f"x.x.{octets}, and the host has {listed([ip.address for ip in now])}. Whoever holds that address "
                "next derives the same range."
            ),
            remedy="Nothing collides yet. Give the host a range of a fleet-wide plan at the next maintenance.",
        )
