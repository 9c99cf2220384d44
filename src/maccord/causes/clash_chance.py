"""Words for how likely managers that draw from one block clash; the numbers are exact."""

from collections.abc import Sequence

from maccord.causes.case import Case, listed, segments
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Issuer
from maccord.mac.chance import between, spelled


def block_size(issuers: Sequence[Issuer]) -> int:
    """Return how many addresses the block has that some issuers share."""
    return issuers[0].last - issuers[0].first + 1


def chance_of(issuers: Sequence[Issuer]) -> float:
    """Return the chance that sets as large as these, drawn at random from the block, have an address in common."""
    return between([one.issued for one in issuers], block_size(issuers))


def manager_words(issuers: Sequence[Issuer]) -> str:
    """Return the managers' names."""
    return listed([one.manager for one in issuers])


def issued_words(issuers: Sequence[Issuer]) -> str:
    """Return `412 by vc-north and 388 by vc-south`, in the order of the managers' names."""
    return listed([f"{one.issued:,} by {one.manager}" for one in issuers])


def next_words(issuers: Sequence[Issuer]) -> str:
    """Return the chance that the next address of one manager is one that another has already."""
    most = max(sum(other.issued for other in issuers if other is not one) for one in issuers)
    return spelled(most / block_size(issuers))


def issued_twice(case: Case, finding: Finding, managers: set[str]) -> list[Collision]:
    """Take the collisions in a block of which several managers issued the address, to machines of their own.

    Two copies of one machine, by its id, have their address from the original and not from a second draw.
    """

    def drawn(collision: Collision) -> bool:
        owners = [owner.main for owner in collision.owners if owner.main.manager in managers]
        several = len({one.manager for one in owners}) > 1 and len({one.machine_no for one in owners}) > 1
        return several and collision.finding.domain == finding.domain

    return case.take_collisions(drawn, case.collisions_in(segments([finding])))
