"""Groups: which pools a site, a cluster or a host is given addresses from.

A path has slashes, so it travels in the query: many proxies decode or refuse them in a path.
"""

from typing import Annotated, Literal

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.records import Explained, Group
from maccord.rest import ADDRESSES_MAX, AllocateForGroup, Asked, GrantedDoc, GroupPath, GroupPut, granted
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of, etag, expected
from maccord.serve.v1.paging import Paged, page


class Which(Asked, frozen=True, kw_only=True):
    """Which group is meant."""

    path: GroupPath


class Under(Paged, frozen=True, kw_only=True):
    """Which groups to list."""

    under: GroupPath | None = None


class Wish(Which, frozen=True, kw_only=True):
    """What would be asked of the group."""

    kind: Annotated[Literal["mac", "wwn"], Meta(description="MAC addresses, or World Wide Names.")] = "mac"
    count: Annotated[int, Meta(ge=1, le=ADDRESSES_MAX, description="How many addresses, all of one pool.")] = 1


def _reply(group: Group) -> Reply:
    return Reply(group, etag=etag(group.version))


def _list(call: Call[Service]) -> Reply:
    asked: Under = call.query
    found = call.service.authority.groups(under=asked.under, after=asked.after, limit=asked.limit)
    return page(call, found, Group)


def _get(call: Call[Service]) -> Reply:
    return _reply(call.service.authority.group(call.query.path))


def _put(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: GroupPut = call.body
    made = call.service.authority.set_group(
        call.query.path, asked.pools, actor=actor_of(call), inherit=asked.inherit, note=asked.note,
        expect=expected(call.if_match),
    )  # fmt: skip
    return _reply(made)


def _delete(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    call.service.authority.delete_group(call.query.path, actor=actor_of(call), expect=expected(call.if_match))
    return Reply(status=204)


def _explain(call: Call[Service]) -> Reply:
    asked: Wish = call.query
    found = call.service.authority.explain_group(
        asked.path, kind=asked.kind, count=asked.count, granted=call.principal.pools
    )
    return Reply(found)


def _allocate(call: Call[Service]) -> Reply:
    asked: AllocateForGroup = call.body
    given = call.service.authority.allocate_for_group(
        asked.group, asked.holder.record(), actor=actor_of(call), kind=asked.kind, count=asked.count, key=call.key,
        granted=call.principal.pools,
    )  # fmt: skip
    return Reply(granted(given), 201)


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="POST", path="/v1/groups/allocations", id="allocateForGroup", tag="groups", role="allocator",
        run=_allocate, body=AllocateForGroup, keyed=True,
        what="Allocate addresses of the first pool, in the group's order, that has enough.\n\n"
        "All are of one pool, which the answer names, or none is given. Pools that the token is not granted are passed "
        "over. With an `Idempotency-Key`, a retry gets the same addresses, whatever is bound by then.",
        answers={201: Answer("The addresses.", GrantedDoc)},
        problems=("no-pool-for-group", "group-not-granted", "group-exhausted", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/groups", id="listGroups", tag="groups", role="reader", run=_list, query=Under,
        what="List groups that have a row of their own, or those under one.",
        answers={200: Answer("A page of groups, by path.", Page[Group])}, problems=("store-unavailable",),
    ),
    Operation(
        method="GET", path="/v1/group", id="getGroup", tag="groups", role="reader", run=_get, query=Which,
        what="Show a group and the pools that are bound to it.",
        answers={200: Answer("The group.", Group, etag=True)}, problems=("no-such-group", "store-unavailable"),
    ),
    Operation(
        method="PUT", path="/v1/group", id="setGroup", tag="groups", role="admin", run=_put, query=Which,
        body=GroupPut, conditional=True,
        what='Make a group, or make it what is said here.\n\n`If-Match: "0"` makes it only if it is not there yet.',
        answers={200: Answer("The group.", Group, etag=True)}, problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="DELETE", path="/v1/group", id="deleteGroup", tag="groups", role="admin", run=_delete, query=Which,
        conditional=True,
        what="Remove a group's own row and bindings.\n\nGroups below it stay, and inherit from the next one above.",
        answers={204: Answer("It is gone; the audit keeps it.")}, problems=("no-such-group", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/group/explanation", id="explainGroup", tag="groups", role="reader", run=_explain,
        query=Wish,
        what="Tell which pool an allocation for a path would come from, and how every other stands.\n\n"
        "The path needs no group of its own. Nothing is given or reserved.",
        answers={200: Answer("The pools that are asked, in their order.", Explained)},
        problems=("store-unavailable",),
    ),
)  # fmt: skip
