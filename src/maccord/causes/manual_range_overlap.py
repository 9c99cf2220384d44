"""Two hosts issue from ranges that somebody set, and that overlap.

What:    Ranges were set by hand or by a script, and two hosts got addresses in common: one range copied to
         every host, a maximum that runs into the neighbour's range, or a large range such as
         00-15-5D-00-00-00 to 00-15-5D-00-FF-FF that covers the default ranges of other hosts. Each host
         checks its own running machines only, so the common part is issued twice.

Told by: the ranges overlap, and none of the other reasons holds: they are not all derived from their own
         hosts' addresses (same-low-octets), no MachineGuid or WWPN range is shared (cloned-host-image), and
         they are not equal ranges of the default form (reused-lease-range).

Confirm: on each host, and compare:
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum
         Get-VMNetworkAdapter -VMName * | Sort-Object MacAddress | Format-Table VMName, MacAddress

Fix:     1. Decide on one plan: a range per host, none overlapping, and write it down where hosts are built.
         2. Change the host for which the fewest machines lie outside the new range; the others stay:
         Set-VMHost -MacAddressMinimum '00155DF00100' -MacAddressMaximum '00155DF001FF'
         Enlarging a range changes no address. Cutting or moving one gives a new address, at its next cold
         start, to every dynamic machine that is then outside. DHCP reservations, licences and Linux guests
         that pin the address notice.
         3. Cold-start (Stop-VM, then Start-VM) the machines on the changed host that have an address of the
         other one: until then they can collide.

Unsure:  whether a changed range counts before the management service restarts, and where the cursor goes when
         the range moves, is not documented: look at the address that the first cold start gives.

Source:  KB2804678; Best Practices Analyzer, "The number of available dynamic MAC addresses is low" (2008 R2,
         2012), which advises against repeating a range on hosts of one subnet; bitblick.de on cluster nodes.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, range_of, spans
from maccord.causes.cause import Cause
from maccord.causes.ranges import Told, range_incident
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("manual-range-overlap", "error", __doc__)
_FEW, _ALL = 4, 256
"""How many of the ranges are named, the widest first; of more than `_ALL` only the first few are looked at."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain the overlaps that no derivation accounts for: somebody, or a script, set the ranges."""
    for group in connected(case.take("overlapping-pools"), _chain):
        yield range_incident(case, CAUSE, group, _told(case, group))


def _chain(finding: Finding) -> list[object]:
    return [(finding.domain, finding.facts["vmm"], finding.facts["chain"])]


def _told(case: Case, group: list[Finding]) -> Told:
    many = sum(len(finding.of("pool")) for finding in group) > _ALL
    looked_at = {number for finding in group for number in finding.of("pool")[: _FEW if many else None]}
    ranges = {range_of(case.facts.pools[number]) for number in looked_at}
    few = sorted(ranges, key=lambda one: (one[0] - one[1], one))[:_FEW]
    if group[0].facts["vmm"]:
        return Told(
            why=f"Among the pools are {spans(few)}; servers that grant addresses do not ask each other.",
            remedy=(
                "Grant from pools that do not overlap: create another on all but one server (New-SCMACAddressPool "
                "-MACAddressRangeStart ... -MACAddressRangeEnd ...), re-address the machines that hold addresses of "
                "the common part, and remove the old pool there (Remove-SCMACAddressPool)."
            ),
            confidence=0.9,
        )
    return Told(
        why=f"Among the ranges are {spans(few)}; Hyper-V does not derive such an overlap by itself.",
        remedy=(
            "Cut the ranges so that no two hosts issue one address: Set-VMHost -MacAddressMinimum ... "
            "-MacAddressMaximum ... An enlarged range changes nothing; a moved one re-addresses dynamic machines at "
            "their next cold start."
        ),
        confidence=0.9,
    )
