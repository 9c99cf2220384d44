"""What can be asked for: one table, from which the routes and the OpenAPI document are made.

An operation names its method, path, role, and the types of its query, body and answers. Types are msgspec's: they
check what comes in, and their JSON Schema is what the document says, so that the two cannot differ.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from maccord.alloc.records import Role
from maccord.serve.door import Visit
from maccord.serve.guard import Principal
from maccord.serve.problem import Refused

S = TypeVar("S")
T = TypeVar("T")
NOBODY = Principal("", "reader", frozenset())
JSON = b"application/json"
_QUERY_MAX = 64
_KEY = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation answers: a document, or bytes of another media type."""

    document: object = None
    status: int = 200
    etag: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = JSON


@dataclass(frozen=True, slots=True)
class Call(Generic[S]):
    """One call of an operation on `service`; `query` and `body` have the operation's types."""

    service: S
    principal: Principal
    visit: Visit
    source: str
    path: Mapping[str, str]
    query: Any
    body: Any
    key: str | None
    if_match: str | None
    if_none_match: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that an operation answers with, and the type of the document, if there is one."""

    what: str
    document: Any = None
    media_type: str = "application/json"
    etag: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[S]):
    """One thing that can be asked for. `run` may block unless it is a coroutine; `problems` are those of its own."""

    method: str
    path: str
    id: str
    what: str
    tag: str
    role: Role | None
    run: Callable[[Call[S]], Reply] | Callable[[Call[S]], Awaitable[Reply]]
    answers: Mapping[int, Answer]
    query: type[msgspec.Struct] | None = None
    body: type[Any] | None = None
    lines: bool = False
    """Whether its body is JSON lines, which it reads itself."""
    problems: tuple[str, ...] = ()
    keyed: bool = False
    """Whether it takes an Idempotency-Key."""
    conditional: bool = False
    """Whether it takes If-Match."""
    bulk: bool = False
    fast: Callable[[Scope, Visit, S], Awaitable[None]] | None = None
    """Answers instead of `run`, for the one operation that must be as quick as can be; the table still describes it."""
    at_once: bool = False
    """Whether it is so quick that it runs on the event loop."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What each parameter of the path is."""


class Resource(Generic[S]):
    """All operations on one path."""

    def __init__(self, path: str, operations: list[Operation[S]], service: S) -> None:
        self._path, self._service = path, service
        self._endpoints = {one.method: _Endpoint(one) for one in operations}
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]
        self._allow = ", ".join([*self._endpoints, "OPTIONS"]).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive, send
        visit: Visit = scope["visit"]
        visit.route = self._path
        method = scope["method"]
        endpoint = self._endpoints.get(method)
        if endpoint is None:
            allow = (b"allow", self._allow)
            if method == "OPTIONS":
                await visit.answer(204, b"", allow)
                return
            raise Refused("method-not-allowed", headers=(allow,))
        await endpoint.answer(scope, visit, self._service)


class _Endpoint(Generic[S]):
    """An operation with what decodes its parts."""

    def __init__(self, operation: Operation[S]) -> None:
        self.operation = operation
        self._decode = msgspec.json.Decoder(operation.body).decode if operation.body is not None else None
        self._is_async = asyncio.iscoroutinefunction(operation.run)

    async def answer(self, scope: Scope, visit: Visit, service: S) -> None:
        operation = self.operation
        if operation.fast is not None:
            await operation.fast(scope, visit, service)
            return
        principal = visit.principal
        if operation.role is not None:
            assert principal is not None
            principal.require(operation.role)
            pool = scope["path_params"].get("pool")
            if pool is not None:
                principal.require(operation.role, pool)
        headers = dict(scope["headers"])
        call = Call(
            service,
            principal or NOBODY,
            visit,
            (scope["client"] or ("",))[0],
            scope["path_params"],
            self._query(scope["query_string"]),
            await self._body(headers, visit),
            key_of(headers.get(b"idempotency-key")) if operation.keyed else None,
            _text(headers.get(b"if-match")) if operation.conditional else None,
            _text(headers.get(b"if-none-match")),
        )
        run: Any = operation.run
        if self._is_async:
            reply = await run(call)
        elif operation.at_once:
            reply = run(call)
        else:
            reply = await asyncio.to_thread(run, call)
        await _send(visit, reply, call)

    async def _body(self, headers: Mapping[bytes, bytes], visit: Visit) -> object:
        if self._decode is None:
            return None
        return decoded(self._decode, headers.get(b"content-type"), await visit.body())

    def _query(self, raw: bytes) -> object:
        wanted = self.operation.query
        if wanted is None:
            if raw:
                raise Refused("unreadable", "this takes no parameters in the query")
            return None
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, strict_parsing=bool(raw), errors="strict",
                max_num_fields=_QUERY_MAX,
            )  # fmt: skip
        except ValueError:
            raise Refused("unreadable", "the query cannot be read") from None
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Refused("unreadable", "a parameter of the query stands twice")
        try:
            asked = msgspec.convert(found, wanted, strict=False)
        except msgspec.ValidationError as error:
            raise Refused("bad-request", f"query: {error}") from None
        empty = [name for name in found if getattr(asked, name, "") is None]
        if empty:  # the word null, which the conversion takes for nothing
            raise Refused("bad-request", f"query: {empty[0]} has no value")
        return asked


def key_of(raw: bytes | None) -> str | None:
    """Return the idempotency key that a header holds; raises Refused."""
    if raw is None:
        return None
    key = raw.decode("latin-1").strip('"')
    if not _KEY.fullmatch(key):
        raise Refused("unreadable", "an Idempotency-Key has 1 to 128 visible characters of ASCII")
    return key


def decoded(decode: Callable[[bytes], T], media_type: bytes | None, raw: bytes) -> T:
    """Return what a body says; raises Refused."""
    media = (media_type or b"").partition(b";")[0].strip().lower()
    if media != JSON:
        raise Refused("unsupported-media-type", "send content-type: application/json")
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        raise Refused("bad-request", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("unreadable", f"the body is no JSON: {error}") from None


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("latin-1").strip()


async def _send(visit: Visit, reply: Reply, call: Call[Any]) -> None:
    headers = list(reply.headers)
    if reply.etag:
        headers.append((b"etag", reply.etag.encode()))
        asked = call.if_none_match
        if asked is not None and (asked == "*" or reply.etag in (one.strip() for one in asked.split(","))):
            await visit.answer(304, b"", *headers)
            return
    if reply.status == 204:
        await visit.answer(204, b"", *headers)
        return
    body = reply.document if isinstance(reply.document, bytes) else msgspec.json.encode(reply.document)
    await visit.answer(reply.status, body, (b"content-type", reply.media_type), *headers)


def routes(operations: Iterable[Operation[S]], service: S) -> list[Route]:
    """Return one route for each path, in the order of the table: the busiest stand first."""
    by_path: dict[str, list[Operation[S]]] = {}
    for one in operations:
        by_path.setdefault(one.path, []).append(one)
    return [Route(path, Resource(path, those, service)) for path, those in by_path.items()]
