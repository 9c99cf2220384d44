"""Where the authority meets what evidence shows: adoption, and the question whether adapters may start."""

import re

from maccord.alloc.records import Adopted, Verdict
from maccord.rest import Adopt, Preflight, PreflightDoc, document
from maccord.serve.guard import Principal
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.problem import PREFIX
from maccord.serve.service import Service, actor_of

_SHOWN = ("type", "title", "status", "address")
_HIDDEN = "taken, in a pool that the token is not granted"


def _adopt(call: Call[Service]) -> Reply:
    call.principal.require_all("admin")
    asked: Adopt = call.body
    rows = (one.record() for one in asked.rows)
    ranges = (one.record() for one in asked.ranges)
    return Reply(call.service.authority.adopt(rows, actor=actor_of(call), ranges=ranges, preview=asked.preview))


def _preflight(call: Call[Service]) -> Reply:
    asked: Preflight = call.body
    found = call.service.authority.preflight([one.record() for one in asked.adapters])
    verdicts = [_shown(one, call.principal) for one in found]
    refused = sum(not one.allowed for one in found)
    if refused:
        call.service.metrics.conflicts("preflight", refused)
    for question, one in zip(asked.adapters, found, strict=True):
        if one.problem is not None:
            call.service.metrics.admitted(one.decision)
            if one.allowed:  # somebody may ask why two had one address
                call.service.log.tell(
                    "admitted", level="warning" if one.decision == "warn" else "info", request=call.visit.id,
                    address=one.address, holder=str(one.holder), scope=question.scope, reason=one.reason,
                    decision=one.decision, by=call.principal.name,
                )  # fmt: skip
    return Reply(document({"allowed": not refused, "verdicts": verdicts}, PreflightDoc))


def _shown(verdict: Verdict, principal: Principal) -> dict[str, object]:
    """Return a verdict without what the token may not see: who has an address of a pool that is not granted."""
    problem = verdict.problem
    detail = verdict.detail
    if problem is not None and principal.pools is not None and problem.get("pool") not in principal.pools:
        shown: dict[str, object] = {name: problem[name] for name in _SHOWN if name in problem}
        problem, detail = shown, _HIDDEN
    if problem is not None and re.fullmatch("[a-z-]+", str(problem.get("type", ""))):
        problem = problem | {"type": PREFIX + str(problem["type"])}
    return {
        "mac": verdict.address, "holder": verdict.holder, "allowed": verdict.allowed, "reason": verdict.reason,
        "detail": detail, "problem": problem, "decision": verdict.decision,
    }  # fmt: skip


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="POST", path="/v1/adoptions", id="adopt", tag="evidence", role="admin", run=_adopt, body=Adopt,
        bulk=True,
        what="Take over addresses that are in use, such as evidence shows: all of them, or none.\n\n"
        "`maccord address adopt` sends what `maccord check` reads. Adopted addresses are in use, are never issued to "
        "others, and never expire.",
        answers={200: Answer("What was adopted, or would be (`preview`).", Adopted)},
        problems=("adoption-conflicts", "bad-address", "bad-range", "store-unavailable"),
    ),
    Operation(
        method="POST", path="/v1/preflight", id="preflight", tag="evidence", role="reader", run=_preflight,
        body=Preflight, bulk=True,
        what="Ask whether adapters may start here. For the hooks of any orchestrator; changes nothing.\n\n"
        "`allowed` is the answer. Where somebody else has an address, the policy of the domain decides (`decision`): "
        "with `warn` and `allow` the adapter may start, and `problem` says what is wrong all the same.",
        answers={200: Answer("An answer for each, and whether all may.", PreflightDoc)},
        problems=("bad-address", "store-unavailable"),
    ),
)  # fmt: skip
