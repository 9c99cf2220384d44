"""The store as a part of a program: its keeper, its figures, its end."""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime

from maccord.alloc.authority import Counters, Running
from maccord.alloc.clock import SteadyClock, moment
from maccord.alloc.errors import StoreUnavailable
from maccord.alloc.records import Note, RangeFill
from maccord.store import asking, auditing, block_ends, hands, holders, resting, sampling
from maccord.store.authority.part import Part
from maccord.store.database import Busy, Database, Trouble
from maccord.store.ending import end_holders
from maccord.store.engine import BOUNDS
from maccord.store.work import Chain, Tx

_LOG = logging.getLogger(__name__)
_TICK_S = 1.0
_ANCHOR_S = 60.0
_WEIGH_S = 5.0
_DEAD_US = 60_000_000
_SWEEPS_MAX = 20


class StoreRunning(Part, Running):
    """A store at work: a keeper does what is due once a second."""

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
        super().__init__(db, chain, clock, chance, renew=renew, background=background)
        self._anchored = self._weighed = time.monotonic()
        self._low: set[str] = set()
        self._filling: set[str] = set()
        self._filling_days = 0
        self._sampled = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if background:
            db.stay()
            self._thread = threading.Thread(target=self._keep, name="maccord-keeper", daemon=True)
            self._thread.start()
        else:
            self._end_what_is_over()

    def _end_what_is_over(self) -> None:
        """Let holders and hosts go whose time is over, where no keeper does so: nobody is shown who holds no longer."""
        now = self._clock()
        over = (
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM lease WHERE holder_due IS NOT NULL AND holder_due <= ?)"
            " OR EXISTS (SELECT 1 FROM block WHERE expires_at IS NOT NULL AND until IS NULL AND expires_at <= ?)"
        )
        with contextlib.suppress(StoreUnavailable):  # it may not be written now, and be read all the same
            for _ in range(_SWEEPS_MAX):
                if not self._ask(lambda reader: reader.rows(over, (now, now))):
                    break
                self._do(lambda tx: end_holders(tx, None, resting.BATCH) + block_ends.expire(tx, None))

    def subscribe(self, listener: Callable[[Note], None]) -> None:
        """See Running."""
        self._engine.tally.listeners.append(listener)

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
        if self._engine.tally.listeners and time.monotonic() - self._weighed >= _WEIGH_S:
            self._weighed = time.monotonic()
            self._warn()
        self._sample()
        if time.monotonic() - self._anchored >= _ANCHOR_S:
            self._anchored = time.monotonic()
            self._do(auditing.anchor)

    def _due(self) -> bool:
        now = self._clock()
        return bool(
            self._ask(
                lambda reader: reader.rows(
                    "SELECT 1 WHERE EXISTS (SELECT 1 FROM lease WHERE due IS NOT NULL AND due <= ?)"
                    " OR EXISTS (SELECT 1 FROM lease WHERE holder_due IS NOT NULL AND holder_due <= ?)"
                    " OR EXISTS (SELECT 1 FROM extent WHERE due IS NOT NULL AND due <= ?)"
                    " OR EXISTS (SELECT 1 FROM block WHERE expires_at IS NOT NULL AND until IS NULL"
                    " AND expires_at <= ?)",
                    (now, now, now, now),
                )
            )
        )

    def _warn(self) -> None:
        """Tell which small pools have become low."""
        low = self._ask(asking.low_pools)
        for name, facts in low.items():
            if name not in self._low:
                self._engine.tally.tell([Note(name="pool-low", at=self.now(), pool=name, facts=facts)])
        self._low = set(low)

    def _sample(self) -> None:
        """Keep how full pools are, if this hour has no sample yet; then see which of them will soon be full."""
        hour = sampling.hour_of(self._clock())
        if hour == self._sampled:
            return
        samples = self._ask(lambda reader: sampling.due(reader, self._clock()))
        if samples:
            self._do(lambda tx: sampling.write(tx, samples))
        self._sampled = hour
        if self._filling_days and self._engine.tally.listeners:
            self._foresee()

    def warn_of_filling(self, days: int) -> None:
        """See Running."""
        self._filling_days = days

    def _foresee(self) -> None:
        """Tell which pools will soon be full, each once until it has more time again."""
        now = self._clock()
        for one in self._ask(lambda reader: sampling.forecasts(reader, None, now)):
            if one.outlook != "filling" or one.days is None or one.days > 1.25 * self._filling_days:
                self._filling.discard(one.pool)
            elif one.days < self._filling_days and one.pool not in self._filling:
                self._filling.add(one.pool)
                facts: dict[str, object] = {
                    "days": one.days,
                    "earliest": one.earliest,
                    "latest": one.latest,
                    "perDay": one.per_day,
                    "available": one.available,
                    "size": one.size,
                    "why": one.why,
                }
                self._engine.tally.tell([Note(name="pool-filling", at=self.now(), pool=one.pool, facts=facts)])

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
            try:
                self.tick()
            except StoreUnavailable:
                continue  # whoever asks is told; the next second may be better
            except Exception:  # noqa: BLE001 - a keeper that ends would end all rests
                _LOG.exception("what was due was not done; it is tried again in a second")

    def counters(self) -> Counters:
        """See Running."""
        tally = self._engine.tally
        commit_s = tuple(zip(BOUNDS, tally.commit_s, strict=True))
        return Counters(**tally.stats, queue=self._engine.waiting, commit_s=commit_s)

    def held_in_ranges(self, pool: str) -> dict[str, int]:
        """See Running."""
        return self._ask(lambda reader: asking.held_in_ranges(reader, pool))

    def range_fills(self, *, limit: int = 10_000) -> tuple[RangeFill, ...]:
        """See Running."""
        return self._ask(lambda reader: asking.range_fills(reader, limit))

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
        if self._thread is None:
            with contextlib.suppress(StoreUnavailable):
                self._sample()  # a command keeps what a service's keeper would
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
