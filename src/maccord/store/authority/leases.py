"""Calls about leases."""

from collections.abc import Sequence

from maccord.alloc import check
from maccord.alloc.authority import Leases, Page
from maccord.alloc.life import State
from maccord.alloc.records import GLOBAL, Actor, Derived, Granted, Holder, HolderChange, Lease, Released
from maccord.store import asking, leasing
from maccord.store.authority.part import Part


class StoreLeases(Part, Leases):
    """Leases of a store."""

    def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        at_least: int | None = None,
        identity: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """See Leases."""
        job = self._jobs.allocation(pool, holder, actor, count, address, key, at_least, identity)
        given: Granted = self._engine.call(job)
        return given

    def derive(self, pool: str, identities: Sequence[str]) -> tuple[Derived, ...]:
        """See Leases."""
        asked = check.identities(identities)
        return self._ask(lambda reader: asking.derived(reader, pool, asked))

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """See Leases."""
        return self._ask(lambda reader: asking.preview(reader, pool, count))

    def share(
        self,
        address: str,
        holder: Holder,
        *,
        actor: Actor,
        scope: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        actor, holder, key = check.actor(actor), check.holder(holder), check.key(key)
        return self._do(lambda tx: leasing.share(tx, address, holder, scope, actor, key, expect))

    def amend(
        self,
        address: str,
        change: HolderChange,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        check.holder_change(change)
        return self._do(lambda tx: leasing.amend(tx, address, change, scope, holder, actor, expect))

    def hand_over(
        self,
        address: str,
        to: Holder,
        *,
        actor: Actor,
        scope: str | None = None,
        leaving: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        actor, to, key = check.actor(actor), check.holder(to), check.key(key)
        return self._do(lambda tx: leasing.hand_over(tx, address, to, scope, leaving, actor, key, expect))

    def complete_hand_over(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        return self._do(lambda tx: leasing.complete_hand_over(tx, address, scope, holder, actor, expect))

    def cancel_hand_over(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        return self._do(lambda tx: leasing.cancel_hand_over(tx, address, scope, holder, actor, expect))

    def confirm(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        lease: Lease = self._engine.call(self._jobs.confirmation(address, actor, scope, holder, expect))
        return lease

    def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Released:
        """See Leases."""
        released: Released = self._engine.call(self._jobs.release(address, actor, scope, holder, key, expect))
        return released

    def look_up(self, address: str, *, scope: str | None = None) -> Lease:
        """See Leases."""
        return self._ask(lambda reader: asking.look_up(reader, address, scope))

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
        """See Leases."""
        check.limit(limit)
        within = check.expiring(expiring_s)
        ends = None if within is None else self._clock() + within * 1_000_000
        return self._ask(lambda reader: asking.lease_list(reader, pool, scope, state, holder, ends, after, limit))

    def probation(
        self,
        address: str,
        *,
        reason: str,
        actor: Actor,
        scope: str = GLOBAL,
        for_s: int | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        check.text("reason", reason, 1024, empty=False)
        check.text("scope", scope, 128, empty=False)
        check.settings(None, for_s, None, None)
        return self._do(lambda tx: leasing.probation(tx, address, reason, scope, for_s, actor, expect))

    def end_rest(
        self, address: str, *, reason: str, actor: Actor, scope: str | None = None, expect: int | None = None
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        check.text("reason", reason, 1024, empty=False)
        return self._do(lambda tx: leasing.end_rest(tx, address, reason, scope, actor, expect))
