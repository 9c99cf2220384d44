"""Calls about pools."""

from maccord.alloc import check
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
from maccord.store import asking, pools, sampling, verifying
from maccord.store.authority.part import Part, Preview
from maccord.store.work import Tx


class StorePools(Part, Pools):
    """Pools of a store."""

    def create_pool(self, spec: PoolSpec, *, actor: Actor) -> Pool:
        """See Pools."""
        check.actor(actor)
        check.spec(spec)
        return self._do(lambda tx: pools.create(tx, spec, actor))

    def pool(self, name: str) -> Pool:
        """See Pools."""
        return self._ask(lambda reader: asking.pool(reader, name))

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """See Pools."""
        check.limit(limit)
        return self._ask(lambda reader: asking.pool_list(reader, after, limit))

    def change_pool(
        self, name: str, change: PoolChange, *, actor: Actor, expect: int | None = None, preview: bool = False
    ) -> PoolChanged:
        """See Pools."""
        check.actor(actor)
        check.settings(change.policy, change.rest_s, change.confirm_s, change.low_percent)
        check.text("note", change.note or "", 1024)
        check.ranges(change.ranges or ())

        def work(tx: Tx) -> PoolChanged:
            changed = pools.change(tx, name, change, actor, expect, preview=preview)
            if preview:
                raise Preview(changed)
            return changed

        try:
            return self._do(work)
        except Preview as e:
            told: PoolChanged = e.result
            return told

    def delete_pool(self, name: str, *, actor: Actor, expect: int | None = None) -> None:
        """See Pools."""
        check.actor(actor)
        self._do(lambda tx: pools.delete(tx, name, actor, expect))

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """See Pools."""
        return self._ask(lambda reader: asking.usage(reader, pool))

    def forecast(self, pool: str | None = None) -> tuple[Forecast, ...]:
        """See Pools."""
        now = self._clock()
        return self._ask(lambda reader: sampling.forecasts(reader, pool, now))

    def verify_pools(self, pool: str | None = None) -> StoreVerdict:
        """See Pools."""
        return self._ask(lambda reader: verifying.verify(reader, pool))

    def exclude(self, pool: str, span: RangeSpec, *, reason: str, actor: Actor, expect: int | None = None) -> Pool:
        """See Pools."""
        check.actor(actor)
        return self._do(lambda tx: pools.exclude(tx, pool, span, reason, actor, expect))

    def include(self, pool: str, span: RangeSpec, *, actor: Actor, expect: int | None = None) -> Pool:
        """See Pools."""
        check.actor(actor)
        return self._do(lambda tx: pools.include(tx, pool, span, actor, expect))
