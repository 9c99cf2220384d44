"""Leases that are probably held by nobody any more: noted, listed, and taken back into quarantine."""

from typing import Annotated

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.records import Absences
from maccord.rest import LeakDoc, LeaseDoc, NoteAbsences, Reclaim, Seconds, Word, document
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.problem import Refused
from maccord.serve.service import Service, actor_of, etag, expected
from maccord.serve.v1.addresses import MAC, Where
from maccord.serve.v1.paging import Paged, page


class ListedLeaks(Paged, frozen=True, kw_only=True):
    """Which leaks to list."""

    pool: Annotated[Word, Meta(description="Those of this pool.")] | None = None
    scope: Annotated[Word, Meta(description="Those of this scope.")] | None = None
    observations: Annotated[int, Meta(ge=1, le=1000, description="Missed so often at least.")] = 3
    age_s: Annotated[Seconds, Meta(description="So many seconds at least between the first time and the last.")] = (
        604_800
    )


def _note(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: NoteAbsences = call.body
    missed = tuple(one.record() for one in asked.missed)
    return Reply(
        call.service.authority.note_absences(
            asked.scope, missed, actor=actor_of(call), seen=asked.seen, apart_s=asked.apart_s
        )
    )


def _list(call: Call[Service]) -> Reply:
    asked: ListedLeaks = call.query
    if call.principal.pools is not None:
        if asked.pool is None:
            raise Refused("forbidden", "the token is granted some pools: name one (?pool=)")
        call.principal.require("reader", asked.pool)
    found = call.service.authority.leaks(
        pool=asked.pool, scope=asked.scope, observations=asked.observations, age_s=asked.age_s, after=asked.after,
        limit=asked.limit,
    )  # fmt: skip
    return page(call, found, LeakDoc)


def _reclaim(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: Reclaim = call.body
    lease = call.service.authority.reclaim(
        call.path["mac"], actor=actor_of(call), scope=call.query.scope, observations=asked.observations,
        age_s=asked.age_s, for_s=asked.for_s, expect=expected(call.if_match),
    )  # fmt: skip
    return Reply(document(lease, LeaseDoc), etag=etag(lease.version))


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="POST", path="/v1/absences", id="noteAbsences", tag="evidence", role="admin", run=_note,
        body=NoteAbsences, bulk=True,
        what="Count leases that evidence should have shown and did not, and forget those that it showed.\n\n"
        "`maccord address reconcile --record` sends what it compared.",
        answers={200: Answer("How many were counted, passed over and forgotten.", Absences)},
        problems=("bad-address", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/leaks", id="listLeaks", tag="evidence", role="reader", run=_list, query=ListedLeaks,
        what="List leases that are probably held by nobody any more: evidence looked for them and did not find them.",
        answers={200: Answer("A page of leaks, in the order of their addresses.", Page[LeakDoc])},
        problems=("no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="POST", path="/v1/addresses/{mac}/reclaim", id="reclaim", tag="evidence", role="admin", run=_reclaim,
        query=Where, body=Reclaim, parameters=MAC, conditional=True,
        what="Release all holders of a leaked lease, and put its address on probation. It is never free at once.",
        answers={200: Answer("The address.", LeaseDoc, etag=True)},
        problems=("no-such-lease", "not-leaked", "bad-address", "scope-needed", "wrong-state", "store-unavailable"),
    ),
)  # fmt: skip
