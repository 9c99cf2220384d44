"""Addresses: given, looked up, confirmed, shared, released."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated
from urllib.parse import quote
from zlib import crc32

import msgspec
from msgspec import Meta
from starlette.types import Scope

from maccord.alloc.authority import Page
from maccord.alloc.life import State
from maccord.alloc.records import Lease
from maccord.rest import (
    Allocate,
    Asked,
    DerivationsDoc,
    Derive,
    GrantedDoc,
    HandOver,
    HistoryDoc,
    HolderDoc,
    HolderPatch,
    LeaseDoc,
    MacDoc,
    PreviewDoc,
    Reason,
    ReleasedDoc,
    Seconds,
    Short,
    Suspect,
    Word,
    document,
    granted,
)
from maccord.serve.door import Visit
from maccord.serve.guard import Principal
from maccord.serve.operations import JSON, Answer, Call, Operation, Reply, decoded, key_of
from maccord.serve.problem import Refused
from maccord.serve.service import Service, actor, actor_of, etag, expected
from maccord.serve.v1.paging import Paged, page
from maccord.serve.v1.pools import POOL

_GIVEN = ("pool-exhausted", "address-taken", "not-in-pool", "forbidden-address", "bad-address", "bad-request")
_KNOWN = ("bad-address", "scope-needed", "store-unavailable")
MAC = {"mac": "The address, in any usual spelling; answers spell it 00-15-5D-C8-6A-00."}
_SCOPE = "Where to look: `global`, or a layer-2 domain. Needed when several scopes know the address."

_EXPIRING = "Those with a holder whose time is over within so many seconds."


class Where(Asked, frozen=True, kw_only=True):
    """In which scope an address is meant."""

    scope: Annotated[Word, Meta(description=_SCOPE)] | None = None


class WhereHolder(Where, frozen=True, kw_only=True):
    """In which scope an address is meant, and which of its holders."""

    holder: Annotated[Short, Meta(description="Its id, or kind:id. Needed when there are several.")] | None = None


class WhereAt(Where, frozen=True, kw_only=True):
    """In which scope an address is meant, and when."""

    at: Annotated[datetime, Meta(tz=True, description="A moment: only what held then.")] | None = None


class Listed(Paged, frozen=True, kw_only=True):
    """Which addresses to list."""

    pool: Annotated[Word, Meta(description="Those of this pool.")] | None = None
    scope: Annotated[Word, Meta(description="Those of this scope.")] | None = None
    state: State | None = None
    holder: Annotated[Short, Meta(description="Those that this holder has: its id, or kind:id.")] | None = None
    expiring_s: Annotated[Seconds, Meta(description=_EXPIRING)] | None = None


class ListedOfPool(Paged, frozen=True, kw_only=True):
    """Which addresses of a pool to list."""

    state: State | None = None
    holder: Annotated[Short, Meta(description="Those that this holder has: its id, or kind:id.")] | None = None
    expiring_s: Annotated[Seconds, Meta(description=_EXPIRING)] | None = None


_decode = msgspec.json.Decoder(Allocate).decode
_encode = msgspec.json.Encoder().encode
_TYPE = (b"content-type", JSON)


async def allocate(scope: Scope, visit: Visit, service: Service) -> None:
    """Answer an allocation: the busiest of all operations, so each step is there once and nothing else is."""
    principal = visit.principal
    assert principal is not None
    pool = scope["path_params"]["pool"]
    principal.require("allocator", pool)
    if scope["query_string"]:
        raise Refused("unreadable", "this takes no parameters in the query")
    media_type = key = None
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value
        elif name == b"idempotency-key":
            key = value
    asked = decoded(_decode, media_type, await visit.body())
    if asked.preview:
        free = await service.authority.aio.run(_preview, service, pool, asked.count)
        await visit.answer(200, _encode(PreviewDoc(pool=pool, addresses=tuple(map(MacDoc, free)))), _TYPE)
        return
    source = (scope["client"] or ("",))[0]
    given = await service.authority.aio.allocate(
        pool, asked.holder.record(), actor=actor(principal, source, visit.id), count=asked.count,
        address=asked.address, at_least=asked.at_least, identity=asked.identity,
        key=key_of(key),
    )  # fmt: skip
    answer = granted(given)
    if answer.mac is None:
        await visit.answer(201, _encode(answer), _TYPE)
    else:
        location = f"/v1/addresses/{answer.mac}?scope={_quoted(answer.scope)}"
        await visit.answer(201, _encode(answer), _TYPE, (b"location", location.encode()))


@lru_cache(1000)
def _quoted(scope: str) -> str:
    return quote(scope, safe="")


def _preview(service: Service, pool: str, count: int) -> tuple[str, ...]:
    return service.authority.preview(pool, count=min(count, 1000))


def _derive(call: Call[Service]) -> Reply:
    pool, asked = call.path["pool"], call.body
    found = call.service.authority.derive(pool, asked.identities)
    return Reply(document({"pool": pool, "items": found}, DerivationsDoc))


def _described(call: Call[Service]) -> Reply:
    """Stand in the table for `allocate`, which answers instead."""
    raise NotImplementedError(call)


def _granted(principal: Principal, lease: Lease, role: str) -> Lease:
    """Return the lease; raises Refused unless its pool is granted. What lies in no pool is for who has all."""
    assert role in ("reader", "allocator")
    if principal.pools is not None and (lease.pool is None or lease.pool not in principal.pools):
        raise Refused("forbidden", "the token is not granted the pool of this address")
    return lease


def _found(call: Call[Service]) -> Lease:
    lease = call.service.authority.look_up(call.path["mac"], scope=call.query.scope)
    return _granted(call.principal, lease, "reader")


def _for_change(call: Call[Service]) -> str | None:
    """Return the scope of the address; raises Refused unless whoever asks may change it."""
    call.principal.require("allocator")
    if call.principal.pools is None:
        scope: str | None = call.query.scope
        return scope
    return _found(call).scope


def _reply(lease: Lease) -> Reply:
    """Return an address as an answer; what its pool and its host's range say of it has a checksum in the ETag."""
    shown = document(lease, LeaseDoc)
    return Reply(shown, etag=etag(lease.version, crc32(_encode(shown))))


def _look_up(call: Call[Service]) -> Reply:
    return _reply(_found(call))


def _release(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    released = call.service.authority.release(
        call.path["mac"], actor=actor_of(call), scope=scope, holder=call.query.holder, key=call.key,
        expect=expected(call.if_match),
    )  # fmt: skip
    return Reply(document(released, ReleasedDoc))


def _confirm(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    lease = call.service.authority.confirm(
        call.path["mac"], actor=actor_of(call), scope=scope, holder=call.query.holder,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _share(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    holder: HolderDoc = call.body
    lease = call.service.authority.share(
        call.path["mac"], holder.record(), actor=actor_of(call), scope=scope, key=call.key,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _amend(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    change: HolderPatch = call.body
    lease = call.service.authority.amend(
        call.path["mac"], change.record(), actor=actor_of(call), scope=scope, holder=call.query.holder,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _hand_over(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    asked: HandOver = call.body
    lease = call.service.authority.hand_over(
        call.path["mac"], asked.to.record(), actor=actor_of(call), scope=scope, leaving=asked.leaving, key=call.key,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _complete(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    lease = call.service.authority.complete_hand_over(
        call.path["mac"], actor=actor_of(call), scope=scope, holder=call.query.holder, expect=expected(call.if_match)
    )
    return _reply(lease)


def _cancel(call: Call[Service]) -> Reply:
    scope = _for_change(call)
    lease = call.service.authority.cancel_hand_over(
        call.path["mac"], actor=actor_of(call), scope=scope, holder=call.query.holder, expect=expected(call.if_match)
    )
    return _reply(lease)


def _history(call: Call[Service]) -> Reply:
    if call.principal.pools is not None:
        _found(call)
    authority = call.service.authority
    past = authority.history(call.path["mac"], scope=call.query.scope, at=call.query.at)
    spelled = past[0].address if past else authority.look_up(call.path["mac"], scope=call.query.scope).address
    return Reply(document({"mac": spelled, "items": past}, HistoryDoc))


def _suspect(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: Suspect = call.body
    lease = call.service.authority.probation(
        call.path["mac"], reason=asked.reason, actor=actor_of(call), scope=asked.scope, for_s=asked.for_s,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _end_rest(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    lease = call.service.authority.end_rest(
        call.path["mac"], reason=call.body.reason, actor=actor_of(call), scope=call.query.scope,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(lease)


def _list(call: Call[Service]) -> Reply:
    asked: Listed = call.query
    if call.principal.pools is not None:
        if asked.pool is None:
            raise Refused("forbidden", "the token is granted some pools: name one (?pool=)")
        call.principal.require("reader", asked.pool)
    return _listed(call, asked.pool, asked.scope)


def _list_of_pool(call: Call[Service]) -> Reply:
    call.service.authority.pool(call.path["pool"])
    return _listed(call, call.path["pool"], None)


def _listed(call: Call[Service], pool: str | None, scope: str | None) -> Reply:
    asked = call.query
    found = call.service.authority.leases(
        pool=pool, scope=scope, state=asked.state, holder=asked.holder, expiring_s=asked.expiring_s, after=asked.after,
        limit=asked.limit,
    )  # fmt: skip
    return page(call, found, LeaseDoc)


ALLOCATE: Operation[Service] = Operation(
    method="POST", path="/v1/pools/{pool}/addresses", id="allocate", tag="addresses", role="allocator",
    run=_described, fast=allocate, body=Allocate, parameters=POOL, keyed=True,
    what="Allocate one address, many, or the one that is named.\n\n"
    "All or none are given (or as many as there are, with `at_least`), and they are durable when the answer comes. An "
    "address that the holder has already is given to it again. With an `Idempotency-Key`, a retry gets "
    "the same addresses.",
    answers={
        201: Answer("The addresses.", GrantedDoc),
        200: Answer("Addresses that are free now (`preview`); none was given.", PreviewDoc),
    },
    problems=("no-such-pool", *_GIVEN, "store-unavailable"),
)  # fmt: skip

OPERATIONS: tuple[Operation[Service], ...] = (
    ALLOCATE,
    Operation(
        method="GET", path="/v1/pools/{pool}/addresses", id="listAddressesOfPool", tag="addresses", role="reader",
        run=_list_of_pool, query=ListedOfPool, parameters=POOL,
        what="List the addresses of a pool that are held, rest or are on probation.",
        answers={200: Answer("A page of addresses, in their order.", Page[LeaseDoc])},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="POST", path="/v1/pools/{pool}/derivations", id="derive", tag="addresses", role="reader", run=_derive,
        body=Derive, parameters=POOL, bulk=True,
        what="Tell which addresses identities would get now. Nothing is reserved.\n\n"
        "As if they were allocated one after the other, in the order of the request.",
        answers={200: Answer("An address for each.", DerivationsDoc)},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/addresses", id="listAddresses", tag="addresses", role="reader", run=_list, query=Listed,
        what="List addresses that are held, rest or are on probation.",
        answers={200: Answer("A page of addresses, in their order.", Page[LeaseDoc])},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/addresses/{mac}", id="getAddress", tag="addresses", role="reader", run=_look_up,
        query=Where, parameters=MAC, what="Show who holds an address, where, since when, and in which state it is.",
        answers={200: Answer("What is known of it; a free one has the state `free`.", LeaseDoc, etag=True)},
        problems=_KNOWN,
    ),
    Operation(
        method="DELETE", path="/v1/addresses/{mac}", id="release", tag="addresses", role="allocator", run=_release,
        query=WhereHolder, parameters=MAC, keyed=True, conditional=True,
        what="Let one holder go.\n\nWhen it was the last, the address rests for the pool's `rest_s`, and is free then.",
        answers={200: Answer("The address as it is now, and who let go.", ReleasedDoc)},
        problems=("no-such-lease", "not-holder", "holder-needed", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/confirm", id="confirm", tag="addresses", role="allocator",
        run=_confirm, query=WhereHolder, parameters=MAC, conditional=True,
        what="Say that an address is at work: it no longer expires.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "not-holder", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/holders", id="share", tag="addresses", role="allocator", run=_share,
        query=Where, body=HolderDoc, parameters=MAC, keyed=True, conditional=True,
        what="Add a holder: a template, a snapshot, a replica, a cluster's twin, a declared exception.\n\n"
        "The address is not free before all of them have let go. One that holds it already has its host, note, "
        "owner and end changed to those that are given.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="PATCH", path="/v1/addresses/{mac}/holders", id="amendHolder", tag="addresses", role="allocator",
        run=_amend, query=WhereHolder, body=HolderPatch, parameters=MAC, conditional=True,
        what="Change what is said of a holder: who answers for it, until when it holds, where it is.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "not-holder", "holder-needed", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/hand-over", id="handOver", tag="addresses", role="allocator",
        run=_hand_over, query=Where, body=HandOver, parameters=MAC, keyed=True, conditional=True,
        what="Begin to hand an address over to another holder.\n\n"
        "Both hold it until that is completed or cancelled. When it is neither in time, the new one is gone again;"
        " when the one who leaves lets go otherwise, it is completed.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "not-holder", "holder-needed", "hand-over-under-way", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/hand-over/complete", id="completeHandOver", tag="addresses",
        role="allocator", run=_complete, query=WhereHolder, parameters=MAC, conditional=True,
        what="End a hand-over: who is replaced lets go, and the new one (`holder`) stays.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "no-hand-over", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/hand-over/cancel", id="cancelHandOver", tag="addresses",
        role="allocator", run=_cancel, query=WhereHolder, parameters=MAC, conditional=True,
        what="End a hand-over: the new one (`holder`) lets go, and the other has the address on.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "no-hand-over", "wrong-state", *_KNOWN),
    ),
    Operation(
        method="GET", path="/v1/addresses/{mac}/history", id="history", tag="addresses", role="reader", run=_history,
        query=WhereAt, parameters=MAC, what="Tell who had an address when, or at one moment (`at`).",
        answers={200: Answer("Its past, oldest first.", HistoryDoc)}, problems=_KNOWN,
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/probation", id="suspect", tag="addresses", role="admin", run=_suspect,
        body=Suspect, parameters=MAC, conditional=True,
        what="Put an address that was seen in conflict on probation: it is not issued.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("wrong-state", "address-taken", "forbidden-address", *_KNOWN),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/end-rest", id="endRest", tag="addresses", role="admin", run=_end_rest,
        query=Where, body=Reason, parameters=MAC, conditional=True,
        what="Free a resting address, or one on probation, before its time.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "wrong-state", *_KNOWN),
    ),
)  # fmt: skip
