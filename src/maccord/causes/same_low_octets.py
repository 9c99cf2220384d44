"""Two hosts were numbered alike in their low two octets, and derived one range.

What:    Hyper-V makes a host's range from 00-15-5D, the low two octets of one of the host's IPv4 addresses,
         and 00 to FF. 10.1.5.20 and 10.2.5.20 both give 00-15-5D-05-14-00 to -FF. A host looks for duplicates
         among its own running machines only, so two such hosts on one layer 2 issue each address twice.

Told by: the ranges overlap, and each is the one that an address of its own host gives today. If one of them
         follows from no address of its host, it is reused-lease-range; if the hosts also have one MachineGuid
         or one WWPN range, cloned-host-image; if they differ but overlap, manual-range-overlap.

Confirm: Get-NetIPAddress -AddressFamily IPv4 | Format-Table IPAddress, InterfaceAlias, AddressState
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum
         '00155D{0:X2}{1:X2}00' -f 5, 20  # prints the lower end that x.x.5.20 gives
         show mac address-table address 0015.5d05.1400 on the switch, twice: does the port change?

Fix:     1. Let the host whose machines are hardest to re-address keep the range. Give every other one a range
         that no host has and that no host's IPv4 address gives:
         Set-VMHost -MacAddressMinimum '00155DF00100' -MacAddressMaximum '00155DF001FF'
         2. In a maintenance window cold-start the machines of those hosts (Stop-VM, then Start-VM; a restart
         inside the guest does not count). Each dynamic address outside the new range is replaced. DHCP
         reservations, licences bound to the address and Linux guests that pin it will notice.
         3. Recreate management vNICs that wear an address of the old range: they keep it otherwise.
         Giving a host another IP address does not help: its range was frozen when it was first populated.

Unsure:  which address a host with several IPv4 addresses derives from: Howard says the first in the order of
         its NICs, others only that it is one of them. maccord accepts any that the host has now. Whether a
         changed range counts before the management service restarts is not documented either: look at the
         address that the first cold start gives.

Source:  J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause"
         (2008); KB2804678; B. Armstrong, "Hyper-V and dynamic MAC address regeneration" (2010).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, pools_of, range_incident
from maccord.fleet.diagnosis import Evidence, Finding, Incident

CAUSE = Cause("same-low-octets", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal ranges each of which derives from an address that its own host holds now."""

    def numbered_alike(finding: Finding) -> bool:
        if finding.facts["vmm"] or finding.facts["chained"]:
            return False
        return all(pool.derived for pool in pools_of(case, [finding]))

    for finding in case.take("overlapping-pools", numbered_alike):
        yield range_incident(case, CAUSE, [finding], _told(case, finding))


def _told(case: Case, finding: Finding) -> Told:
    pools = pools_of(case, [finding])
    rows = [ip for pool in pools for ip in case.facts.ips_of(pool.host_id) if ip.derives == pool.first]
    said = listed([f"{case.host(row.host_id)} is {row.address}" for row in rows])
    return Told(
        why=f"Hyper-V derived the range from two octets of each host's own address: {said}.",
        remedy=(
            "Give all hosts but one a range from a fleet-wide plan: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... Their dynamic machines get new addresses at their next cold start."
        ),
        confidence=0.95,
        evidence=tuple(Evidence(row.file, row.place, row.address) for row in rows),
    )
