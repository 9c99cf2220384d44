"""The busy changes of leases as jobs: threads and asyncio hand the same ones to the engine."""

import random

from maccord.alloc import check
from maccord.alloc.errors import BadRequest
from maccord.alloc.records import Actor, Granted, Holder
from maccord.store import leasing
from maccord.store.engine import HAND_MAX, Grant, GroupGrant, Job
from maccord.store.work import Tx


class Jobs:
    """What is checked at the door becomes a job. `chunks`: small allocations come from a hand of this process."""

    def __init__(self, chance: random.Random, *, chunks: bool) -> None:
        self._chance, self._chunks = chance, chunks

    def allocation(
        self,
        pool: str,
        holder: Holder,
        actor: Actor,
        count: int,
        address: str | None,
        key: str | None,
        at_least: int | None = None,
        identity: str | None = None,
    ) -> Job:
        """Return the job of an allocation: from a hand if it is small, else straight from the free runs."""
        actor, holder, key = check.actor(actor), check.holder(holder), check.key(key)
        check.count(count)
        if address is not None and count != 1:
            raise BadRequest("count", "one address can be named, not several")
        plain = address is None and at_least is None and identity is None and holder.until is None
        if plain and count <= HAND_MAX and self._chunks:
            return Grant(pool, holder, actor, count, key)
        if at_least is not None and not 1 <= at_least <= count:
            raise BadRequest("at_least", f"expected 1 to {count}, which is the count")
        if at_least is not None and address is not None:
            raise BadRequest("at_least", "an address that is named is given or refused")
        if identity is not None:
            check.identity(identity)
            if count != 1 or address is not None:
                raise BadRequest(
                    "identity", "it has one address, which is derived from it: no count, and none is named"
                )
        chance = self._chance

        def work(tx: Tx) -> Granted:
            return leasing.allocate(tx, pool, holder, actor, count, address, key, chance, at_least, identity=identity)

        return Job(work)

    def for_group(
        self, pool: str, holder: Holder, actor: Actor, count: int, key: str | None, request: list[object]
    ) -> Job:
        """Return the job of an allocation for a group from one of the pools that it asks; all texts are checked."""
        if holder.until is None and count <= HAND_MAX and self._chunks:
            return GroupGrant(pool, holder, actor, count, key, request)
        chance = self._chance
        return Job(lambda tx: leasing.allocate(tx, pool, holder, actor, count, None, key, chance, request=request))

    def confirmation(
        self, address: str, actor: Actor, scope: str | None, holder: str | None, expect: int | None
    ) -> Job:
        """Return the job of a confirmation."""
        check.actor(actor)
        return Job(lambda tx: leasing.confirm(tx, address, scope, holder, actor, expect), light=True)

    def release(
        self, address: str, actor: Actor, scope: str | None, holder: str | None, key: str | None, expect: int | None
    ) -> Job:
        """Return the job of a release."""
        actor, key = check.actor(actor), check.key(key)
        return Job(lambda tx: leasing.release(tx, address, scope, holder, actor, key, expect), light=True)
