"""What becomes due: rests and probations that end, leases that nobody confirmed, blocks that have rested."""

from collections import defaultdict

from msgspec import json

from maccord.alloc.kinds import unstored
from maccord.alloc.records import Actor
from maccord.alloc.spans import islands, size, without
from maccord.store.extents import POOL, PoolRow, give_back, pool_row
from maccord.store.work import Tx

BATCH = 5000
_REST_S = 86_400
_NOBODY = Actor("maccord:expiry")
TENURE = (
    "INSERT INTO tenure (space, address, pool, state, holder, since, until, confirmed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def rest_s(pool: PoolRow | None) -> int:
    """Return how long a released address rests; one of no pool rests a day."""
    return _REST_S if pool is None else pool.rest_s


def reap(tx: Tx, *, pool: PoolRow | None = None, most: int = BATCH) -> int:
    """Do what is due, in one pool or in all; return how much was done. The caller's transaction holds the locks."""
    expired = _expire(tx, pool, most)
    return expired + _free(tx, pool, most) + _free_blocks(tx, pool)


def _pools(tx: Tx, numbers: set[int | None]) -> dict[int | None, PoolRow]:
    known = [number for number in numbers if number is not None]
    rows = tx.rows(f"{POOL} WHERE p.id {tx.db.any_of}", (tx.db.ints(known),)) if known else []
    return {row[0]: pool_row(row) for row in rows}


def _due(tx: Tx, pool: PoolRow | None, states: str, most: int) -> list[tuple[int, int, int | None, str, int, str, int]]:
    """Return due leases of some states: space, address, pool, state, since, holders, due; locked."""
    where = "" if pool is None else "AND pool = ?"
    params = (tx.now, most) if pool is None else (tx.now, pool.id, most)
    rows = tx.rows(
        "SELECT space, address, pool, state, since, holders, due FROM lease"  # noqa: S608
        f" WHERE due IS NOT NULL AND due <= ? {where} AND state IN ({states}) ORDER BY due LIMIT ?" + tx.db.skip_locked,
        params,
    )
    return [(r[0], r[1], r[2], r[3], r[4], r[5], r[6]) for r in rows]


def _expire(tx: Tx, pool: PoolRow | None, most: int) -> int:
    """Send leases that nobody confirmed in time to rest."""
    rows = _due(tx, pool, "'held'", most)
    pools = _pools(tx, {row[2] for row in rows})
    changes, past = [], []
    counts: dict[str | None, int] = defaultdict(int)
    for space, address, number, state, _since, holders, due in rows:
        of = pools.get(number)
        name = of.name if of else None
        counts[name] += 1
        past += [
            (space, address, name, state, json.encode(holder[:4]).decode(), holder[4], tx.now, None)
            for holder in json.decode(holders)
        ]
        changes.append((tx.now, max(due, tx.now) + rest_s(of) * 1_000_000, space, address))
    tx.db.run_many(
        "UPDATE lease SET state = 'resting', since = ?, due = ?, holders = '[]', version = version + 1"
        " WHERE space = ? AND address = ?",
        changes,
    )
    tx.db.run_many(TENURE, past)
    for name, count in counts.items():
        tx.note("expired", name, count)
    _record(tx, rows, pools)
    return len(rows)


def _record(
    tx: Tx, rows: list[tuple[int, int, int | None, str, int, str, int]], pools: dict[int | None, PoolRow]
) -> None:
    """Append to the audit which leases of each pool have expired: nobody else did it."""
    gone: dict[int, list[int]] = defaultdict(list)
    for _space, address, number, *_ in rows:
        if number is not None:
            gone[number].append(address)
    for number, addresses in gone.items():
        pool = pools[number]
        details: dict[str, object] = {
            "scope": pool.scope,
            "kind": pool.kind,
            "runs": [(unstored(lo, pool.kind), unstored(hi, pool.kind)) for lo, hi in islands(sorted(addresses))],
            "confirm_s": pool.confirm_s,
        }
        tx.record(_NOBODY, "expire", pool.name, details)


def _free(tx: Tx, pool: PoolRow | None, most: int) -> int:
    """Free what has rested."""
    rows = _due(tx, pool, "'resting', 'probation'", most)
    pools = _pools(tx, {row[2] for row in rows})
    for space in sorted({row[0] for row in rows}):
        tx.db.lock_space(space)
    freed: dict[int | None, list[int]] = defaultdict(list)
    for _space, address, number, *_ in rows:
        freed[number].append(address)
    tx.db.run_many("DELETE FROM lease WHERE space = ? AND address = ?", [(row[0], row[1]) for row in rows])
    tx.db.run_many(
        TENURE,
        [
            (space, address, pools[number].name if number in pools else None, state, None, since, tx.now, None)
            for space, address, number, state, since, _holders, _due_at in rows
        ],
    )
    for number, addresses in freed.items():
        if of := pools.get(number):
            give_back(tx, of, islands(sorted(addresses)))
            tx.note("rested", of.name, len(addresses))
    return len(rows)


def _free_blocks(tx: Tx, pool: PoolRow | None) -> int:
    """Free returned blocks that have rested."""
    where = "" if pool is None else "AND pool = ?"
    params = (tx.now,) if pool is None else (tx.now, pool.id)
    rows = tx.rows(
        f"SELECT space, lo, hi, pool FROM extent WHERE due IS NOT NULL AND due <= ? {where} LIMIT 100",  # noqa: S608
        params,
    )
    pools = _pools(tx, {row[3] for row in rows})
    for space, lo, hi, number in rows:
        tx.db.lock_space(space)
        if tx.db.run("DELETE FROM extent WHERE space = ? AND lo = ? AND kind = 'resting'", (space, lo)):
            held = tx.rows("SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ?", (space, lo, hi))
            runs = without([(lo, hi)], islands(sorted(row[0] for row in held)))
            give_back(tx, pools[number], runs)
            tx.note("rested", pools[number].name, size(runs))
    return len(rows)
