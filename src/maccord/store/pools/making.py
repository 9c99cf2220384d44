"""Pools made, and their ranges entered."""

from collections.abc import Sequence
from itertools import pairwise

from maccord.alloc import guard
from maccord.alloc.errors import BadRequest, PoolExists, RangeOverlap
from maccord.alloc.kinds import AddressKind, stored
from maccord.alloc.records import Actor, Pool, PoolSpec, RangeSpec
from maccord.alloc.spans import Run, islands, without
from maccord.store import hands, leasing, ordering, versions
from maccord.store.database import Duplicate, Overlap
from maccord.store.extents import PoolRow, give_back
from maccord.store.pools.excluding import keep_off
from maccord.store.pools.showing import plain, shown, text
from maccord.store.work import Tx


def ranges_asked(asked: Sequence[RangeSpec], kind: AddressKind, *, allow_foreign: bool) -> list[Run]:
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
    runs = ranges_asked(spec.ranges, kind, allow_foreign=spec.allow_foreign)
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
    add_ranges(tx, pool, runs)
    ordering.put(tx, pool, ordering.wanted(spec.ranges, kind, []))
    for each in spec.excluded:
        keep_off(tx, pool, each, "excluded when the pool was made")
    made = shown(tx.db, pool)
    tx.record(actor, "create-pool", pool.name, {"after": plain(made)})
    tx.note("pool-created", pool.name)
    return made


def add_ranges(tx: Tx, pool: PoolRow, runs: Sequence[Run]) -> None:
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
