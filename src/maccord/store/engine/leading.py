"""Who leads: requests queue, whoever finds nobody at work leads, and what is queued becomes one transaction.

A caller's thread may lead (then nothing is handed over, which is the quickest for one client), or an event loop: there
the statements run on the loop if the database is as near as SQLite, and only the commit goes to a thread, because two
threads that both run Python wait for each other. A request is answered after its commit and never before.
"""

import asyncio
import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from maccord.alloc.errors import StoreUnavailable
from maccord.store.database import Trouble
from maccord.store.engine.jobs import AGAIN, Job, unavailable

BATCH_MAX = 512
QUEUE_MAX = 100_000


class Leading(ABC):
    """The queue, and the one who leads; how a batch is done is said by who derives from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Job] = deque()
        self._busy = False
        self._closing = False
        self._idle = threading.Condition(self._lock)
        self._thread = ThreadPoolExecutor(1, "maccord-store")

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
            job.answer()
        self._next()

    def _lead_on_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = self._take()
        if self._fit_for_loop(batch):
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
        again = [job for job in batch if job.error is AGAIN]
        if again:
            with self._lock:
                self._queue.extendleft(reversed(again))
        for job in batch:
            if job.error is AGAIN:
                continue
            if job.loop is loop and job.future is not None:
                job.resolve()
            else:
                job.answer()
        with self._lock:
            mine = bool(self._queue) and self._queue[0].loop is loop
        if mine:
            loop.call_soon(self._lead_on_loop, loop)
        else:
            self._next()

    def drain(self, seconds: float) -> bool:
        """Take no new requests, and wait for those that were taken; return whether all were done."""
        with self._lock:
            self._closing = True
            return self._idle.wait_for(lambda: not self._busy, seconds)

    def stop(self) -> None:
        """End the thread that commits."""
        self._thread.shutdown(wait=True)

    # -- how a batch is done -------------------------------------------------------------------------------------------

    @abstractmethod
    def _quick(self, job: Job) -> bool:
        """Do a job by the shortest way, if it is one that has a short way; return whether that was so."""

    @abstractmethod
    def _run(self, batch: list[Job]) -> None:
        """Do a batch to its end: every job has a result or an error then. Never raises."""

    @abstractmethod
    def _fit_for_loop(self, batch: list[Job]) -> bool:
        """Return whether a batch may be prepared on an event loop."""

    @abstractmethod
    def _prepare(self, batch: list[Job], *, wait_s: float) -> None:
        """Execute everything but the commit."""

    @abstractmethod
    def _commit(self, batch: list[Job]) -> None:
        """Commit what was prepared."""

    @abstractmethod
    def _settle(self, batch: list[Job], took_s: float) -> None:
        """Take note of what is committed now."""

    @abstractmethod
    def _undo(self) -> None:
        """Forget what was not committed."""

    @abstractmethod
    def _undo_doubtful(self, *, unknown: bool) -> None:
        """Forget what may be there all the same."""
