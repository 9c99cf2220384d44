"""An address by the identity of who asks: the same one again, or the first of its candidates that is free."""

from msgspec import json

from maccord.alloc import derive
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import Holder
from maccord.alloc.spans import Run, holds
from maccord.store import hands, resting
from maccord.store.extents import PoolRow, cut, ranges_of, within
from maccord.store.leasing.finding import LEASE, Found, found, locked
from maccord.store.leasing.standing import free_up
from maccord.store.leasing.writing import past
from maccord.store.work import Tx


def place(tx: Tx, pool: PoolRow, identity: str, holder: Holder) -> Run | Found:
    """Return the address for an identity, taken out of what is free, or the lease of it that the holder has already.

    Raises PoolExhausted. Whoever calls has locked the space.
    """
    mine = _given_before(tx, pool, identity, holder)
    if mine is not None and mine.state in OWNED:
        return mine
    if mine is not None:
        _end_rest(tx, mine)
        return mine.address, mine.address
    runs = ranges_of(tx, pool.id)
    chosen = derive.choose(
        pool.seed_of, identity, runs, lambda value: _free(tx, pool, value), lambda after: _following(tx, pool, after)
    )
    if chosen is None:
        raise hands.exhausted(tx, pool, 1)
    run = (chosen.value, chosen.value)
    cut(tx, pool, [run])
    return run


def _given_before(tx: Tx, pool: PoolRow, identity: str, holder: Holder) -> Found | None:
    """Return the lease that the holder has for the identity, or had last, so that nobody else was in between."""
    rows = _of(tx, pool, identity)
    if any(_is_due(tx, at) for at in rows):
        resting.reap(tx, pool=pool)
        rows = _of(tx, pool, identity)
    who = (holder.kind, holder.id)
    for at in rows:
        if at.state in OWNED and any(each[:2] == who for each in at.holders):
            return at
    drains = ranges_of(tx, pool.id, draining=True)
    return next(
        (
            at
            for at in rows
            if at.state is State.RESTING and not holds(drains, at.address) and _was_of(tx, pool, at, who)
        ),
        None,
    )


def _of(tx: Tx, pool: PoolRow, identity: str) -> list[Found]:
    query = f"{LEASE} WHERE l.pool = ? AND l.identity = ? ORDER BY l.address{locked(tx)}"
    return [found(row) for row in tx.rows(query, (pool.id, identity))]


def _is_due(tx: Tx, at: Found) -> bool:
    return any(moment is not None and moment <= tx.now for moment in (at.due, at.holder_due))


def _was_of(tx: Tx, pool: PoolRow, at: Found, who: tuple[str, str]) -> bool:
    """Tell whether nobody but one holder has had a resting address for as long as others may remember it."""
    rows = tx.rows(
        "SELECT holder FROM tenure WHERE space = ? AND address = ? AND holder IS NOT NULL AND until >= ?",
        (at.space, at.address, at.since - resting.rest_s(pool) * 1_000_000),
    )
    return bool(rows) and all(tuple(json.decode(row[0])[:2]) == who for row in rows)


def _end_rest(tx: Tx, at: Found) -> None:
    """Take a resting address out of its rest: it goes back to whom the rest does not protect anybody from."""
    step(at.text, at.state, Event.RESTED)
    past(tx, at)
    tx.db.run("DELETE FROM lease WHERE space = ? AND address = ?", (at.space, at.address))


def _free(tx: Tx, pool: PoolRow, value: int) -> bool:
    """Tell whether an address can be had; hands on it are taken back."""
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if rows and _is_due(tx, found(rows[0])):
        resting.reap(tx, pool=pool)
        rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if rows:
        return False
    there = within(tx, pool.space, value, value)
    if not there or there[0][2] not in ("free", "chunk"):
        return False
    return free_up(tx, pool, (value, value)) and within(tx, pool.space, value, value)[0][2] == "free"


def _following(tx: Tx, pool: PoolRow, after: int) -> int | None:
    """Return the first free address behind one, from the beginning if there is none; all hands are taken back."""
    resting.reap(tx, pool=pool)
    hands.recall(tx, pool)
    free = "SELECT lo FROM extent WHERE pool = ? AND kind = 'free' AND hi > ? ORDER BY lo LIMIT 1"
    behind = tx.rows(free, (pool.id, after))
    if behind:
        return max(int(behind[0][0]), after + 1)
    begin = tx.rows(free, (pool.id, -(1 << 63)))
    return int(begin[0][0]) if begin else None
