"""How full pools are."""

from collections.abc import Sequence

from maccord.alloc.clock import moment
from maccord.alloc.kinds import spell, unstored
from maccord.alloc.records import Usage
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader, Row
from maccord.store.extents import POOL, PoolRow, pool_row

_SMALL = 2048


def usage(reader: Reader, name: str | None) -> tuple[Usage, ...]:
    """Return the counters of one pool, or of all."""
    if name is not None:
        return (_usage(reader, pool_named(reader, name)),)
    return _usages(reader, [pool_row(row) for row in reader.rows(f"{POOL} ORDER BY p.name")], None)


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
    return _usages(reader, [row], row.id)[0]


def _usages(reader: Reader, rows: Sequence[PoolRow], only: int | None) -> tuple[Usage, ...]:
    """Count pools, by as many queries for a thousand as for one, or one alone.

    Not every lease is looked at: what is held is what is left over.
    """
    where, also, params = ("", "", ()) if only is None else (" WHERE pool = ?", " AND pool = ?", (only,))
    joined = "extent e JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
    inside = "" if only is None else " AND e.pool = ?"

    def by_pool(sql: str) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for number, *rest in reader.rows(sql, params):
            found.setdefault(number, []).append(tuple(rest))
        return found

    sizes = by_pool(f"SELECT pool, sum(hi - lo + 1) FROM pool_range{where} GROUP BY pool")  # noqa: S608 - ours
    extents = by_pool(
        f"SELECT pool, kind, sum(hi - lo + 1), count(*), min(due) FROM extent{where} GROUP BY pool, kind"  # noqa: S608
    )
    issued = by_pool(f"SELECT e.pool, count(*) FROM {joined} WHERE e.kind = 'chunk'{inside} GROUP BY e.pool")  # noqa: S608
    quiet = by_pool(
        "SELECT pool, state, count(*), min(due) FROM lease"  # noqa: S608 - ours
        f" WHERE (state = 'resting' OR state = 'probation'){also} AND pool IS NOT NULL GROUP BY pool, state"
    )
    in_use = by_pool(
        f"SELECT pool, count(*) FROM lease WHERE state = 'in-use'{also} AND pool IS NOT NULL GROUP BY pool"  # noqa: S608
    )
    # Addresses that were adopted within a host's own block, and outlast it, have a lease and an extent.
    within = by_pool(
        f"SELECT e.pool, e.kind, count(*) FROM {joined}"  # noqa: S608 - ours
        f" WHERE (e.kind = 'block' OR e.kind = 'resting'){inside} GROUP BY e.pool, e.kind"
    )
    found = []
    for row in rows:
        kinds = {kind: (int(count), int(runs), due) for kind, count, runs, due in extents.get(row.id, ())}
        calm = {state: (int(count), due) for state, count, due in quiet.get(row.id, ())}
        adopted = {kind: int(count) for kind, count in within.get(row.id, ())}
        dues = [due for *_, due in (*calm.values(), *(kinds[kind] for kind in kinds if kind == "resting"))]
        found.append(
            _made(
                row,
                size=_first(sizes, row.id),
                kinds=kinds,
                calm={state: count for state, (count, _) in calm.items()},
                adopted=adopted,
                issued=_first(issued, row.id),
                in_use=_first(in_use, row.id),
                due=min((due for due in dues if due is not None), default=None),
            )
        )
    return tuple(found)


def _first(found: dict[int, list[Row]], number: int) -> int:
    return int(found[number][0][0]) if number in found else 0


def _made(
    row: PoolRow,
    *,
    size: int,
    kinds: dict[str, tuple[int, int, int | None]],
    calm: dict[str, int],
    adopted: dict[str, int],
    issued: int,
    in_use: int,
    due: int | None,
) -> Usage:
    nothing = (0, 0, None)
    free, drained = kinds.get("free", nothing), kinds.get("drained", nothing)
    reserved = kinds.get("chunk", nothing)[0] - issued
    excluded = kinds.get("excluded", nothing)[0]
    carved = kinds.get("block", nothing)[0] - adopted.get("block", 0)
    resting = calm.get("resting", 0) + kinds.get("resting", nothing)[0] - adopted.get("resting", 0)
    probation = calm.get("probation", 0)
    owned = size - (free[0] + drained[0] + reserved + excluded + carved + resting + probation)
    return Usage(
        pool=row.name,
        kind=row.kind,
        scope=row.scope,
        size=size,
        free=free[0] + drained[0],
        reserved=reserved,
        held=max(owned - in_use, 0),
        in_use=in_use,
        resting=resting,
        probation=probation,
        excluded=excluded,
        blocks=carved,
        drained=drained[0],
        runs=free[1],
        next_free_at=moment(due) if due is not None else None,
    )
