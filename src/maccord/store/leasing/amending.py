"""What is said of a holder, changed: who answers for it, until when it holds, where it is."""

from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import BadRequest, HolderNeeded, NoSuchLease, NotHolder
from maccord.alloc.life import OWNED
from maccord.alloc.records import Actor, Holder, HolderChange, Lease
from maccord.store import held
from maccord.store.held import HeldRow
from maccord.store.leasing.finding import Found, again, find
from maccord.store.leasing.writing import hold
from maccord.store.work import Tx


def ahead(holder: Holder | HolderChange, now: int) -> None:
    """Raise BadRequest for a holder whose time is over before it began."""
    if holder.until is not None and micros(holder.until) <= now:
        raise BadRequest("holder.until", f"it is over: it is {moment(now):%Y-%m-%dT%H:%M:%SZ} here; to let go, release")


def meant(at: Found, name: str | None) -> HeldRow:
    """Return the holder that is meant: by `kind:id`, by id, or because there is one only."""
    if name is None:
        if len(at.holders) > 1:
            raise HolderNeeded(at.text, at.names)
        return at.holders[0]
    exact = [each for each in at.holders if f"{each[0]}:{each[1]}" == name]
    found = exact or [each for each in at.holders if each[1] == name]
    if not found:
        raise NotHolder(at.text, name, at.names)
    if len(found) > 1:
        raise HolderNeeded(at.text, at.names)
    return found[0]


def amend(
    tx: Tx, text: str, change: HolderChange, scope: str | None, holder: str | None, actor: Actor, expect: int | None
) -> Lease:
    """Change what is said of a holder."""
    ahead(change, tx.now)
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    return amended(tx, at, meant(at, holder), change, actor)


def amended(
    tx: Tx,
    at: Found,
    mine: HeldRow,
    change: HolderChange,
    actor: Actor,
    key: str | None = None,
    request: list[object] | None = None,
) -> Lease:
    """Change what is said of one holder of a lease; nothing is written when it says so already."""
    before = held.holder(held.past(mine))
    after = Holder(
        before.kind,
        before.id,
        before.host if change.host is None else change.host,
        before.note if change.note is None else change.note,
        before.owner if change.owner is None else change.owner,
        None if change.lasting else change.until or before.until,
    )
    if after == before:
        return at.lease
    new = held.row(after, mine[4], held.replaces(mine))
    hold(tx, at, [new if each is mine else each for each in at.holders])
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "holder": (after.kind, after.id),
        "before": held.told(before),
        "after": held.told(after),
        "request": request,
    }
    tx.record(actor, "share" if key else "amend", at.text, details, key)
    tx.note("amended", at.pool)
    return again(tx, at).lease
