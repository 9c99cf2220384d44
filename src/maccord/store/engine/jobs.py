"""Requests as the engine has them: what is to be done, who waits for it, and what its answer is made of."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from maccord.alloc.clock import moment
from maccord.alloc.errors import StoreUnavailable
from maccord.alloc.records import Actor, Granted, Holder, Note
from maccord.alloc.spans import Run
from maccord.store import held
from maccord.store.database import Trouble
from maccord.store.work import Tx


class Job:
    """One request: what it does in a transaction, and who waits for it."""

    work: Callable[[Tx], Any] | None = None
    light = False
    result: Any = None
    error: BaseException | None = None
    notes: Sequence[Note] = ()
    event: threading.Event | None = None
    future: asyncio.Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    leads = False

    def __init__(self, work: Callable[[Tx], Any] | None = None, *, light: bool = False) -> None:
        self.work, self.light = work, light

    def answer(self) -> None:
        """Wake whoever waits for it, thread or loop."""
        if self.event is not None:
            self.event.set()
        elif self.loop is not None:
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.resolve)

    def resolve(self) -> None:
        """Answer on the event loop where it is awaited."""
        future = self.future
        assert future is not None
        if future.done():
            return  # cancelled by the caller; the change was made
        if self.error is not None:
            future.set_exception(self.error)
        else:
            future.set_result(self.result)


class Grant(Job):
    """A request for a few addresses of a pool, whichever they are: what most requests are."""

    def __init__(self, pool: str, holder: Holder, actor: Actor, count: int, key: str | None) -> None:
        super().__init__(light=True)
        self.pool, self.holder, self.actor, self.count, self.key = pool, holder, actor, count, key

    @property
    def request(self) -> list[object]:
        """What tells this request from another, for its idempotency key."""
        return request_of(self.pool, self.holder, self.count, None)


class GroupGrant(Grant):
    """A grant from a pool that a group asks: which pool it is does not tell the request from another."""

    def __init__(
        self, pool: str, holder: Holder, actor: Actor, count: int, key: str | None, wish: list[object]
    ) -> None:
        super().__init__(pool, holder, actor, count, key)
        self.wish = wish

    @property
    def request(self) -> list[object]:
        """What was asked of the group."""
        return self.wish


class Details(Struct, frozen=True, gc=False):
    """What the audit keeps of an allocation: its answer can be made of it again."""

    pool: str
    scope: str
    kind: str
    holder: tuple[Any, ...]
    runs: tuple[Run, ...]
    until: int | None
    request: list[object]


def request_of(pool: str, holder: Holder, count: int, address: str | None, **more: object) -> list[object]:
    """Return what tells one allocation from another; `more` is what few of them say."""
    said = {name: value for name, value in more.items() if value is not None}
    return [pool, holder.kind, holder.id, count, address, *([said] if said else [])]


def request_of_group(path: str, kind: str, holder: Holder, count: int) -> list[object]:
    """Return what tells one allocation for a group from others; no pool's name begins with a slash."""
    return [f"/{path}", kind, holder.kind, holder.id, count]


def granted(details: dict[str, Any], at: int, *, again: bool) -> Granted:
    """Return the answer that an allocation's record holds."""
    return Granted(
        pool=details["pool"],
        scope=details["scope"],
        kind=details["kind"],
        holder=held.holder(details["holder"]),
        at=moment(at),
        until=moment(details["until"]) if details["until"] else None,
        runs=tuple((first, last) for first, last in details["runs"]),
        replayed=again,
    )


class _Again(Exception):
    """The job is to be done again, in the next attempt."""


AGAIN = _Again()


def needs(batch: list[Job]) -> dict[str, int]:
    """Return how many addresses a batch asks for, by pool."""
    need: dict[str, int] = {}
    for job in batch:
        if isinstance(job, Grant):
            need[job.pool] = need.get(job.pool, 0) + job.count
    return need


def unavailable(error: BaseException) -> BaseException:
    """Return the refusal for a database's trouble; other errors as they are."""
    if isinstance(error, Trouble):
        return StoreUnavailable(str(error) or type(error).__name__, "unknown" if error.unknown else "not-done")
    return error
