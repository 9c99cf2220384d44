"""The application: the table of operations behind the door."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Any

import msgspec
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from maccord.serve.door import Door
from maccord.serve.openapi import document
from maccord.serve.operations import Answer, Call, Operation, Reply, routes
from maccord.serve.problem import Refused
from maccord.serve.service import Service
from maccord.serve.v1 import (
    addresses,
    audit,
    blocks,
    controller,
    delegation,
    domains,
    evidence,
    groups,
    leaks,
    pools,
    running,
    tokens,
    transfer,
)

TITLE = "maccord"
WHAT = (
    "One authority over MAC addresses and World Wide Names: pools, leases with holders, and hosts' own ranges.\n\n"
    "An acknowledged change survives the death of any process. Refusals are problem details (RFC 9457) whose `type` "
    "never changes. Lists come in pages: follow `next`. A retry with the same `Idempotency-Key` gets the same answer."
)
TAGS: Mapping[str, str] = {
    "addresses": "Addresses: allocate, look up, confirm, share, release.",
    "pools": "Pools and their ranges.",
    "groups": "Sites, clusters, tenants: which pools a host is given addresses from.",
    "blocks": "Ranges that hosts issue from by themselves.",
    "domains": "What is done in a domain with an adapter whose address is not its own.",
    "delegation": "Ranges that are leased to others for a time, signed, and accepted there.",
    "evidence": "What a fleet's evidence shows: adoption, preflight, and leases that it misses.",
    "tokens": "Bearer tokens.",
    "audit": "The record of all changes.",
    "transfer": "Everything out, and in.",
    "network controller": "Pools as a Microsoft Network Controller shows them; nothing can be changed.",
    "running": "Health and metrics.",
}


def _openapi(call: Call[Service]) -> Reply:
    del call
    return Reply(openapi())


_ABOUT: Operation[Service] = Operation(
    method="GET", path="/openapi.json", id="openapi", tag="running", role="reader", run=_openapi, at_once=True,
    what="This document.", answers={200: Answer("An OpenAPI document.", dict[str, Any])},
)  # fmt: skip

OPERATIONS: tuple[Operation[Service], ...] = (
    *addresses.OPERATIONS,
    *running.OPERATIONS,
    *pools.OPERATIONS,
    *groups.OPERATIONS,
    *blocks.OPERATIONS,
    *delegation.OPERATIONS,
    *domains.OPERATIONS,
    *evidence.OPERATIONS,
    *leaks.OPERATIONS,
    *tokens.OPERATIONS,
    *audit.OPERATIONS,
    *transfer.OPERATIONS,
    *controller.OPERATIONS,
    _ABOUT,
)
"""Everything that can be asked for, the busiest first."""


@cache
def openapi() -> bytes:
    """Return the OpenAPI document."""
    made = document(OPERATIONS, title=TITLE, what=WHAT, tags=TAGS)
    return msgspec.json.format(msgspec.json.encode(made, order="deterministic"), indent=1) + b"\n"


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    del receive, send
    raise Refused("not-found", f"{scope['path'][:100]!r} is nothing that can be asked for; see /openapi.json")


def application(service: Service) -> Door:
    """Return the service as an ASGI application. When it stops, the authority is closed."""
    router = Router(
        routes(OPERATIONS, service), redirect_slashes=False, default=_nothing, lifespan=_life(service)
    )  # fmt: skip
    front = _Front(router, service)
    bulk = frozenset(one.path for one in OPERATIONS if one.bulk)
    return Door(
        front, settings=service.settings, guard=service.guard, metrics=service.metrics, log=service.log, bulk=bulk
    )


class _Front:
    """Leads an allocation straight to where it is answered, past the matching of routes; the router has the rest."""

    _BEFORE, _AFTER = addresses.ALLOCATE.path.split("{pool}")

    def __init__(self, router: Router, service: Service) -> None:
        self._router, self._service = router, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            path = scope["path"]
            if path.endswith(self._AFTER) and path.startswith(self._BEFORE):
                pool = path[len(self._BEFORE) : -len(self._AFTER)]
                if pool and "/" not in pool:
                    visit = scope["visit"]
                    visit.route = addresses.ALLOCATE.path
                    scope["path_params"] = {"pool": pool}
                    await addresses.allocate(scope, visit, self._service)
                    return
        await self._router(scope, receive, send)


def _life(service: Service) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(_app: object) -> AsyncIterator[None]:
        service.webhooks.start()
        try:
            yield
        finally:
            service.draining = True
            await service.authority.aio.close(drain_s=float(service.settings.grace_s))
            service.webhooks.stop()
            service.log.flush()

    return life
