"""Free space in the database: runs of addresses, taken out and given back."""

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, json

from maccord.alloc.derive import default_seed
from maccord.alloc.kinds import AddressKind
from maccord.alloc.spans import Run, common, merged, size, without
from maccord.store.work import Tx

_NEW = (
    "INSERT INTO extent (space, lo, hi, pool, kind, hand, block, note, since, due)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_GONE = "DELETE FROM extent WHERE space = ? AND lo = ?"
KEEP_FOREIGN = (
    "INSERT INTO foreign_range (space, lo, hi, owner, since) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (space, lo, hi) DO UPDATE SET owner = excluded.owner"
)
_LAST = (1 << 63) - 1
Piece = tuple[int, int, int, int]
"""Free addresses first to last, and the whole free extent that they are of."""


class PoolRow(Struct, frozen=True, kw_only=True):
    """A pool as the store keeps it."""

    id: int
    name: str
    space: int
    kind: AddressKind
    scope: str
    policy: str
    rest_s: int
    confirm_s: int | None
    low_percent: int
    note: str
    last_given: int | None
    created_at: int
    version: int
    valid_until: int | None
    seed: str

    @property
    def seed_of(self) -> str:
        """What addresses by identity are derived with."""
        return self.seed or default_seed(self.scope, self.name)


POOL = (
    "SELECT p.id, p.name, p.space, s.kind, s.scope, p.policy, p.rest_s, p.confirm_s, p.low_percent, p.note,"
    " p.last_given, p.created_at, p.version, p.valid_until, p.seed FROM pool p JOIN space s ON s.id = p.space"
)


def pool_row(row: Sequence[object]) -> PoolRow:
    """Return a row of POOL with its names."""
    return PoolRow(**dict(zip(PoolRow.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]


def ranges_of(tx: Tx, pool: int, *, draining: bool | None = None) -> list[Run]:
    """Return a pool's ranges, sorted; only those that drain or do not, if asked."""
    rows = tx.rows("SELECT lo, hi, draining FROM pool_range WHERE pool = ? ORDER BY lo", (pool,))
    return [(lo, hi) for lo, hi, drains in rows if draining is None or bool(drains) == draining]


def insert(
    tx: Tx,
    pool: PoolRow,
    kind: str,
    runs: Iterable[Run],
    *,
    hand: int | None = None,
    block: int | None = None,
    note: str = "",
    due: int | None = None,
    since: int | None = None,
) -> None:
    """Make extents of a kind, since now unless it is said otherwise."""
    if since is None:
        since = 0 if kind in ("free", "drained", "chunk") else tx.now
    tx.db.run_many(_NEW, [(pool.space, lo, hi, pool.id, kind, hand, block, note, since, due) for lo, hi in runs])


def within(tx: Tx, space: int, lo: int, hi: int) -> list[tuple[int, int, str, int, int | None, int | None]]:
    """Return the extents that have something in common with lo to hi: lo, hi, kind, pool, hand, block."""
    return [
        (e[0], e[1], e[2], e[3], e[4], e[5])
        for e in tx.rows(
            "SELECT lo, hi, kind, pool, hand, block FROM extent WHERE space = ? AND lo <= ? AND hi >= ?"
            " AND lo >= coalesce((SELECT max(lo) FROM extent WHERE space = ? AND lo <= ?), ?) ORDER BY lo",
            (space, hi, lo, space, lo, lo),
        )
    ]


def cut(tx: Tx, pool: PoolRow, runs: Iterable[Run], *, kinds: Sequence[str] = ("free",)) -> list[Run]:
    """Take what is free of `runs` out of the free extents, and return it."""
    taken: list[Run] = []
    for lo, hi in runs:
        for first, last, kind, of, _hand, _block in within(tx, pool.space, lo, hi):
            if kind not in kinds or of != pool.id:
                continue
            (note, since) = tx.rows("SELECT note, since FROM extent WHERE space = ? AND lo = ?", (pool.space, first))[0]
            tx.db.run(_GONE, (pool.space, first))
            insert(tx, pool, kind, without([(first, last)], [(lo, hi)]), note=note, since=since)
            taken += common([(first, last)], [(lo, hi)])
    return taken


def cut_many(tx: Tx, pool: PoolRow, values: Sequence[int]) -> None:
    """Take single addresses, ascending, out of extents that are free, excluded, or rest after a block was returned."""
    for at in range(0, len(values), 10_000):
        part = values[at : at + 10_000]
        rows = tx.rows(
            "SELECT p.lo, e.lo, e.hi, e.kind, e.block, e.note, e.since, e.due FROM " + tx.db.pairs + " p"  # noqa: S608
            " JOIN extent e ON e.space = ? AND e.hi >= p.lo"
            " AND e.lo = (SELECT max(x.lo) FROM extent x WHERE x.space = ? AND x.lo <= p.lo)"
            " WHERE e.kind IN ('free', 'drained', 'resting', 'excluded') AND e.pool = ?"
            # What is released within the rest of a range that was taken back must not be free before the others.
            " AND NOT EXISTS (SELECT 1 FROM block b WHERE b.id = e.block AND b.revoked_at IS NOT NULL) ORDER BY p.lo",
            (json.encode([(value, value) for value in part]).decode(), pool.space, pool.space, pool.id),
        )
        holes: dict[tuple[object, ...], list[Run]] = {}
        for value, lo, hi, *what in rows:
            holes.setdefault((lo, hi, *what), []).append((value, value))
        tx.db.run_many(_GONE, [(pool.space, lo) for lo, *_ in holes])
        tx.db.run_many(
            _NEW,
            [
                (pool.space, first, last, pool.id, kind, None, block, note, since, due)
                for (lo, hi, kind, block, note, since, due), gone in holes.items()
                for first, last in without([(lo, hi)], gone)  # type: ignore[list-item]
            ],
        )


ISSUED = "issued from by "
"""What the reason of an exclusion begins with that stands for a range which somebody else issues from."""


def foreign(tx: Tx, space: int, lo: int, hi: int) -> list[tuple[int, int, str]]:
    """Return what others issue from between lo and hi: sorted runs without overlaps, each with whose it is."""
    found: list[tuple[int, int, str]] = []
    for first, last, owner in tx.rows(
        "SELECT lo, hi, owner FROM foreign_range WHERE space = ? AND lo <= ? AND hi >= ? ORDER BY lo, hi",
        (space, hi, lo),
    ):
        begin = max(first, lo, found[-1][1] + 1 if found else lo)
        if begin <= min(last, hi):
            found.append((begin, min(last, hi), owner))
    return found


def not_foreign(tx: Tx, pool: PoolRow, run: Run) -> None:
    """Forget that somebody else issues from a run."""
    for lo, hi, owner, since in tx.rows(
        "SELECT lo, hi, owner, since FROM foreign_range WHERE space = ? AND lo <= ? AND hi >= ?",
        (pool.space, run[1], run[0]),
    ):
        tx.db.run("DELETE FROM foreign_range WHERE space = ? AND lo = ? AND hi = ?", (pool.space, lo, hi))
        left = [(pool.space, *part, owner, since) for part in without([(lo, hi)], [run])]
        tx.db.run_many(KEEP_FOREIGN, left)


def _fenced_off(tx: Tx, pool: PoolRow, freed: list[Run]) -> list[Run]:
    """Exclude what somebody else issues from; return the rest."""
    theirs = foreign(tx, pool.space, freed[0][0], freed[-1][1]) if freed else []
    if not theirs:
        return freed
    spans = [(lo, hi) for lo, hi, _ in theirs]
    starts = [lo for lo, _ in spans]
    for lo, hi in common(common(freed, spans), ranges_of(tx, pool.id)):
        owner = theirs[bisect_right(starts, lo) - 1][2]
        there = [(each[0], each[1]) for each in within(tx, pool.space, lo, hi)]
        insert(tx, pool, "excluded", without([(lo, hi)], there), note=ISSUED + owner)
    return without(freed, spans)


def give_back(tx: Tx, pool: PoolRow, runs: Iterable[Run]) -> None:
    """Make addresses free again, joined with the free runs beside them.

    What somebody else issues from is excluded instead. What lies in none of the pool's ranges is dropped; so is what an
    extent covers already (a chunk that is still issued from: it finds its gaps when it is handed back).
    """
    draining, issuing = ranges_of(tx, pool.id, draining=True), ranges_of(tx, pool.id, draining=False)
    freed = _fenced_off(tx, pool, merged(runs))
    for kind, ranges in (("free", issuing), ("drained", draining)):
        inside = common(freed, ranges)
        for at in range(0, len(inside), 2000):
            _join(tx, pool, kind, inside[at : at + 2000])


def _join(tx: Tx, pool: PoolRow, kind: str, runs: list[Run]) -> None:
    rows = tx.rows(
        "SELECT p.lo, p.hi, l.lo, l.hi, l.kind, l.pool, r.lo, r.hi, r.kind, r.pool FROM " + tx.db.pairs + " p"  # noqa: S608
        " LEFT JOIN extent l ON l.space = ? AND l.lo ="
        " (SELECT max(x.lo) FROM extent x WHERE x.space = ? AND x.lo <= p.lo)"
        " LEFT JOIN extent r ON r.space = ? AND r.lo ="
        " (SELECT min(x.lo) FROM extent x WHERE x.space = ? AND x.lo > p.lo AND x.lo <= p.hi + 1)",
        (json.encode(runs).decode(), *[pool.space] * 4),
    )
    gone: set[int] = set()
    pieces: list[Run] = []
    ranges = ranges_of(tx, pool.id)
    for lo, hi, llo, lhi, lkind, lpool, rlo, rhi, rkind, rpool in rows:
        if (llo is not None and lhi >= lo) or (rlo is not None and rlo <= hi):
            pieces += without([(lo, hi)], [(a, b) for a, b, *_ in within(tx, pool.space, lo, hi)])
            continue
        pieces.append((lo, hi))
        beside = [(llo, lhi, lkind, lpool), (rlo, rhi, rkind, rpool)]
        for first, last, its_kind, its_pool in beside:
            if first is None or its_kind != kind or its_pool != pool.id or first in gone:
                continue
            if last + 1 == lo or first == hi + 1:
                gone.add(first)
                pieces.append((first, last))
    tx.db.run_many(_GONE, [(pool.space, first) for first in sorted(gone)])
    # Two ranges of a pool may touch; their extents stay apart, so that each range can go on its own.
    insert(tx, pool, kind, common(merged(pieces), ranges))


def take(
    tx: Tx, pool: PoolRow, count: int, chance: random.Random, *, slices: int = 1, hand: int | None = None
) -> list[Run]:
    """Take up to `count` free addresses out of any range, by the pool's policy; fewer when there are no more.

    With `hand` they become its chunks; without, they are in no extent any more, and the caller gives them leases.
    """
    if pool.policy == "random":
        found = _take_anywhere(tx, pool, count, chance, slices, hand)
    else:
        found = claim(
            tx, pool, free_from(tx, pool, pool.last_given if pool.policy == "sequential" else None), count, hand
        )
    short = count - size(found)
    if short and (pool.policy == "random" or (pool.policy == "sequential" and pool.last_given is not None)):
        found += claim(tx, pool, free_from(tx, pool, None), short, hand)
    if found and pool.policy == "sequential":
        tx.db.run("UPDATE pool SET last_given = ? WHERE id = ?", (found[-1][1], pool.id))
    return found


def free_from(tx: Tx, pool: PoolRow, begin: int | None, end: int = _LAST) -> Iterator[Piece]:
    """Return what is free after `begin`, in its order, each with the extent that it is of; none begins after `end`."""
    at = begin
    if begin is not None:
        here = tx.one(
            "SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' AND lo <= ? ORDER BY lo DESC LIMIT 1",
            (pool.id, begin),
        )
        if here and here[1] > begin:
            yield begin + 1, here[1], here[0], here[1]
    fetch = 64
    while True:
        bound, params = ("AND lo > ?", (pool.id, end, at, fetch)) if at is not None else ("", (pool.id, end, fetch))
        rows = tx.rows(
            f"SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' AND lo <= ? {bound} ORDER BY lo LIMIT ?",  # noqa: S608
            params,
        )
        for lo, hi in rows:
            yield lo, hi, lo, hi
        if len(rows) < fetch:
            return
        at, fetch = rows[-1][0], 4096


def claim(tx: Tx, pool: PoolRow, pieces: Iterable[Piece], count: int, hand: int | None) -> list[Run]:
    """Take the first `count` addresses of the pieces, which follow each other in the index."""
    whole: list[Run] = []
    parts: list[Piece] = []
    found: list[Run] = []
    for first, end, lo, hi in pieces:
        last = min(end, first + count - 1)
        count -= last - first + 1
        found.append((first, last))
        if (first, last) == (lo, hi):
            whole.append((lo, hi))
        else:
            parts.append((first, last, lo, hi))
        if not count:
            break
    if whole:
        bounds = (pool.id, whole[0][0], whole[-1][0])
        if hand is None:
            tx.db.run("DELETE FROM extent WHERE pool = ? AND kind = 'free' AND lo >= ? AND lo <= ?", bounds)
        else:
            tx.db.run(
                "UPDATE extent SET kind = 'chunk', hand = ? WHERE pool = ? AND kind = 'free' AND lo >= ? AND lo <= ?",
                (hand, *bounds),
            )
    for first, last, lo, hi in parts:
        tx.db.run(_GONE, (pool.space, lo))
        insert(tx, pool, "free", without([(lo, hi)], [(first, last)]))
        if hand is not None:
            insert(tx, pool, "chunk", [(first, last)], hand=hand)
    return found


def _take_anywhere(
    tx: Tx, pool: PoolRow, count: int, chance: random.Random, slices: int, hand: int | None
) -> list[Run]:
    """Take from several places that chance chooses; perhaps fewer than there are."""
    ranges = ranges_of(tx, pool.id, draining=False)
    found: list[Run] = []
    for _ in range(2 * slices):
        short = count - size(found)
        if not short or not ranges:
            break
        begin = anywhere(ranges, chance)
        found += claim(tx, pool, free_from(tx, pool, begin - 1), min(short, max(1, count // slices)), hand)
    return found


def anywhere(ranges: list[Run], chance: random.Random) -> int:
    """Return an address of the ranges, each as likely as any other."""
    offset = chance.randrange(size(ranges))
    for first, last in ranges:
        if offset <= last - first:
            return first + offset
        offset -= last - first + 1
    raise AssertionError
