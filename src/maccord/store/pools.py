"""Changes of pools: made, changed, removed; addresses excluded and included."""

from collections.abc import Sequence
from itertools import pairwise

from maccord.alloc import check, guard
from maccord.alloc.clock import moment
from maccord.alloc.errors import (
    BadRequest,
    NotInPool,
    PoolBound,
    PoolExists,
    PoolInUse,
    RangeOverlap,
    StaleVersion,
)
from maccord.alloc.kinds import AddressKind, parse, spell, stored, unstored
from maccord.alloc.records import (
    Actor,
    Exclusion,
    Lease,
    Pool,
    PoolChange,
    PoolChanged,
    PoolRange,
    PoolSpec,
    RangeSpec,
    Stranded,
)
from maccord.alloc.spans import Run, common, islands, merged, size, without
from maccord.store import groups, hands, leasing, ordering, resting, versions
from maccord.store.database import Duplicate, Overlap, Reader
from maccord.store.extents import PoolRow, cut, give_back, insert, not_foreign, ranges_of, within
from maccord.store.work import Tx

_SHOWN_MAX = 100
_EXAMPLES = 5


def shown(reader: Reader, row: PoolRow) -> Pool:
    """Return a pool with its ranges and exclusions."""
    ranges = reader.rows("SELECT lo, hi, draining, place, weight FROM pool_range WHERE pool = ? ORDER BY lo", (row.id,))
    excluded = reader.rows(
        "SELECT lo, hi, note, since FROM extent WHERE pool = ? AND kind = 'excluded' ORDER BY lo", (row.id,)
    )
    kind = row.kind
    told: list[str] = []
    for lo, hi, *_ in ranges:
        told += guard.warnings((unstored(lo, kind), unstored(hi, kind)), kind)
    return Pool(
        name=row.name,
        kind=kind,
        scope=row.scope,
        policy=row.policy,  # type: ignore[arg-type] # the database checks it
        rest_s=row.rest_s,
        confirm_s=row.confirm_s,
        low_percent=row.low_percent,
        note=row.note,
        ranges=tuple(
            PoolRange(
                first=text(lo, kind),
                last=text(hi, kind),
                size=hi - lo + 1,
                draining=bool(drains),
                place=place,
                weight=weight,
            )
            for lo, hi, drains, place, weight in ranges
        ),
        excluded=tuple(
            Exclusion(first=text(lo, kind), last=text(hi, kind), size=hi - lo + 1, reason=note, since=moment(since))
            for lo, hi, note, since in excluded
        ),
        size=sum(hi - lo + 1 for lo, hi, *_ in ranges),
        created_at=moment(row.created_at),
        version=row.version,
        seed=row.seed_of,
        warnings=tuple(dict.fromkeys(told)),
        groups=groups.bound_to(reader, row.id),
        valid_until=moment(row.valid_until) if row.valid_until is not None else None,
    )


def text(value: int, kind: AddressKind) -> str:
    """Return a stored value as text."""
    return spell(unstored(value, kind), kind)


def _runs(asked: Sequence[RangeSpec], kind: AddressKind, *, allow_foreign: bool) -> list[Run]:
    """Return ranges as stored runs, each checked, in their order; touching ones stay apart."""
    runs = []
    for spec in asked:
        run = guard.parse_range(spec, kind)
        guard.forbid_range(run, kind, allow_foreign=allow_foreign)
        runs.append((stored(run[0], kind), stored(run[1], kind)))
    runs.sort()
    for (first, last), (begin, end) in pairwise(runs):
        if begin <= last:
            raise BadRequest(
                "ranges", f"{text(begin, kind)}..{text(end, kind)} overlaps {text(first, kind)}..{text(last, kind)}"
            )
    return runs


def create(tx: Tx, spec: PoolSpec, actor: Actor) -> Pool:
    """Make a pool."""
    kind = spec.kind
    runs = _runs(spec.ranges, kind, allow_foreign=spec.allow_foreign)
    if tx.one("SELECT 1 FROM pool WHERE name = ?", (spec.name,)):
        raise PoolExists(spec.name)
    space = leasing.space_id(tx, kind, spec.scope)
    tx.db.lock_space(space)
    tx.db.run(
        "INSERT INTO pool (name, space, policy, rest_s, confirm_s, low_percent, note, created_at, seed, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            spec.name,
            space,
            spec.policy,
            spec.rest_s,
            spec.confirm_s or None,
            spec.low_percent,
            spec.note,
            tx.now,
            spec.seed,
            versions.floor(tx, "pool") + 1,
        ),
    )
    pool = hands.find_pool(tx, spec.name)
    _add(tx, pool, runs)
    ordering.put(tx, pool, ordering.wanted(spec.ranges, kind, []))
    for each in spec.excluded:
        _exclude(tx, pool, each, "excluded when the pool was made")
    made = shown(tx.db, pool)
    tx.record(actor, "create-pool", pool.name, {"after": plain(made)})
    tx.note("pool-created", pool.name)
    return made


def plain(pool: Pool) -> dict[str, object]:
    """Return what the audit keeps of a pool."""
    return {
        "scope": pool.scope,
        "kind": pool.kind,
        "policy": pool.policy,
        "rest_s": pool.rest_s,
        "confirm_s": pool.confirm_s,
        "low_percent": pool.low_percent,
        "note": pool.note,
        "seed": pool.seed,
        "ranges": [[each.first, each.last, each.draining, each.place, each.weight] for each in pool.ranges],
        "excluded": [[each.first, each.last, each.reason] for each in pool.excluded],
        "version": pool.version,
        "valid_until": pool.valid_until.isoformat() if pool.valid_until else None,
    }


def _add(tx: Tx, pool: PoolRow, runs: Sequence[Run]) -> None:
    """Add ranges; the database refuses what overlaps. Leases that are there become the pool's."""
    for lo, hi in runs:
        try:
            tx.db.run("INSERT INTO pool_range (space, lo, hi, pool) VALUES (?, ?, ?, ?)", (pool.space, lo, hi, pool.id))
        except (Overlap, Duplicate) as e:
            raise _overlap(tx, pool, lo, hi) from e
        tx.db.run(
            "UPDATE lease SET pool = ?, version = version + 1 WHERE space = ? AND address BETWEEN ? AND ?",
            (pool.id, pool.space, lo, hi),
        )
        rows = tx.rows(
            "SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ? ORDER BY address",
            (pool.space, lo, hi),
        )
        give_back(tx, pool, without([(lo, hi)], islands(row[0] for row in rows)))


def _overlap(tx: Tx, pool: PoolRow, lo: int, hi: int) -> RangeOverlap:
    wanted = f"{text(lo, pool.kind)} to {text(hi, pool.kind)}"
    row = tx.db.other_range(pool.space, lo, hi)
    if row is None:
        return RangeOverlap(wanted, "another", wanted, wanted, pool.scope)
    return RangeOverlap(wanted, row[2], text(row[0], pool.kind), text(row[1], pool.kind), pool.scope)


def change(tx: Tx, name: str, asked: PoolChange, actor: Actor, expect: int | None, *, preview: bool) -> PoolChanged:
    """Change a pool."""
    pool = hands.find_pool(tx, name, lock=True)
    _expect(pool, expect)
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


def _expect(pool: PoolRow, expect: int | None) -> None:
    if expect is not None and expect != pool.version:
        raise StaleVersion(f"pool {pool.name!r}", expect, pool.version)


def _move(tx: Tx, pool: PoolRow, asked: PoolChange, *, preview: bool) -> Stranded:
    """Make the pool's ranges those that are asked for; return what is left outside."""
    if asked.ranges is None:
        return Stranded()
    if not asked.ranges:
        raise BadRequest("ranges", "a pool needs at least one")
    if pool.valid_until is not None:
        raise BadRequest("ranges", f"pool {pool.name!r} stands on a lease of just this range: it cannot have another")
    wanted = _runs(asked.ranges, pool.kind, allow_foreign=asked.allow_foreign)
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
    _add(tx, pool, [run for run in wanted if run not in kept])
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
    _expect(pool, expect)
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


def exclude(tx: Tx, name: str, span: RangeSpec, reason: str, actor: Actor, expect: int | None) -> Pool:
    """Never issue some addresses of a pool."""
    pool = hands.find_pool(tx, name, lock=True)
    _expect(pool, expect)
    first, last = _exclude(tx, pool, span, check.text("reason", reason, 1024))
    after = _changed(tx, pool)
    tx.record(actor, "exclude", name, {"first": first, "last": last, "reason": reason, "scope": pool.scope})
    tx.note("excluded", name)
    return after


def _changed(tx: Tx, pool: PoolRow) -> Pool:
    tx.db.run("UPDATE pool SET version = version + 1 WHERE id = ?", (pool.id,))
    return shown(tx.db, hands.find_pool(tx, pool.name))


def _exclude(tx: Tx, pool: PoolRow, span: RangeSpec, reason: str) -> tuple[str, str]:
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
    _expect(pool, expect)
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
