"""The busy calls for asyncio."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from maccord.alloc.records import Actor, Granted, Holder, Lease, Released

T = TypeVar("T")


class AsyncAuthority(Protocol):
    """The busy calls for asyncio: same meaning, same refusals. Requests of one loop share commits.

    All else: `await run(authority.create_pool, spec, actor=actor)`.
    """

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
        """See Leases.allocate. If the caller is cancelled, the change may be made all the same: use a key."""
        ...

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
        """See Leases.release."""
        ...

    async def confirm(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        expect: int | None = None,
    ) -> Lease:
        """See Leases.confirm."""
        ...

    async def run(self, call: Callable[..., T], /, *args: object, **named: object) -> T:
        """Call a method of the authority in a thread."""
        ...

    async def close(self, *, drain_s: float = 10.0) -> None:
        """See Running.close."""
        ...
