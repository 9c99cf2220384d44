"""Addresses given, confirmed, shared and released."""

from collections.abc import Sequence
from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.life import State
from maccord.alloc.records import GLOBAL, Actor, Derived, Granted, Holder, HolderChange, Lease, Released


class Leases(Protocol):
    """Addresses given, confirmed, shared and released.

    `expect` is the version of the lease that the caller saw, 0 where there was none: a call that has it changes nothing
    and raises StaleVersion when the lease was changed in between.
    """

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
        """Give `count` addresses, or the one that is named; all or none. At most 1,000,000 in one call.

        With `at_least`, as many of them as there are, when there are that many: `Granted.count` tells how many.

        An address that the holder has already is given again, and nothing changes. A holder with an end (`until`) lets
        go by itself then. Raises NoSuchPool, PoolExhausted,
        AddressTaken, NotInPool, ForbiddenAddress, KeyReused, BadRequest, StoreUnavailable.

        With `identity`, such as prod/web-01/nic0, the address is derived from it (`alloc/derive.py`): the one that the
        holder has for it, or let go last and nobody has had since, its rest notwithstanding; else the first candidate
        that is free.
        """
        ...

    def derive(self, pool: str, identities: Sequence[str]) -> tuple[Derived, ...]:
        """Tell which addresses identities would get now, one after the other; nothing is reserved. At most 1,000.

        Raises NoSuchPool, BadRequest.
        """
        ...

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """Return free addresses of a pool, and reserve or move nothing; at most 1,000. Raises NoSuchPool."""
        ...

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
        """Add a holder to an address that is held: a template, snapshot, replica, cluster twin, declared exception.

        One that holds it already has its host, note, owner and end changed to those that are given. Raises NoSuchLease,
        WrongState, ScopeNeeded, KeyReused, StaleVersion, BadRequest (its end is over).
        """
        ...

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
        """Change what is said of a holder: who answers for it, until when it holds, where it is.

        `holder` is an id, or `kind:id`; it may be left out when there is one only. Raises NoSuchLease, NotHolder,
        HolderNeeded, ScopeNeeded, StaleVersion, BadRequest (its end is over).
        """
        ...

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
        """Begin to hand an address over from one holder to another: both hold it until that is completed or cancelled.

        When it is neither by the end of `to` (a day, where it says none), `to` is gone again. If the one who leaves
        lets go otherwise, it is completed. `leaving` is an id, or `kind:id`; it may be left out when there is one
        holder. Beginning it twice is no fault, and moves the end to one that is given. Raises NoSuchLease, NotHolder,
        HolderNeeded, HandOverUnderWay, ScopeNeeded, KeyReused, StaleVersion, BadRequest.
        """
        ...

    def complete_hand_over(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """End a hand-over: who is replaced lets go, and the new one stays, with no end.

        `holder` is the new one; where it is named, completing twice is no fault. Raises NoSuchLease, NoHandOver,
        ScopeNeeded, StaleVersion.
        """
        ...

    def cancel_hand_over(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """End a hand-over: the new one lets go, and the other has it on.

        `holder` is the new one; where it is named, cancelling twice is no fault. Raises as `complete_hand_over`.
        """
        ...

    def confirm(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Say that the address is at work: it no longer expires. Confirming twice is no fault.

        `holder` is an id, or `kind:id`. Raises NoSuchLease, NotHolder, ScopeNeeded, StaleVersion.
        """
        ...

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
        """One holder lets go; when it was the last, the address rests for the pool's `rest_s`, and then is free.

        `holder` is an id, or `kind:id`; it may be left out when there is one only. Raises NoSuchLease, NotHolder,
        HolderNeeded, ScopeNeeded, KeyReused, StaleVersion; a key that was answered before is answered again.
        """
        ...

    def look_up(self, address: str, *, scope: str | None = None) -> Lease:
        """Return what is known of an address, free ones too. Raises ScopeNeeded, BadAddress."""
        ...

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
        """Return addresses that have a row (held, in use, resting, on probation), in their order, filtered.

        `expiring_s`: those with a holder whose time is over within so many seconds.
        """
        ...

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
        """Put an address that was seen in conflict on probation: not issued for `for_s` seconds, None: until cleared.

        A held one stays with its holders, and goes on probation instead of to rest when the last of them lets go.
        Raises WrongState, AddressTaken, StaleVersion.
        """
        ...

    def end_rest(
        self, address: str, *, reason: str, actor: Actor, scope: str | None = None, expect: int | None = None
    ) -> Lease:
        """Free a resting address, or one on probation, before its time.

        Raises NoSuchLease, WrongState, StaleVersion.
        """
        ...
