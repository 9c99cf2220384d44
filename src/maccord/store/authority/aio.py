"""The busy calls for asyncio."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from maccord.alloc.records import Actor, Granted, Holder, Lease, Released
from maccord.store.authority.jobs import Jobs
from maccord.store.engine import Engine

T = TypeVar("T")


class StoreAsyncAuthority:
    """See maccord.alloc.authority.AsyncAuthority, which this is."""

    def __init__(self, engine: Engine, jobs: Jobs, close: Callable[..., None]) -> None:
        self._engine, self._jobs, self._close = engine, jobs, close

    async def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        at_least: int | None = None,
        identity: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """See AsyncAuthority."""
        job = self._jobs.allocation(pool, holder, actor, count, address, key, at_least, identity)
        given: Granted = await self._engine.acall(job)
        return given

    async def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Released:
        """See AsyncAuthority."""
        job = self._jobs.release(address, actor, scope, holder, key, expect)
        released: Released = await self._engine.acall(job)
        return released

    async def confirm(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See AsyncAuthority."""
        job = self._jobs.confirmation(address, actor, scope, holder, expect)
        lease: Lease = await self._engine.acall(job)
        return lease

    async def run(self, call: Callable[..., T], /, *args: object, **named: object) -> T:
        """See AsyncAuthority."""
        return await asyncio.to_thread(call, *args, **named)

    async def close(self, *, drain_s: float = 10.0) -> None:
        """See AsyncAuthority."""
        await asyncio.to_thread(self._close, drain_s=drain_s)
