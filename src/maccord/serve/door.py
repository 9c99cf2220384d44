"""What every request passes, whatever it asks for: an id, limits, a token, a measure of time, and a line in the log.

It is plain ASGI, because it stands in the way of the fastest endpoint too. What is refused here has been read no
further than its headers: no token, no answer; a body that says it is too large is not read at all.
"""

import os
import re
import time
import traceback
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maccord.serve.guard import Guard, Principal
from maccord.serve.logs import Log
from maccord.serve.metrics import Metrics
from maccord.serve.problem import MEDIA_TYPE, Refused, refused_by
from maccord.serve.settings import Settings

PUBLIC = frozenset({"/healthz", "/readyz"})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROBLEM = MEDIA_TYPE.encode()


def _too_large() -> Refused:
    return Refused("body-too-large", "the body is larger than a body may be here")


class Visit:
    """One request on its way: what the door knows of it, and its body as it comes."""

    __slots__ = (
        "_left", "_receive", "_send", "id", "principal", "route", "status", "who",
    )  # fmt: skip

    def __init__(self, request: str, receive: Receive, send: Send, *, body_max: int) -> None:
        self.id = request
        self.principal: Principal | None = None
        self.route = ""
        self.status = 0
        self.who = ""
        self._left = body_max
        self._receive, self._send = receive, send

    async def receive(self) -> Message:
        """Return the next part of the body; raises Refused for one that is too large."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large()
        return message

    async def body(self) -> bytes:
        """Return the whole body; raises Refused for one that is too large."""
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            part: bytes = message["body"]
            self._left -= len(part)
            if self._left < 0:
                raise _too_large()
            if not message.get("more_body") and not parts:
                return part
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    async def send(self, message: Message) -> None:
        """Send, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self.id.encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)

    async def answer(self, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """Send an answer in one piece."""
        head = [*headers, (b"content-length", b"%d" % len(body))]
        if status == 204:
            head = list(headers)
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        """Begin an answer whose length is not known yet."""
        await self.send({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def part(self, body: bytes, *, last: bool = False) -> None:
        """Send a part of it."""
        await self.send({"type": "http.response.body", "body": body, "more_body": not last})

    async def refuse(self, refused: Refused) -> None:
        """Answer with a problem."""
        headers = [(b"content-type", _PROBLEM), *refused.headers]
        await self.answer(refused.kind.status, refused.body(self.id), *headers)


class Door:
    """Lets requests in to an application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        guard: Guard,
        metrics: Metrics,
        log: Log,
        bulk: frozenset[str],
    ) -> None:
        self._app, self._settings, self._guard = app, settings, guard
        self._metrics, self._log, self._bulk = metrics, log, bulk
        self._in_flight = 0
        self._series, self._count = os.urandom(8).hex(), count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        authorization, length, given = _headers(scope)
        request = given.decode() if given is not None and _REQUEST_ID.fullmatch(given) else self._new_id()
        path = scope["path"]
        settings = self._settings
        body_max = settings.bulk_bytes_max if path in self._bulk else settings.body_bytes_max
        visit = Visit(request, receive, send, body_max=body_max)
        scope["visit"] = visit
        self._in_flight += 1
        try:
            if self._in_flight > settings.requests_max:
                raise Refused("unavailable", "too many requests at once", headers=((b"retry-after", b"1"),))  # noqa: TRY301
            if path not in PUBLIC:
                visit.principal = self._guard.known(authorization) or await self._guard.find(authorization)
                visit.who = visit.principal.name
            if length and (len(length) > 15 or int(length) > body_max):  # the parser lets digits through alone
                raise Refused("body-too-large", f"a body may have {body_max} bytes here", {"bytesMax": body_max})  # noqa: TRY301
            await self._app(scope, visit.receive, visit.send)
        except Exception as error:  # noqa: BLE001 - what is not a refusal is our fault, and answered as such
            await self._failed(visit, error)
        finally:
            self._in_flight -= 1
            self._metrics.answered(scope["method"], visit.route, visit.status, time.perf_counter() - started)
            self._log.tell(
                "request",
                request=request,
                method=scope["method"],
                path=path[:200],
                status=visit.status,
                ms=round((time.perf_counter() - started) * 1000, 2),
                who=visit.who,
                source=(scope["client"] or ("",))[0],
            )

    def _new_id(self) -> str:
        return f"{self._series}-{next(self._count):x}"

    async def _failed(self, visit: Visit, error: Exception) -> None:
        refused = error if isinstance(error, Refused) else refused_by(error)
        if refused is None and isinstance(error, ConnectionResetError):
            return  # the client went away, and nobody is there to answer
        if refused is None:
            self._log.tell(
                "our-fault", level="error", request=visit.id, error="".join(traceback.format_exception(error))
            )
            refused = Refused("internal", "the log has the details under the id of this request")
        self._metrics.refused(refused.name)
        if not visit.status:
            await visit.refuse(refused)


def _headers(scope: Scope) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Return the headers for Authorization, Content-Length (empty for a body in chunks) and X-Request-Id."""
    authorization = length = given = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value if authorization is None else b""  # two of them are no one's
        elif name == b"content-length":
            length = value
        elif name == b"transfer-encoding":
            length = length or b""
        elif name == b"x-request-id":
            given = value
    return authorization, length, given
