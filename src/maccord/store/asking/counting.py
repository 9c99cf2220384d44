"""How full pools are."""

from maccord.alloc.clock import moment
from maccord.alloc.kinds import spell, unstored
from maccord.alloc.records import Usage
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import POOL, PoolRow, pool_row

_SMALL = 2048


def usage(reader: Reader, name: str | None) -> tuple[Usage, ...]:
    """Return the counters of one pool, or of all."""
    if name is not None:
        return (_usage(reader, pool_named(reader, name)),)
    return tuple(_usage(reader, pool_row(row)) for row in reader.rows(f"{POOL} ORDER BY p.name"))


def held_in_ranges(reader: Reader, name: str) -> dict[str, int]:
    """Return how many addresses of each range of a pool are held, by the first address of the range."""
    row = pool_named(reader, name)
    found = reader.rows(
        "SELECT r.lo, (SELECT count(*) FROM lease l WHERE l.space = r.space AND l.address BETWEEN r.lo AND r.hi"
        " AND l.state IN ('held', 'in-use')) FROM pool_range r WHERE r.pool = ? ORDER BY r.lo",
        (row.id,),
    )
    return {spell(unstored(lo, row.kind), row.kind): int(count) for lo, count in found}


def low_pools(reader: Reader) -> dict[str, dict[str, object]]:
    """Return the small pools that run low, with what is free of them. Large ones tell it when a hand is taken.

    A hand of a small pool is a large part of it: between one hand and the next it may become exhausted.
    """
    found: dict[str, dict[str, object]] = {}
    for row in map(pool_row, reader.rows(f"{POOL} WHERE p.low_percent > 0 ORDER BY p.name")):
        total = reader.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM pool_range WHERE pool = ?", (row.id,))[0][0]
        if not 0 < total <= _SMALL:
            continue
        one = _usage(reader, row)
        if one.available * 100 < one.size * row.low_percent:
            found[row.name] = {"free": one.available, "size": one.size}
    return found


def _usage(reader: Reader, row: PoolRow) -> Usage:
    """Count a pool without looking at every lease: what is held is what is left over."""
    total = reader.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM pool_range WHERE pool = ?", (row.id,))[0][0]
    sums = {
        kind: (int(count), int(runs))
        for kind, count, runs in reader.rows(
            "SELECT kind, sum(hi - lo + 1), count(*) FROM extent WHERE pool = ? GROUP BY kind", (row.id,)
        )
    }
    issued = reader.rows(
        "SELECT count(*) FROM extent e JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
        " WHERE e.pool = ? AND e.kind = 'chunk'",
        (row.id,),
    )[0][0]
    quiet: dict[str, int] = dict(
        reader.rows(
            "SELECT state, count(*) FROM lease WHERE pool = ? AND state IN ('resting', 'probation') GROUP BY state",
            (row.id,),
        )
    )
    in_use = reader.rows("SELECT count(*) FROM lease WHERE pool = ? AND state = 'in-use'", (row.id,))[0][0]
    # Addresses that were adopted within a host's own block, and outlast it, have a lease and an extent.
    within: dict[str, int] = dict(
        reader.rows(
            "SELECT e.kind, count(*) FROM extent e"
            " JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
            " WHERE e.pool = ? AND e.kind IN ('block', 'resting') GROUP BY e.kind",
            (row.id,),
        )
    )
    dues = reader.rows(
        "SELECT min(due) FROM (SELECT min(due) AS due FROM lease WHERE pool = ? AND state IN ('resting', 'probation')"
        " UNION ALL SELECT min(due) FROM extent WHERE pool = ? AND kind = 'resting') AS d",
        (row.id, row.id),
    )[0][0]
    free, drained = sums.get("free", (0, 0)), sums.get("drained", (0, 0))
    reserved = sums.get("chunk", (0, 0))[0] - int(issued)
    excluded = sums.get("excluded", (0, 0))[0]
    carved = sums.get("block", (0, 0))[0] - int(within.get("block", 0))
    resting = int(quiet.get("resting", 0)) + sums.get("resting", (0, 0))[0] - int(within.get("resting", 0))
    probation = int(quiet.get("probation", 0))
    others = free[0] + drained[0] + reserved + excluded + carved + resting + probation
    owned = int(total) - others
    return Usage(
        pool=row.name,
        kind=row.kind,
        scope=row.scope,
        size=int(total),
        free=free[0] + drained[0],
        reserved=reserved,
        held=max(owned - int(in_use), 0),
        in_use=int(in_use),
        resting=resting,
        probation=probation,
        excluded=excluded,
        blocks=carved,
        drained=drained[0],
        runs=free[1],
        next_free_at=moment(dues) if dues is not None else None,
    )
