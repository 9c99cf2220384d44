"""The record of all changes, and whether it is whole."""

from typing import Annotated

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.alloc.records import AuditVerdict
from maccord.rest import Asked, AuditDoc, Short
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service
from maccord.serve.v1.paging import Paged, page


class ListedRecords(Paged, frozen=True, kw_only=True):
    """Which records to list."""

    newest_first: Annotated[bool, Meta(description="The newest first, not the oldest.")] = False
    action: Annotated[Short, Meta(description="Records of this action.")] | None = None
    subject: Annotated[Short, Meta(description="Records about this pool, address or token.")] | None = None
    actor: Annotated[Short, Meta(description="Records of what this one did, such as token:ops.")] | None = None


class Verified(Asked, frozen=True, kw_only=True):
    """What the audit must still hold."""

    head: Annotated[Short, Meta(description="The hash of an anchor that was kept elsewhere.")] | None = None


def _list(call: Call[Service]) -> Reply:
    call.principal.require_all("reader")
    asked: ListedRecords = call.query
    found = call.service.authority.audit(
        after=asked.after, limit=asked.limit, newest_first=asked.newest_first, action=asked.action,
        subject=asked.subject, actor=asked.actor,
    )  # fmt: skip
    return page(call, found, AuditDoc)


def _verify(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.verify_audit(head=call.query.head))


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/audit", id="listAudit", tag="audit", role="reader", run=_list, query=ListedRecords,
        what="List the record of changes: who, what, when, from where, before and after.\n\n"
        "Takes a token for all pools.",
        answers={200: Answer("A page of records, in their order.", Page[AuditDoc])}, problems=("store-unavailable",),
    ),
    Operation(
        method="GET", path="/v1/audit/verification", id="verifyAudit", tag="audit", role="admin", run=_verify,
        query=Verified, what="Check every hash chain of the record and every anchor.",
        answers={200: Answer("What was found; an audit that is whole has no faults.", AuditVerdict)},
        problems=("store-unavailable",),
    ),
)  # fmt: skip
