"""Reads files, where there is much to read in several processes side by side."""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from maccord.app.batches import Batch, File, batches
from maccord.collect import Parsed

_ALONE_BYTES = 24 * 2**20
_ALONE_FILES = 2000
"""Up to so much is read before helpers would have started."""

_CHUNK_FILES = 64
_CHUNKS_EACH = 32
_PROCESSES_MAX = 8


def processes_for(files: Sequence[File]) -> int:
    """Return how many processes read these files best: one for a few, else one for each processor at hand.

    More than eight are no use: one of them must take in what all the others read.
    """
    if not _are_many(files):
        return 1
    from multiprocessing import current_process  # noqa: PLC0415 - a few files are read without

    if current_process().daemon:  # it may have no children
        return 1
    at_hand = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(at_hand, _PROCESSES_MAX)


def _are_many(files: Sequence[File]) -> bool:
    if len(files) >= _ALONE_FILES:
        return True
    size = 0
    for file in files:
        size += _size_of(file)
        if size >= _ALONE_BYTES:
            return True
    return False


def _size_of(file: File) -> int:
    try:
        return Path(file.path).stat().st_size
    except OSError:
        return 0


def read_files(
    files: Sequence[File],
    *,
    bytes_max: int,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Parsed:
    """Return what all files say, in their order; `tell` hears how many of how many are done.

    `workers` counts the processes that read, this one among them; by default it is as many as pay. Chunks of files
    go to whoever is free, so the number of processes changes the time and nothing else.
    """
    processes = workers or processes_for(files)
    size = max(1, min(_CHUNK_FILES, len(files) // (processes * _CHUNKS_EACH)))
    chunks = deque((at, files[at : at + size]) for at in range(0, len(files), size))
    read = partial(batches, bytes_max=bytes_max)
    answers: dict[int, list[Parsed]] = {number: [] for number, _ in chunks}
    done = 0

    def take(number: int, batch: Batch) -> None:
        nonlocal done
        answers[number].append(batch.parsed.unpack())
        done += batch.files
        tell(done, len(files))

    if processes == 1:
        with _uncollected():
            for number, some in chunks:
                for batch in read(some):
                    take(number, batch)
        return _joined(answers.values())
    from maccord.app.helpers import Helpers  # noqa: PLC0415 - a few files are read without

    with _uncollected(), Helpers(min(processes, len(chunks)) - 1, read) as helpers:
        while chunks or helpers.busy or helpers.left_behind:
            helpers.feed(chunks)
            mine = chunks or helpers.left_behind
            if mine:
                number, some = mine.popleft()
                for batch in read(some):
                    take(number, batch)
                    for answer in helpers.answers(patient=False):
                        take(*answer)
                    helpers.feed(chunks)
            else:
                for answer in helpers.answers(patient=True):
                    take(*answer)
    return _joined(answers.values())


def _joined(answers: Iterable[list[Parsed]]) -> Parsed:
    whole = Parsed()
    for parsed in answers:
        for one in parsed:
            whole.add(one)
    return whole


@contextmanager
def _uncollected() -> Iterator[None]:
    """Switch the garbage collector off."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
