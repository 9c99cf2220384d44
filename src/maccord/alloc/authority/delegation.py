"""Ranges that are leased to others for a time, so that they can work while this authority is away."""

from collections.abc import Sequence
from typing import Protocol

from maccord.alloc.records import Actor, Delegation, Envelope, Pool, RangeReport, Reported, SigningKey

ALLOWANCE_S = 300
"""How far the clocks of a delegate and of whoever leases to it may be apart, unless it is said."""


class Delegating(Protocol):
    """Leases of ranges as signed documents: given out, taken back, accepted, reported of."""

    def block_lease(self, block: int) -> Envelope:
        """Return the signed lease of a block. Raises NoSuchBlock, BlockWithoutEnd, CannotSign."""
        ...

    def revocations(self) -> Envelope:
        """Return the signed list of leases that ended before their time and are not over. Raises CannotSign."""
        ...

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Return the public keys, retired ones too, the oldest first."""
        ...

    def add_signing_key(self, public: str, *, actor: Actor) -> SigningKey:
        """Enter a key by its public part (PEM): only what is entered signs. Raises BadKey."""
        ...

    def retire_signing_key(self, key: str, *, actor: Actor) -> SigningKey:
        """Let a key sign nothing any more; what it has signed stays good. Raises NoSuchKey."""
        ...

    def accept_lease(
        self,
        envelope: Envelope,
        keys: Sequence[str],
        *,
        actor: Actor,
        name: str | None = None,
        allowance_s: int = ALLOWANCE_S,
        rest_s: int = 86_400,
    ) -> Pool:
        """Make a pool of a lease that one of `keys` (public, PEM) has signed, or prolong the pool that it renews.

        Nothing is issued later than `allowance_s` before the end of the lease. Raises BadLease, BadKey, LeaseRefused,
        PoolExists, RangeOverlap, ForbiddenAddress, BadRequest.
        """
        ...

    def heed_revocations(self, envelope: Envelope, keys: Sequence[str], *, actor: Actor) -> tuple[Delegation, ...]:
        """End the pools whose leases a signed list names, for ever; return those. Raises BadLease, BadKey."""
        ...

    def delegations(self) -> tuple[Delegation, ...]:
        """Return every lease of a range that was accepted, or is known to be taken back."""
        ...

    def range_report(self, pool: str) -> RangeReport:
        """Return everything that is held in a pool that stands on a lease. Raises NoSuchPool, BadRequest."""
        ...

    def report_block(self, report: RangeReport, *, actor: Actor) -> Reported:
        """Make the leases of a block what its host reports: all, or nothing.

        Raises NoSuchBlock, BadRequest, BadAddress, AdoptionConflicts.
        """
        ...
