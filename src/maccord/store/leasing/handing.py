"""Addresses handed over in two steps, unchanged: both hold one meanwhile, and who never came is gone again.

Who takes over is a holder with an end, marked with whom it replaces. Completing takes the other away and the end off;
so does whatever else makes the other let go. An end that comes first takes the new one away, and nothing has changed.
"""

from datetime import timedelta

from msgspec.structs import replace

from maccord.alloc.clock import moment
from maccord.alloc.errors import BadRequest, HandOverUnderWay, HolderNeeded, NoHandOver, NoSuchLease, NotHolder
from maccord.alloc.life import OWNED, Event, step
from maccord.alloc.records import HAND_OVER_S, Actor, Holder, HolderChange, Lease
from maccord.store import held
from maccord.store.held import HeldRow
from maccord.store.leasing.amending import ahead, amended, meant
from maccord.store.leasing.finding import Found, again, find
from maccord.store.leasing.writing import hold
from maccord.store.tenures import TENURE
from maccord.store.work import Tx, full_key, packed


def begin(
    tx: Tx,
    text: str,
    to: Holder,
    scope: str | None,
    leaving: str | None,
    actor: Actor,
    key: str | None,
    expect: int | None,
) -> Lease:
    """Add a holder that takes an address over from another, with an end."""
    request: list[object] = [text, to.kind, to.id, scope, leaving]
    if tx.replay(actor, "hand-over", key, request) is not None:
        return find(tx, text, scope).lease
    ahead(to, tx.now)
    at = _owned(tx, text, scope, expect)
    coming = _coming(at)
    mine = next((each for each in at.holders if each[:2] == (to.kind, to.id)), None)
    if coming is not None and coming is not mine:
        raise HandOverUnderWay(at.text, held.name(coming), held.replaces(coming))
    old = _leaving(at, leaving)
    if mine is not None:
        if coming is None:
            raise BadRequest("to", f"{to} holds {at.text} already")
        if held.replaces(mine) != held.name(old):
            raise HandOverUnderWay(at.text, held.name(mine), held.replaces(mine))
        change = HolderChange(host=to.host or None, note=to.note or None, owner=to.owner or None, until=to.until)
        return amended(tx, at, mine, change, actor)
    step(at.text, at.state, Event.SHARE)
    until = to.until if to.until is not None else moment(tx.now) + timedelta(seconds=HAND_OVER_S)
    whole = replace(to, until=until)
    hold(tx, at, [*at.holders, held.row(whole, tx.now, held.name(old))])
    _tell(tx, "hand-over", at, whole, old, actor, full_key(actor, key), request)
    return again(tx, at).lease


def complete(tx: Tx, text: str, scope: str | None, to: str | None, actor: Actor, expect: int | None) -> Lease:
    """Let the one who is replaced go, and the new one stay, without the end."""
    at = _owned(tx, text, scope, expect)
    coming = _coming(at)
    if coming is None or not _is(coming, to):
        if to is not None and any(_is(each, to) for each in at.holders):
            return at.lease  # completed before, or the other let go by itself
        raise NoHandOver(at.text, to)
    old = next(each for each in at.holders if held.name(each) == held.replaces(coming))
    step(at.text, at.state, Event.LEAVE)
    hold(tx, at, held.settled([each for each in at.holders if each is not old]))
    was = held.past(old)
    tx.db.run(TENURE, (at.space, at.address, at.pool, at.state, packed(was), old[4], tx.now, at.confirmed_at))
    _tell(tx, "complete-hand-over", at, held.holder(was), coming, actor)
    return again(tx, at).lease


def cancel(tx: Tx, text: str, scope: str | None, to: str | None, actor: Actor, expect: int | None) -> Lease:
    """Let the new one go; who had it has it on."""
    at = _owned(tx, text, scope, expect)
    coming = _coming(at)
    if coming is None or not _is(coming, to):
        if to is not None and not any(_is(each, to) for each in at.holders):
            return at.lease  # cancelled before, or it was never completed in time
        raise NoHandOver(at.text, to)
    old = next(each for each in at.holders if held.name(each) == held.replaces(coming))
    step(at.text, at.state, Event.LEAVE)
    hold(tx, at, [each for each in at.holders if each is not coming])
    was = held.past(coming)
    tx.db.run(TENURE, (at.space, at.address, at.pool, at.state, packed(was), coming[4], tx.now, at.confirmed_at))
    _tell(tx, "cancel-hand-over", at, held.holder(was), old, actor)
    return again(tx, at).lease


def _owned(tx: Tx, text: str, scope: str | None, expect: int | None) -> Found:
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    return at


def _coming(at: Found) -> HeldRow | None:
    """Return the holder that takes over from another, if there is one."""
    return next((each for each in at.holders if held.replaces(each)), None)


def _leaving(at: Found, name: str | None) -> HeldRow:
    """Return the holder that is to leave: the one that is named, or the only one that is not coming."""
    if name is not None:
        old = meant(at, name)
        if held.replaces(old):
            raise NotHolder(at.text, name, [each for each in at.names if each != held.name(old)])
        return old
    staying = [each for each in at.holders if not held.replaces(each)]
    if len(staying) != 1:
        raise HolderNeeded(at.text, [held.name(each) for each in staying])
    return staying[0]


def _is(each: HeldRow, name: str | None) -> bool:
    return name is None or name in (held.name(each), each[1])


def _tell(
    tx: Tx,
    action: str,
    at: Found,
    holder: Holder,
    other: HeldRow,
    actor: Actor,
    key: str | None = None,
    request: list[object] | None = None,
) -> None:
    """Append to the audit who came or went (`holder`), and whom it is about beside that."""
    role = "from" if action == "hand-over" else "to" if action == "complete-hand-over" else "stays"
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "kind": at.kind,
        "before": at.names,
        "holder": held.told(holder),
        role: held.past(other),
        "request": request,
    }
    tx.record(actor, action, at.text, details, key)
    tx.note(
        {"hand-over": "handing-over"}.get(action, "handed-over" if role == "to" else "hand-over-cancelled"), at.pool
    )
