"""Pools changed and removed: settings and ranges, what drains, and what is stranded."""

from collections.abc import Sequence

from maccord.alloc.errors import BadRequest, NotInPool, PoolBound, PoolInUse
from maccord.alloc.kinds import parse, stored
from maccord.alloc.records import Actor, Lease, PoolChange, PoolChanged, Stranded
from maccord.alloc.spans import Run, common, merged, without
from maccord.store import groups, hands, leasing, ordering, resting, versions
from maccord.store.extents import PoolRow, cut, ranges_of, within
from maccord.store.pools.excluding import expected
from maccord.store.pools.making import add_ranges, ranges_asked
from maccord.store.pools.showing import plain, shown, text
from maccord.store.work import Tx

_SHOWN_MAX = 100
_EXAMPLES = 5


def change(tx: Tx, name: str, asked: PoolChange, actor: Actor, expect: int | None, *, preview: bool) -> PoolChanged:
    """Change a pool."""
    pool = hands.find_pool(tx, name, lock=True)
    expected(pool, expect)
    before = shown(tx.db, pool)
    stranded = _move(tx, pool, asked, preview=preview)
    for draining, addresses in ((1, asked.drain), (0, asked.undrain)):
        for address in addresses:
            _drain(tx, pool, address, draining)
    changes: dict[str, object] = {
        name: value
        for name, value in (
            ("policy", asked.policy),
            ("rest_s", asked.rest_s),
            ("note", asked.note),
            ("low_percent", asked.low_percent),
        )
        if value is not None
    }
    if asked.confirm_s is not None:
        changes["confirm_s"] = asked.confirm_s or None
    sets = "".join(f"{column} = ?, " for column in changes)
    tx.db.run(f"UPDATE pool SET {sets}version = version + 1 WHERE id = ?", (*changes.values(), pool.id))  # noqa: S608
    hands.recall(tx, pool)  # what was set when they were taken no longer holds
    pool = hands.find_pool(tx, name)
    after = shown(tx.db, pool)
    details: dict[str, object] = {"before": plain(before), "after": plain(after), "stranded": stranded.count}
    tx.record(actor, "change-pool", name, details)
    tx.note("pool-changed", name, facts={"stranded": stranded.count})
    return PoolChanged(pool=after, stranded=stranded)


def _move(tx: Tx, pool: PoolRow, asked: PoolChange, *, preview: bool) -> Stranded:
    """Make the pool's ranges those that are asked for; return what is left outside."""
    if asked.ranges is None:
        return Stranded()
    if not asked.ranges:
        raise BadRequest("ranges", "a pool needs at least one")
    if pool.valid_until is not None:
        raise BadRequest("ranges", f"pool {pool.name!r} stands on a lease of just this range: it cannot have another")
    wanted = ranges_asked(asked.ranges, pool.kind, allow_foreign=asked.allow_foreign)
    now = ranges_of(tx, pool.id)
    kept = set(now) & set(wanted)
    order = ordering.wanted(asked.ranges, pool.kind, ordering.rows(tx, pool))
    draining = _draining(tx, pool, [run for run in wanted if run not in kept], asked.undrain)
    gone = without(now, merged(wanted))
    hands.recall(tx, pool)
    stranded = _stranded(tx, pool, gone)
    if (stranded.blocks or (stranded.count and not asked.strand)) and not preview:
        raise _in_use(pool.name, stranded)
    _leave(tx, pool, gone)
    tx.db.run_many(
        "DELETE FROM pool_range WHERE space = ? AND lo = ?",
        [(pool.space, lo) for lo, hi in now if (lo, hi) not in kept],
    )
    # Extents of moved ranges are made anew, so that none reaches over two ranges.
    _leave_free(tx, pool, [run for run in now if run not in kept])
    add_ranges(tx, pool, [run for run in wanted if run not in kept])
    ordering.put(tx, pool, order)
    for lo, hi in draining:
        _drain_range(tx, pool, lo, hi, 1)
    return stranded


def _draining(tx: Tx, pool: PoolRow, fresh: Sequence[Run], undrain: Sequence[str]) -> list[Run]:
    """Return which new ranges go on draining: those of addresses that drain now; a range drains as a whole."""
    drains = merged(ranges_of(tx, pool.id, draining=True))
    issue = [stored(parse(address, pool.kind), pool.kind) for address in undrain]
    found = []
    for lo, hi in fresh:
        common_part = common([(lo, hi)], drains)
        if common_part == [(lo, hi)]:
            found.append((lo, hi))
        elif common_part and not any(lo <= value <= hi for value in issue):
            first, last = (text(value, pool.kind) for value in common_part[0])
            whole = f"{text(lo, pool.kind)} to {text(hi, pool.kind)}"
            raise BadRequest(
                "ranges", f"of {whole} only {first} to {last} drains: keep it a range of its own, or undrain it"
            )
    return found


def _stranded(tx: Tx, pool: PoolRow, gone: Sequence[Run]) -> Stranded:
    """Return leases and blocks in ranges that go."""
    count = 0
    blocks: set[int] = set()
    leases: list[Lease] = []
    for lo, hi in gone:
        where = "l.space = ? AND l.address BETWEEN ? AND ?"
        params = (pool.space, lo, hi)
        count += int(tx.rows(f"SELECT count(*) FROM lease l WHERE {where}", params)[0][0])  # noqa: S608
        if len(leases) < _SHOWN_MAX:
            rows = tx.rows(f"{leasing.LEASE} WHERE {where} ORDER BY l.address LIMIT ?", (*params, _SHOWN_MAX))
            leases += [leasing.found(row).lease for row in rows]
        blocks |= {each[5] for each in within(tx, pool.space, lo, hi) if each[5] is not None}
    return Stranded(count=count, leases=tuple(leases[:_SHOWN_MAX]), blocks=tuple(sorted(blocks)))


def _in_use(name: str, stranded: Stranded) -> PoolInUse:
    return PoolInUse(name, stranded.count, [each.address for each in stranded.leases[:_EXAMPLES]], stranded.blocks)


def _leave(tx: Tx, pool: PoolRow, gone: Sequence[Run]) -> None:
    """Cut ranges that go out of the pool; its leases there stay, and belong to no pool."""
    cut(tx, pool, gone, kinds=("free", "drained", "excluded"))
    for lo, hi in gone:
        tx.db.run(
            "UPDATE lease SET pool = NULL, note = ?, version = version + 1 WHERE space = ? AND address BETWEEN ? AND ?",
            (f"stranded by a change of pool {pool.name}", pool.space, lo, hi),
        )


def _leave_free(tx: Tx, pool: PoolRow, runs: Sequence[Run]) -> None:
    cut(tx, pool, runs, kinds=("free", "drained"))


def _drain(tx: Tx, pool: PoolRow, address: str, draining: int) -> None:
    value = stored(parse(address, pool.kind), pool.kind)
    for lo, hi in ranges_of(tx, pool.id):
        if lo <= value <= hi:
            _drain_range(tx, pool, lo, hi, draining)
            return
    raise NotInPool(text(value, pool.kind), pool.name)


def _drain_range(tx: Tx, pool: PoolRow, lo: int, hi: int, draining: int) -> None:
    hands.recall(tx, pool)
    tx.db.run("UPDATE pool_range SET draining = ? WHERE pool = ? AND lo >= ? AND lo <= ?", (draining, pool.id, lo, hi))
    after, before = ("drained", "free") if draining else ("free", "drained")
    tx.db.run(
        "UPDATE extent SET kind = ? WHERE pool = ? AND kind = ? AND lo >= ? AND lo <= ?",
        (after, pool.id, before, lo, hi),
    )


def delete(tx: Tx, name: str, actor: Actor, expect: int | None) -> None:
    """Remove a pool of which nothing is held."""
    pool = hands.find_pool(tx, name, lock=True)
    expected(pool, expect)
    resting.reap(tx, pool=pool)
    hands.recall(tx, pool)
    stranded = _stranded(tx, pool, ranges_of(tx, pool.id))
    if stranded.count or stranded.blocks:
        raise _in_use(name, stranded)
    if bound := groups.bound_to(tx.db, pool.id):
        raise PoolBound(name, bound)
    before = shown(tx.db, pool)
    for table in ("fill", "extent", "pool_range"):
        tx.db.run(f"DELETE FROM {table} WHERE pool = ?", (pool.id,))  # noqa: S608
    tx.db.run("DELETE FROM pool WHERE id = ?", (pool.id,))
    versions.ended(tx, "pool", pool.version)
    tx.record(actor, "delete-pool", name, {"before": plain(before)})
    tx.note("pool-deleted", name)
