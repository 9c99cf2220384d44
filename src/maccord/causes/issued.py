"""Addresses that hosts with overlapping ranges both issued: they belong to the incident of the ranges."""

from collections.abc import Sequence

from maccord.causes.case import Case, listed
from maccord.causes.collision import Collision, addresses_of
from maccord.mac import show


def take_issued_alike(case: Case, hosts: set[int], ranges: Sequence[tuple[int, int]]) -> list[Collision]:
    """Take the collisions of addresses in `ranges` that at least two of `hosts` issued."""

    def wanted(collision: Collision) -> bool:
        issuers = [owner.hosts & hosts for owner in collision.owners if owner.issued and owner.hosts & hosts]
        return len(issuers) > 1 and len(set().union(*issuers)) > 1

    return case.take_collisions(wanted, case.collisions_in(ranges))


def issued_words(taken: Sequence[Collision]) -> str:
    """Return the sentence that says which addresses are out twice already, or nothing."""
    if not taken:
        return ""
    known = addresses_of(taken)
    addresses = listed([show(address) for address in known])
    now = len(addresses_of(collision for collision in taken if collision.active))
    if len(known) == 1:
        running = "both owners can answer now" if now else "the owners do not run at the same time yet"
        return f" {addresses} is issued twice already; {running}."
    running = f"{now} of them can answer at two places now" if now else "no two owners run at the moment"
    return f" {addresses} are issued twice already; {running}."
