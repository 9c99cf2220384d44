"""Blocks: ranges that hosts issue from by themselves."""

from typing import Annotated

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.errors import BadRequest, NoSuchBlock
from maccord.alloc.records import Block, RangeSpec
from maccord.rest import BlockNew, Short
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of
from maccord.serve.v1.paging import Paged, page
from maccord.serve.v1.pools import POOL

_BLOCK = POOL | {"block": "The block's number."}


class ListedBlocks(Paged, frozen=True, kw_only=True):
    """Which blocks of a pool to list."""

    host: Annotated[Short, Meta(description="Those of this host.")] | None = None


def _carve(call: Call[Service]) -> Reply:
    asked: BlockNew = call.body
    if (asked.first is None) != (asked.last is None):
        raise BadRequest("first, last", "they belong together")
    span = RangeSpec(asked.first, asked.last) if asked.first is not None and asked.last is not None else None
    if (span is None) == (asked.size is None):
        raise BadRequest("size", "say how many addresses, or name the first and the last")
    block = call.service.authority.carve_block(
        call.path["pool"], asked.host, actor=actor_of(call), size=asked.size, span=span, align=asked.align,
        note=asked.note, key=call.key,
    )  # fmt: skip
    return Reply(block, 201, headers=((b"location", f"/v1/pools/{block.pool}/blocks/{block.id}".encode()),))


def _list(call: Call[Service]) -> Reply:
    asked: ListedBlocks = call.query
    call.service.authority.pool(call.path["pool"])
    found = call.service.authority.blocks(pool=call.path["pool"], host=asked.host, after=asked.after, limit=asked.limit)
    return page(call, found, Block)


def _block(call: Call[Service]) -> Block:
    """Return the block of the path; raises NoSuchBlock where it is none of this pool."""
    text = call.path["block"]
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else -1
    after = None
    while True:
        found = call.service.authority.blocks(pool=call.path["pool"], after=after, limit=1000)
        for one in found.items:
            if one.id == number:
                return one
        after = found.next
        if after is None:
            raise NoSuchBlock(number)


def _get(call: Call[Service]) -> Reply:
    return Reply(_block(call))


def _return(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.return_block(_block(call).id, actor=actor_of(call)))


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="POST", path="/v1/pools/{pool}/blocks", id="carveBlock", tag="blocks", role="allocator", run=_carve,
        body=BlockNew, parameters=POOL, keyed=True,
        what="Give a host its own range.\n\n"
        "The pool never issues from it again before it is returned. `install` in the answer is PowerShell that makes "
        "it the host's dynamic range.",
        answers={201: Answer("The block.", Block)},
        problems=("no-such-pool", "no-room", "address-taken", "not-in-pool", "bad-address", "bad-range",
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
        parameters=_BLOCK, what="Show a block.", answers={200: Answer("The block.", Block)},
        problems=("no-such-pool", "no-such-block", "store-unavailable"),
    ),
    Operation(
        method="DELETE", path="/v1/pools/{pool}/blocks/{block}", id="returnBlock", tag="blocks", role="allocator",
        run=_return, parameters=_BLOCK, what="Take a block back: its addresses rest, and then are the pool's.",
        answers={200: Answer("The block as it was.", Block)},
        problems=("no-such-pool", "no-such-block", "store-unavailable"),
    ),
)  # fmt: skip
