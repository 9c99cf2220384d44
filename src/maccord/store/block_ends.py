"""How hosts' ranges end: given back, taken back, or because the time is over that they were leased for.

What ends goes to rest, and rests are counted from when nobody may issue from the range any more: now, when its host has
given it back; the end of the lease, when that is over, or when it was taken back from a host that may not hear of it.
"""

from msgspec import Struct

from maccord.alloc.kinds import AddressKind, spell, unstored
from maccord.alloc.records import Actor
from maccord.store.extents import POOL, PoolRow, not_foreign, pool_row
from maccord.store.work import Tx

_AT_ONCE = 100
_NOBODY = Actor("maccord:expiry")


class BlockRow(Struct, frozen=True, kw_only=True):
    """A block as the store keeps it."""

    id: int
    space: int
    pool: str
    host: str
    lo: int
    hi: int
    until: int | None
    expires_at: int | None
    serial: int
    revoked_at: int | None
    version: int
    lease_s: int | None


ROW = "SELECT id, space, pool, host, lo, hi, until, expires_at, serial, revoked_at, version, lease_s FROM block"


def block_row(tx: Tx, number: int) -> BlockRow | None:
    """Return the row of a block, past ones too."""
    row = tx.one(f"{ROW} WHERE id = ?", (number,))
    return BlockRow(**dict(zip(BlockRow.__struct_fields__, row, strict=True))) if row else None


def ends(block: BlockRow, kind: AddressKind) -> tuple[str, str]:
    """Return the first and the last address of a block as text."""
    return spell(unstored(block.lo, kind), kind), spell(unstored(block.hi, kind), kind)


def end(tx: Tx, pool: PoolRow, block: BlockRow, *, at: int, free_from: int) -> bool:
    """End a block at a moment: its addresses rest from `free_from` on. False when its extent is not there any more.

    The space is locked by the caller.
    """
    due = free_from + pool.rest_s * 1_000_000
    if not tx.db.run(
        "UPDATE extent SET kind = 'resting', since = ?, due = ? WHERE space = ? AND lo = ? AND kind = 'block'",
        (at, due, block.space, block.lo),
    ):
        return False
    not_foreign(tx, pool, (block.lo, block.hi))  # it was what evidence showed of the host that had it
    tx.db.run("UPDATE block SET until = ?, version = version + 1 WHERE id = ?", (at, block.id))
    return True


def expire(tx: Tx, pool: PoolRow | None) -> int:
    """End blocks whose lease is over, of one pool or of all; return how many."""
    where, params = ("AND pool = ?", (tx.now, pool.name)) if pool is not None else ("", (tx.now,))
    rows = tx.rows(
        "SELECT id, space FROM block WHERE expires_at IS NOT NULL AND until IS NULL AND expires_at <= ?"  # noqa: S608
        f" {where} ORDER BY space, id LIMIT {_AT_ONCE}",
        params,
    )
    ended = 0
    for number, space in rows:
        tx.db.lock_space(space)
        block = block_row(tx, number)  # somebody may have renewed or returned it before it was locked
        if block is None or block.until is not None or block.expires_at is None or block.expires_at > tx.now:
            continue
        row = tx.one(f"{POOL} WHERE p.name = ? AND p.space = ?", (block.pool, block.space))
        if row is None:
            continue
        of = pool_row(row)
        if not end(tx, of, block, at=block.expires_at, free_from=block.expires_at):
            continue
        ended += 1
        first, last = ends(block, of.kind)
        details: dict[str, object] = {
            "block": number,
            "host": block.host,
            "first": first,
            "last": last,
            "serial": block.serial,
        }
        tx.record(_NOBODY, "expire-block", of.name, details)
        tx.note("block-expired", of.name, block.hi - block.lo + 1, {"host": block.host, "block": number})
    return ended
