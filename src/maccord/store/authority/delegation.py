"""Calls about ranges that are leased for a time."""

from collections.abc import Sequence

from maccord.alloc import check
from maccord.alloc.authority import ALLOWANCE_S, Delegating
from maccord.alloc.errors import BadRequest
from maccord.alloc.records import Actor, Delegation, Envelope, Pool, RangeReport, Reported, SigningKey
from maccord.store import delegating, reporting, signing
from maccord.store.authority.part import Part

_KEYS_MAX = 16


class StoreDelegating(Part, Delegating):
    """Leases of ranges, given out by a store and accepted by it."""

    def block_lease(self, block: int) -> Envelope:
        """See Delegating."""
        now = self._clock()
        return self._ask(lambda reader: signing.lease(reader, block, self._signer, now))

    def revocations(self) -> Envelope:
        """See Delegating."""
        now = self._clock()
        return self._ask(lambda reader: signing.revocations(reader, self._signer, now))

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """See Delegating."""
        return self._ask(signing.keys)

    def add_signing_key(self, public: str, *, actor: Actor) -> SigningKey:
        """See Delegating."""
        check.actor(actor)
        return self._do(lambda tx: signing.register(tx, public, actor))

    def retire_signing_key(self, key: str, *, actor: Actor) -> SigningKey:
        """See Delegating."""
        check.actor(actor)
        return self._do(lambda tx: signing.retire(tx, key, actor))

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
        """See Delegating."""
        check.actor(actor)
        _some(keys)
        return self._do(lambda tx: delegating.accept(tx, envelope, keys, name, allowance_s, rest_s, actor))

    def heed_revocations(self, envelope: Envelope, keys: Sequence[str], *, actor: Actor) -> tuple[Delegation, ...]:
        """See Delegating."""
        check.actor(actor)
        _some(keys)
        return self._do(lambda tx: delegating.heed(tx, envelope, keys, actor))

    def delegations(self) -> tuple[Delegation, ...]:
        """See Delegating."""
        return self._ask(delegating.delegations)

    def range_report(self, pool: str) -> RangeReport:
        """See Delegating."""
        now = self._clock()
        return self._ask(lambda reader: reporting.made(reader, pool, now))

    def report_block(self, report: RangeReport, *, actor: Actor) -> Reported:
        """See Delegating."""
        check.actor(actor)
        return self._do(lambda tx: reporting.take(tx, report, actor))


def _some(keys: Sequence[str]) -> None:
    if not 1 <= len(keys) <= _KEYS_MAX:
        raise BadRequest("keys", f"name 1 to {_KEYS_MAX} public keys that are trusted")
