"""The documentation and the machines do not agree on addresses.

What:    A machine was migrated, imported or built anew and got another address, an adapter was added or removed,
         or an entry was typed wrongly. Nothing collides for that; but what follows the documentation (DHCP
         reservations, access lists, orders for new machines) follows what is no longer so.

Told by: a virtual machine and an entry of one name, with addresses that only one of them has; or a device's
         documented address that another one wears. A machine that hosts tell nothing of is not compared, and an
         address that is documented twice is documented-twice.

Confirm: look at both, the machine and its entry:
         Get-VMNetworkAdapter -VMName web01 | Format-Table VMName, Name, MacAddress, DynamicMacAddressEnabled
         curl -H "Authorization: Token $TOKEN" 'https://netbox.example.org/api/virtualization/interfaces/?virtual_machine=web01'

Fix:     correct the entry, or remove the one of an adapter that is gone. Where the documented address is what the
         machine should have, set it while the machine is off:
         Set-VMNetworkAdapter -VMName web01 -StaticMacAddress '02A0C8000117'
         For many machines, fill the documentation from the hosts by a script, and check again.

Source:  NetBox documentation, "VM Interfaces" and "MAC Addresses".
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("documentation-differs", "info", __doc__)
_TOLD = 3
"""Of how many machines the explanation says what differs."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain machines that are documented with other addresses than they have, one incident for each domain."""
    taken = case.take("documented-otherwise")
    for group in connected(taken, lambda finding: [finding.domain]):
        differing = sorted(group, key=lambda finding: str(finding.facts["owner"]))
        told = "; ".join(_words(case, finding) for finding in differing[:_TOLD])
        more = len(differing) - _TOLD
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted(_hosts(case, group))),
            addresses=tuple(sorted({address for finding in group for address in _addresses(case, finding)})),
            findings=tuple(group),
            confidence=0.9,
            explanation=f"Documentation and hosts differ. {told[:1].upper()}{told[1:]}."
            + (f" So it is with {more} more." if more > 0 else ""),
            remedy=(
                "Correct the entries. Where an entry is what should be, give the machine the documented address while "
                "it is off."
            ),
        )


def _hosts(case: Case, group: list[Finding]) -> set[int]:
    worn = {case.facts.adapters[number].host_id for finding in group for number in finding.of("adapter")}
    return worn or {case.facts.declared[number].host_id for finding in group for number in finding.of("declared")}


def _addresses(case: Case, finding: Finding) -> set[int]:
    entries = {case.facts.declared[number].mac for number in finding.of("declared")}
    worn = {case.facts.adapters[number].mac for number in finding.of("adapter")}
    return entries | {mac for mac in worn if mac is not None}


def _words(case: Case, finding: Finding) -> str:
    entries = [case.facts.declared[number] for number in finding.of("declared")]
    adapters = [case.facts.adapters[number] for number in finding.of("adapter")]
    written = {entry.mac for entry in entries}
    others = [row for row in adapters if row.mac in written]
    own = [row for row in adapters if row.mac not in written]
    name = entries[0].owner if entries else own[0].machine
    said = [show(mac) for mac in sorted(written)]
    wears = [show(mac) for mac in sorted({row.mac for row in own if row.mac is not None})]
    words = f"{name} is documented with {listed(said)}" if said else f"{name} is documented"
    if others:
        words += f", which {case.adapters(others, begins=False)} {'wears' if len(others) == 1 else 'wear'}"
    if wears:
        words += f", and wears {listed(wears)}" if said else f", but not with {listed(wears)}"
    elif not others:
        words += " and does not wear " + ("it" if len(said) == 1 else "them")
    return words
