"""Hosts hold one default range that stems from an address which they do not all have: often one staging lease.

What:    A host's range is derived from the IPv4 address it has when the range is first populated, and stays
         so. Hosts that are built one after another on a DHCP segment get the same lease in turn and derive
         the same range; the static address they get afterwards changes nothing. Likewise a host derives the
         range that an older host once derived from the address it has now.

Told by: equal ranges of the default form 00-15-5D-xx-yy-00 to -FF, of which at least one follows from no
         address its host has now, and no copied identity. If all follow from their hosts' addresses it is
         same-low-octets; if MachineGuid or the WWPN range is equal too, cloned-host-image; if the ranges
         differ but overlap, manual-range-overlap. One such host alone is range-does-not-match-host.

Confirm: Get-NetIPAddress -AddressFamily IPv4 | Format-Table IPAddress, InterfaceAlias, PrefixOrigin
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum
         Octets four and five of the range, in decimal, name the address: C8-6A is x.x.200.106.
         [Convert]::ToInt32('C8', 16), [Convert]::ToInt32('6A', 16)  # prints 200 and 106
         Then look in the DHCP server's log of the staging network for who had that lease, and when.

Fix:     1. Let one host keep the range (one whose address gives it, or the one with most machines), and give
         each of the others its own:
         Set-VMHost -MacAddressMinimum '00155DF00100' -MacAddressMaximum '00155DF001FF'
         2. Cold-start the machines with dynamic addresses on those hosts (Stop-VM, then Start-VM). They get
         new addresses; DHCP reservations, licences and Linux guests that pin the address notice. Running
         machines keep the old address until then, and can still collide.
         3. Let the build line set a range per host as soon as the role is there, from a plan and not from the
         address of the day.

Unsure:  whether the range is populated when the role is installed or when the first machine is created:
         Howard saw the latter in 2008, several later authors say the former. Either way it is the staging
         address.

Source:  D. Tonias, "Configure dynamic MAC addresses in Hyper-V"; vwnet.jp (2016), the author's own outage; J.
         Howard (2008).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, pools_of, range_incident
from maccord.fleet.diagnosis import Evidence, Finding, Incident

CAUSE = Cause("reused-lease-range", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal ranges of the default shape that not every host derives from an address of its own."""

    def frozen(finding: Finding) -> bool:
        if finding.facts["vmm"] or finding.facts["chained"]:
            return False
        return all(pool.default_shaped for pool in pools_of(case, [finding]))

    for finding in case.take("overlapping-pools", frozen):
        yield range_incident(case, CAUSE, [finding], _told(case, finding))


def _told(case: Case, finding: Finding) -> Told:
    pools = pools_of(case, [finding])
    now = [ip for pool in pools for ip in case.facts.ips_of(pool.host_id) if ip.derives == pool.first]
    unknown = [pool.host_id for pool in pools if pool.derived is None]
    stale = [pool.host_id for pool in pools if pool.derived is False]
    octets = f"{pools[0].first >> 16 & 0xFF}.{pools[0].first >> 8 & 0xFF}"
    parts = [f"The range stands for an address x.x.{octets}, frozen when it was first populated."]
    if stale:
        parts.append(f"{case.hosts(stale)} {'has' if len(stale) == 1 else 'have'} no such address now.")
    if now:
        parts.append(f"{listed([f'{case.host(ip.host_id)} is {ip.address}' for ip in now])} today.")
    undecided = []
    if unknown:
        parts.append(f"No address of {case.hosts(unknown)} is in the evidence.")
        undecided.append(
            f"Get-NetIPAddress of {case.hosts(unknown)} would tell whether the hosts are merely numbered alike."
        )
    if any(not case.facts.hosts[pool.host_id].machine_guid for pool in pools):
        undecided.append("MachineGuid of every host would tell whether one was cloned from another.")
    return Told(
        why=" ".join(parts),
        remedy=(
            "Let one host keep the range, best one whose address gives it, and give each of the others one of its own: "
            "Set-VMHost -MacAddressMinimum ... -MacAddressMaximum ... Populate the range only after a host has its "
            "final address."
        ),
        confidence=0.9 if not undecided else 0.7 if stale else 0.5,
        evidence=tuple(Evidence(ip.file, ip.place, ip.address) for ip in now),
        undecided=tuple(undecided),
    )
