"""Pools."""

from collections.abc import Sequence
from typing import Annotated
from zlib import crc32

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.guard import read_range
from maccord.alloc.records import Forecast, Pool, PoolChange, PoolSpec, RangeSpec, StoreVerdict
from maccord.rest import (
    Asked,
    Exclude,
    PoolChangedDoc,
    PoolDoc,
    PoolNew,
    PoolPatch,
    PoolRangeDoc,
    RangeDoc,
    Short,
    document,
    pool_document,
)
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of, etag, expected
from maccord.serve.v1.paging import Paged, page

_RANGES = ("range-overlap", "forbidden-address", "bad-address", "bad-range", "bad-request", "store-unavailable")


class VerifiedPools(Asked, frozen=True, kw_only=True):
    """What is checked."""

    pool: Annotated[Short, Meta(description="Only what concerns this pool.")] | None = None


def _spans(ranges: Sequence[RangeDoc | str]) -> tuple[RangeSpec, ...]:
    return tuple(read_range(one) if isinstance(one, str) else _span(one) for one in ranges)


def _span(one: RangeDoc) -> RangeSpec:
    if isinstance(one, PoolRangeDoc):
        return RangeSpec(one.first, one.last, one.place, one.weight)
    return RangeSpec(one.first, one.last)


def _list(call: Call[Service]) -> Reply:
    found = call.service.authority.pools(after=call.query.after, limit=call.query.limit)
    return page(call, found, Pool, lambda one: call.principal.sees(one.name))


def _reply(call: Call[Service], pool: Pool, status: int = 200) -> Reply:
    (usage,) = call.service.authority.usage(pool.name)
    counters = (usage.free, usage.held, usage.in_use, usage.resting, usage.probation, usage.blocks, usage.excluded)
    location = ((b"location", f"/v1/pools/{pool.name}".encode()),) if status == 201 else ()
    bound = (crc32("\n".join(pool.groups).encode()),) if pool.groups else ()
    return Reply(pool_document(pool, usage), status, etag(pool.version, *counters, *bound), location)


def _create(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: PoolNew = call.body
    spec = PoolSpec(
        name=asked.name, ranges=_spans(asked.ranges), kind=asked.kind, scope=asked.scope, policy=asked.policy,
        rest_s=asked.rest_s, confirm_s=asked.confirm_s, excluded=_spans(asked.excluded), note=asked.note,
        allow_foreign=asked.allow_foreign, low_percent=asked.low_percent, seed=asked.seed,
    )  # fmt: skip
    return _reply(call, call.service.authority.create_pool(spec, actor=actor_of(call)), 201)


def _get(call: Call[Service]) -> Reply:
    return _reply(call, call.service.authority.pool(call.path["pool"]))


def _change(call: Call[Service]) -> Reply:
    asked: PoolPatch = call.body
    change = PoolChange(
        ranges=None if asked.ranges is None else _spans(asked.ranges), policy=asked.policy, rest_s=asked.rest_s,
        confirm_s=asked.confirm_s, note=asked.note, low_percent=asked.low_percent, drain=asked.drain,
        undrain=asked.undrain, allow_foreign=asked.allow_foreign, strand=asked.strand,
    )  # fmt: skip
    changed = call.service.authority.change_pool(
        call.path["pool"], change, actor=actor_of(call), expect=expected(call.if_match), preview=asked.preview
    )
    return Reply(document(changed, PoolChangedDoc))


def _delete(call: Call[Service]) -> Reply:
    call.service.authority.delete_pool(call.path["pool"], actor=actor_of(call), expect=expected(call.if_match))
    return Reply(status=204)


def _exclude(call: Call[Service]) -> Reply:
    asked: Exclude = call.body
    span = RangeSpec(asked.first, asked.last)
    return _reply(
        call,
        call.service.authority.exclude(
            call.path["pool"], span, reason=asked.reason, actor=actor_of(call), expect=expected(call.if_match)
        ),
    )


def _include(call: Call[Service]) -> Reply:
    span = RangeSpec(call.body.first, call.body.last)
    expect = expected(call.if_match)
    return _reply(call, call.service.authority.include(call.path["pool"], span, actor=actor_of(call), expect=expect))


def _forecast(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.forecast(call.path["pool"])[0])


def _verify(call: Call[Service]) -> Reply:
    call.principal.require_all("reader")
    return Reply(call.service.authority.verify_pools(call.query.pool))


POOL = {"pool": "The pool's name."}
OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/pools", id="listPools", tag="pools", role="reader", run=_list, query=Paged,
        what="List the pools that the token is granted.",
        answers={200: Answer("A page of pools, by name.", Page[Pool])}, problems=("store-unavailable",),
    ),
    Operation(
        method="POST", path="/v1/pools", id="createPool", tag="pools", role="admin", run=_create, body=PoolNew,
        what="Make a pool.\n\nIts ranges must not overlap those of any pool in the same scope. "
        "Group addresses, zero, broadcast and the blocks of protocols are refused, inside a range too.",
        answers={201: Answer("The pool.", PoolDoc, etag=True)},
        problems=("pool-exists", "address-taken", "not-in-pool", *_RANGES),
    ),
    Operation(
        method="GET", path="/v1/pools/{pool}", id="getPool", tag="pools", role="reader", run=_get, parameters=POOL,
        what="Show a pool and its counters.",
        answers={200: Answer("The pool.", PoolDoc, etag=True)}, problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="PATCH", path="/v1/pools/{pool}", id="changePool", tag="pools", role="admin", run=_change,
        body=PoolPatch, parameters=POOL, conditional=True,
        what="Change a pool, or see what the change would do (`preview`).\n\n"
        "A range that goes or moves away tells which leases it strands, and is refused unless `strand` says so.",
        answers={200: Answer("The pool after the change, and what is stranded.", PoolChangedDoc)},
        problems=("no-such-pool", "pool-in-use", "address-taken", "not-in-pool", *_RANGES),
    ),
    Operation(
        method="DELETE", path="/v1/pools/{pool}", id="deletePool", tag="pools", role="admin", run=_delete,
        parameters=POOL, conditional=True, what="Remove a pool of which nothing is held, rests or is a block.\n\n"
        "One that is bound to groups stays: those would silently be given addresses from elsewhere.",
        answers={204: Answer("It is gone; history and audit keep it.")},
        problems=("no-such-pool", "pool-in-use", "pool-bound", "store-unavailable"),
    ),
    Operation(
        method="POST", path="/v1/pools/{pool}/exclusions", id="exclude", tag="pools", role="admin", run=_exclude,
        body=Exclude, parameters=POOL, conditional=True, what="Never issue some addresses of a pool.",
        answers={200: Answer("The pool.", PoolDoc, etag=True)},
        problems=("no-such-pool", "not-in-pool", "address-taken", *_RANGES),
    ),
    Operation(
        method="POST", path="/v1/pools/{pool}/inclusions", id="include", tag="pools", role="admin", run=_include,
        body=RangeDoc, parameters=POOL, conditional=True,
        what="Take back the exclusions within some addresses of a pool.",
        answers={200: Answer("The pool.", PoolDoc, etag=True)}, problems=("no-such-pool", "not-in-pool", *_RANGES),
    ),
    Operation(
        method="GET", path="/v1/pools/{pool}/forecast", id="forecastPool", tag="pools", role="reader", run=_forecast,
        parameters=POOL,
        what="Tell when a pool will be full, as far as its past tells.\n\n"
        "`days` is by the median slope of up to eight weeks, `earliest` and `latest` by its 90 % band; `why` says it "
        "in a sentence. There is none with less than a week of history.",
        answers={200: Answer("The forecast, with the days that it is made of.", Forecast)},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/verification", id="verifyPools", tag="pools", role="reader", run=_verify,
        query=VerifiedPools, what="Check that ranges, extents, leases, hands and blocks agree with each other.\n\n"
        "Looked at in one snapshot; changes nothing. Takes a token for all pools.",
        answers={200: Answer("What was found: the number of faults, and the first 100 of them.", StoreVerdict)},
        problems=("no-such-pool", "store-unavailable"),
    ),
)  # fmt: skip
