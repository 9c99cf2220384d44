"""Blocks: ranges that hosts issue from by themselves."""

from typing import Annotated

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.errors import BadRequest, NoSuchBlock
from maccord.alloc.records import Block, Envelope, RangeReport, RangeSpec, Reported, Role
from maccord.rest import BlockNew, Reason, Renew, Short
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.problem import Refused
from maccord.serve.service import Service, actor_of, etag, expected
from maccord.serve.v1.paging import Paged, page
from maccord.serve.v1.pools import POOL

_NUMBER = {"block": "The block's number."}
_BLOCK = POOL | _NUMBER


class ListedBlocks(Paged, frozen=True, kw_only=True):
    """Which blocks of a pool to list."""

    host: Annotated[Short, Meta(description="Those of this host.")] | None = None


def _reply(block: Block, status: int = 200) -> Reply:
    location = ((b"location", f"/v1/pools/{block.pool}/blocks/{block.id}".encode()),) if status == 201 else ()
    return Reply(block, status, etag(block.version), location)


def _carve(call: Call[Service]) -> Reply:
    asked: BlockNew = call.body
    if (asked.first is None) != (asked.last is None):
        raise BadRequest("first, last", "they belong together")
    span = RangeSpec(asked.first, asked.last) if asked.first is not None and asked.last is not None else None
    if (span is None) == (asked.size is None):
        raise BadRequest("size", "say how many addresses, or name the first and the last")
    block = call.service.authority.carve_block(
        call.path["pool"], asked.host, actor=actor_of(call), size=asked.size, span=span, align=asked.align,
        note=asked.note, key=call.key, for_s=asked.for_s,
    )  # fmt: skip
    return _reply(block, 201)


def _list(call: Call[Service]) -> Reply:
    asked: ListedBlocks = call.query
    call.service.authority.pool(call.path["pool"])
    found = call.service.authority.blocks(pool=call.path["pool"], host=asked.host, after=asked.after, limit=asked.limit)
    return page(call, found, Block)


def _found(call: Call[Service], role: Role = "reader") -> Block:
    """Return the block of the path; raises NoSuchBlock, or Refused where its pool is not granted."""
    text = call.path["block"]
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else -1
    block = call.service.authority.block(number)
    if call.path.get("pool", block.pool) != block.pool:
        raise NoSuchBlock(number)
    call.principal.require(role, block.pool)
    return block


def _get(call: Call[Service]) -> Reply:
    return _reply(_found(call))


def _return(call: Call[Service]) -> Reply:
    block = _found(call, "allocator").id
    return _reply(call.service.authority.return_block(block, actor=actor_of(call), expect=expected(call.if_match)))


def _renew(call: Call[Service]) -> Reply:
    asked: Renew = call.body
    block = _found(call, "allocator").id
    return _reply(
        call.service.authority.renew_block(
            block, actor=actor_of(call), for_s=asked.for_s, key=call.key, expect=expected(call.if_match)
        )
    )


def _revoke(call: Call[Service]) -> Reply:
    asked: Reason = call.body
    block = _found(call, "admin").id
    return _reply(
        call.service.authority.revoke_block(
            block, reason=asked.reason, actor=actor_of(call), expect=expected(call.if_match)
        )
    )


def _lease(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.block_lease(_found(call, "allocator").id))


def _report(call: Call[Service]) -> Reply:
    asked: RangeReport = call.body
    block = _found(call, "allocator").id
    if asked.block != block:
        raise Refused("bad-request", f"the report is of block {asked.block}, and not of block {block}")
    return Reply(call.service.authority.report_block(asked, actor=actor_of(call)))


def _get_pools_report(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.range_report(call.path["pool"]))


_GONE = ("no-such-pool", "no-such-block", "store-unavailable")
_SHOWN = {200: Answer("The block.", Block, etag=True)}
_ENDED = {200: Answer("The block as it was.", Block, etag=True)}

OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="POST", path="/v1/pools/{pool}/blocks", id="carveBlock", tag="blocks", role="allocator", run=_carve,
        body=BlockNew, parameters=POOL, keyed=True,
        what="Give a host its own range.\n\n"
        "The pool never issues from it again before it has ended. `install` in the answer is PowerShell that makes "
        "it the host's dynamic range. With `for_s` it is leased for a time, and ends by itself unless it is renewed.",
        answers={201: Answer("The block.", Block, etag=True)},
        problems=("no-such-pool", "no-room", "address-taken", "not-in-pool", "bad-address", "bad-range", "pool-ended",
                  "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/pools/{pool}/blocks", id="listBlocks", tag="blocks", role="reader", run=_list,
        query=ListedBlocks, parameters=POOL, what="List the blocks of a pool that are in force.",
        answers={200: Answer("A page of blocks, by number.", Page[Block])},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/pools/{pool}/blocks/{block}", id="getBlock", tag="blocks", role="reader", run=_get,
        parameters=_BLOCK, what="Show a block, one that has ended too.", answers=_SHOWN, problems=_GONE,
    ),
    Operation(
        method="DELETE", path="/v1/pools/{pool}/blocks/{block}", id="returnBlock", tag="blocks", role="allocator",
        run=_return, parameters=_BLOCK, conditional=True,
        what="Take a block back that its host has given back: its addresses rest, and then are the pool's.",
        answers=_ENDED, problems=_GONE,
    ),
    Operation(
        method="GET", path="/v1/blocks/{block}", id="getBlockByNumber", tag="blocks", role="reader", run=_get,
        parameters=_NUMBER, what="Show a block of whichever pool, one that has ended too.", answers=_SHOWN,
        problems=_GONE,
    ),
    Operation(
        method="DELETE", path="/v1/blocks/{block}", id="returnBlockByNumber", tag="blocks", role="allocator",
        run=_return, parameters=_NUMBER, conditional=True,
        what="Take a block of whichever pool back that its host has given back.", answers=_ENDED, problems=_GONE,
    ),
    Operation(
        method="POST", path="/v1/blocks/{block}/renew", id="renewBlock", tag="blocks", role="allocator", run=_renew,
        body=Renew, parameters=_NUMBER, keyed=True, conditional=True,
        what="Lease a block anew from now on; never for less than its host has it already.", answers=_SHOWN,
        problems=(*_GONE, "block-without-end", "pool-ended"),
    ),
    Operation(
        method="POST", path="/v1/blocks/{block}/revoke", id="revokeBlock", tag="blocks", role="admin", run=_revoke,
        body=Reason, parameters=_NUMBER, conditional=True,
        what="Take a leased block back although its host may be away.\n\n"
        "Its addresses rest from the end of the lease on, so that none is free before whoever has the lease stops.",
        answers=_ENDED, problems=(*_GONE, "block-without-end"),
    ),
    Operation(
        method="GET", path="/v1/blocks/{block}/lease", id="getBlockLease", tag="delegation", role="allocator",
        run=_lease, parameters=_NUMBER,
        what="Give the signed lease of a block, with which its host can issue while this service is away.\n\n"
        "Whoever has it can use it: it is for the host alone.",
        answers={200: Answer("A DSSE envelope with a range-lease.", Envelope)},
        problems=(*_GONE, "block-without-end", "cannot-sign"),
    ),
    Operation(
        method="POST", path="/v1/blocks/{block}/report", id="reportBlock", tag="delegation", role="allocator",
        run=_report, body=RangeReport, parameters=_NUMBER, bulk=True,
        what="Make the leases of a block what its host says that it gave: all of it, or nothing.",
        answers={200: Answer("What was changed.", Reported)},
        problems=(*_GONE, "adoption-conflicts", "bad-address"),
    ),
    Operation(
        method="GET", path="/v1/pools/{pool}/report", id="getRangeReport", tag="delegation", role="reader",
        run=_get_pools_report, parameters=POOL,
        what="Tell everything that is held in a pool that stands on a lease: for where its range comes from.",
        answers={200: Answer("The report.", RangeReport)}, problems=("no-such-pool", "store-unavailable"),
    ),
)  # fmt: skip
