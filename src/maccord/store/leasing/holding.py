"""What holders do: confirm, share, release."""

from typing import Any

from maccord.alloc.errors import NoSuchLease
from maccord.alloc.kinds import spell, unstored
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import Actor, Holder, HolderChange, Lease, Released
from maccord.store import hands, held
from maccord.store.ending import after_the_last
from maccord.store.leasing.amending import ahead, amended, meant
from maccord.store.leasing.finding import LEASE, again, find, found, spaces_of
from maccord.store.leasing.writing import hold, update
from maccord.store.tenures import TENURE
from maccord.store.work import Tx, full_key, packed


def confirm(tx: Tx, text: str, scope: str | None, holder: str | None, actor: Actor, expect: int | None = None) -> Lease:
    """Mark a lease as at work."""
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    if holder is not None:
        meant(at, holder)
    if at.state is State.IN_USE:
        return at.lease
    after = step(at.text, at.state, Event.CONFIRM)
    update(tx, at, "state = ?, confirmed_at = ?, due = NULL", (after, tx.now))
    tx.record(actor, "confirm", at.text, {"pool": at.pool, "scope": at.scope, "before": at.state, "after": after})
    tx.note("confirmed", at.pool)
    return again(tx, at).lease


def share(
    tx: Tx,
    text: str,
    holder: Holder,
    scope: str | None,
    actor: Actor,
    key: str | None,
    expect: int | None = None,
) -> Lease:
    """Add a holder."""
    request: list[object] = [text, holder.kind, holder.id, scope]
    if tx.replay(actor, "share", key, request) is not None:
        return find(tx, text, scope).lease
    ahead(holder, tx.now)
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    step(at.text, at.state, Event.SHARE)
    mine = next((each for each in at.holders if each[:2] == (holder.kind, holder.id)), None)
    if mine is not None:
        change = HolderChange(
            host=holder.host or None, note=holder.note or None, owner=holder.owner or None, until=holder.until
        )
        return amended(tx, at, mine, change, actor, full_key(actor, key), request)
    hold(tx, at, [*at.holders, held.row(holder, tx.now)])
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "before": at.names,
        "holder": held.told(holder),
        "request": request,
    }
    tx.record(actor, "share", at.text, details, full_key(actor, key))
    tx.note("shared", at.pool)
    return again(tx, at).lease


def release(
    tx: Tx,
    text: str,
    scope: str | None,
    holder: str | None,
    actor: Actor,
    key: str | None,
    expect: int | None = None,
) -> Released:
    """Let one holder go, and the address rest when it was the last."""
    request: list[object] = [text, scope, holder]
    before = tx.replay(actor, "release", key, request)
    if before is not None:
        return _released_before(tx, before)
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    gone = meant(at, holder)
    rest = [each for each in at.holders if each is not gone]
    if rest:
        after = step(at.text, at.state, Event.LEAVE)
        hold(tx, at, held.settled(rest))
    else:
        after, due = after_the_last(tx, at.text, at.state, at.suspect_s, hands.pool_by_id(tx, at.pool_id))
        changes = "state = ?, since = ?, due = ?, confirmed_at = NULL, holders = '[]', holder_due = NULL"
        update(tx, at, changes, (after, tx.now, due))
    was = held.past(gone)
    tx.db.run(TENURE, (at.space, at.address, at.pool, at.state, packed(was), gone[4], tx.now, at.confirmed_at))
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "kind": at.kind,
        "holder": was,
        "before": at.state,
        "after": after,
        "left": len(rest),
        "request": request,
    }
    tx.record(actor, "release", at.text, details, full_key(actor, key))
    tx.note("released", at.pool)
    return Released(lease=again(tx, at).lease, holder=held.holder(was))


def _released_before(tx: Tx, details: dict[str, Any]) -> Released:
    """Return the kept answer of a release: who let go; the lease is as it is now."""
    text = str(details["request"][0])
    kind, value, spaces = spaces_of(tx.db, text, details["scope"])
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (spaces[0][0], value)) if spaces else []
    address = spell(unstored(value, kind), kind)
    now = (
        found(rows[0]).lease
        if rows
        else Lease(address=address, kind=kind, scope=details["scope"], pool=details["pool"])
    )
    return Released(lease=now, holder=held.holder(details["holder"]), replayed=True)
