"""Pools in the shape of a Microsoft Network Controller's `macPools`, for what reads those. Nothing can be changed here.

A Network Controller's pool is one range, so a pool of ours with several ranges appears once for each. Its counters
are `numberOfMacAddresses` and `numberofMacAddressesAllocated`, spelled as controllers spell them.

Source: Microsoft, [MS-NCNBI] Network Controller Northbound API, section 3.1.5.9 macPools and 2.2.2 Common JSON
Elements; the spelling of the counters from the answers of Windows Server 2019 and 2022.
"""

import re
from uuid import UUID, uuid5

from msgspec import Struct, field

from maccord.alloc.errors import NoSuchPool
from maccord.alloc.records import Pool, PoolRange, Usage
from maccord.app.listing import everything
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service

_SPACE = UUID("6f0bd0cb-38f4-4d64-8f0e-0d6c1c8b7a55")
_PAGE = 1000


class ControllerUsage(Struct, frozen=True, kw_only=True):
    """How many addresses a pool has, and how many of them are allocated."""

    total: int = field(name="numberOfMacAddresses")
    allocated: int = field(name="numberofMacAddressesAllocated")


class ControllerProperties(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a pool is."""

    provisioning_state: str
    start_mac_address: str
    end_mac_address: str
    usage: ControllerUsage


class ControllerPool(Struct, frozen=True, kw_only=True, rename="camel"):
    """One range of addresses, as a Network Controller shows its pools."""

    resource_ref: str
    resource_id: str
    instance_id: str
    etag: str
    properties: ControllerProperties


class ControllerPools(Struct, frozen=True, kw_only=True, rename="camel"):
    """All pools that the token is granted."""

    value: tuple[ControllerPool, ...]
    next_link: str = ""


def _shown(pool: Pool, one: PoolRange, usage: Usage, allocated: int) -> ControllerPool:
    name = pool.name if len(pool.ranges) == 1 else f"{pool.name}_{one.first}"
    return ControllerPool(
        resource_ref=f"/macPools/{name}",
        resource_id=name,
        instance_id=str(uuid5(_SPACE, f"{pool.scope}/{pool.name}/{one.first}")),
        etag=f'W/"{pool.version}-{usage.held}-{usage.in_use}"',
        properties=ControllerProperties(
            provisioning_state="Succeeded",
            start_mac_address=one.first,
            end_mac_address=one.last,
            usage=ControllerUsage(total=one.size, allocated=allocated),
        ),
    )


def _of(call: Call[Service], pool: Pool) -> list[ControllerPool]:
    """Return a pool as resources: what is held counts as allocated, and so do hosts' blocks."""
    authority = call.service.authority
    (usage,) = authority.usage(pool.name)
    counts = authority.held_in_ranges(pool.name)
    for block in everything(authority.blocks, pool=pool.name):
        first = next((one.first for one in pool.ranges if one.first <= block.first <= one.last), None)
        if first is not None:
            counts[first] = counts.get(first, 0) + block.size
    return [_shown(pool, one, usage, min(counts.get(one.first, 0), one.size)) for one in pool.ranges]


def _list(call: Call[Service]) -> Reply:
    found: list[ControllerPool] = []
    after = None
    while True:
        page = call.service.authority.pools(after=after, limit=_PAGE)
        for pool in page.items:
            if pool.kind == "mac" and call.principal.sees(pool.name):
                found += _of(call, pool)
        after = page.next
        if after is None:
            return Reply(ControllerPools(value=tuple(found)))


def _get(call: Call[Service]) -> Reply:
    ranged = re.fullmatch("(.+)_(?:[0-9A-F]{2}-){5}[0-9A-F]{2}", call.path["resourceId"])
    name = ranged[1] if ranged else call.path["resourceId"]
    call.principal.require("reader", name)
    pool = call.service.authority.pool(name)
    for one in _of(call, pool):
        if one.resource_id == call.path["resourceId"] and pool.kind == "mac":
            return Reply(one, etag=one.etag)
    raise NoSuchPool(call.path["resourceId"])


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/networking/v1/macPools", id="listMacPools", tag="network controller", role="reader",
        run=_list, what="List pools as a Microsoft Network Controller does.",
        answers={200: Answer("The pools, one for each range.", ControllerPools)}, problems=("store-unavailable",),
    ),
    Operation(
        method="GET", path="/networking/v1/macPools/{resourceId}", id="getMacPool", tag="network controller",
        role="reader", run=_get, parameters={"resourceId": "The resource's id."},
        what="Show one pool as a Microsoft Network Controller does.",
        answers={200: Answer("The pool.", ControllerPool, etag=True)}, problems=("no-such-pool", "store-unavailable"),
    ),
)  # fmt: skip
