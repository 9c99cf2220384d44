"""What operations work on: the authority, and what the service keeps beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from maccord.alloc.authority import Authority
from maccord.alloc.records import Actor, Note
from maccord.serve.guard import Guard, Principal
from maccord.serve.logs import Log
from maccord.serve.metrics import RANGES_MAX, Fill, Metrics
from maccord.serve.operations import Call
from maccord.serve.problem import Refused
from maccord.serve.seldom import Seldom
from maccord.serve.settings import Settings
from maccord.serve.webhooks import Webhooks

_FORECAST_S = 300.0
_ALARMS = ("pool-low", "pool-exhausted", "pool-filling", "group-exhausted")


@dataclass(slots=True)
class Service:
    """One process that serves an authority."""

    authority: Authority
    settings: Settings
    guard: Guard
    metrics: Metrics
    webhooks: Webhooks
    log: Log
    draining: bool = False
    _told: dict[tuple[str, str], float] = field(default_factory=dict)

    def hear(self, note: Note) -> None:
        """Count what was committed, and tell of pools that run out. Called by the authority after each commit."""
        if note.name == "allocated":
            self.metrics.allocated(note.pool or "", note.count)
        elif note.name == "released":
            self.metrics.released(note.pool or "", note.count)
        elif note.name == "conflict":
            self.metrics.conflicts("allocation", note.count)
        elif note.name in _ALARMS and not _asked_for_much(note):
            about = note.pool or str((note.facts or {}).get("group", ""))
            key, now = (note.name, about), monotonic()
            if now >= self._told.get(key, 0.0):
                self._told[key] = now + self.settings.webhook_again_s
                who = {"pool": note.pool} if note.pool else {"group": about}
                self.log.tell(note.name, level="warning", **who)
                self.webhooks.tell(note.name, {**who, **(note.facts or {})})


def _asked_for_much(note: Note) -> bool:
    """Tell whether a pool is not exhausted, and only has less than one request asked for."""
    return note.name == "pool-exhausted" and bool((note.facts or {}).get("free"))


def service_on(authority: Authority, settings: Settings, *, log: Log, clock: Callable[[], datetime]) -> Service:
    """Return the service of an authority, with everything wired."""
    metrics = Metrics(
        Seldom(lambda: tuple(fills(authority))),
        authority.counters,
        Seldom(lambda: authority.range_fills(limit=10 * RANGES_MAX)),
        Seldom(authority.forecast, least_s=_FORECAST_S),
    )
    webhooks = Webhooks(settings.webhooks, settings.webhook_secret, clock=clock, log=log, metrics=metrics)
    guard = Guard(authority.check_token, trust_s=settings.token_s)
    service = Service(authority, settings, guard, metrics, webhooks, log)
    authority.subscribe(service.hear)
    authority.warn_of_filling(settings.filling_days)
    return service


def fills(authority: Authority) -> Iterator[Fill]:
    """Return how full each pool is."""
    for one in authority.usage():
        states = {
            "free": one.free, "reserved": one.reserved, "held": one.held, "in-use": one.in_use,
            "resting": one.resting, "probation": one.probation, "excluded": one.excluded, "block": one.blocks,
        }  # fmt: skip
        yield Fill(one.pool, one.scope, one.kind, one.size, states)


def actor_of(call: Call[Service]) -> Actor:
    """Return who asks, as the audit has it: the token's name, the peer's address, and the request's id."""
    return actor(call.principal, call.source, call.visit.id)


def actor(principal: Principal, source: str, request: str) -> Actor:
    """Return who asks; the request's id leads to its line in the log."""
    return Actor(principal.name, f"{source} {request}")


def etag(version: int, *more: int) -> str:
    """Return an ETag: the version of the thing itself, and what else its document has."""
    return '"' + ".".join(map(str, (version, *more))) + '"'


def expected(if_match: str | None) -> int | None:
    """Return the version that If-Match asks for; raises Refused. None where it asks for none.

    What stands behind the version may have changed meanwhile: it is not what a change could overwrite.
    """
    if if_match is None or if_match == "*":
        return None
    version = if_match.strip('"').partition(".")[0]
    if not (
        if_match.startswith('"')
        and if_match.endswith('"')
        and version.isascii()
        and version.isdecimal()
        and len(version) < 19
    ):
        raise Refused("unreadable", "If-Match takes one ETag, as an answer gave it")
    return int(version)
