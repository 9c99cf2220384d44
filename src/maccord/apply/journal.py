"""The journal of a plan's run: one line of JSON for everything that is begun, ended or found, on disk before the next.

Each line names the hash of the line before it, the first one the plan's digest, so that a line that was changed, taken
out or put in shows. A line is written and flushed to the disk before what it announces is begun: after `kill -9` the
journal tells what had begun and what had ended. The last line may be torn then; it is set aside, and that is written
down. Nothing that is secret comes into it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from maccord.mac import MaccordError

NAME = "journal.jsonl"
SCHEMA = "maccord.journal/1"
_BYTES_MAX = 1 << 30


class BadJournal(MaccordError):
    """A journal that cannot be used: of another plan, changed by somebody, or in use."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


class Journal:
    """The journal in a plan's folder, opened for one run: nobody else can open it meanwhile.

    `lines` are the entries so far, the oldest first. Use it in a `with` statement.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self.path = folder / NAME
        self.digest = digest
        self.lines: list[dict[str, Any]] = []
        self.torn = False
        self._last = digest
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            fresh = not self.path.exists()
            self._stream = self.path.open("a+b")
            _lock(self._stream, self.path)
            self._read()
            if fresh:
                _sync_folder(self.path.parent)
        except OSError as error:
            self.__exit__(None, None, None)
            raise BadJournal(self.path, error.strerror or str(error)) from error
        except BadJournal:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def write(self, event: str, at: str, **what: Any) -> None:  # noqa: ANN401 - what JSON holds
        """Append an entry, and return when it is on the disk."""
        assert self._stream is not None, "the journal is open"
        entry: dict[str, Any] = {"n": len(self.lines) + 1, "after": self._last, "at": at, "event": event, **what}
        raw = json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode()
        self._stream.write(raw + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._last = hashlib.sha256(raw).hexdigest()
        self.lines.append(entry)

    def of(self, *events: str) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of some kinds, the oldest first."""
        return (line for line in self.lines if line["event"] in events)

    def _read(self) -> None:
        assert self._stream is not None
        self._stream.seek(0)
        raw = self._stream.read(_BYTES_MAX + 1)
        if len(raw) > _BYTES_MAX:
            raise BadJournal(self.path, "larger than any journal of ours")
        whole, newline, tail = raw.rpartition(b"\n")
        for number, line in enumerate(whole.split(b"\n") if newline else (), start=1):
            self._take(line, number)
        if tail:
            self._set_aside(tail, len(whole) + len(newline))

    def _take(self, line: bytes, number: int) -> None:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadJournal(self.path, f"line {number} is no entry: somebody has changed it") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("event"), str) or entry.get("n") != number:
            raise BadJournal(self.path, f"line {number} is no entry: somebody has changed it")
        if entry.get("after") != self._last:
            what = "it is the journal of another plan" if number == 1 else "somebody has changed what is before it"
            raise BadJournal(self.path, f"line {number} does not follow: {what}")
        self._last = hashlib.sha256(line).hexdigest()
        self.lines.append(entry)

    def _set_aside(self, tail: bytes, end: int) -> None:
        """Keep what a dying process left of a line beside the journal, and cut it off."""
        assert self._stream is not None
        aside = self.path.with_name(f"{NAME}.torn-{len(self.lines) + 1}")
        aside.write_bytes(tail)
        self._stream.truncate(end)
        self._stream.seek(0, os.SEEK_END)
        os.fsync(self._stream.fileno())
        self.torn = True


def _lock(stream: IO[bytes], path: Path) -> None:
    """Take the file for this process alone; the lock goes with the process, however it ends."""
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows
    except ImportError:  # pragma: no cover - on Windows
        import msvcrt  # noqa: PLC0415

        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError as error:
            raise BadJournal(path, "another maccord apply is at work with it") from error
        return
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BadJournal(path, "another maccord apply is at work with it") from error


def _sync_folder(folder: Path) -> None:
    """Have the folder's entry for a new file on the disk, too."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
