"""A host has no World Wide Port Name left, and new Fibre Channel adapters get all zeros.

What:    The range of port names that a host gives to virtual Fibre Channel adapters is used up. Unlike the
         end of MAC addresses this is silent: the generator reports success and returns 0000000000000000. Each
         adapter takes two names, for set A and set B. The ranges seen have 65,536 names, so a range that is
         used up was mostly set too small.

Told by: an adapter with a port name of all zeros, or a range with nothing left in it. Equal names that are
         not zeros are wwn-range-shared. Exhaustion of MAC addresses is pool-exhausted.

Confirm: Get-VMHost | Format-List FibreChannelWwpnMinimum, FibreChannelWwpnMaximum
         Get-VM | Get-VMFibreChannelHba | Where-Object { $_.WorldWidePortNameSetA -eq '0000000000000000' -or
         $_.WorldWidePortNameSetB -eq '0000000000000000' } | Format-Table VMName, SanName

Fix:     1. Widen the range, into names that no other host has. Adapters that exist keep their names:
         Set-VMHost -FibreChannelWwpnMaximum 'C003FFFBEAE2FFFF'
         2. With the machine off, generate the adapter's names anew:
         Get-VMFibreChannelHba -VMName sql9 | Set-VMFibreChannelHba -GenerateWwn
         All four names change, also a good one of the other set: tell zoning and LUN masking before it
         starts.

Source:  Microsoft's reference of GenerateWwpn (Msvm_VirtualSystemManagementService), Set-VMHost and
         Set-VMFibreChannelHba.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("wwn-exhausted", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain hosts that have no World Wide Port Name left to give."""
    for finding in case.take("exhausted-wwn-range"):
        adapters = [case.facts.hbas[number] for number in finding.of("hba")]
        host = adapters[0].host_id if adapters else finding.of("host")[0]
        named = listed(sorted({one.machine for one in adapters}))
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(host,),
            findings=(finding,),
            confidence=0.85 if adapters else 0.95,
            explanation=(
                f"{case.host(host)} has no World Wide Port Name left"
                + (f": the adapter of {named} was given all zeros, without an error." if adapters else ".")
            ),
            remedy=(
                "Widen the range: Set-VMHost -FibreChannelWwpnMaximum ..., then "
                "Get-VMFibreChannelHba | Set-VMFibreChannelHba -GenerateWwn "
                "for the adapters without a name."
            ),
        )
