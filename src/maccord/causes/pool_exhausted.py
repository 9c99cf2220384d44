"""A host has no dynamic address left: a running machine holds each one.

What:    The default range has 256 addresses, and every adapter with a dynamic address takes one: machines'
         NICs and vNICs of internal switches. When running adapters hold all of them, the next machine with a
         dynamic address does not start.

Told by: every address of the range is held by a running adapter. If stopped machines hold some of them, it is
         pool-nearly-exhausted, and reissued-while-stopped once one was given out again. A cursor one past the
         end is a full range too; any other place outside is cursor-outside-range.

Confirm: Get-VMHost | Format-List MacAddressMinimum, MacAddressMaximum
         (Get-VMNetworkAdapter -All | Where-Object MacAddress -like '00155D0107*').Count
         Get-WinEvent -FilterHashtable @{LogName='Microsoft-Windows-Hyper-V-Worker-Admin'; Id=12564,12565} |
         Format-List TimeCreated, Id, Message
         In 2012 and 2012 R2 the start fails with "Attempt to access invalid address".

Fix:     1. See that no other host issues from the addresses you are going to add: the range after
         00-15-5D-01-07-FF is the default range of a host at x.x.1.8.
         2. Set-VMHost -MacAddressMaximum '00155D010AFF'
         An enlarged range changes no address; machines need no restart.
         3. If the neighbours are taken, move the host to a larger range of the fleet's plan instead. Then
         every dynamic machine gets a new address at its next cold start, and DHCP reservations, licences and
         Linux guests that pin the address notice.
         4. Static addresses outside every range for long-lived machines relieve the range too.

Unsure:  the KB article names event 12565 for 2008 and 2008 R2, a log of 2017 shows 12564 (then 12598 and
         12010); why they differ is not known: look for both. The same start error is also reported for an
         address that is in use.

Source:  KB2804678; J. Howard (2008), first quiz question; docker/for-win issue 446.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("pool-exhausted", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain ranges of which running adapters hold every address."""
    for finding in case.take("full-pool"):
        pool = case.facts.pools[finding.of("pool")[0]]
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            confidence=0.97,
            explanation=(
                f"All {finding.facts['size']} addresses of the range of {case.host(pool.host_id)}, "
                f"{span(*range_of(pool))}, are held by running adapters: the next machine with a dynamic address will "
                "not start (events 12564, 12565)."
            ),
            remedy=(
                "Enlarge the range by addresses that no other host issues: Set-VMHost -MacAddressMaximum ... An "
                "enlarged range changes no address; check the fleet again afterwards."
            ),
        )
