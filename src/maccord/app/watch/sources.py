"""Where sightings come from while they happen: each source reads in a thread of its own and hands over batches.

A source that goes away (a file that is rotated, an interface that is unplugged) is waited for; that is said once. Files
and pipes wait until there is room for what they read; what comes by UDP and finds no room is lost, and counted.
"""

import os
import queue
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from msgspec.structs import replace

from maccord.app.watch.lines import LineReader
from maccord.app.watch.state import SourceMark
from maccord.mac import MaccordError
from maccord.wire.capture import CaptureStream
from maccord.wire.records import At, Batch

CHUNK = 1 << 20
_ROOM, _ROOM_EACH = 256, 4
_WAIT_S = 0.25
_AGAIN_S = 2.0


class NoSource(MaccordError):
    """A source cannot be used as it was given."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


@dataclass(slots=True)
class Heard:
    """What a source hands over: a batch, how far it has read, and a remark for people."""

    source: str
    batch: Batch = field(default_factory=Batch)
    mark: SourceMark | None = None
    remark: str = ""
    up: bool = True
    ended: bool = False
    caught_up: bool = True
    """False while a file is read that was there before."""
    failure: BaseException | None = None


class Inbox:
    """Where sources put what they heard; it has room for a bounded number of batches, and of each file for a few.

    A file that is ahead of others waits until `done` is told of what it gave.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[Heard] = queue.Queue(_ROOM)
        self.stopped = threading.Event()
        self.lost = 0
        self._room: dict[str, threading.Semaphore] = {}

    def begin(self, source: str) -> None:
        """Give a source its own room."""
        self._room[source] = threading.Semaphore(_ROOM_EACH)

    def done(self, source: str) -> None:
        """Give a source back the room of one batch."""
        if source in self._room:
            self._room[source].release()

    def put(self, heard: Heard) -> None:
        """Wait for room, or for the end."""
        room = self._room.get(heard.source)
        while room is not None and not room.acquire(timeout=_WAIT_S):
            if self.stopped.is_set():
                return
        while not self.stopped.is_set():
            try:
                self._queue.put(heard, timeout=_WAIT_S)
            except queue.Full:
                continue
            return

    def offer(self, heard: Heard) -> None:
        """Put something in if there is room, and count what is lost otherwise."""
        try:
            self._queue.put_nowait(heard)
        except queue.Full:
            self.lost += 1

    def take(self, timeout_s: float) -> Heard | None:
        """Return the next thing; None if nothing came in time."""
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None

    @property
    def empty(self) -> bool:
        """Tell whether nothing waits."""
        return self._queue.empty()


class Source(Protocol):
    """Something that is listened to until the inbox stops."""

    name: str

    def run(self, inbox: Inbox) -> None:
        """Read until the end, or until `inbox.stopped`."""


class Reader(Protocol):
    """Turns bytes into batches, in whatever pieces they come."""

    def feed(self, data: bytes) -> Batch:
        """Return what some more bytes say."""

    def end(self) -> Batch:
        """Return what is left when nothing more comes."""


@dataclass
class Followed:
    """A file that grows (a capture or a log), a pipe, or standard input (`-`).

    A file that another takes the place of, or that was cut, is read to its end, and the new one from its beginning.
    `once` reads what is there and ends. `mark` is how far an earlier run came: a log goes on there; of a capture, whose
    header is needed, what is not later than that is left out.
    """

    name: str
    path: str
    at: At
    capture: bool
    once: bool = False
    mark: SourceMark | None = None

    @property
    def begins_behind(self) -> bool:
        """Tell whether there is something to be read before anything comes live."""
        return self.path != "-" and Path(self.path).is_file()

    def run(self, inbox: Inbox) -> None:
        """Read until the file ends for good."""
        missing = False
        while not inbox.stopped.is_set():
            try:
                stream = _open(self.path)
            except FileNotFoundError:
                if self.once:
                    inbox.put(Heard(self.name, remark=f"{self.name} is not there", up=False, ended=True))
                    return
                if not missing:
                    inbox.put(Heard(self.name, remark=f"{self.name} is not there yet: waiting for it", up=False))
                missing = True
                inbox.stopped.wait(_WAIT_S)
                continue
            except OSError as error:
                inbox.put(Heard(self.name, remark=f"{self.name}: {error.strerror or error}", up=False, ended=True))
                return
            missing = False
            with stream:
                again = self._read(stream, inbox)
            if not again:
                break
        inbox.put(Heard(self.name, up=False, ended=True))

    def _read(self, stream: IO[bytes], inbox: Inbox) -> bool:
        """Read one file to its end; return whether another one takes its place."""
        status = os.fstat(stream.fileno())
        regular = stat.S_ISREG(status.st_mode) and self.path != "-"
        known = self.mark if self.mark is not None and regular and self.mark.inode == status.st_ino else None
        self.mark = None
        reader = self._reader()
        skip_ns = known.through_ns if known is not None and self.capture else 0
        offset, caught_up = 0, not regular
        if known is not None and not self.capture and known.offset <= status.st_size:
            offset = stream.seek(known.offset)
        through = known.through_ns if known is not None else 0
        while not inbox.stopped.is_set():
            data = stream.read(CHUNK) if regular else _some(stream)
            if data:
                offset += len(data)
                batch = later_than(reader.feed(data), skip_ns)
                through = max(through, batch.through_ns)
                mark = SourceMark(status.st_ino, offset - reader.unread, through) if regular else None
                inbox.put(Heard(self.name, batch, mark, caught_up=caught_up))
                continue
            if not caught_up:
                caught_up = True
                inbox.put(Heard(self.name))
            gone = not regular or self.once or self._replaced(status.st_ino, offset)
            if gone:
                if regular and not self.once and stream.read(1):
                    stream.seek(-1, os.SEEK_CUR)
                    continue
                inbox.put(Heard(self.name, later_than(reader.end(), skip_ns)))
                return regular and not self.once
            inbox.stopped.wait(_WAIT_S)
        return False

    def _reader(self) -> "_Reading":
        if self.capture:
            return _Reading(CaptureStream(self.at))
        return _Reading(LineReader(self.at.observer))

    def _replaced(self, inode: int, offset: int) -> bool:
        try:
            status = Path(self.path).stat()
        except OSError:
            return False
        return status.st_ino != inode or status.st_size < offset


class _Reading:
    """A reader with the number of bytes that it holds and has not understood yet."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def feed(self, data: bytes) -> Batch:
        """Return what some more bytes say."""
        return self._reader.feed(data)

    def end(self) -> Batch:
        """Return what is left."""
        return self._reader.end()

    @property
    def unread(self) -> int:
        """How many bytes the reader holds back, since a line or record is not whole yet."""
        return int(getattr(self._reader, "unread", 0))


def later_than(batch: Batch, through_ns: int) -> Batch:
    """Return a batch without what an earlier run has taken in already."""
    if not through_ns:
        return batch
    told = [one for one in batch.told if one.time_ns > through_ns]
    presences = []
    for one in batch.presences:
        if one.last_ns > through_ns:
            times = [at for at in range(0, len(one.times), 8) if _time(one.times, at) > through_ns]
            packed = b"".join(one.times[at : at + 8] for at in times)
            if packed:
                presences.append(replace(one, times=packed, first_ns=_time(packed, 0), frames=len(times)))
    return Batch(told, presences, batch.faults, batch.packets, batch.frames, batch.arp, batch.dropped, batch.through_ns)


def _time(packed: bytes, at: int) -> int:
    return int.from_bytes(packed[at : at + 8], "little", signed=True)


def _open(path: str) -> IO[bytes]:
    if path == "-":
        return os.fdopen(os.dup(0), "rb", buffering=0)
    return Path(path).open("rb", buffering=0)


def _some(stream: IO[bytes]) -> bytes:
    return os.read(stream.fileno(), CHUNK)


@dataclass
class Listened:
    """An interface that is captured from. One that vanishes is waited for."""

    name: str
    interface: str
    at: At

    def run(self, inbox: Inbox) -> None:
        """Capture until the inbox stops."""
        from maccord.wire.live import CannotCapture, Interface, InterfaceGone  # noqa: PLC0415 - Linux alone has it

        gone = False
        while not inbox.stopped.is_set():
            try:
                with Interface(self.interface, self.at) as interface:
                    for batch in _until(inbox, interface.batches(_WAIT_S)):
                        said = f"{self.interface} is back" if gone else ""
                        gone = False
                        if said or batch.packets or batch.dropped or batch.told or batch.presences:
                            inbox.put(Heard(self.name, batch, remark=said))
            except (InterfaceGone, CannotCapture) as error:
                if not gone:
                    inbox.put(Heard(self.name, remark=f"{error}; waiting for it", up=False))
                gone = True
                inbox.stopped.wait(_AGAIN_S)


def _until(inbox: Inbox, batches: Iterator[Batch]) -> Iterator[Batch]:
    for batch in batches:
        if inbox.stopped.is_set():
            return
        yield batch
