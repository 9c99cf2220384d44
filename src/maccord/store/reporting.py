"""What a delegate gave of a range that was leased to it, told to where the range comes from."""

from msgspec import json

from maccord.alloc import check
from maccord.alloc.clock import moment
from maccord.alloc.errors import AdoptionConflicts, BadRequest, NoSuchBlock
from maccord.alloc.kinds import kind_of, parse, spell, stored, unstored
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import Actor, Adoption, Holder, RangeReport, Reported, ReportRow
from maccord.alloc.spans import islands
from maccord.store import held, leasing, resting
from maccord.store.adopting import SHOWN_MAX, Adopting
from maccord.store.asking.pools import pool_named
from maccord.store.block_ends import BlockRow, block_row
from maccord.store.database import Reader
from maccord.store.delegating import origin
from maccord.store.extents import POOL, PoolRow, pool_row
from maccord.store.leasing.finding import Found
from maccord.store.leasing.writing import hold, update
from maccord.store.signing import store_id
from maccord.store.work import Tx, packed

_NOTE = "reported by the host of block "


def made(reader: Reader, name: str, now: int) -> RangeReport:
    """Return everything that is held in a pool that stands on a lease; raises NoSuchPool, BadRequest."""
    pool = pool_named(reader, name)
    lease = origin(reader, pool)
    if lease is None:
        raise BadRequest("pool", f"pool {name!r} stands on no lease of a range: there is nobody to report to")
    rows = []
    for row in reader.stream(
        f"{leasing.LEASE} WHERE l.space = ? AND l.pool = ? AND l.state IN ('held', 'in-use') ORDER BY l.address",
        (pool.space, pool.id),
    ):
        at = leasing.found(row)
        for each in at.holders:
            one = held.held(each).holder
            rows.append(
                ReportRow(
                    mac=at.text,
                    kind=one.kind,
                    id=one.id,
                    host=one.host,
                    note=one.note,
                    owner=one.owner,
                    until=one.until,
                )
            )
    return RangeReport(store=lease.store, block=lease.block, serial=lease.serial, at=moment(now), rows=tuple(rows))


class _Reporting(Adopting):
    """An adoption of what lies in one block: whose host gave it need not be the machine's host."""

    def __init__(self, tx: Tx, block: int) -> None:
        super().__init__(tx)
        self.note = f"{_NOTE}{block}"

    def _fences(self, pool: PoolRow, values: list[int], wanted: dict[int, list[Holder]]) -> None:
        """All of it lies in the block, which is fenced off for this very host."""


def take(tx: Tx, report: RangeReport, actor: Actor) -> Reported:
    """Make a block's leases what its host says that they are: all of it, or nothing.

    Only what an earlier report of the same block has brought is let go of again; what the centre knows from elsewhere
    stays, and is in the way where it says otherwise.
    """
    block, pool = _block(tx, report)
    work = _Reporting(tx, block.id)
    wanted = work.read(_rows(report, block, pool)).get((pool.kind, pool.scope), {})
    gone = _let_go(tx, block, pool, wanted)
    if wanted:
        work.space(pool.kind, pool.scope, wanted)
    if work.total:
        raise AdoptionConflicts(work.conflicts, work.total)
    done = Reported(block=block.id, rows=work.rows, added=work.added, joined=work.joined, known=work.known, gone=gone)
    spans = [
        (spell(unstored(lo, pool.kind), pool.kind), spell(unstored(hi, pool.kind), pool.kind))
        for lo, hi in islands(sorted(wanted))
    ]
    counts = json.decode(json.encode(done))
    tx.record(actor, "report-block", pool.name, {"block": block.id, "counts": counts, "spans": spans[:SHOWN_MAX]})
    tx.note("adopted", pool.name, work.added + work.joined)
    return done


def _block(tx: Tx, report: RangeReport) -> tuple[BlockRow, PoolRow]:
    """Return the block that a report is of, and its pool; the space is locked."""
    if report.schema != "maccord.range-report/1":
        raise BadRequest("schema", "expected maccord.range-report/1")
    if report.store != store_id(tx.db):
        raise BadRequest("store", "the report is of a range that another store has leased")
    block = block_row(tx, report.block) if report.block < 1 << 63 else None
    if block is None:
        raise NoSuchBlock(report.block)
    tx.db.lock_space(block.space)
    block = block_row(tx, report.block)
    assert block
    if block.serial == 0:
        raise BadRequest("block", f"block {block.id} was not leased for a time: nobody reports of it")
    row = tx.one(f"{POOL} WHERE p.name = ? AND p.space = ?", (block.pool, block.space))
    if row is None:
        raise NoSuchBlock(block.id)
    return block, pool_row(row)


def _rows(report: RangeReport, block: BlockRow, pool: PoolRow) -> list[Adoption]:
    found = []
    for row in report.rows:
        if kind_of(row.mac) != pool.kind or not block.lo <= stored(parse(row.mac, pool.kind), pool.kind) <= block.hi:
            raise BadRequest("rows", f"{row.mac[:40]} does not lie in block {block.id}")
        holder = check.holder(Holder(row.kind, row.id, row.host, row.note, row.owner, row.until))
        found.append(Adoption(address=row.mac, holder=holder, place=f"block {block.id}", scope=pool.scope))
    return found


def _let_go(tx: Tx, block: BlockRow, pool: PoolRow, wanted: dict[int, list[Holder]]) -> int:
    """Let holders go that an earlier report brought and this one does not name; return how many."""
    rows = tx.rows(
        f"{leasing.LEASE} WHERE l.space = ? AND l.address BETWEEN ? AND ? AND l.note = ?",
        (block.space, block.lo, block.hi, f"{_NOTE}{block.id}"),
    )
    count = 0
    for at in map(leasing.found, rows):
        if at.state not in OWNED:
            continue
        named = {(one.kind, one.id) for one in wanted.get(at.address, ())}
        gone = [each for each in at.holders if (each[0], each[1]) not in named]
        if gone:
            _leave(tx, at, gone, block, pool)
            count += len(gone)
    return count


def _leave(tx: Tx, at: Found, gone: list[held.HeldRow], block: BlockRow, pool: PoolRow) -> None:
    left = [each for each in at.holders if each not in gone]
    if left:
        hold(tx, at, left)
    else:
        after = step(at.text, at.state, Event.RELEASE)
        begin = tx.now if block.expires_at is None else max(tx.now, block.expires_at if block.until is not None else 0)
        due: int | None = begin + pool.rest_s * 1_000_000
        if at.suspect_s is not None:
            after = State.PROBATION
            due = None if at.suspect_s < 0 else max(due or 0, tx.now + at.suspect_s * 1_000_000)
        update(
            tx,
            at,
            "state = ?, since = ?, due = ?, confirmed_at = NULL, holders = '[]', holder_due = NULL, note = ''",
            (after, tx.now, due),
        )
    tx.db.run_many(
        resting.TENURE,
        [
            (at.space, at.address, at.pool, at.state, packed(held.past(each)), each[4], tx.now, at.confirmed_at)
            for each in gone
        ],
    )
