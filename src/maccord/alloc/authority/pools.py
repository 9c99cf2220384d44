"""Pools, their ranges and their counters."""

from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.records import (
    Actor,
    Forecast,
    Pool,
    PoolChange,
    PoolChanged,
    PoolSpec,
    RangeSpec,
    StoreVerdict,
    Usage,
)


class Pools(Protocol):
    """Pools, their ranges and their counters."""

    def create_pool(self, spec: PoolSpec, *, actor: Actor) -> Pool:
        """Make a pool; leases that are in its ranges already (adopted ones) become its own.

        Raises PoolExists, RangeOverlap (the database says so), ForbiddenAddress (a group address, zero, broadcast or
        a protocol's block lies inside a range), BadRequest, BadAddress, BadRange.
        """
        ...

    def pool(self, name: str) -> Pool:
        """Return a pool; raises NoSuchPool."""
        ...

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """Return pools in the order of their names."""
        ...

    def change_pool(
        self, name: str, change: PoolChange, *, actor: Actor, expect: int | None = None, preview: bool = False
    ) -> PoolChanged:
        """Change a pool, or say what the change would do. `expect` is the version that the caller saw.

        Raises NoSuchPool, StaleVersion, PoolInUse (unless `strand`; a preview tells instead), and what `create_pool`
        raises.
        """
        ...

    def delete_pool(self, name: str, *, actor: Actor, expect: int | None = None) -> None:
        """Remove a pool. Raises NoSuchPool, StaleVersion, PoolInUse while anything of it is held, rests or is a block.

        Its past stays in history and audit.
        """
        ...

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """Return the counters of one pool, or of all in the order of their names; raises NoSuchPool."""
        ...

    def forecast(self, pool: str | None = None) -> tuple[Forecast, ...]:
        """Return when one pool will be full, or each in the order of their names; raises NoSuchPool.

        Made of samples that were taken once an hour while a service ran, or a command was at work on the store.
        """
        ...

    def verify_pools(self, pool: str | None = None) -> StoreVerdict:
        """Check that ranges, extents, leases, hands and blocks agree, of one pool or of all; raises NoSuchPool.

        Looked at in one snapshot: every address of a range is told of exactly once, what can be issued is held by
        nobody, and each row can be what it says. Changes nothing.
        """
        ...

    def exclude(self, pool: str, span: RangeSpec, *, reason: str, actor: Actor, expect: int | None = None) -> Pool:
        """Never issue these addresses. `expect` is the version of the pool that the caller saw.

        Raises NoSuchPool, NotInPool, AddressTaken (held by somebody, or resting), StaleVersion.
        """
        ...

    def include(self, pool: str, span: RangeSpec, *, actor: Actor, expect: int | None = None) -> Pool:
        """Take exclusions within `span` back. Raises NoSuchPool, NotInPool, StaleVersion."""
        ...
