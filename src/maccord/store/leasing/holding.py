"""What holders do: confirm, share, release."""

from typing import Any

from maccord.alloc.errors import HolderNeeded, NoSuchLease, NotHolder
from maccord.alloc.kinds import spell, unstored
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import Actor, Holder, Lease, Released
from maccord.store import hands, resting
from maccord.store.leasing.finding import LEASE, Found, again, find, found, spaces_of
from maccord.store.leasing.writing import update
from maccord.store.work import Tx, full_key, packed


def confirm(tx: Tx, text: str, scope: str | None, holder: str | None, actor: Actor, expect: int | None = None) -> Lease:
    """Mark a lease as at work."""
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    if holder is not None:
        _holder(at, holder)
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
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    step(at.text, at.state, Event.SHARE)
    if any((kind, name) == (holder.kind, holder.id) for kind, name, *_ in at.holders):
        return at.lease
    after = [*at.holders, (holder.kind, holder.id, holder.host, holder.note, tx.now)]
    update(tx, at, "holders = ?", (packed(after),))
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "before": at.names,
        "holder": (holder.kind, holder.id, holder.host, holder.note),
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
    gone = _holder(at, holder)
    rest = [each for each in at.holders if each is not gone]
    if rest:
        after = step(at.text, at.state, Event.LEAVE)
        update(tx, at, "holders = ?", (packed(rest),))
    else:
        after = step(at.text, at.state, Event.RELEASE)
        due: int | None = tx.now + resting.rest_s(hands.pool_by_id(tx, at.pool_id)) * 1_000_000
        if at.suspect_s is not None:
            after = step(at.text, after, Event.SUSPECT)
            due = None if at.suspect_s < 0 else tx.now + at.suspect_s * 1_000_000
        update(tx, at, "state = ?, since = ?, due = ?, confirmed_at = NULL, holders = '[]'", (after, tx.now, due))
    past = (at.space, at.address, at.pool, at.state, packed(gone[:4]), gone[4], tx.now, at.confirmed_at)
    tx.db.run(resting.TENURE, past)
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "kind": at.kind,
        "holder": gone[:4],
        "before": at.state,
        "after": after,
        "left": len(rest),
        "request": request,
    }
    tx.record(actor, "release", at.text, details, full_key(actor, key))
    tx.note("released", at.pool)
    return Released(lease=again(tx, at).lease, holder=Holder(*gone[:4]))


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
    return Released(lease=now, holder=Holder(*details["holder"]), replayed=True)


def _holder(at: Found, name: str | None) -> tuple[str, str, str, str, int]:
    """Return the holder that is meant: by `kind:id`, by id, or because there is one only."""
    if name is None:
        if len(at.holders) > 1:
            raise HolderNeeded(at.text, at.names)
        return at.holders[0]
    exact = [each for each in at.holders if f"{each[0]}:{each[1]}" == name]
    meant = exact or [each for each in at.holders if each[1] == name]
    if not meant:
        raise NotHolder(at.text, name, at.names)
    if len(meant) > 1:
        raise HolderNeeded(at.text, at.names)
    return meant[0]
