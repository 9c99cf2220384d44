"""The engine: batches of requests as transactions, tried again where that helps; hands follow what happened."""

import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

from maccord.alloc.clock import SteadyClock, moment
from maccord.alloc.errors import PoolExhausted, Refusal
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
from maccord.store.engine.granting import give
from maccord.store.engine.jobs import AGAIN, Grant, Job, granted, needs, unavailable
from maccord.store.engine.leading import Leading
from maccord.store.engine.tally import Tally
from maccord.store.hands import Hand, exhausted, find_pool, hand_back, take_hand
from maccord.store.work import Chain, Tx, full_key, replayed

WAIT_S = 10.0
_TRIES = 8


class Engine(Leading):
    """The one writer of this process."""

    def __init__(
        self, db: Database, chain: Chain, clock: SteadyClock, chance: random.Random, *, renew: Callable[[], Chain]
    ) -> None:
        super().__init__()
        self.db, self.chain, self.clock, self.chance = db, chain, clock, chance
        self.hands: dict[str, Hand] = {}
        self.tally = Tally(clock)
        self.broken = False
        self._renew = renew
        self._mark = chain.mark()
        self._touched: list[tuple[Hand, list[int], int | None]] = []
        self._pending: list[Job] = []
        self._direct: tuple[Any, ...] | None = None
        self._own = False
        self._now = 0

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
        return [job for job in pending if job.error is AGAIN]

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
        left = [job for job in pending if not (isinstance(job, Grant) and self._answered_before(job))]
        if len(left) == len(pending) and attempt >= 2:
            if len(left) == 1:
                raise error
            return self._each_for_itself(left)  # one of them is in the others' way
        return left

    def _answered_before(self, job: Grant) -> bool:
        """Answer a request whose key is known as it was answered then; return whether that was so."""
        if job.key is None:
            return False
        row = self.db.rows("SELECT action, details, at FROM journal WHERE key = ?", (full_key(job.actor, job.key),))
        if not row:
            return False
        try:
            job.result = granted(replayed(row[0][:2], "allocate", job.key, job.request), row[0][2], again=True)
            job.error = None
            self.tally.stats["replays"] += 1
        except Refusal as e:
            job.error = e
        return True

    def _refuse(self, job: Grant, refusal: Refusal) -> None:
        """Refuse a request, unless it was granted before: a retry gets its answer from an empty pool, too."""
        if not self._answered_before(job):
            job.error = refusal
            self.tally.refused(refusal)

    def _fit_for_loop(self, batch: list[Job]) -> bool:
        """Return whether a batch may be prepared on an event loop: nothing in it waits for anything."""
        return self.db.on_loop and all(job.light for job in batch) and self._stocked(batch)

    def _stocked(self, batch: list[Job]) -> bool:
        """Return whether the hands have what a batch asks for."""
        need = needs(batch)
        return not self.broken and all(
            name in self.hands and len(self.hands[name].addresses) >= count for name, count in need.items()
        )

    def _stock(self, batch: list[Job]) -> list[Job]:
        """Take hands for what a batch asks; return the jobs that can go on, refuse the others."""
        refused: set[int] = set()
        for name, count in needs(batch).items():
            hand = self.hands.get(name)
            if hand is not None and len(hand.addresses) >= count:
                continue
            try:
                hand = self._alone(lambda tx, n=name, c=count, h=hand: take_hand(tx, n, c, self.chance, h))  # type: ignore[misc]
            except Refusal as e:
                self.hands.pop(name, None)
                for job in batch:
                    if isinstance(job, Grant) and job.pool == name:
                        self._refuse(job, e)
                        refused.add(id(job))
                continue
            except BaseException:
                self.hands.pop(name, None)
                raise
            self.hands[name] = hand
            self.tally.filled(hand, self._free(hand))
            for job in batch:
                if isinstance(job, Grant) and job.pool == name and job.count > len(hand.addresses):
                    self._refuse(job, self._short(hand, job.count))
                    refused.add(id(job))
        return [job for job in batch if id(job) not in refused]

    def _free(self, hand: Hand) -> int:
        """Return how many addresses of a hand's pool nobody has a lease of, those in chunks among them."""
        rows = self.db.rows(
            "SELECT coalesce(sum(hi - lo + 1), 0) FROM extent WHERE pool = ? AND kind IN ('free', 'chunk')",
            (hand.pool.id,),
        )
        return int(rows[0][0])

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
        self.tally.tell(tx.notes)
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
                    job.error = AGAIN
                    continue
                keys.add(key)
            hand = self.hands[job.pool]
            if now >= hand.until:
                hand.addresses.clear()  # taking a new hand tells whether the pool may issue for longer by now
            if len(hand.addresses) < job.count:
                job.error = AGAIN  # others of this batch had the rest; taking a new hand tells whether there is more
                continue
            hands[hand.id] = hand
            records.append(give(job, hand, self._given(hand, job.count), self.chain, now, at, leases))
        if not records:
            return
        if alone:
            self._direct = (list(hands), now, self.chain.id, leases, records)
        else:
            self.db.grant(list(hands), now, self.chain.id, leases, records)

    def _given(self, hand: Hand, count: int) -> list[int]:
        """Take addresses out of a hand, and remember it until they are committed."""
        last = hand.last
        given = hand.give(count)
        self._touched.append((hand, given, last))
        return given

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
        if now >= hand.until:
            return False
        leases: list[GrantRow] = []
        record = give(job, hand, self._given(hand, 1), self.chain, now, moment(now), leases)
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
        self._mark = self.chain.mark()
        self.tally.single(job.pool, now, time.perf_counter() - began)
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
            job.error = AGAIN
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
        """Take note of what is committed now."""
        self._touched = []
        self._mark = self.chain.mark()
        self.tally.committed(batch, self._now, took_s)

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
