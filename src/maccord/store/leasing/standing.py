"""Where an address stands: its space and pool, whether it can be freed, and who is in the way."""

from maccord.alloc.clock import moment
from maccord.alloc.errors import AddressTaken
from maccord.alloc.kinds import AddressKind, spell, unstored
from maccord.alloc.life import OWNED
from maccord.alloc.records import GLOBAL
from maccord.alloc.spans import Run
from maccord.store import hands
from maccord.store.extents import PoolRow, within
from maccord.store.leasing.finding import Found
from maccord.store.work import Tx


def taken(tx: Tx, at: Found) -> AddressTaken:
    """Return the refusal that says who has an address, with a free one of the same pool."""
    pool = hands.pool_by_id(tx, at.pool_id)
    free = hands.free_one(tx, pool)
    return AddressTaken(
        at.text,
        scope=at.scope,
        state=at.state,
        pool=at.pool,
        holders=at.names,
        host=", ".join(sorted({holder[2] for holder in at.holders if holder[2]})),
        since=moment(at.since),
        until=moment(at.due) if at.due is not None and at.state not in OWNED else None,
        alternative=spell(free, at.kind) if free is not None else None,
    )


def free_up(tx: Tx, pool: PoolRow, run: Run) -> bool:
    """Take back hands that stand on a run; return whether all of it that has no lease is free then."""
    for _lo, _hi, kind, _of, hand, _block in within(tx, pool.space, *run):
        if kind == "chunk" and hand is not None:
            hands.retire(tx, pool, hand)
    return all(kind in ("free", "drained") for _, _, kind, _, _, _ in within(tx, pool.space, *run)) and bool(
        within(tx, pool.space, *run)
    )


def fenced(tx: Tx, pool: PoolRow, value: int) -> AddressTaken:
    """Return the refusal for an address that is excluded, of a host's block, or of a block that rests."""
    row = tx.one(
        "SELECT e.kind, e.note, e.since, e.due, b.host FROM extent e LEFT JOIN block b ON b.id = e.block"
        " WHERE e.space = ? AND e.lo <= ? AND e.hi >= ? AND e.kind NOT IN ('free', 'drained', 'chunk')",
        (pool.space, value, value),
    )
    free = hands.free_one(tx, pool)
    kind, note, since, due, host = row or ("excluded", "", None, None, None)
    who = [f"host:{host}"] if host else [note] if note else []
    return AddressTaken(
        spell(unstored(value, pool.kind), pool.kind),
        scope=pool.scope,
        state=kind,
        pool=pool.name,
        holders=who,
        host=host or "",
        since=moment(since) if since else None,
        until=moment(due) if due else None,
        alternative=spell(free, pool.kind) if free is not None else None,
    )


def pool_at(tx: Tx, space: int, value: int) -> PoolRow | None:
    """Return the pool in whose range an address lies."""
    row = tx.one("SELECT pool, hi FROM pool_range WHERE space = ? AND lo <= ? ORDER BY lo DESC LIMIT 1", (space, value))
    return hands.pool_by_id(tx, row[0]) if row and row[1] >= value else None


def space_id(tx: Tx, kind: AddressKind, scope: str = GLOBAL) -> int:
    """Return the number of a space, made if it is new."""
    row = tx.one("SELECT id FROM space WHERE kind = ? AND scope = ?", (kind, scope))
    if row is None:
        tx.db.run("INSERT INTO space (kind, scope) VALUES (?, ?) ON CONFLICT DO NOTHING", (kind, scope))
        row = tx.one("SELECT id FROM space WHERE kind = ? AND scope = ?", (kind, scope))
        assert row
    return int(row[0])
