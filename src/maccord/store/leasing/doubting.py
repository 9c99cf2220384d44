"""Addresses on probation, and an early end of it or of rest."""

from maccord.alloc.kinds import kind_of, parse, spell, stored, unstored
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import Actor, Lease
from maccord.store import hands
from maccord.store.extents import cut, give_back
from maccord.store.leasing.finding import LEASE, compare, find, found, locked
from maccord.store.leasing.standing import fenced, free_up, pool_at, space_id
from maccord.store.leasing.writing import NEW, past, update
from maccord.store.work import Tx


def probation(
    tx: Tx, text: str, reason: str, scope: str, for_s: int | None, actor: Actor, expect: int | None = None
) -> Lease:
    """Put an address on probation, now or when its last holder lets go."""
    kind = kind_of(text)
    value = stored(parse(text, kind), kind)
    space = space_id(tx, kind, scope)
    tx.db.lock_space(space)
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?{locked(tx)}", (space, value))
    due = None if for_s is None else tx.now + for_s * 1_000_000
    shown = spell(unstored(value, kind), kind)
    before = State.FREE
    if rows:
        at = found(rows[0])
        compare(shown, expect, at.told)
        before = at.state
        if at.state in OWNED:
            update(tx, at, "suspect_s = ?, note = ?", (-1 if for_s is None else for_s, reason))
        else:
            after = step(at.text, at.state, Event.SUSPECT)
            past(tx, at)
            update(tx, at, "state = ?, since = ?, due = ?, note = ?", (after, tx.now, due, reason))
    else:
        compare(shown, expect, 0)
        pool = pool_at(tx, space, value)
        if pool is not None:
            if not free_up(tx, pool, (value, value)):
                raise fenced(tx, pool, value)
            cut(tx, pool, [(value, value)], kinds=("free", "drained"))
        tx.db.run(
            NEW, (space, value, pool.id if pool else None, State.PROBATION, tx.now, None, due, "[]", reason, None, None)
        )
    tx.record(actor, "probation", shown, {"scope": scope, "before": before, "reason": reason, "until": due})
    tx.note("probation", None, facts={"address": shown, "reason": reason})
    return found(tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (space, value))[0]).lease


def end_rest(tx: Tx, text: str, reason: str, scope: str | None, actor: Actor, expect: int | None = None) -> Lease:
    """Free an address that rests, or is on probation."""
    at = find(tx, text, scope, expect)
    step(at.text, at.state, Event.RESTED)
    tx.db.lock_space(at.space)
    past(tx, at)
    tx.db.run("DELETE FROM lease WHERE space = ? AND address = ?", (at.space, at.address))
    pool = hands.pool_by_id(tx, at.pool_id)
    if pool is not None:
        give_back(tx, pool, [(at.address, at.address)])
    tx.record(actor, "end-rest", at.text, {"scope": at.scope, "before": at.state, "reason": reason})
    tx.note("rested", at.pool)
    return Lease(address=at.text, kind=at.kind, scope=at.scope, pool=at.pool)
