"""Everything out, and everything in, as JSON lines."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import msgspec
from msgspec import Struct
from starlette.types import Scope

from maccord.serve.door import Visit
from maccord.serve.openapi import BYTES, LINES
from maccord.serve.operations import JSON, Answer, Call, Operation, Reply
from maccord.serve.problem import Refused
from maccord.serve.service import Service, actor

_ROWS = 500
_TYPE = LINES.encode()


class Loaded(Struct, frozen=True):
    """How many rows were loaded."""

    rows: int


def _described(call: Call[Service]) -> Reply:
    """Stand in the table for what answers instead."""
    raise NotImplementedError(call)


async def _export(scope: Scope, visit: Visit, service: Service) -> None:
    """Send all rows, a few hundred at a time, as quickly as the other side takes them."""
    assert visit.principal is not None
    visit.principal.require("admin")
    if scope["query_string"]:
        raise Refused("unreadable", "this takes no parameters in the query")
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "export") as thread:  # one thread from the first row to the last: a store may ask for it
        rows = await loop.run_in_executor(thread, service.authority.export)
        try:
            part = await loop.run_in_executor(thread, _lines, rows)
            await visit.begin(200, (b"content-type", _TYPE))
            while part:
                await visit.part(part)
                part = await loop.run_in_executor(thread, _lines, rows)
            await visit.part(b"", last=True)
        finally:
            close = getattr(rows, "close", None)
            if close is not None:
                await loop.run_in_executor(thread, close)


def _lines(rows: Iterator[dict[str, object]]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in islice(rows, _ROWS))


async def _load(scope: Scope, visit: Visit, service: Service) -> None:
    """Fill an empty store."""
    assert visit.principal is not None
    visit.principal.require("admin")
    media = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
    if scope["query_string"]:
        raise Refused("unreadable", "this takes no parameters in the query")
    if media not in (_TYPE, BYTES.encode()):
        raise Refused("unsupported-media-type", f"send content-type: {LINES}, or {BYTES}")
    raw = await visit.body()
    who = actor(visit.principal, (scope["client"] or ("",))[0], visit.id)
    count = await asyncio.to_thread(lambda: service.authority.load(_rows(raw), actor=who))
    service.guard.forget()
    await visit.answer(200, msgspec.json.encode(Loaded(count)), (b"content-type", JSON))


def _rows(raw: bytes) -> Iterator[dict[str, object]]:
    decode = msgspec.json.Decoder(dict[str, object]).decode
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.strip():
            try:
                yield decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise Refused("bad-request", f"line {number}: {error}") from None


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/export", id="export", tag="transfer", role="admin", run=_described, fast=_export,
        what="Get everything as JSON lines: pools, addresses, holders, history, blocks, tokens' digests, audit.",
        answers={200: Answer("One object a line; the first names format and version.", media_type=LINES)},
        problems=("store-unavailable",),
    ),
    Operation(
        method="POST", path="/v1/import", id="import", tag="transfer", role="admin", run=_described, fast=_load,
        lines=True, bulk=True, what="Fill an empty store with what was exported: all of it, or nothing.",
        answers={200: Answer("How much was loaded.", Loaded)},
        problems=("bad-address", "bad-range", "range-overlap", "store-unavailable"),
    ),
)  # fmt: skip
