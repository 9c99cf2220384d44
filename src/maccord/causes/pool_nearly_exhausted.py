"""A host's range is nearly used up: fewer than one address in ten belongs to no machine.

What:    The range has 256 addresses by default, and machines come and go. Only running machines hold an
         address, but stopped ones still have theirs. When the range is all but assigned, the cursor starts
         over and issues stopped machines' addresses again; when running machines hold them all, none starts
         any more.

Told by: fewer than 10 % of the range is unassigned, with stopped machines' addresses counted as assigned. If
         running machines hold all of it, it is pool-exhausted; if an address was already given out twice,
         that machine pair is reissued-while-stopped.

Confirm: Get-VMHost | Format-List MacAddressMinimum, MacAddressMaximum
         (Get-VMNetworkAdapter -All | Where-Object MacAddress -like '00155D0107*' |
         Sort-Object MacAddress -Unique).Count

Fix:     1. See that no other host issues from the addresses you are going to add, then enlarge:
         Set-VMHost -MacAddressMaximum '00155D010AFF'
         An enlarged range changes no machine's address and needs no restart of machines.
         2. Remove machines that nobody needs: their addresses become free.
         3. A moved range (a new minimum as well) gives every dynamic machine a new address at its next cold
         start, which DHCP reservations, licences and Linux guests that pin the address notice: enlarge where
         you can.

Source:  Best Practices Analyzer, "The number of available dynamic MAC addresses is low" (2008 R2, 2012);
         KB2804678; J. Howard (2008); techgenix.com on MAC address pool duplication.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("pool-nearly-exhausted", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain ranges of which fewer than one in ten addresses is not assigned."""
    for finding in case.take("scarce-pool"):
        pool = case.facts.pools[finding.of("pool")[0]]
        facts = finding.facts
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="latent",
            hosts=(pool.host_id,),
            ranges=(range_of(pool),),
            findings=(finding,),
            confidence=0.97,
            explanation=(
                f"{facts['assigned']} of the {facts['size']} addresses of the range of {case.host(pool.host_id)}, "
                f"{span(*range_of(pool))}, are assigned, {facts['running']} of them to running adapters. When the "
                "range runs round, stopped machines' addresses are issued again."
            ),
            remedy=(
                "Enlarge the range by addresses that no other host issues: Set-VMHost -MacAddressMaximum ... An "
                "enlarged range changes no address; check the fleet again afterwards."
            ),
        )
