"""How the service is doing, what it counts, and what it can be asked for."""

from typing import Literal

from msgspec import Struct

from maccord.alloc.errors import StoreUnavailable
from maccord.serve.metrics import CONTENT_TYPE
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.problem import Refused
from maccord.serve.service import Service


class Health(Struct, frozen=True):
    """That it is there."""

    status: Literal["ok"] = "ok"


def _healthy(call: Call[Service]) -> Reply:
    del call
    return Reply(Health())


def _ready(call: Call[Service]) -> Reply:
    if call.service.draining:
        raise Refused("unavailable", "the service is stopping", headers=((b"retry-after", b"5"),))
    try:
        call.service.authority.ready()
    except StoreUnavailable:
        raise Refused("unavailable", "the store is not available", headers=((b"retry-after", b"1"),)) from None
    return Reply(Health())


def _metrics(call: Call[Service]) -> Reply:
    call.principal.require_all("reader")
    return Reply(call.service.metrics.text(), media_type=CONTENT_TYPE.encode())


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/healthz", id="health", tag="running", role=None, run=_healthy, at_once=True,
        what="Tell whether the process is there.", answers={200: Answer("It is.", Health)},
    ),
    Operation(
        method="GET", path="/readyz", id="ready", tag="running", role=None, run=_ready,
        what="Tell whether the store can be read and written now, and the service is not stopping.",
        answers={200: Answer("It is ready.", Health)},
    ),
    Operation(
        method="GET", path="/metrics", id="metrics", tag="running", role="reader", run=_metrics,
        what="Show what is counted, for Prometheus.\n\nTakes a token for all pools.",
        answers={200: Answer("Metrics as text.", media_type=CONTENT_TYPE)}, problems=("store-unavailable",),
    ),
)  # fmt: skip
