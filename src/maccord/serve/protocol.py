"""HTTP/1.1 on a connection, with the bounds that the server's own protocol class does not set.

A request line and its headers have a size, a whole request has a time to come in, a connection beyond the allowed
number is told so and closed, and what is no HTTP is answered with a problem like every other mistake. Of a request that
was refused before its body came, some is read and thrown away before the connection is closed: a client that sends all
before it listens would else see a broken connection in place of the answer.
"""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from typing import Any
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from maccord.serve.problem import MEDIA_TYPE, Refused
from maccord.serve.settings import Settings

_LINGER_BYTES = 32 * 2**20
_LINGER_S = 2.0


def protocol_for(settings: Settings) -> type[HttpToolsProtocol]:
    """Return the class of protocols that keeps to a service's limits."""

    class Bounded(_Bounded):
        headers_bytes_max = settings.headers_bytes_max
        request_s = settings.request_s
        connections_max = settings.requests_max

    return Bounded


class _Bounded(HttpToolsProtocol):
    headers_bytes_max: int
    request_s: float
    connections_max: int
    loop: AbstractEventLoop

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - what the server passes on
        super().__init__(*args, **kwargs)
        self._heading = True  # the next bytes belong to a request line or to headers
        self._whole = True  # no request has begun and not ended
        self._header_bytes = 0
        self._lingering = 0  # so many bytes more are thrown away before the connection is closed
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as the server types it
        super().connection_made(transport)
        if len(self.connections) > self.connections_max:
            self._refuse(Refused("unavailable", "too many connections", headers=((b"retry-after", b"1"),)))
        else:
            self._arm()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._lingering:
            self._lingering = max(self._lingering - len(data), 0)
            if not self._lingering:
                self.transport.close()
                return
        if self._heading:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._heading and self._header_bytes > self.headers_bytes_max:
            self._refuse(Refused("headers-too-large", f"more than {self.headers_bytes_max} bytes"))
        elif self._whole:
            self._disarm()
        elif self._timer is None and not self._lingering:
            self._arm()

    def on_message_begin(self) -> None:
        self._whole = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._heading = False
        self._header_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._heading = self._whole = True
        super().on_message_complete()
        if self._lingering:
            self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._whole:  # refused before all of it came
            self._disarm()
            self._lingering = _LINGER_BYTES
            self._timer = self.loop.call_later(_LINGER_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._refuse(Refused("unreadable", msg))

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.request_s, self._too_slow)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._whole:
            self.transport.close()  # nothing was asked, so nothing is answered
        elif self._heading or not self.cycle.response_started:
            self._refuse(Refused("request-timeout", f"it took longer than {self.request_s:g} s to arrive"))
        else:
            self.transport.close()

    def _refuse(self, refused: Refused) -> None:
        if self.transport.is_closing():
            return
        kind, body = refused.kind, refused.body(uuid4().hex)
        lines = [
            f"HTTP/1.1 {kind.status} {kind.title}".encode(),
            b"content-type: " + MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            b"connection: close",
            *(b"%s: %s" % header for header in refused.headers),
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()
