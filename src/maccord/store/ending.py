"""Holders whose time is over let go by themselves, as if they had released."""

from collections import defaultdict
from typing import Any

from msgspec import Struct, json

from maccord.alloc.kinds import spell, unstored
from maccord.alloc.life import Event, State, step
from maccord.alloc.spans import islands
from maccord.store import held
from maccord.store.database import Row
from maccord.store.extents import PoolRow
from maccord.store.tenures import EXPIRY, TENURE, pools_of, rest_s
from maccord.store.work import Tx, packed

_ROWS = "SELECT space, address, pool, state, confirmed_at, suspect_s, holders FROM lease WHERE holder_due IS NOT NULL"
_LEFT = "UPDATE lease SET holders = ?, holder_due = ?, version = version + 1 WHERE space = ? AND address = ?"
_LAST = (
    "UPDATE lease SET state = ?, since = ?, due = ?, confirmed_at = NULL, holders = '[]', holder_due = NULL,"
    " version = version + 1 WHERE space = ? AND address = ?"
)


class _Ended(Struct, frozen=True):
    """What addresses that end alike have in common: one record of the audit tells of all of them."""

    space: int
    pool: int | None
    gone: str
    before: str
    after: str
    left: int


def end_holders(tx: Tx, pool: PoolRow | None, most: int) -> int:
    """Let holders go whose time is over, in one pool or in all; return of how many addresses."""
    where = "" if pool is None else " AND pool = ?"
    params = (tx.now, most) if pool is None else (tx.now, pool.id, most)
    rows = tx.rows(f"{_ROWS} AND holder_due <= ?{where} ORDER BY holder_due LIMIT ?{tx.db.skip_locked}", params)
    _let_go(tx, rows)
    return len(rows)


def end_holders_at(tx: Tx, space: int, address: int) -> None:
    """Let holders of one address go whose time is over; whoever calls has locked it."""
    _let_go(tx, tx.rows(f"{_ROWS} AND holder_due <= ? AND space = ? AND address = ?", (tx.now, space, address)))


def after_the_last(
    tx: Tx, text: str, state: State, suspect_s: int | None, pool: PoolRow | None
) -> tuple[State, int | None]:
    """Return the state that an address comes to when its last holder lets go, and until when."""
    after = step(text, state, Event.RELEASE)
    if suspect_s is None:
        return after, tx.now + rest_s(pool) * 1_000_000
    return step(text, after, Event.SUSPECT), None if suspect_s < 0 else tx.now + suspect_s * 1_000_000


def _let_go(tx: Tx, rows: list[Row]) -> None:
    pools = pools_of(tx, {row[2] for row in rows})
    told: dict[_Ended, list[int]] = defaultdict(list)
    past: list[tuple[Any, ...]] = []
    left: list[tuple[Any, ...]] = []
    last: list[tuple[Any, ...]] = []
    for space, address, number, state, confirmed_at, suspect_s, text in rows:
        holders = json.decode(text)
        gone = [each for each in holders if _over(each, tx.now)]
        rest = held.settled(tuple(each) for each in holders if not _over(each, tx.now))
        pool = pools.get(number)
        after: State = State(state)
        if rest:
            left.append((packed(rest), held.first_end(rest), space, address))
        else:
            after, due = after_the_last(tx, str(address), after, suspect_s, pool)
            last.append((after, tx.now, due, space, address))
        name = pool.name if pool else None
        past += [(space, address, name, state, packed(held.past(each)), each[4], tx.now, confirmed_at) for each in gone]
        who = packed([held.past(each) for each in gone])
        told[_Ended(space, number, who, state, after, len(rest))].append(address)
    tx.db.run_many(_LEFT, left)
    tx.db.run_many(_LAST, last)
    tx.db.run_many(TENURE, past)
    for what, addresses in told.items():
        _tell(tx, what, pools.get(what.pool), addresses)


def _over(each: list[Any], now: int) -> bool:
    at = held.end(each)
    return at is not None and at <= now


def _tell(tx: Tx, what: _Ended, pool: PoolRow | None, addresses: list[int]) -> None:
    kind, scope = tx.rows("SELECT kind, scope FROM space WHERE id = ?", (what.space,))[0]
    runs = [(unstored(lo, kind), unstored(hi, kind)) for lo, hi in islands(sorted(addresses))]
    first = spell(runs[0][0], kind)
    details: dict[str, object] = {
        "pool": pool.name if pool else None,
        "scope": scope,
        "kind": kind,
        "runs": runs,
        "holders": json.decode(what.gone),
        "before": what.before,
        "after": what.after,
        "left": what.left,
    }
    tx.record(EXPIRY, "expire", pool.name if pool and len(addresses) > 1 else first, details)
    tx.note("expired", pool.name if pool else None, len(addresses))
