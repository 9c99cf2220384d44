"""Addresses given: by name, or many straight from the free runs."""

import random

from maccord.alloc import guard
from maccord.alloc.clock import moment
from maccord.alloc.errors import NotInPool
from maccord.alloc.kinds import parse, spell, stored, unstored
from maccord.alloc.life import State
from maccord.alloc.records import Actor, Granted, Holder
from maccord.alloc.spans import size
from maccord.store import hands, held, resting
from maccord.store.engine import granted, request_of
from maccord.store.extents import PoolRow, cut, ranges_of
from maccord.store.leasing.amending import ahead
from maccord.store.leasing.deriving import place
from maccord.store.leasing.finding import LEASE, Found, found
from maccord.store.leasing.standing import fenced, free_up, taken
from maccord.store.leasing.writing import write
from maccord.store.work import Tx, full_key


def allocate(
    tx: Tx,
    name: str,
    holder: Holder,
    actor: Actor,
    count: int,
    address: str | None,
    key: str | None,
    chance: random.Random,
    at_least: int | None = None,
    request: list[object] | None = None,
    identity: str | None = None,
) -> Granted:
    """Give an address by name or by identity, or many, straight from the free runs.

    `request` tells it from others for its key.
    """
    request = request or request_of(name, holder, count, address, at_least=at_least, identity=identity)
    before = tx.one("SELECT at, action, details FROM journal WHERE key = ?", (full_key(actor, key),)) if key else None
    if before is not None:
        kept = tx.replay(actor, "allocate", key, request)
        assert kept is not None
        return granted(kept, before[0], again=True)
    ahead(holder, tx.now)
    pool = hands.find_pool(tx, name, lock=True)
    hands.in_time(tx, pool)
    if identity is not None:
        placed = place(tx, pool, identity, holder)
        if isinstance(placed, Found):
            again = _again(pool, placed, holder)
            assert again
            return again
        runs = [placed]
    elif address is None:
        runs = hands.take_now(tx, pool, count, chance, at_least=at_least)
    else:
        value = stored(parse(address, pool.kind), pool.kind)
        mine = _given_before(tx, pool, value, holder)
        if mine is not None:
            return mine
        _claim(tx, pool, value)
        runs = [(value, value)]
    due = tx.now + pool.confirm_s * 1_000_000 if pool.confirm_s else None
    write(tx, pool, runs, State.HELD, due, held.row(holder, tx.now), identity)
    shown = [(unstored(first, pool.kind), unstored(last, pool.kind)) for first, last in runs]
    details: dict[str, object] = {
        "pool": pool.name,
        "scope": pool.scope,
        "kind": pool.kind,
        "holder": held.told(holder),
        "runs": shown,
        "until": due,
        "request": request,
    }
    if identity is not None:
        details["identity"] = identity
    tx.record(actor, "allocate", pool.name, details, full_key(actor, key))
    tx.note("allocated", pool.name, size(runs))
    return granted(details, tx.now, again=False)


def _given_before(tx: Tx, pool: PoolRow, value: int, holder: Holder) -> Granted | None:
    """Return the answer when the holder has the address already."""
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    return _again(pool, found(rows[0]), holder) if rows else None


def _again(pool: PoolRow, at: Found, holder: Holder) -> Granted | None:
    """Return the answer that gives an address again to a holder that has it, or None for another."""
    for mine in at.holders:
        if mine[:2] == (holder.kind, holder.id):
            shown = unstored(at.address, pool.kind)
            return Granted(
                pool=pool.name,
                scope=pool.scope,
                kind=pool.kind,
                holder=held.holder(held.past(mine)),
                at=moment(mine[4]),
                until=moment(at.due) if at.due is not None else None,
                runs=((shown, shown),),
                replayed=True,
            )
    return None


def _claim(tx: Tx, pool: PoolRow, value: int) -> None:
    """Take one address out of the free ones; raises AddressTaken, NotInPool, ForbiddenAddress."""
    guard.forbid_address(unstored(value, pool.kind), pool.kind)
    text = spell(unstored(value, pool.kind), pool.kind)
    if not any(lo <= value <= hi for lo, hi in ranges_of(tx, pool.id)):
        row = tx.one(
            "SELECT p.name FROM pool_range r JOIN pool p ON p.id = r.pool WHERE r.space = ? AND r.lo <= ?"
            " AND r.hi >= ?",
            (pool.space, value, value),
        )
        raise NotInPool(text, pool.name, row[0] if row else None)
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if rows and any(at is not None and at <= tx.now for at in (rows[0][10], rows[0][16])):
        resting.reap(tx, pool=pool)
        rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if rows:
        raise taken(tx, found(rows[0]))
    if not free_up(tx, pool, (value, value)):
        raise fenced(tx, pool, value)
    cut(tx, pool, [(value, value)], kinds=("free", "drained"))
