"""Lines of logs, whoever writes them: address tables of Linux bridges as they change, and messages of switches."""

import time
from collections.abc import Iterator

from maccord.wire.fdb_log import FdbLog
from maccord.wire.move_logs import MoveLog
from maccord.wire.records import Batch, Told

LINE_MAX = 8192
"""RFC 5424 section 6.1 asks receivers to take 2048 octets; what is longer than this is cut."""


class LineReader:
    """Reads a log of one device, `bridge -t monitor fdb` or syslog, in whatever pieces it comes."""

    def __init__(self, observer: str, *, received: bool = False) -> None:
        """`received` lines are stamped with the time of their arrival where they tell none."""
        self._received = received
        self._table = FdbLog(observer)
        self._moves = MoveLog(observer, year=time.gmtime().tm_year)
        self._rest = b""
        self._cut = False

    @property
    def unread(self) -> int:
        """How many bytes of a line are here that is not whole yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> Batch:
        """Return what some more bytes say."""
        return self._batch(self._lines(data))

    def end(self) -> Batch:
        """Return what the last line says, if it had no end."""
        rest, self._rest = self._rest, b""
        return self._batch(iter([rest] if rest else []))

    def _lines(self, data: bytes) -> Iterator[bytes]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            if self._cut:
                self._cut = False
                continue
            yield line[:LINE_MAX]
        if len(self._rest) > LINE_MAX:
            if not self._cut:
                yield self._rest[:LINE_MAX]
            self._rest, self._cut = b"", True

    def _batch(self, lines: Iterator[bytes]) -> Batch:
        batch = Batch()
        now = time.time_ns() if self._received else 0
        for line in lines:
            told = self._told(line.decode("utf-8", errors="replace").rstrip("\r\0"), now)
            if told is not None:
                batch.told.append(told)
                batch.through_ns = max(batch.through_ns, told.time_ns)
        return batch

    def _told(self, line: str, now: int) -> Told | None:
        return self._table.feed(line) or self._moves.feed(line, now)
