"""Syslog as it arrives, by UDP and TCP: each sender is a device of its own, known by its address.

Source: RFC 5426 (one message a datagram), RFC 6587 (octet counting, or messages that end with a line feed).
"""

import socket
import threading
from dataclasses import dataclass
from typing import Any

from maccord.app.watch.lines import LINE_MAX, LineReader
from maccord.app.watch.sources import Heard, Inbox, NoSource

_SENDERS_MAX = 1024
_CONNECTIONS_MAX = 64
_WAIT_S = 0.5
_IDLE_S = 600.0
_DATAGRAM = 65_535
_DIGITS_MAX = 6


@dataclass
class SyslogUdp:
    """A socket that takes datagrams."""

    name: str
    host: str
    port: int

    def open(self) -> None:
        """Bind, so that a wrong address is told at once; raises NoSource."""
        self._socket = _bound(self.name, self.host, self.port, socket.SOCK_DGRAM)
        self.port = self._socket.getsockname()[1]

    def run(self, inbox: Inbox) -> None:
        """Take datagrams until the inbox stops."""
        readers: dict[str, LineReader] = {}
        self._socket.settimeout(_WAIT_S)
        with self._socket:
            while not inbox.stopped.is_set():
                try:
                    data, sender = self._socket.recvfrom(_DATAGRAM)
                except TimeoutError:
                    continue
                except OSError:
                    continue  # what a sender's closed port sends back
                batch = _reader(readers, str(sender[0])).feed(data.rstrip(b"\n") + b"\n")
                if batch.told:
                    inbox.offer(Heard(self.name, batch))


@dataclass
class SyslogTcp:
    """A socket that takes connections."""

    name: str
    host: str
    port: int

    def open(self) -> None:
        """Bind and listen; raises NoSource."""
        self._socket = _bound(self.name, self.host, self.port, socket.SOCK_STREAM)
        self._socket.listen(_CONNECTIONS_MAX)
        self.port = self._socket.getsockname()[1]
        self._room = threading.Semaphore(_CONNECTIONS_MAX)

    def run(self, inbox: Inbox) -> None:
        """Take connections until the inbox stops; of too many at once, the new ones are closed."""
        self._socket.settimeout(_WAIT_S)
        with self._socket:
            while not inbox.stopped.is_set():
                try:
                    connection, sender = self._socket.accept()
                except OSError:
                    continue
                if not self._room.acquire(blocking=False):
                    connection.close()
                    continue
                threading.Thread(target=self._serve, args=(connection, str(sender[0]), inbox), daemon=True).start()

    def _serve(self, connection: socket.socket, sender: str, inbox: Inbox) -> None:
        reader, frames = LineReader(sender, received=True), Frames()
        connection.settimeout(_WAIT_S)
        idle = 0.0
        try:
            with connection:
                while not inbox.stopped.is_set() and idle < _IDLE_S:
                    try:
                        data = connection.recv(_DATAGRAM)
                    except TimeoutError:
                        idle += _WAIT_S
                        continue
                    except OSError:
                        break
                    if not data:
                        break
                    idle = 0.0
                    self._hand_over(reader.feed(frames.lines(data)), inbox)
                self._hand_over(reader.end(), inbox)
        finally:
            self._room.release()

    def _hand_over(self, batch: Any, inbox: Inbox) -> None:  # noqa: ANN401 - a Batch
        if batch.told:
            inbox.put(Heard(self.name, batch))


class Frames:
    """Takes the octet counts of RFC 6587 out of a stream, so that lines are left."""

    def __init__(self) -> None:
        self._counted: bool | None = None
        self._rest = b""
        self._left = 0

    def lines(self, data: bytes) -> bytes:
        """Return lines; a stream that begins with a digit counts its octets."""
        if self._counted is None and data:
            self._counted = data[:1].isdigit()
        if not self._counted:
            return data
        found = []
        data = self._rest + data
        while data:
            if self._left:
                piece, data = data[: self._left], data[self._left :]
                self._left -= len(piece)
                found.append(piece.replace(b"\n", b" ") + (b"\n" if not self._left else b""))
                continue
            count, space, rest = data.partition(b" ")
            if not space and len(data) <= _DIGITS_MAX and data.isdigit():
                break
            if not count.isdigit() or len(count) > _DIGITS_MAX or not space:
                self._counted, self._left = False, 0  # no count where one should be: lines from here on
                found.append(data)
                data = b""
                break
            self._left, data = int(count), rest
        self._rest = data
        return b"".join(found)


def _reader(readers: dict[str, LineReader], sender: str) -> LineReader:
    known = readers.get(sender)
    if known is None:
        if len(readers) >= _SENDERS_MAX:
            readers.pop(next(iter(readers)))
        known = readers[sender] = LineReader(sender, received=True)
    return known


def _bound(name: str, host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise NoSource(name, f"cannot listen there: {error.strerror or error}") from error
    return made


__all__ = ["LINE_MAX", "Frames", "SyslogTcp", "SyslogUdp"]
