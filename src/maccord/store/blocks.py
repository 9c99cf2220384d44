"""Blocks: ranges that hosts issue from by themselves."""

from collections.abc import Sequence

from maccord.alloc.clock import moment
from maccord.alloc.errors import BadRequest, BlockWithoutEnd, NoRoom, NoSuchBlock, PoolEnded, StaleVersion
from maccord.alloc.install import install_text
from maccord.alloc.kinds import AddressKind, unstored
from maccord.alloc.records import Actor, Block, RangeSpec
from maccord.alloc.spans import Run, aligned
from maccord.store import hands, resting
from maccord.store.block_ends import BlockRow, block_row, end
from maccord.store.extents import PoolRow, cut, insert
from maccord.store.pools import free_run, inside, text
from maccord.store.work import Tx, full_key

BLOCK = (
    "SELECT b.id, b.pool, s.scope, s.kind, b.host, b.lo, b.hi, b.note, b.since, b.until,"
    " b.expires_at, b.serial, b.revoked_at, b.version"
    " FROM block b JOIN space s ON s.id = b.space"
)
SIZE_MAX = 1 << 24
LEASE_MIN_S, LEASE_MAX_S = 1, 10 * 366 * 86_400


def shown(row: Sequence[object]) -> Block:
    """Return a row of BLOCK as it is told."""
    number, pool, scope, kind, host, lo, hi, note, since, until, expires, serial, revoked, version = row
    of: AddressKind = kind  # type: ignore[assignment] # the database checks it
    assert isinstance(lo, int)
    assert isinstance(hi, int)
    assert isinstance(since, int)
    first, last = text(lo, of), text(hi, of)
    return Block(
        id=int(str(number)),
        pool=str(pool),
        scope=str(scope),
        kind=of,
        host=str(host),
        first=first,
        last=last,
        size=hi - lo + 1,
        note=str(note),
        since=moment(since),
        until=moment(until) if isinstance(until, int) else None,
        install=install_text(of, str(host), first, last, moment(expires) if isinstance(expires, int) else None),
        expires_at=moment(expires) if isinstance(expires, int) else None,
        serial=int(str(serial)),
        revoked_at=moment(revoked) if isinstance(revoked, int) else None,
        version=int(str(version)),
    )


def carve(
    tx: Tx,
    name: str,
    host: str,
    actor: Actor,
    size: int | None,
    span: RangeSpec | None,
    align: int,
    note: str,
    key: str | None,
    for_s: int | None = None,
) -> Block:
    """Give a host its own range, for a time or until it is returned."""
    request: list[object] = [name, host, size, [span.first, span.last] if span else None, align, note]
    request += [] if for_s is None else [for_s]
    before = tx.replay(actor, "carve-block", key, request)
    if before is not None:
        return shown(tx.rows(f"{BLOCK} WHERE b.id = ?", (before["block"],))[0])
    pool = hands.find_pool(tx, name, lock=True)
    expires = _expiry(tx, for_s)
    _within_origin(tx, pool, expires)
    if span is not None:
        run = inside(tx, pool, span)
    else:
        if size is None or not 1 <= size <= SIZE_MAX:
            raise BadRequest("size", f"expected 1 to {SIZE_MAX} addresses, or a range")
        if not 1 <= align <= SIZE_MAX:
            raise BadRequest("align", f"expected 1 to {SIZE_MAX}")
        run = _room(tx, pool, size, align)
    free_run(tx, pool, run, kinds=("free",))
    cut(tx, pool, [run])
    rows = tx.rows(
        "INSERT INTO block (space, pool, host, lo, hi, note, since, expires_at, serial, lease_s)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (pool.space, pool.name, host, *run, note, tx.now, expires, 0 if expires is None else 1, for_s),
    )
    number = int(rows[0][0])
    insert(tx, pool, "block", [run], block=number, note=note)
    made = shown(tx.rows(f"{BLOCK} WHERE b.id = ?", (number,))[0])
    details: dict[str, object] = {
        "block": number,
        "scope": pool.scope,
        "host": host,
        "first": made.first,
        "last": made.last,
        "expires": expires,
        "request": request,
    }
    tx.record(actor, "carve-block", name, details, full_key(actor, key))
    tx.note("block-carved", name, made.size, {"host": host})
    return made


def _room(tx: Tx, pool: PoolRow, size: int, align: int) -> Run:
    """Return the first free run that is long enough; hands are taken back, and rests ended, before it is refused."""
    largest = 0
    for effort in (None, resting.reap, hands.recall):
        if effort is resting.reap:
            resting.reap(tx, pool=pool)
        elif effort is hands.recall:
            hands.recall(tx, pool)
        rows = tx.rows(
            "SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' AND hi - lo + 1 >= ? ORDER BY lo",
            (pool.id, size),
        )
        # Stored World Wide Names are shifted by 2**63, a multiple of every `align` that is a power of two.
        run = aligned([(row[0], row[1]) for row in rows], size, align, unstored(0, pool.kind) % align)
        if run is not None:
            return run
        most = tx.rows("SELECT max(hi - lo + 1) FROM extent WHERE pool = ? AND kind = 'free'", (pool.id,))
        largest = int(most[0][0] or 0)
    raise NoRoom(pool.name, size, largest)


def _expiry(tx: Tx, for_s: int | None) -> int | None:
    """Return when a lease of so many seconds ends, that begins now."""
    if for_s is None:
        return None
    if not LEASE_MIN_S <= for_s <= LEASE_MAX_S:
        raise BadRequest("for_s", f"expected {LEASE_MIN_S} to {LEASE_MAX_S} seconds")
    return tx.now + for_s * 1_000_000


def _within_origin(tx: Tx, pool: PoolRow, expires: int | None) -> None:
    """Raise where a pool stands on a lease that is over, or is over before what is leased of it."""
    if pool.valid_until is None:
        return
    if pool.valid_until <= tx.now:
        raise PoolEnded(pool.name, moment(pool.valid_until))
    if expires is None or expires > pool.valid_until:
        until = moment(pool.valid_until)
        raise BadRequest(
            "for_s", f"pool {pool.name!r} is leased itself, until {until:%Y-%m-%dT%H:%M:%SZ}: lease this for no longer"
        )


def _in_force(tx: Tx, number: int, expect: int | None) -> tuple[PoolRow, BlockRow]:
    """Return a block in force and its pool, whose space is locked; raises NoSuchBlock, StaleVersion."""
    block = block_row(tx, number)
    if block is None:
        raise NoSuchBlock(number)
    tx.db.lock_space(block.space)
    block = block_row(tx, number)
    assert block
    if expect is not None and expect != block.version:
        raise StaleVersion(f"block {number}", expect, block.version)
    if block.until is not None:
        raise NoSuchBlock(number, moment(block.until))
    if block.expires_at is not None and block.expires_at <= tx.now:
        raise NoSuchBlock(number, moment(block.expires_at))
    return hands.find_pool(tx, block.pool), block


_NEAR_US = 1_000_000
"""Clocks of processes at one store may be this far apart: a renewal short by less is meant to be for as long."""


def renew(tx: Tx, number: int, for_s: int | None, actor: Actor, key: str | None, expect: int | None) -> Block:
    """Lease a block for another time, that begins now; without `for_s` for as long as before."""
    request: list[object] = [number, for_s]
    if tx.replay(actor, "renew-block", key, request) is not None:
        return _shown(tx, number)
    pool, block = _in_force(tx, number, expect)
    if block.expires_at is None:
        raise BlockWithoutEnd(number, block.host)
    seconds = for_s if for_s is not None else block.lease_s
    expires = _expiry(tx, seconds)
    assert expires is not None
    _within_origin(tx, pool, expires)
    if block.expires_at - _NEAR_US < expires < block.expires_at:
        expires = block.expires_at
    if expires < block.expires_at:
        until = moment(block.expires_at)
        raise BadRequest(
            "for_s",
            f"it would end before {until:%Y-%m-%dT%H:%M:%SZ}, until when the host has it already; it may not"
            " hear that this is less. To take it back, revoke it",
        )
    tx.db.run(
        "UPDATE block SET expires_at = ?, lease_s = ?, serial = serial + 1, version = version + 1 WHERE id = ?",
        (expires, seconds, number),
    )
    details: dict[str, object] = {
        "block": number,
        "host": block.host,
        "serial": block.serial + 1,
        "before": block.expires_at,
        "after": expires,
        "request": request,
    }
    tx.record(actor, "renew-block", pool.name, details, full_key(actor, key))
    tx.note("block-renewed", pool.name, 1, {"host": block.host, "block": number})
    return _shown(tx, number)


def give_up(tx: Tx, number: int, actor: Actor, expect: int | None = None) -> Block:
    """Take a block back that its host has given back: its addresses rest from now on."""
    pool, block = _in_force(tx, number, expect)
    if not end(tx, pool, block, at=tx.now, free_from=tx.now):
        raise NoSuchBlock(number)
    gone = _shown(tx, number)
    details: dict[str, object] = {"block": number, "host": gone.host, "first": gone.first, "last": gone.last}
    tx.record(actor, "return-block", gone.pool, details)
    tx.note("block-returned", gone.pool, gone.size, {"host": gone.host})
    return gone


def revoke(tx: Tx, number: int, reason: str, actor: Actor, expect: int | None) -> Block:
    """Take a block back from a host that may not hear of it: its addresses rest from the end of its lease on."""
    pool, block = _in_force(tx, number, expect)
    if block.expires_at is None:
        raise BlockWithoutEnd(number, block.host)
    if not end(tx, pool, block, at=tx.now, free_from=block.expires_at):
        raise NoSuchBlock(number)
    tx.db.run("UPDATE block SET revoked_at = ? WHERE id = ?", (tx.now, number))
    gone = _shown(tx, number)
    details: dict[str, object] = {
        "block": number,
        "host": gone.host,
        "first": gone.first,
        "last": gone.last,
        "serial": block.serial,
        "expires": block.expires_at,
        "reason": reason,
    }
    tx.record(actor, "revoke-block", gone.pool, details)
    tx.note("block-revoked", gone.pool, gone.size, {"host": gone.host, "block": number})
    return gone


def _shown(tx: Tx, number: int) -> Block:
    return shown(tx.rows(f"{BLOCK} WHERE b.id = ?", (number,))[0])
