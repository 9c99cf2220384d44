"""Calls about ranges that are leased for a time."""

from collections.abc import Sequence

from maccord import rest
from maccord.alloc.authority import ALLOWANCE_S, Delegating
from maccord.alloc.records import Actor, Delegation, Envelope, Pool, RangeReport, Reported, SigningKey
from maccord.client.connection import Connection, part


class ClientDelegating(Connection, Delegating):
    """Leases of ranges, given out by a service and accepted by it."""

    def block_lease(self, block: int) -> Envelope:
        """Return the signed lease of a block."""
        return self._ask("GET", f"/v1/blocks/{block}/lease", Envelope)

    def revocations(self) -> Envelope:
        """Return the signed list of leases that ended before their time and are not over."""
        return self._ask("GET", "/v1/revocations", Envelope)

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Return the public keys, retired ones too."""
        return self._ask("GET", "/v1/signing-keys", rest.KeysDoc).items

    def add_signing_key(self, public: str, *, actor: Actor | None = None) -> SigningKey:
        """Enter a key by its public part."""
        del actor
        return self._ask("POST", "/v1/signing-keys", SigningKey, body={"public": public}, again=True)

    def retire_signing_key(self, key: str, *, actor: Actor | None = None) -> SigningKey:
        """Let a key sign nothing any more."""
        del actor
        return self._ask("DELETE", f"/v1/signing-keys/{part(key)}", SigningKey, again=True)

    def accept_lease(
        self,
        envelope: Envelope,
        keys: Sequence[str],
        *,
        actor: Actor | None = None,
        name: str | None = None,
        allowance_s: int = ALLOWANCE_S,
        rest_s: int = 86_400,
    ) -> Pool:
        """Make a pool of a lease, or prolong the pool that it renews."""
        del actor
        body = {"lease": envelope, "keys": tuple(keys), "name": name, "allowance_s": allowance_s, "rest_s": rest_s}
        return self._ask("POST", "/v1/delegations", rest.PoolDoc, body=body, again=True)

    def heed_revocations(
        self, envelope: Envelope, keys: Sequence[str], *, actor: Actor | None = None
    ) -> tuple[Delegation, ...]:
        """End the pools whose leases a signed list names."""
        del actor
        body = {"revocations": envelope, "keys": tuple(keys)}
        return self._ask("POST", "/v1/delegations/revocations", rest.DelegationsDoc, body=body, again=True).items

    def delegations(self) -> tuple[Delegation, ...]:
        """Return every lease of a range that was accepted, or is known to be taken back."""
        return self._ask("GET", "/v1/delegations", rest.DelegationsDoc).items

    def range_report(self, pool: str) -> RangeReport:
        """Return everything that is held in a pool that stands on a lease."""
        return self._ask("GET", f"/v1/pools/{part(pool)}/report", RangeReport)

    def report_block(self, report: RangeReport, *, actor: Actor | None = None) -> Reported:
        """Make the leases of a block what its host reports."""
        del actor
        return self._ask("POST", f"/v1/blocks/{report.block}/report", Reported, body=report, again=True)
