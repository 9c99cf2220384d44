"""Group commit: requests queue, whoever finds nobody at work leads, and what is queued becomes one transaction.

A caller's thread may lead (then nothing is handed over, which is the quickest for one client), or an event loop: there
the statements run on the loop if the database is as near as SQLite, and only the commit goes to a thread, because two
threads that both run Python wait for each other. A request is answered after its commit and never before.
"""

import asyncio
import contextlib
import random
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from msgspec import Struct

from maccord.alloc.clock import SteadyClock, moment
from maccord.alloc.errors import AddressTaken, AdoptionConflicts, PoolExhausted, Refusal, StoreUnavailable
from maccord.alloc.kinds import unstored
from maccord.alloc.records import Actor, Granted, Holder, Note
from maccord.alloc.spans import Run
from maccord.store.database import (
    Busy,
    Database,
    Duplicate,
    GrantRow,
    HandGone,
    JournalRow,
    Lost,
    Overlap,
    Trouble,
    Unwilling,
)
from maccord.store.hands import Hand, exhausted, find_pool, hand_back, take_hand
from maccord.store.work import Chain, Tx, full_key, packed, replayed

BATCH_MAX = 512
QUEUE_MAX = 100_000
WAIT_S = 10.0
HAND_MAX = 1024
"""Requests for more addresses than this take them straight from the free runs."""

_BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, float("inf"))
_TRIES = 8


class Job:
    """One request: what it does in a transaction, and who waits for it."""

    work: Callable[[Tx], Any] | None = None
    light = False
    result: Any = None
    error: BaseException | None = None
    notes: Sequence[Note] = ()
    event: threading.Event | None = None
    future: asyncio.Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    leads = False

    def __init__(self, work: Callable[[Tx], Any] | None = None, *, light: bool = False) -> None:
        self.work, self.light = work, light


class Grant(Job):
    """A request for a few addresses of a pool, whichever they are: what most requests are."""

    def __init__(self, pool: str, holder: Holder, actor: Actor, count: int, key: str | None) -> None:
        super().__init__(light=True)
        self.pool, self.holder, self.actor, self.count, self.key = pool, holder, actor, count, key

    @property
    def request(self) -> list[object]:
        """What tells this request from another, for its idempotency key."""
        return request_of(self.pool, self.holder, self.count, None)


class _Details(Struct, frozen=True, gc=False):
    """What the audit keeps of an allocation: its answer can be made of it again."""

    pool: str
    scope: str
    kind: str
    holder: tuple[str, str, str, str]
    runs: tuple[Run, ...]
    until: int | None
    request: list[object]


def request_of(pool: str, holder: Holder, count: int, address: str | None) -> list[object]:
    """Return what tells one allocation from another."""
    return [pool, holder.kind, holder.id, count, address]


def granted(details: dict[str, Any], at: int, *, again: bool) -> Granted:
    """Return the answer that an allocation's record holds."""
    return Granted(
        pool=details["pool"],
        scope=details["scope"],
        kind=details["kind"],
        holder=Holder(*details["holder"]),
        at=moment(at),
        until=moment(details["until"]) if details["until"] else None,
        runs=tuple((first, last) for first, last in details["runs"]),
        replayed=again,
    )


class Engine:
    """The one writer of this process."""

    def __init__(
        self, db: Database, chain: Chain, clock: SteadyClock, chance: random.Random, *, renew: Callable[[], Chain]
    ) -> None:
        self.db, self.chain, self.clock, self.chance = db, chain, clock, chance
        self.hands: dict[str, Hand] = {}
        self.listeners: list[Callable[[Note], None]] = []
        self.stats = {"requests": 0, "commits": 0, "replays": 0, "conflicts": 0, "allocated": 0, "released": 0}
        self.commit_s = [0] * len(_BOUNDS)
        self.broken = False
        self._renew = renew
        self._lock = threading.Lock()
        self._queue: deque[Job] = deque()
        self._busy = False
        self._closing = False
        self._idle = threading.Condition(self._lock)
        self._thread = ThreadPoolExecutor(1, "maccord-store")
        self._low: set[str] = set()
        self._mark = chain.mark()
        self._touched: list[tuple[Hand, list[int], int | None]] = []
        self._pending: list[Job] = []
        self._direct: tuple[Any, ...] | None = None
        self._own = False
        self._now = 0

    # -- how requests come in ------------------------------------------------------------------------------------------

    def call(self, job: Job) -> Any:  # noqa: ANN401 - what the job's work returns
        """Do a job, from any thread; return its result or raise its error."""
        with self._lock:
            self._admit()
            if self._busy:
                job.event = threading.Event()
                self._queue.append(job)
                leads = False
            else:
                self._busy = leads = True
        if leads:
            if not self._quick(job):
                self._run([job])
            self._next()
        else:
            assert job.event
            job.event.wait()
            if job.leads:
                self._lead_here(job)
        if job.error is not None:
            raise job.error
        return job.result

    async def acall(self, job: Job) -> Any:  # noqa: ANN401 - what the job's work returns
        """Do a job, from an event loop; return its result or raise its error."""
        job.loop = loop = asyncio.get_running_loop()
        job.future = loop.create_future()
        with self._lock:
            self._admit()
            self._queue.append(job)
            leads = not self._busy
            self._busy = True
        if leads:
            # Not at once: others that the loop has ready come into the same commit.
            loop.call_soon(self._lead_on_loop, loop)
        return await job.future

    def _admit(self) -> None:
        if self._closing:
            raise StoreUnavailable("it is being closed")
        if len(self._queue) >= QUEUE_MAX:
            raise StoreUnavailable(f"{QUEUE_MAX} requests wait already")

    @property
    def waiting(self) -> int:
        """How many requests wait for the one that leads."""
        return len(self._queue)

    def _take(self) -> list[Job]:
        with self._lock:
            return [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))]

    def _next(self) -> None:
        """Hand the lead to whoever waits first, or to nobody."""
        with self._lock:
            if not self._queue:
                self._busy = False
                if self._closing:
                    self._idle.notify_all()
                return
            first = self._queue[0]
            if first.loop is None:
                self._queue.popleft()
        if first.loop is not None:
            with contextlib.suppress(RuntimeError):
                first.loop.call_soon_threadsafe(self._lead_on_loop, first.loop)
                return
            self._drop_dead_loop(first.loop)
            self._next()
        else:
            first.leads = True
            assert first.event
            first.event.set()

    def _drop_dead_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Forget requests whose event loop was closed: nobody can be told."""
        with self._lock:
            self._queue = deque(job for job in self._queue if job.loop is not loop)

    def _lead_here(self, mine: Job) -> None:
        """Lead one commit from the thread of a job that was told to."""
        batch = [mine, *self._take()]
        self._run(batch)
        for job in batch[1:]:
            _answer(job)
        self._next()

    def _lead_on_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = self._take()
        if self.db.on_loop and all(job.light for job in batch) and self._stocked(batch):
            try:
                self._prepare(batch, wait_s=0.0)
            except Exception:  # noqa: BLE001 - whatever it was: the thread does it again, and knows what to do
                self._undo()
            else:
                began = time.perf_counter()
                done = loop.run_in_executor(self._thread, self._commit, batch)
                done.add_done_callback(lambda f: self._committed(f, batch, began, loop))
                return
        done = loop.run_in_executor(self._thread, self._run, batch)
        done.add_done_callback(lambda _: self._finish(batch, loop))

    def _committed(
        self, done: "asyncio.Future[None]", batch: list[Job], began: float, loop: asyncio.AbstractEventLoop
    ) -> None:
        error = done.exception()
        if error is None:
            self._settle(batch, time.perf_counter() - began)
        elif isinstance(error, Trouble) and not error.unknown:
            self._undo()
            again = loop.run_in_executor(self._thread, self._run, batch)
            again.add_done_callback(lambda _: self._finish(batch, loop))
            return
        else:
            self._undo_doubtful(unknown=True)
            for job in batch:
                job.error = unavailable(error)
        self._finish(batch, loop)

    def _finish(self, batch: list[Job], loop: asyncio.AbstractEventLoop) -> None:
        again = [job for job in batch if job.error is _AGAIN]
        if again:
            with self._lock:
                self._queue.extendleft(reversed(again))
        for job in batch:
            if job.error is _AGAIN:
                continue
            if job.loop is loop and job.future is not None:
                _resolve(job)
            else:
                _answer(job)
        with self._lock:
            mine = bool(self._queue) and self._queue[0].loop is loop
        if mine:
            loop.call_soon(self._lead_on_loop, loop)
        else:
            self._next()

    # -- how they are done ---------------------------------------------------------------------------------------------

    def _run(self, batch: list[Job]) -> None:
        """Do a batch to its end: every job has a result or an error then. Never raises."""
        try:
            self._attempt(batch)
        except BaseException as e:  # noqa: BLE001 - nobody may be left waiting
            self._undo_doubtful(unknown=isinstance(e, Trouble) and e.unknown)
            for job in self._pending:
                job.error, job.result = unavailable(e), None

    def _attempt(self, batch: list[Job]) -> None:
        pending = self._pending = batch
        for attempt in range(_TRIES):
            pending = self._pending = self._try(pending, attempt)
            if not pending:
                return
        raise Unwilling(f"it did not work {_TRIES} times in a row")

    def _try(self, pending: list[Job], attempt: int) -> list[Job]:
        """Do jobs in one transaction; return those that are to be tried again."""
        try:
            self._reconnect()
            pending = self._pending = self._stock(pending)
            if pending:
                self._prepare(pending, wait_s=WAIT_S)
                began = time.perf_counter()
                self._commit(pending)
                self._settle(pending, time.perf_counter() - began)
        except HandGone:
            self._undo_doubtful(unknown=False)
            return pending
        except Lost as e:
            if e.unknown or attempt:
                raise
            self._undo_doubtful(unknown=False)  # the connection had died while nothing was asked: another one
            return pending
        except (Duplicate, Overlap) as e:
            return self._after_clash(pending, e, attempt)
        except (Unwilling, Busy):
            raise
        except Exception:
            self._undo()
            if len(pending) == 1:
                raise
            return self._each_for_itself(pending)  # one of them is our fault, or hostile
        return [job for job in pending if job.error is _AGAIN]

    def _after_clash(self, pending: list[Job], error: Trouble, attempt: int) -> list[Job]:
        names = {hand.pool.name for hand, _, _ in self._touched}
        self._undo()
        left = self._sort_out(pending, error, attempt)
        if len(left) == len(pending):
            self._drop(names)  # no key was known: it was an address, or another process wrote the same key
        return left

    def _each_for_itself(self, jobs: list[Job]) -> list[Job]:
        self._pending = []
        for job in jobs:
            self._run([job])
        return []

    def _sort_out(self, pending: list[Job], error: Trouble, attempt: int) -> list[Job]:
        """After a clash: answer what was done before under the same key; return what is to be tried again."""
        left: list[Job] = []
        for job in pending:
            if not isinstance(job, Grant) or job.key is None:
                left.append(job)
                continue
            row = self.db.rows("SELECT action, details, at FROM journal WHERE key = ?", (full_key(job.actor, job.key),))
            if not row:
                left.append(job)
                continue
            try:
                job.result = granted(replayed(row[0][:2], "allocate", job.key, job.request), row[0][2], again=True)
                job.error = None
                self.stats["replays"] += 1
            except Refusal as e:
                job.error = e
        if len(left) == len(pending) and attempt >= 2:
            if len(left) == 1:
                raise error
            return self._each_for_itself(left)  # one of them is in the others' way
        return left

    def _stocked(self, batch: list[Job]) -> bool:
        """Return whether the hands have what a batch asks for."""
        need = _needs(batch)
        return not self.broken and all(
            name in self.hands and len(self.hands[name].addresses) >= count for name, count in need.items()
        )

    def _stock(self, batch: list[Job]) -> list[Job]:
        """Take hands for what a batch asks; return the jobs that can go on, refuse the others."""
        refused: set[int] = set()
        for name, count in _needs(batch).items():
            hand = self.hands.get(name)
            if hand is not None and len(hand.addresses) >= count:
                continue
            try:
                hand = self._alone(lambda tx, n=name, c=count, h=hand: take_hand(tx, n, c, self.chance, h))  # type: ignore[misc]
            except Refusal as e:
                self.hands.pop(name, None)
                for job in batch:
                    if isinstance(job, Grant) and job.pool == name:
                        job.error = e
                        self._count_refusal(e)
                        refused.add(id(job))
                continue
            except BaseException:
                self.hands.pop(name, None)
                raise
            self.hands[name] = hand
            self._warn(hand)
            for job in batch:
                if isinstance(job, Grant) and job.pool == name and job.count > len(hand.addresses):
                    refusal = self._short(hand, job.count)
                    job.error = refusal
                    self._count_refusal(refusal)
                    refused.add(id(job))
        return [job for job in batch if id(job) not in refused]

    def _short(self, hand: Hand, wanted: int) -> PoolExhausted:
        """Return the refusal when even a fresh hand has not enough."""

        def work(tx: Tx) -> PoolExhausted:
            return exhausted(tx, hand.pool, wanted, also=len(hand.addresses))

        refusal: PoolExhausted = self._alone(work)
        return refusal

    def _alone(self, work: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 - what the work returns
        """Do a piece of work in a transaction of its own."""
        mark = self.chain.mark()
        self.db.begin(wait_s=WAIT_S)
        try:
            tx = Tx(self.db, self.chain, self.clock(), self.chain.id)
            result = work(tx)
            self.db.commit()
        except BaseException:
            self.chain.reset(mark)
            self.db.rollback()
            raise
        self._mark = self.chain.mark()
        self._tell(tx.notes)
        return result

    def _prepare(self, batch: list[Job], *, wait_s: float) -> None:
        """Execute everything but the commit."""
        self._mark = self.chain.mark()
        self._touched = []
        self._now = now = self.clock()
        self._direct = None
        for job in batch:
            job.error = job.result = None
        grants = [job for job in batch if isinstance(job, Grant)]
        alone = len(grants) == len(batch) and self.db.single_trip(sum(job.count for job in grants), len(grants))
        self._own = alone
        if not alone:
            self.db.begin(wait_s=wait_s)
        if grants:
            self._grant(grants, now, alone=alone)
        others = [job for job in batch if not isinstance(job, Grant)]
        apart = len(batch) > 1
        for job in others:
            self._work(job, now, apart=apart)

    def _grant(self, grants: list[Grant], now: int, *, alone: bool) -> None:
        leases: list[GrantRow] = []
        records: list[JournalRow] = []
        hands: dict[int, Hand] = {}
        keys: set[str] = set()
        at = moment(now)
        for job in grants:
            key = full_key(job.actor, job.key)
            if key is not None:
                if key in keys:
                    job.error = _AGAIN
                    continue
                keys.add(key)
            hand = self.hands[job.pool]
            if len(hand.addresses) < job.count:
                job.error = _AGAIN  # others of this batch had the rest; taking a new hand tells whether there is more
                continue
            hands[hand.id] = hand
            records.append(self._give(job, hand, key, now, at, leases))
        if not records:
            return
        if alone:
            self._direct = (list(hands), now, self.chain.id, leases, records)
        else:
            self.db.grant(list(hands), now, self.chain.id, leases, records)

    def _give(
        self, job: Grant, hand: Hand, key: str | None, now: int, at: datetime, leases: list[GrantRow]
    ) -> JournalRow:
        """Take a job's addresses out of a hand; add their leases, and return their record."""
        pool, holder, kind = hand.pool, job.holder, hand.pool.kind
        last = hand.last
        given = hand.give(job.count)
        self._touched.append((hand, given, last))
        due = now + pool.confirm_s * 1_000_000 if pool.confirm_s else None
        who = (holder.kind, holder.id, holder.host, holder.note)
        holders = packed(((*who, now),))
        if job.count == 1:
            leases.append(GrantRow(pool.space, given[0], pool.id, due, holders))
            value = unstored(given[0], kind)
            runs: tuple[Run, ...] = ((value, value),)
        else:
            leases += [GrantRow(pool.space, value, pool.id, due, holders) for value in given]
            runs = _in_order([unstored(value, kind) for value in given])
        details = packed(_Details(pool.name, pool.scope, kind, who, runs, due, job.request))
        job.result = Granted(
            pool=pool.name,
            scope=pool.scope,
            kind=kind,
            holder=holder,
            at=at,
            until=moment(due) if due else None,
            runs=runs,
        )
        return self.chain.add(now, job.actor, "allocate", pool.name, details, key)

    def _quick(self, job: Job) -> bool:
        """Do a single grant of a single address by one statement; False when the long way is to be taken.

        The same as the long way for the case that is the most frequent, with nothing that only others need.
        """
        if not isinstance(job, Grant) or job.count != 1 or self.broken:
            return False
        hand = self.hands.get(job.pool)
        if hand is None or not hand.addresses:
            return False
        self._now = now = self.clock()
        leases: list[GrantRow] = []
        record = self._give(job, hand, full_key(job.actor, job.key), now, moment(now), leases)
        began = time.perf_counter()
        try:
            self.db.grant((hand.id,), now, self.chain.id, leases, (record,))
        except Trouble as e:
            job.result = None
            if not e.unknown:
                self._undo()
                return False
            self._undo_doubtful(unknown=True)
            job.error = unavailable(e)
            return True
        self._touched.clear()
        chain = self.chain
        self._mark = chain.id, chain.seq, chain.head
        self.commit_s[bisect_left(_BOUNDS, time.perf_counter() - began)] += 1
        stats = self.stats
        stats["commits"] += 1
        stats["requests"] += 1
        stats["allocated"] += 1
        if self.listeners:
            self._tell([Note(name="allocated", at=moment(now), pool=job.pool, count=1)])
        return True

    def _work(self, job: Job, now: int, *, apart: bool) -> None:
        """Do one job that is no plain grant; when there are others, in a part of its own."""
        assert job.work
        mark = self.chain.mark()
        tx = Tx(self.db, self.chain, now, self.chain.id)
        if apart:
            self.db.savepoint()
        try:
            job.result = job.work(tx)
        except Refusal as e:
            job.error = e
        except (Duplicate, Overlap, Busy):
            if not apart:
                raise
            job.error = _AGAIN
        else:
            job.notes = tx.notes
            if apart:
                self.db.keep()
            return
        self.chain.reset(mark)
        if apart:
            self.db.undo()
        else:
            self.db.rollback()

    def _commit(self, batch: list[Job]) -> None:
        if self._direct is not None:
            self.db.grant(*self._direct)
        elif len(batch) == 1 and batch[0].error is not None and not isinstance(batch[0], Grant):
            return  # refused, and rolled back
        elif not self._own:
            self.db.commit()

    def _settle(self, batch: list[Job], took_s: float) -> None:
        """Tell what is committed now."""
        self.commit_s[bisect_left(_BOUNDS, took_s)] += 1
        stats = self.stats
        stats["commits"] += 1
        stats["requests"] += len(batch)
        self._touched = []
        self._mark = self.chain.mark()
        given: dict[str, int] = {}
        notes: list[Note] = []
        for job in batch:
            if job.error is not None:
                self._count_refusal(job.error)
            elif isinstance(job, Grant):
                given[job.pool] = given.get(job.pool, 0) + job.count
            else:
                notes += job.notes
        stats["allocated"] += sum(given.values())
        for note in notes:
            if note.name in ("allocated", "released"):
                stats[note.name] += note.count
        if self.listeners:
            at = moment(self._now)
            self._tell([Note(name="allocated", at=at, pool=pool, count=count) for pool, count in given.items()])
            self._tell(notes)

    def _count_refusal(self, error: BaseException) -> None:
        now = moment(self.clock())
        if isinstance(error, AddressTaken):
            self.stats["conflicts"] += 1
            self._tell([Note(name="conflict", at=now, pool=error.pool, facts=error.fields())])
        elif isinstance(error, AdoptionConflicts):
            self.stats["conflicts"] += error.total
            self._tell([Note(name="conflict", at=now, pool=None, count=error.total)])
        elif isinstance(error, PoolExhausted):
            self._tell([Note(name="pool-exhausted", at=now, pool=error.pool, facts=error.fields())])

    def _warn(self, hand: Hand) -> None:
        """Tell once when a pool runs low, and again only after it has recovered."""
        pool = hand.pool
        free = self.db.rows(
            "SELECT coalesce(sum(hi - lo + 1), 0) FROM extent WHERE pool = ? AND kind IN ('free', 'chunk')", (pool.id,)
        )[0][0]
        if free * 100 >= hand.size * pool.low_percent:
            self._low.discard(pool.name)
        elif pool.name not in self._low:
            self._low.add(pool.name)
            facts: dict[str, object] = {"free": int(free), "size": hand.size}
            self._tell([Note(name="pool-low", at=moment(self.clock()), pool=pool.name, facts=facts)])

    def _tell(self, notes: list[Note]) -> None:
        for note in notes:
            for listener in self.listeners:
                listener(note)

    def _undo(self) -> None:
        """Forget what was not committed, and for all we know is not there: addresses go back into their hands."""
        self.db.rollback()
        for hand, given, last in reversed(self._touched):
            hand.put_back(given, last)
        self._touched = []
        self.chain.reset(self._mark)

    def _undo_doubtful(self, *, unknown: bool) -> None:
        """Forget what may be there all the same: hands that were issued from are taken anew.

        When it is not known whether a commit was made, the audit goes on in a chain of its own, too.
        """
        self.db.rollback()
        self.broken |= unknown
        self._drop({hand.pool.name for hand, _, _ in self._touched})
        self._touched = []
        self.chain.reset(self._mark)

    def _drop(self, names: set[str]) -> None:
        for name in names:
            self.hands.pop(name, None)

    def forget(self, pool: str) -> None:
        """Forget the hand of a pool, which a change has taken back."""
        self.hands.pop(pool, None)

    def _reconnect(self) -> None:
        """After a broken connection: a new one, a new chain, and no hands; what the old one did is as it is."""
        if self.db.reopened() or self.broken:
            self.hands.clear()
            self.broken = True
            self.chain = self._renew()
            self._mark = self.chain.mark()
            self.broken = False

    # -- the end -------------------------------------------------------------------------------------------------------

    def drain(self, seconds: float) -> bool:
        """Take no new requests, and wait for those that were taken; return whether all were done."""
        with self._lock:
            self._closing = True
            return self._idle.wait_for(lambda: not self._busy, seconds)

    def end(self, last: Callable[[Tx], None]) -> None:
        """Give back what is in the hands, and do a last thing; the queue must be empty."""
        hands, self.hands = self.hands, {}

        def work(tx: Tx) -> None:
            for name, hand in sorted(hands.items()):
                with contextlib.suppress(Refusal):
                    hand_back(tx, find_pool(tx, name, lock=True), hand)
            last(tx)

        self._reconnect()
        self._alone(work)

    def stop(self) -> None:
        """End the thread that commits."""
        self._thread.shutdown(wait=True)


class _Again(Exception):
    """The job is to be done again, in the next attempt."""


_AGAIN = _Again()


def _needs(batch: list[Job]) -> dict[str, int]:
    need: dict[str, int] = {}
    for job in batch:
        if isinstance(job, Grant):
            need[job.pool] = need.get(job.pool, 0) + job.count
    return need


def _in_order(values: list[int]) -> tuple[Run, ...]:
    """Return values as runs that keep their order."""
    runs: list[Run] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return tuple(runs)


def _answer(job: Job) -> None:
    """Wake whoever waits for a job, thread or loop."""
    if job.event is not None:
        job.event.set()
    elif job.loop is not None:
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(_resolve, job)


def _resolve(job: Job) -> None:
    future = job.future
    assert future is not None
    if future.done():
        return  # cancelled by the caller; the change was made
    if job.error is not None:
        future.set_exception(job.error)
    else:
        future.set_result(job.result)


def unavailable(error: BaseException) -> BaseException:
    """Return the refusal for a database's trouble; other errors as they are."""
    if isinstance(error, Trouble):
        return StoreUnavailable(str(error) or type(error).__name__, "unknown" if error.unknown else "not-done")
    return error


BOUNDS = _BOUNDS
