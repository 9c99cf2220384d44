"""The authority on a database: each call checked at the door, done by the engine, or answered by a reader."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from msgspec.structs import replace

from maccord.alloc import check
from maccord.alloc.authority import Counters, Page
from maccord.alloc.clock import SteadyClock, moment
from maccord.alloc.errors import BadRequest, StoreUnavailable
from maccord.alloc.life import State
from maccord.alloc.records import (
    GLOBAL,
    Actor,
    Adopted,
    Adoption,
    AuditRecord,
    AuditVerdict,
    Block,
    ForeignRange,
    Granted,
    Holder,
    Lease,
    NewToken,
    Note,
    Pool,
    PoolChange,
    PoolChanged,
    PoolSpec,
    Question,
    RangeSpec,
    Released,
    Role,
    Tenure,
    Token,
    Usage,
    Verdict,
)
from maccord.store import (
    adopting,
    asking,
    auditing,
    blocks,
    hands,
    holders,
    leasing,
    pools,
    resting,
    schemas,
    tokens,
    transfer,
)
from maccord.store.database import Busy, Database, Reader, Trouble
from maccord.store.engine import BOUNDS, HAND_MAX, Engine, Grant, Job, unavailable
from maccord.store.work import Chain, Tx

T = TypeVar("T")
_TICK_S = 1.0
_ANCHOR_S = 60.0
_WEIGH_S = 5.0
_DEAD_US = 60_000_000
_SWEEPS_MAX = 20


class _Preview(Exception):
    """Carries what a change would do out of a transaction that is undone."""

    def __init__(self, result: Any) -> None:  # noqa: ANN401 - whatever it would return
        super().__init__()
        self.result = result


class StoreAuthority:
    """See maccord.alloc.authority.Authority, which this is."""

    def __init__(
        self,
        db: Database,
        chain: Chain,
        clock: SteadyClock,
        chance: random.Random,
        *,
        renew: Callable[[], Chain],
        background: bool,
    ) -> None:
        self._db, self._clock, self._chance = db, clock, chance
        self._engine = Engine(db, chain, clock, chance, renew=renew)
        self._anchored = self._weighed = time.monotonic()
        self._low: set[str] = set()
        self._chunks = background
        self._stop = threading.Event()
        self._closed = False
        self._aio = StoreAsyncAuthority(self)
        self._thread: threading.Thread | None = None
        if background:
            self._thread = threading.Thread(target=self._keep, name="maccord-keeper", daemon=True)
            self._thread.start()

    # -- help ----------------------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[Tx], T], *, light: bool = False) -> T:
        result: T = self._engine.call(Job(work, light=light))
        return result

    def _ask(self, question: Callable[[Reader], T]) -> T:
        if self._closed:
            raise StoreUnavailable("it is closed")
        try:
            with self._db.reading() as reader:
                return question(reader)
        except Trouble as e:
            raise unavailable(e) from e

    @property
    def aio(self) -> "StoreAsyncAuthority":
        """The same for asyncio."""
        return self._aio

    # -- pools ---------------------------------------------------------------------------------------------------------

    def create_pool(self, spec: PoolSpec, *, actor: Actor) -> Pool:
        """See Pools."""
        check.actor(actor)
        check.spec(spec)
        return self._do(lambda tx: pools.create(tx, spec, actor))

    def pool(self, name: str) -> Pool:
        """See Pools."""
        return self._ask(lambda reader: asking.pool(reader, name))

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """See Pools."""
        check.limit(limit)
        return self._ask(lambda reader: asking.pool_list(reader, after, limit))

    def change_pool(
        self, name: str, change: PoolChange, *, actor: Actor, expect: int | None = None, preview: bool = False
    ) -> PoolChanged:
        """See Pools."""
        check.actor(actor)
        check.settings(change.policy, change.rest_s, change.confirm_s, change.low_percent)
        check.text("note", change.note or "", 1024)

        def work(tx: Tx) -> PoolChanged:
            changed = pools.change(tx, name, change, actor, expect, preview=preview)
            if preview:
                raise _Preview(changed)
            return changed

        try:
            return self._do(work)
        except _Preview as e:
            told: PoolChanged = e.result
            return told

    def delete_pool(self, name: str, *, actor: Actor, expect: int | None = None) -> None:
        """See Pools."""
        check.actor(actor)
        self._do(lambda tx: pools.delete(tx, name, actor, expect))

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """See Pools."""
        return self._ask(lambda reader: asking.usage(reader, pool))

    def held_in_ranges(self, pool: str) -> dict[str, int]:
        """See Running."""
        return self._ask(lambda reader: asking.held_in_ranges(reader, pool))

    def exclude(self, pool: str, span: RangeSpec, *, reason: str, actor: Actor) -> Pool:
        """See Pools."""
        check.actor(actor)
        return self._do(lambda tx: pools.exclude(tx, pool, span, reason, actor))

    def include(self, pool: str, span: RangeSpec, *, actor: Actor) -> Pool:
        """See Pools."""
        check.actor(actor)
        return self._do(lambda tx: pools.include(tx, pool, span, actor))

    # -- leases --------------------------------------------------------------------------------------------------------

    def _allocation(
        self, pool: str, holder: Holder, actor: Actor, count: int, address: str | None, key: str | None
    ) -> Job:
        """Return the job of an allocation: from a hand if it is small, else straight from the free runs."""
        actor, holder, key = check.actor(actor), check.holder(holder), check.key(key)
        check.count(count)
        if address is not None and count != 1:
            raise BadRequest("count", "one address can be named, not several")
        if address is None and count <= HAND_MAX and self._chunks:
            return Grant(pool, holder, actor, count, key)
        chance = self._chance
        return Job(lambda tx: leasing.allocate(tx, pool, holder, actor, count, address, key, chance))

    def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """See Leases."""
        given: Granted = self._engine.call(self._allocation(pool, holder, actor, count, address, key))
        return given

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """See Leases."""
        return self._ask(lambda reader: asking.preview(reader, pool, count))

    def share(
        self, address: str, holder: Holder, *, actor: Actor, scope: str | None = None, key: str | None = None
    ) -> Lease:
        """See Leases."""
        actor, holder, key = check.actor(actor), check.holder(holder), check.key(key)
        return self._do(lambda tx: leasing.share(tx, address, holder, scope, actor, key))

    def _confirmation(self, address: str, actor: Actor, scope: str | None, holder: str | None) -> Job:
        check.actor(actor)
        return Job(lambda tx: leasing.confirm(tx, address, scope, holder, actor), light=True)

    def confirm(self, address: str, *, actor: Actor, scope: str | None = None, holder: str | None = None) -> Lease:
        """See Leases."""
        lease: Lease = self._engine.call(self._confirmation(address, actor, scope, holder))
        return lease

    def _release(self, address: str, actor: Actor, scope: str | None, holder: str | None, key: str | None) -> Job:
        actor, key = check.actor(actor), check.key(key)
        return Job(lambda tx: leasing.release(tx, address, scope, holder, actor, key), light=True)

    def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
    ) -> Released:
        """See Leases."""
        released: Released = self._engine.call(self._release(address, actor, scope, holder, key))
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
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Lease]:
        """See Leases."""
        check.limit(limit)
        return self._ask(lambda reader: asking.lease_list(reader, pool, scope, state, holder, after, limit))

    def probation(
        self, address: str, *, reason: str, actor: Actor, scope: str = GLOBAL, for_s: int | None = None
    ) -> Lease:
        """See Leases."""
        check.actor(actor)
        check.text("reason", reason, 1024, empty=False)
        check.text("scope", scope, 128, empty=False)
        check.settings(None, for_s, None, None)
        return self._do(lambda tx: leasing.probation(tx, address, reason, scope, for_s, actor))

    def end_rest(self, address: str, *, reason: str, actor: Actor, scope: str | None = None) -> Lease:
        """See Leases."""
        check.actor(actor)
        check.text("reason", reason, 1024, empty=False)
        return self._do(lambda tx: leasing.end_rest(tx, address, reason, scope, actor))

    # -- blocks --------------------------------------------------------------------------------------------------------

    def carve_block(
        self,
        pool: str,
        host: str,
        *,
        actor: Actor,
        size: int | None = None,
        span: RangeSpec | None = None,
        align: int = 1,
        note: str = "",
        key: str | None = None,
    ) -> Block:
        """See Blocks."""
        actor, key = check.actor(actor), check.key(key)
        check.text("host", host, 256, empty=False)
        check.text("note", note, 1024)
        return self._do(lambda tx: blocks.carve(tx, pool, host, actor, size, span, align, note, key))

    def return_block(self, block: int, *, actor: Actor) -> Block:
        """See Blocks."""
        check.actor(actor)
        return self._do(lambda tx: blocks.give_up(tx, block, actor))

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """See Blocks."""
        check.limit(limit)
        return self._ask(lambda reader: asking.block_list(reader, pool, host, after, limit))

    # -- evidence ------------------------------------------------------------------------------------------------------

    def adopt(
        self, rows: Iterable[Adoption], *, actor: Actor, ranges: Iterable[ForeignRange] = (), preview: bool = False
    ) -> Adopted:
        """See Evidence."""
        check.actor(actor)
        taken, theirs = tuple(rows), tuple(ranges)  # a transaction may have to be repeated

        def work(tx: Tx) -> Adopted:
            done = adopting.adopt(tx, taken, theirs, actor)
            if preview:
                raise _Preview(done)
            return done

        try:
            return self._do(work)
        except _Preview as e:
            done: Adopted = e.result
            return replace(done, preview=True)

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """See Evidence."""
        return self._stream(lambda reader: asking.holdings(reader, scope))

    def _stream(self, question: Callable[[Reader], Iterator[T]]) -> Iterator[T]:
        if self._closed:
            raise StoreUnavailable("it is closed")
        try:
            with self._db.reading() as reader:
                yield from question(reader)
        except Trouble as e:
            raise unavailable(e) from e

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.preflight(reader, questions))

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.history(reader, address, scope, at))

    # -- audit ---------------------------------------------------------------------------------------------------------

    def audit(
        self,
        *,
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
        action: str | None = None,
        subject: str | None = None,
        actor: str | None = None,
    ) -> Page[AuditRecord]:
        """See Audit."""
        check.limit(limit)
        filters = {"action": action, "subject": subject, "actor": actor}
        return self._ask(
            lambda reader: auditing.listed(reader, after, limit, newest_first=newest_first, filters=filters)
        )

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """See Audit."""
        return self._ask(lambda reader: auditing.verify(reader, head))

    def append_audit(self, action: str, subject: str, details: dict[str, object], *, actor: Actor) -> None:
        """See Audit."""
        check.actor(actor)
        check.name("action", action)
        check.text("subject", subject, 256)
        self._do(lambda tx: tx.record(actor, action, subject, details))

    def anchor(self) -> str:
        """See Audit."""
        return self._do(lambda tx: auditing.anchor(tx, force=True))

    # -- tokens --------------------------------------------------------------------------------------------------------

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """See Tokens."""
        check.actor(actor)
        return self._do(lambda tx: tokens.create(tx, name, role, pools, expires_at, actor))

    def check_token(self, secret: str) -> Token:
        """See Tokens."""
        now = self._clock()
        return self._ask(lambda reader: tokens.checked(reader, secret, now))

    def revoke_token(self, name: str, *, actor: Actor) -> Token:
        """See Tokens."""
        check.actor(actor)
        return self._do(lambda tx: tokens.revoke(tx, name, actor))

    def tokens(self) -> tuple[Token, ...]:
        """See Tokens."""
        return self._ask(tokens.listed)

    # -- transfer ------------------------------------------------------------------------------------------------------

    def export(self) -> Iterator[dict[str, object]]:
        """See Transfer."""
        return self._stream(lambda reader: transfer.exported(reader, schemas.HEAD))

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor) -> int:
        """See Transfer."""
        check.actor(actor)

        def work(tx: Tx) -> int:
            count = transfer.loaded(tx, rows)
            chain = self._engine.chain
            chain.id, chain.seq, chain.head = transfer.own_process(tx), 0, b"\0" * 32
            tx.record(actor, "import", "store", {"rows": count})
            return count

        return self._do(work)

    # -- running -------------------------------------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[Note], None]) -> None:
        """See Running."""
        self._engine.listeners.append(listener)

    def tick(self) -> None:
        """See Running."""
        self._clock.lean()
        for _ in range(_SWEEPS_MAX):
            if not self._due() or self._do(resting.reap) == 0:
                break
        if self._closed:
            return
        self._do(self._beat)
        for _ in range(_SWEEPS_MAX):
            # Others go first: what is not followed yet is found all the same, only less quickly.
            if self._engine.waiting or not self._behind() or self._do(holders.follow) == 0:
                break
        if self._engine.listeners and time.monotonic() - self._weighed >= _WEIGH_S:
            self._weighed = time.monotonic()
            self._warn()
        if time.monotonic() - self._anchored >= _ANCHOR_S:
            self._anchored = time.monotonic()
            self._do(auditing.anchor)

    def _due(self) -> bool:
        now = self._clock()
        return bool(
            self._ask(
                lambda reader: reader.rows(
                    "SELECT 1 WHERE EXISTS (SELECT 1 FROM lease WHERE due IS NOT NULL AND due <= ?)"
                    " OR EXISTS (SELECT 1 FROM extent WHERE due IS NOT NULL AND due <= ?)",
                    (now, now),
                )
            )
        )

    def _warn(self) -> None:
        """Tell which small pools have become low."""
        low = self._ask(asking.low_pools)
        for name, facts in low.items():
            if name not in self._low:
                note = Note(name="pool-low", at=self.now(), pool=name, facts=facts)
                for listener in self._engine.listeners:
                    listener(note)
        self._low = set(low)

    def _behind(self) -> bool:
        now = self._clock()
        return self._ask(lambda reader: holders.behind(reader, now))

    def _beat(self, tx: Tx) -> None:
        """Write that this process is at work, and follow who is ahead of it."""
        tx.db.run("UPDATE process SET beat_at = ? WHERE id = ?", (tx.now, tx.process))
        ahead = tx.rows("SELECT coalesce(max(beat_at), 0) FROM process WHERE ended_at IS NULL")[0][0]
        self._clock.at_least(int(ahead))
        hands.take_from_the_dead(tx, tx.now - _DEAD_US)

    def _keep(self) -> None:
        while not self._stop.wait(_TICK_S):
            with contextlib.suppress(StoreUnavailable):
                self.tick()

    def counters(self) -> Counters:
        """See Running."""
        engine = self._engine
        return Counters(**engine.stats, queue=engine.waiting, commit_s=tuple(zip(BOUNDS, engine.commit_s, strict=True)))

    def ready(self) -> None:
        """See Running."""
        self._do(lambda tx: tx.db.run("UPDATE process SET beat_at = ? WHERE id = ?", (tx.now, tx.process)))

    def close(self, *, drain_s: float = 10.0) -> None:
        """See Running."""
        if self._closed:
            return
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(drain_s)
        self._engine.drain(drain_s)
        self._closed = True
        with contextlib.suppress(Trouble, Busy):
            self._engine.end(self._leave)
        self._engine.stop()
        self._db.close()

    def _leave(self, tx: Tx) -> None:
        auditing.anchor(tx)
        holders.follow(tx)
        tx.db.run("UPDATE process SET ended_at = ?, beat_at = ? WHERE id = ?", (tx.now, tx.now, tx.process))

    def now(self) -> datetime:
        """See Running."""
        return moment(self._clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class StoreAsyncAuthority:
    """See maccord.alloc.authority.AsyncAuthority, which this is."""

    def __init__(self, authority: StoreAuthority) -> None:
        self._authority = authority

    async def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """See AsyncAuthority."""
        job = self._authority._allocation(pool, holder, actor, count, address, key)  # noqa: SLF001 - its other half
        given: Granted = await self._authority._engine.acall(job)  # noqa: SLF001
        return given

    async def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
    ) -> Released:
        """See AsyncAuthority."""
        job = self._authority._release(address, actor, scope, holder, key)  # noqa: SLF001
        released: Released = await self._authority._engine.acall(job)  # noqa: SLF001
        return released

    async def confirm(
        self, address: str, *, actor: Actor, scope: str | None = None, holder: str | None = None
    ) -> Lease:
        """See AsyncAuthority."""
        job = self._authority._confirmation(address, actor, scope, holder)  # noqa: SLF001
        lease: Lease = await self._authority._engine.acall(job)  # noqa: SLF001
        return lease

    async def run(self, call: Callable[..., T], /, *args: object, **named: object) -> T:
        """See AsyncAuthority."""
        return await asyncio.to_thread(call, *args, **named)

    async def close(self, *, drain_s: float = 10.0) -> None:
        """See AsyncAuthority."""
        await asyncio.to_thread(self._authority.close, drain_s=drain_s)
