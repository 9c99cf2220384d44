"""Processes that read files beside this one.

Each gets chunks of files through one pipe and answers through another, one batch after the other; once a few batches
wait and the pipe is full it waits, too, so what is in flight is bounded. Nothing of a helper outlives the run: it ends
as soon as its pipe does, even if this process is killed. A helper that dies loses nothing but time: the files it had
not answered are left behind for this process to read.
"""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Queue, SimpleQueue
from threading import Thread
from types import ModuleType, TracebackType
from typing import Self

from maccord.app.batches import Batch, File

Chunk = tuple[int, Sequence[File]]
"""Files in their order, and the number of the chunk they are."""

_HELD = 2
"""A helper has the next chunk at hand while it reads one."""

_PIPE_BYTES = 2**20
"""As many as Linux gives to anybody."""

_AHEAD = 8
"""So many batches wait in a helper for whoever asked to take them in."""


@dataclass(slots=True, eq=False)
class _Helper:
    process: BaseProcess
    requests: Connection
    answers: Connection
    held: deque[Chunk] = field(default_factory=deque)


class Helpers:
    """So many processes, each of which calls `read` on the files it gets; they start and end with a `with` block."""

    def __init__(self, count: int, read: Callable[[Sequence[File]], Iterator[Batch]]) -> None:
        self._count, self._read = count, read
        self._alive: list[_Helper] = []
        self.left_behind: deque[Chunk] = deque()
        """What dead helpers had not answered."""

    def __enter__(self) -> Self:
        forked = _may_fork()
        context = multiprocessing.get_context("fork") if forked else multiprocessing.get_context("spawn")
        with (
            suppress(OSError),
            _interrupts_held(tracked=not forked),
            _no_program(),
        ):  # no more processes or pipes: those that are there will do
            not_theirs: list[Connection] = []
            for _ in range(self._count):
                theirs, requests = context.Pipe(duplex=False)
                answers, ours = context.Pipe(duplex=False)
                _widen(ours)
                not_theirs += (requests, answers) if forked else ()
                process = context.Process(target=_help, args=(theirs, ours, self._read, not_theirs), daemon=True)
                process.start()
                theirs.close()
                ours.close()
                self._alive.append(_Helper(process, requests, answers))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for helper in self._alive:
            _end(helper)
        self._alive = []

    @property
    def busy(self) -> bool:
        """Tell whether any answer is still to come."""
        return any(helper.held for helper in self._alive)

    def feed(self, chunks: deque[Chunk]) -> None:
        """Hand chunks to helpers that have none at hand."""
        for helper in list(self._alive):
            while chunks and len(helper.held) < _HELD and helper in self._alive:
                helper.held.append(chunks.popleft())
                try:
                    helper.requests.send(helper.held[-1])
                except OSError:
                    self._bury(helper)

    def answers(self, *, patient: bool) -> Iterator[tuple[int, Batch]]:
        """Yield what has come in, with the numbers of its chunks; if nothing has, wait for it where `patient`."""
        while ready := wait([helper.answers for helper in self._alive], None if patient else 0):
            for helper in [one for one in self._alive if one.answers in ready]:
                try:
                    batch: Batch = pickle.loads(helper.answers.recv_bytes())  # noqa: S301 - our own process wrote it
                except (EOFError, OSError):
                    self._bury(helper)
                    continue
                number, files = helper.held.popleft()
                if batch.files < len(files):
                    helper.held.appendleft((number, files[batch.files :]))
                yield number, batch
            if patient:
                return

    def _bury(self, helper: _Helper) -> None:
        self._alive.remove(helper)
        self.left_behind += helper.held
        _end(helper)


def _widen(end: Connection) -> None:
    """Let a pipe hold a few batches, where it can: who writes one is done at once, and who reads it need not wait."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _end(helper: _Helper) -> None:
    helper.process.kill()
    helper.process.join()
    helper.requests.close()
    helper.answers.close()


def _may_fork() -> bool:
    """Tell whether a copy of this process can go on: it can where there is one thread, libraries' counted as well.

    A copy starts at once; a new process loads Python and maccord first, in the time that fifty exports take.
    """
    try:
        return sys.platform == "linux" and len([*Path("/proc/self/task").iterdir()]) == 1
    except OSError:
        return False


@contextmanager
def _interrupts_held(*, tracked: bool) -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: this one ends them. It hears of an interrupt a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    if tracked:
        resource_tracker.ensure_running()  # the first start would start it, and let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _no_program() -> Iterator[None]:
    """Start processes that do not load the program they were started from again, which they need nothing of."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _help(
    requests: Connection,
    answers: Connection,
    read: Callable[[Sequence[File]], Iterator[Batch]],
    not_ours: Sequence[Connection],
) -> None:
    """Answer requests until there are no more. Whatever goes wrong: who asked reads these files, and meets it there.

    `not_ours` are ends of pipes that a copy has and must not hold: a pipe ends when all of its ends are closed.
    """
    for end in not_ours:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    chunks: SimpleQueue[Sequence[File]] = SimpleQueue()
    told: Queue[bytes] = Queue(_AHEAD)
    Thread(target=_listen, args=(requests, chunks), daemon=True).start()
    Thread(target=_tell, args=(told, answers), daemon=True).start()
    try:
        while True:
            for batch in read(chunks.get()):
                told.put(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))
    except Exception:  # noqa: BLE001 - whoever asked reads these files again, and tells what is wrong
        os._exit(1)


def _tell(told: "Queue[bytes]", answers: Connection) -> None:
    """Send batches while the next ones are read: whoever asked is busy reading, too, and looks now and then."""
    try:
        while True:
            answers.send_bytes(told.get())
    except OSError:
        os._exit(1)


def _listen(requests: Connection, chunks: "SimpleQueue[Sequence[File]]") -> None:
    """Take requests as they come, so that who asks never waits; end the process at once when the pipe ends."""
    try:
        while True:
            _, files = requests.recv()
            chunks.put(files)
    except (EOFError, OSError):
        os._exit(0)
