"""The documentation gives one address to several devices or machines.

What:    An entry was copied with its address, a card was moved and is still listed where it was, a machine was
         built anew under another name, or two people typed the same line. The documentation is what should be,
         so it says nothing of whether two owners can answer now.

Told by: two entries of NetBox with different owners and one address. Entries never count beside what hosts
         tell: where two machines do wear the address, that is an incident of its own, with a cause of its own.
         Interfaces of one device or virtual chassis may share an address, and so may virtual routers.

Confirm: in NetBox, Devices / MAC Addresses, filter by the address. Then look who wears it:
         maccord check with the evidence of the hosts, or the switch's address table.

Fix:     correct the entry that is wrong, or remove that of a machine that is gone. Where both are right, the
         address is worn twice: give one owner a new one and document that.

Source:  NetBox documentation, "MAC Addresses": an address may be assigned to any number of interfaces.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Declared
from maccord.mac import show

_WOULD_TELL = "Evidence of the hosts would tell which of them wears the address."

CAUSE = Cause("documented-twice", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain addresses that are documented twice, one incident for all that some owners share."""
    taken = case.take("doubly-documented-address")
    for group in connected(taken, lambda finding: [(finding.domain, _key(row)) for row in _rows(case, finding)]):
        rows = [row for finding in group for row in _rows(case, finding)]
        addresses = tuple(sorted({finding.address for finding in group if finding.address is not None}))
        worn = [one for finding in group for one in case.collisions_at(finding.address, finding.domain)]
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted({row.host_id for row in rows})),
            addresses=addresses,
            findings=tuple(group),
            confidence=0.95,
            explanation=_words(rows, addresses, collides=bool(worn)),
            remedy=(
                "Look which of them wears the address, and correct the entry of the other; where both do, give one a "
                "new address and document it."
            ),
            undecided=() if worn else (_WOULD_TELL,),
        )


def _rows(case: Case, finding: Finding) -> list[Declared]:
    return [case.facts.declared[number] for number in finding.of("declared")]


def _key(row: Declared) -> tuple[str, str]:
    return row.source, row.owner_id


def _words(rows: list[Declared], addresses: tuple[int, ...], *, collides: bool) -> str:
    owners = sorted({row.owner for row in rows})
    alike = len(owners) == 1
    names = f"{len({_key(row) for row in rows})} owners named {owners[0]}" if alike else listed(owners[:7], len(owners))
    what = show(addresses[0]) if len(addresses) == 1 else f"each of {len(addresses)} addresses"
    seen = " The hosts show that it is worn twice: see the other incident." if collides else ""
    return f"The documentation gives {what} to several owners: {names}.{seen}"
