"""Structured logs: one JSON object a line, gathered for a moment so that a request does not wait for a disk.

Nothing of a request is logged but its method, path, status and who asked: no header, no query, no body, so no token.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec

_PAUSE_S = 0.05


class Log:
    """Writes lines to a stream; those of a moment together, unless it is urgent."""

    def __init__(self, stream: BinaryIO | None, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock
        self._lines: list[bytes] = []
        self._encode = msgspec.json.Encoder().encode

    def tell(self, event: str, *, level: str = "info", **fields: object) -> None:
        """Log an event with its fields."""
        if self._stream is None:
            return
        moment = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        self._lines.append(self._encode({"at": moment, "level": level, "event": event, **fields}))
        if level != "info" or len(self._lines) > 1000:
            self.flush()
        elif len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_later(_PAUSE_S, self.flush)
            except RuntimeError:
                self.flush()

    def flush(self) -> None:
        """Write what was gathered. A stream that is gone is no reason to stop serving."""
        lines, self._lines = self._lines, []
        if not lines or self._stream is None:
            return
        try:
            self._stream.write(b"\n".join(lines) + b"\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = None


class Handler(logging.Handler):
    """Takes what libraries log, such as the server's own start and stop, into the same lines."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log a library's record."""
        said = " ".join(record.getMessage().split())
        error = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        more = {"error": error} if error else {}
        self._log.tell("library", level=record.levelname.lower(), source=record.name, said=said, **more)


def standard_error() -> BinaryIO:
    """Return where logs go by default."""
    return sys.stderr.buffer
