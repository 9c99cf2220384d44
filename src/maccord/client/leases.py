"""Calls about addresses."""

from collections.abc import Sequence
from uuid import uuid4

from maccord import rest
from maccord.alloc.authority import Leases, Page
from maccord.alloc.life import State
from maccord.alloc.records import GLOBAL, Actor, Derived, Granted, Holder, HolderChange, Lease, Released
from maccord.client.connection import Connection, part


class ClientLeases(Connection, Leases):
    """Leases of a service.

    `expect` is the version that the caller saw. What has no key and expects one is not sent again after an answer was
    lost: the change that was made would be taken for somebody else's.
    """

    def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor | None = None,
        count: int = 1,
        address: str | None = None,
        at_least: int | None = None,
        identity: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """Give `count` addresses, or the one that is named; all or none, or `at_least` so many of them."""
        del actor
        body = {
            "holder": holder, "count": count, "address": address, "at_least": at_least, "identity": identity,
        }  # fmt: skip
        path = f"/v1/pools/{part(pool)}/addresses"
        return self._ask("POST", path, rest.GrantedDoc, body=body, key=key or uuid4().hex).record()

    def derive(self, pool: str, identities: Sequence[str]) -> tuple[Derived, ...]:
        """Tell which addresses identities would get now; nothing is reserved."""
        body = {"identities": tuple(identities)}
        path = f"/v1/pools/{part(pool)}/derivations"
        return self._ask("POST", path, rest.DerivationsDoc, body=body, again=True).items

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """Return free addresses of a pool, and reserve nothing."""
        body = {"holder": {"kind": "exception", "id": "preview"}, "count": count, "preview": True}
        path = f"/v1/pools/{part(pool)}/addresses"
        found = self._ask("POST", path, rest.PreviewDoc, body=body, again=True)
        return tuple(one.mac for one in found.addresses)

    def share(
        self,
        address: str,
        holder: Holder,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Add a holder to an address that is held."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/holders", {"scope": scope}
        return self._ask("POST", path, rest.LeaseDoc, query=query, body=holder, key=key or uuid4().hex, expect=expect)

    def amend(
        self,
        address: str,
        change: HolderChange,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Change what is said of a holder."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/holders", {"scope": scope, "holder": holder}
        return self._ask("PATCH", path, rest.LeaseDoc, query=query, body=change, expect=expect, again=expect is None)

    def hand_over(
        self,
        address: str,
        to: Holder,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        leaving: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Begin to hand an address over from one holder to another."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/hand-over", {"scope": scope}
        body = {"to": to, "leaving": leaving}
        return self._ask("POST", path, rest.LeaseDoc, query=query, body=body, key=key or uuid4().hex, expect=expect)

    def complete_hand_over(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """End a hand-over: the new one stays."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/hand-over/complete", {"scope": scope, "holder": holder}
        again = expect is None and holder is not None
        return self._ask("POST", path, rest.LeaseDoc, query=query, expect=expect, again=again)

    def cancel_hand_over(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """End a hand-over: the new one lets go."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/hand-over/cancel", {"scope": scope, "holder": holder}
        again = expect is None and holder is not None
        return self._ask("POST", path, rest.LeaseDoc, query=query, expect=expect, again=again)

    def confirm(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Say that the address is at work: it no longer expires."""
        del actor
        path, query = f"/v1/addresses/{part(address)}/confirm", {"scope": scope, "holder": holder}
        return self._ask("POST", path, rest.LeaseDoc, query=query, expect=expect, again=expect is None)

    def release(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Released:
        """One holder lets go; when it was the last, the address rests."""
        del actor
        path, query = f"/v1/addresses/{part(address)}", {"scope": scope, "holder": holder}
        return self._ask("DELETE", path, rest.ReleasedDoc, query=query, key=key or uuid4().hex, expect=expect)

    def look_up(self, address: str, *, scope: str | None = None) -> Lease:
        """Return what is known of an address, free ones too."""
        return self._ask("GET", f"/v1/addresses/{part(address)}", rest.LeaseDoc, query={"scope": scope})

    def leases(
        self,
        *,
        pool: str | None = None,
        scope: str | None = None,
        state: State | None = None,
        holder: str | None = None,
        expiring_s: int | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Lease]:
        """Return addresses that have a row, in their order, filtered."""
        query = {
            "pool": pool, "scope": scope, "state": state, "holder": holder, "expiring_s": expiring_s, "after": after,
            "limit": limit,
        }  # fmt: skip
        found = self._ask("GET", "/v1/addresses", Page[rest.LeaseDoc], query=query)
        return Page(items=found.items, next=found.next)

    def probation(
        self,
        address: str,
        *,
        reason: str,
        actor: Actor | None = None,
        scope: str = GLOBAL,
        for_s: int | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Put an address that was seen in conflict on probation."""
        del actor
        body = {"reason": reason, "scope": scope, "for_s": for_s}
        path = f"/v1/addresses/{part(address)}/probation"
        return self._ask("POST", path, rest.LeaseDoc, body=body, expect=expect, again=expect is None)

    def end_rest(
        self,
        address: str,
        *,
        reason: str,
        actor: Actor | None = None,
        scope: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Free a resting address, or one on probation, before its time."""
        del actor
        path = f"/v1/addresses/{part(address)}/end-rest"
        return self._ask("POST", path, rest.LeaseDoc, query={"scope": scope}, body={"reason": reason}, expect=expect)
