"""Addresses of a pool that are never issued, until they are included again."""

from collections.abc import Sequence

from maccord.alloc import check, guard
from maccord.alloc.errors import NotInPool, StaleVersion
from maccord.alloc.kinds import stored
from maccord.alloc.records import Actor, Pool, RangeSpec
from maccord.alloc.spans import Run, common, merged, size, without
from maccord.store import hands, leasing, resting
from maccord.store.extents import PoolRow, cut, give_back, insert, not_foreign, ranges_of, within
from maccord.store.pools.showing import shown, text
from maccord.store.work import Tx


def expected(pool: PoolRow, expect: int | None) -> None:
    """Raise StaleVersion for a pool that was changed since the caller saw it."""
    if expect is not None and expect != pool.version:
        raise StaleVersion(f"pool {pool.name!r}", expect, pool.version)


def exclude(tx: Tx, name: str, span: RangeSpec, reason: str, actor: Actor, expect: int | None) -> Pool:
    """Never issue some addresses of a pool."""
    pool = hands.find_pool(tx, name, lock=True)
    expected(pool, expect)
    first, last = keep_off(tx, pool, span, check.text("reason", reason, 1024))
    after = _changed(tx, pool)
    tx.record(actor, "exclude", name, {"first": first, "last": last, "reason": reason, "scope": pool.scope})
    tx.note("excluded", name)
    return after


def _changed(tx: Tx, pool: PoolRow) -> Pool:
    tx.db.run("UPDATE pool SET version = version + 1 WHERE id = ?", (pool.id,))
    return shown(tx.db, hands.find_pool(tx, pool.name))


def keep_off(tx: Tx, pool: PoolRow, span: RangeSpec, reason: str) -> tuple[str, str]:
    """Exclude what is free of a range, all of which must be; return its ends as text."""
    run = inside(tx, pool, span)
    free_run(tx, pool, run, kinds=("free", "drained", "excluded"))
    cut(tx, pool, [run], kinds=("free", "drained", "excluded"))
    insert(tx, pool, "excluded", common([run], ranges_of(tx, pool.id)), note=reason)
    return text(run[0], pool.kind), text(run[1], pool.kind)


def inside(tx: Tx, pool: PoolRow, span: RangeSpec) -> Run:
    """Return a run that lies in the pool's ranges as a whole; raises NotInPool."""
    first, last = guard.parse_range(span, pool.kind)
    run = (stored(first, pool.kind), stored(last, pool.kind))
    outside = without([run], merged(ranges_of(tx, pool.id)))
    if outside:
        raise NotInPool(text(outside[0][0], pool.kind), pool.name)
    return run


def free_run(tx: Tx, pool: PoolRow, run: Run, *, kinds: Sequence[str]) -> None:
    """Raise AddressTaken unless all of a run is free; hands that stand on it are taken back."""
    row = tx.one(
        f"{leasing.LEASE} WHERE l.space = ? AND l.address BETWEEN ? AND ? ORDER BY l.address LIMIT 1",
        (pool.space, *run),
    )
    if row is not None:
        resting.reap(tx, pool=pool)
        row = tx.one(
            f"{leasing.LEASE} WHERE l.space = ? AND l.address BETWEEN ? AND ? ORDER BY l.address LIMIT 1",
            (pool.space, *run),
        )
    if row is not None:
        raise leasing.taken(tx, leasing.found(row))
    leasing.free_up(tx, pool, run)
    row = tx.one(
        f"{leasing.LEASE} WHERE l.space = ? AND l.address BETWEEN ? AND ? ORDER BY l.address LIMIT 1",
        (pool.space, *run),
    )
    if row is not None:  # issued by another process, just before its hand was taken back
        raise leasing.taken(tx, leasing.found(row))
    for lo, _hi, kind, _of, _hand, _block in within(tx, pool.space, *run):
        if kind not in kinds:
            raise leasing.fenced(tx, pool, max(lo, run[0]))


def include(tx: Tx, name: str, span: RangeSpec, actor: Actor, expect: int | None) -> Pool:
    """Take exclusions back."""
    pool = hands.find_pool(tx, name, lock=True)
    expected(pool, expect)
    run = inside(tx, pool, span)
    back = cut(tx, pool, [run], kinds=("excluded",))
    not_foreign(tx, pool, run)
    give_back(tx, pool, back)
    after = _changed(tx, pool)
    details: dict[str, object] = {
        "first": text(run[0], pool.kind),
        "last": text(run[1], pool.kind),
        "count": size(back),
    }
    tx.record(actor, "include", name, details)
    tx.note("included", name, size(back))
    return after
