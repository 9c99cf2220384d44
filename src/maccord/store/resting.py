"""What becomes due: rests that end, leases that nobody confirmed, holders with an end, blocks that have rested."""

from collections import defaultdict

from msgspec import json

from maccord.alloc.kinds import unstored
from maccord.alloc.spans import islands, size, without
from maccord.store import block_ends, held
from maccord.store.ending import end_holders
from maccord.store.extents import PoolRow, give_back
from maccord.store.tenures import EXPIRY, TENURE, pools_of, rest_s
from maccord.store.work import Tx, packed

BATCH = 5000
_EXPIRED = (
    "UPDATE lease SET state = CASE WHEN suspect_s IS NULL THEN 'resting' ELSE 'probation' END, since = ?,"
    " due = CASE WHEN suspect_s IS NULL THEN ? WHEN suspect_s >= 0 THEN ? + suspect_s * 1000000 END,"
    " holders = '[]', holder_due = NULL, version = version + 1 WHERE space = ? AND address = ?"
)
"""Nobody confirmed it: it rests, or goes on probation where it was seen in conflict."""
__all__ = ["BATCH", "TENURE", "reap", "rest_s"]


def reap(tx: Tx, *, pool: PoolRow | None = None, most: int = BATCH) -> int:
    """Do what is due, in one pool or in all; return how much was done. The caller's transaction holds the locks."""
    expired = _expire(tx, pool, most)
    ended = end_holders(tx, pool, most) + block_ends.expire(tx, pool)
    return expired + ended + _free(tx, pool, most) + _free_blocks(tx, pool)


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
    pools = pools_of(tx, {row[2] for row in rows})
    changes, past = [], []
    counts: dict[str | None, int] = defaultdict(int)
    for space, address, number, state, _since, holders, due in rows:
        of = pools.get(number)
        name = of.name if of else None
        counts[name] += 1
        past += [
            (space, address, name, state, packed(held.past(holder)), holder[4], tx.now, None)
            for holder in json.decode(holders)
        ]
        changes.append((tx.now, max(due, tx.now) + rest_s(of) * 1_000_000, tx.now, space, address))
    tx.db.run_many(_EXPIRED, changes)
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
        tx.record(EXPIRY, "expire", pool.name, details)


def _free(tx: Tx, pool: PoolRow | None, most: int) -> int:
    """Free what has rested."""
    rows = _due(tx, pool, "'resting', 'probation'", most)
    pools = pools_of(tx, {row[2] for row in rows})
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
    pools = pools_of(tx, {row[3] for row in rows})
    for space, lo, hi, number in rows:
        tx.db.lock_space(space)
        if tx.db.run("DELETE FROM extent WHERE space = ? AND lo = ? AND kind = 'resting'", (space, lo)):
            held = tx.rows("SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ?", (space, lo, hi))
            runs = without([(lo, hi)], islands(sorted(row[0] for row in held)))
            give_back(tx, pools[number], runs)
            tx.note("rested", pools[number].name, size(runs))
    return len(rows)
