"""Calls about pools."""

import msgspec

from maccord import rest
from maccord.alloc.authority import Page, Pools
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
from maccord.client.connection import Connection, every, part


def _given(change: PoolChange) -> dict[str, object]:
    """Return what a change says, without what it leaves as it is."""
    told = msgspec.structs.asdict(change)
    return {name: value for name, value in told.items() if value not in (None, ())}


class ClientPools(Connection, Pools):
    """Pools of a service."""

    def create_pool(self, spec: PoolSpec, *, actor: Actor | None = None) -> Pool:
        """Make a pool."""
        del actor
        return self._ask("POST", "/v1/pools", rest.PoolDoc, body=spec)

    def pool(self, name: str) -> Pool:
        """Return a pool."""
        return self._ask("GET", f"/v1/pools/{part(name)}", rest.PoolDoc)

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """Return pools in the order of their names."""
        return self._ask("GET", "/v1/pools", Page[Pool], query={"after": after, "limit": limit})

    def change_pool(
        self,
        name: str,
        change: PoolChange,
        *,
        actor: Actor | None = None,
        expect: int | None = None,
        preview: bool = False,
    ) -> PoolChanged:
        """Change a pool, or say what the change would do; `expect` is the version that the caller saw."""
        del actor
        body = _given(change) | {"preview": preview}
        return self._ask("PATCH", f"/v1/pools/{part(name)}", rest.PoolChangedDoc, body=body, expect=expect)

    def delete_pool(self, name: str, *, actor: Actor | None = None, expect: int | None = None) -> None:
        """Remove a pool."""
        del actor
        self._ask("DELETE", f"/v1/pools/{part(name)}", type(None), expect=expect)

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """Return the counters of one pool, or of all."""
        names = [pool] if pool is not None else [one.name for one in every(self.pools)]
        return tuple(map(self._usage, names))

    def _usage(self, name: str) -> Usage:
        found = self._ask("GET", f"/v1/pools/{part(name)}", rest.PoolDoc)
        counters = msgspec.structs.asdict(found.usage)
        return msgspec.convert(
            {"pool": found.name, "kind": found.kind, "scope": found.scope, "runs": 0, **counters}, Usage
        )

    def forecast(self, pool: str | None = None) -> tuple[Forecast, ...]:
        """Return when one pool will be full, or each."""
        names = [pool] if pool is not None else [one.name for one in every(self.pools)]
        return tuple(self._ask("GET", f"/v1/pools/{part(name)}/forecast", Forecast) for name in names)

    def verify_pools(self, pool: str | None = None) -> StoreVerdict:
        """Check that what the service keeps of pools agrees with itself."""
        return self._ask("GET", "/v1/verification", StoreVerdict, query={"pool": pool})

    def exclude(
        self, pool: str, span: RangeSpec, *, reason: str, actor: Actor | None = None, expect: int | None = None
    ) -> Pool:
        """Never issue these addresses."""
        del actor
        body = {"first": span.first, "last": span.last, "reason": reason}
        path = f"/v1/pools/{part(pool)}/exclusions"
        return self._ask("POST", path, rest.PoolDoc, body=body, expect=expect, again=expect is None)

    def include(self, pool: str, span: RangeSpec, *, actor: Actor | None = None, expect: int | None = None) -> Pool:
        """Take exclusions within `span` back."""
        del actor
        path = f"/v1/pools/{part(pool)}/inclusions"
        return self._ask("POST", path, rest.PoolDoc, body=span, expect=expect, again=expect is None)
