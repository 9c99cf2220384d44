"""Blocks: ranges that hosts issue from by themselves."""

from collections.abc import Sequence

from maccord.alloc.clock import moment
from maccord.alloc.errors import BadRequest, NoRoom, NoSuchBlock
from maccord.alloc.install import install_text
from maccord.alloc.kinds import AddressKind, unstored
from maccord.alloc.records import Actor, Block, RangeSpec
from maccord.alloc.spans import Run, aligned
from maccord.store import hands, resting
from maccord.store.extents import PoolRow, cut, insert, not_foreign
from maccord.store.pools import free_run, inside, text
from maccord.store.work import Tx, full_key

BLOCK = (
    "SELECT b.id, b.pool, s.scope, s.kind, b.host, b.lo, b.hi, b.note, b.since, b.until"
    " FROM block b JOIN space s ON s.id = b.space"
)
SIZE_MAX = 1 << 24


def shown(row: Sequence[object]) -> Block:
    """Return a row of BLOCK as it is told."""
    number, pool, scope, kind, host, lo, hi, note, since, until = row
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
        install=install_text(of, str(host), first, last),
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
) -> Block:
    """Give a host its own range."""
    request: list[object] = [name, host, size, [span.first, span.last] if span else None, align, note]
    before = tx.replay(actor, "carve-block", key, request)
    if before is not None:
        return shown(tx.rows(f"{BLOCK} WHERE b.id = ?", (before["block"],))[0])
    pool = hands.find_pool(tx, name, lock=True)
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
        "INSERT INTO block (space, pool, host, lo, hi, note, since) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (pool.space, pool.name, host, *run, note, tx.now),
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


def give_up(tx: Tx, number: int, actor: Actor) -> Block:
    """Take a block back; its addresses rest."""
    row = tx.one("SELECT space, lo, until, pool, hi FROM block WHERE id = ?", (number,))
    if row is None or row[2] is not None:
        raise NoSuchBlock(number)
    pool = hands.find_pool(tx, row[3], lock=True)
    due = tx.now + pool.rest_s * 1_000_000
    if not tx.db.run(
        "UPDATE extent SET kind = 'resting', since = ?, due = ? WHERE space = ? AND lo = ? AND kind = 'block'",
        (tx.now, due, row[0], row[1]),
    ):
        raise NoSuchBlock(number)
    not_foreign(tx, pool, (int(row[1]), int(row[4])))  # it was what evidence showed of the host that had it
    tx.db.run("UPDATE block SET until = ? WHERE id = ?", (tx.now, number))
    gone = shown(tx.rows(f"{BLOCK} WHERE b.id = ?", (number,))[0])
    details: dict[str, object] = {"block": number, "host": gone.host, "first": gone.first, "last": gone.last}
    tx.record(actor, "return-block", gone.pool, details)
    tx.note("block-returned", gone.pool, gone.size, {"host": gone.host})
    return gone
