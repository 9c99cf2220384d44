r"""The host's cursor stands outside the range that it issues from.

What:    The host keeps its place in the range in the value CurrentMacAddress. A script that writes it (to
         force the next address, or to count up its last octet only) or a range that was changed beside it
         leaves it outside. Such scripts also race with Hyper-V and are a source of duplicates themselves.

Told by: CurrentMacAddress lies outside MinimumMacAddress to MaximumMacAddress by more than one. One past the
         end is a range that has been issued to its end: no fault, but see pool-nearly-exhausted. That the
         range itself is odd for this host is range-does-not-match-host.

Confirm: $key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization'
         [BitConverter]::ToString((Get-ItemProperty "$key\Worker").CurrentMacAddress)
         [BitConverter]::ToString((Get-ItemProperty $key).MinimumMacAddress)
         [BitConverter]::ToString((Get-ItemProperty $key).MaximumMacAddress)
         On Server 2008 a CurrentMacAddress beside the other two exists as well and is not used.

Fix:     1. Find and stop what writes the value. Whoever needs an address beforehand takes a static one
         outside every range.
         2. Find the highest address of the range that any adapter of this host has, of running and of stopped
         machines:
         Get-VMNetworkAdapter -All | Where-Object MacAddress -like '00155DC86A*' |
         Sort-Object MacAddress | Select-Object -Last 1 -Property VMName, Name, MacAddress
         3. With $key as above, set the cursor one above it, here 00-15-5D-C8-6A-21. If it is the last one of
         the range, enlarge the range first.
         Stop-Service vmms
         Set-ItemProperty "$key\Worker" CurrentMacAddress ([byte[]](0x00,0x15,0x5D,0xC8,0x6A,0x21))
         Start-Service vmms
         Running machines go on; they cannot be managed while the service is stopped. No machine's address
         changes. Drain a cluster node first.

Unsure:  what Hyper-V does with a cursor outside the range is not documented, nor whether it reads the value
         again without a restart of the service. Whether the value is the address issued last or the one
         issued next is contested; one above the highest is right for either.

Source:  public scripts that read and write the value (2013 on); R. Schnell's blog on the 2008 beta; J. Howard
         (2008).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, range_of, span
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Evidence, Incident
from maccord.mac import show

CAUSE = Cause("cursor-outside-range", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain cursors that point outside their host's range."""
    for finding in case.take("cursor-outside-range"):
        pool = case.facts.pools[finding.of("pool")[0]]
        cursor = pool.cursor or 0
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=(pool.host_id,),
            addresses=(cursor,),
            ranges=(range_of(pool),),
            findings=(finding,),
            evidence=(Evidence(pool.file, pool.at_cursor, f"{cursor:012X}"),),
            confidence=0.9,
            explanation=(
                f"CurrentMacAddress of {case.host(pool.host_id)} is {show(cursor)}, outside the range "
                f"{span(*range_of(pool))}: somebody wrote the registry, or moved the range and not the cursor. Whether "
                "Hyper-V checks the cursor before it issues from it is not documented."
            ),
            remedy=(
                "Find the script that writes CurrentMacAddress and retire it; with the Virtual Machine Management "
                "service stopped, set the value one above the highest address that a machine of the host has."
            ),
        )
