"""Changes of leases: given by name or in great number, confirmed, shared, released, suspected, freed early."""

import random
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, json

from maccord.alloc import guard
from maccord.alloc.clock import moment
from maccord.alloc.errors import (
    AddressTaken,
    HolderNeeded,
    NoSuchLease,
    NotHolder,
    NotInPool,
    ScopeNeeded,
)
from maccord.alloc.kinds import AddressKind, kind_of, parse, spell, stored, unstored
from maccord.alloc.life import OWNED, Event, State, step
from maccord.alloc.records import GLOBAL, Actor, Granted, Held, Holder, Lease, Released
from maccord.alloc.spans import Run, numbers
from maccord.store import hands, resting
from maccord.store.database import Reader
from maccord.store.engine import granted, request_of
from maccord.store.extents import PoolRow, cut, give_back, ranges_of, within
from maccord.store.work import Tx, full_key, packed

LEASE = (
    "SELECT l.space, l.address, s.kind, s.scope, p.name, r.lo, r.hi, l.state, l.since, l.confirmed_at, l.due,"
    " l.suspect_s, l.holders, l.note, l.version, l.pool FROM lease l JOIN space s ON s.id = l.space"
    " LEFT JOIN pool p ON p.id = l.pool LEFT JOIN pool_range r ON r.space = l.space AND r.pool = l.pool"
    " AND r.lo = (SELECT max(x.lo) FROM pool_range x WHERE x.space = l.space AND x.lo <= l.address)"
    " AND r.hi >= l.address"
)
_NEW = (
    "INSERT INTO lease (space, address, pool, state, since, confirmed_at, due, holders, note)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Found(Struct, frozen=True, kw_only=True):
    """A row of `lease` with its names."""

    space: int
    address: int
    kind: AddressKind
    scope: str
    pool: str | None
    first: int | None
    last: int | None
    state: State
    since: int
    confirmed_at: int | None
    due: int | None
    suspect_s: int | None
    holders: list[tuple[str, str, str, str, int]]
    note: str
    version: int
    pool_id: int | None

    @property
    def text(self) -> str:
        """The address as text."""
        return spell(unstored(self.address, self.kind), self.kind)

    @property
    def names(self) -> list[str]:
        """Who holds it."""
        return [f"{holder[0]}:{holder[1]}" for holder in self.holders]

    @property
    def lease(self) -> Lease:
        """What is told of it."""
        run = None
        if self.first is not None and self.last is not None:
            ends = (spell(unstored(end, self.kind), self.kind) for end in (self.first, self.last))
            run = "..".join(ends)
        return Lease(
            address=self.text,
            kind=self.kind,
            scope=self.scope,
            pool=self.pool,
            range=run,
            state=self.state,
            since=moment(self.since),
            confirmed_at=moment(self.confirmed_at) if self.confirmed_at is not None else None,
            until=moment(self.due) if self.due is not None else None,
            holders=tuple(Held(Holder(*holder[:4]), moment(holder[4])) for holder in self.holders),
            note=self.note,
            version=self.version,
        )


def found(row: Sequence[Any]) -> Found:
    """Return a row of LEASE with its names."""
    values = dict(zip(Found.__struct_fields__, row, strict=True))
    values["state"] = State(values["state"])
    values["holders"] = [tuple(holder) for holder in json.decode(values["holders"])]
    return Found(**values)


def spaces_of(reader: Reader, text: str, scope: str | None) -> tuple[AddressKind, int, list[tuple[int, str]]]:
    """Return the kind and stored value of an address, and the spaces where it may be known: number and scope."""
    kind = kind_of(text)
    value = stored(parse(text, kind), kind)
    if scope is not None:
        return (
            kind,
            value,
            [
                (r[0], r[1])
                for r in reader.rows("SELECT id, scope FROM space WHERE kind = ? AND scope = ?", (kind, scope))
            ],
        )
    rows = reader.rows(
        "SELECT s.id, s.scope FROM space s WHERE s.kind = ? AND ("
        " EXISTS (SELECT 1 FROM lease l WHERE l.space = s.id AND l.address = ?)"
        " OR EXISTS (SELECT 1 FROM pool_range r WHERE r.space = s.id AND r.lo ="
        " (SELECT max(x.lo) FROM pool_range x WHERE x.space = s.id AND x.lo <= ?) AND r.hi >= ?)) ORDER BY s.scope",
        (kind, value, value, value),
    )
    return kind, value, [(r[0], r[1]) for r in rows]


def find(tx: Tx, text: str, scope: str | None) -> Found:
    """Return the lease of an address, locked; raises NoSuchLease, ScopeNeeded, BadAddress."""
    kind, value, spaces = spaces_of(tx.db, text, scope)
    address = spell(unstored(value, kind), kind)
    rows = []
    for space, _ in spaces:
        rows += tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?{_locked(tx)}", (space, value))
    if not rows:
        raise NoSuchLease(address, scope)
    if len(rows) > 1 or (scope is None and len(spaces) > 1):
        raise ScopeNeeded(address, [name for _, name in spaces])
    return found(rows[0])


def _locked(tx: Tx) -> str:
    return f"{tx.db.for_update} OF l" if tx.db.for_update else ""


def taken(tx: Tx, at: Found) -> AddressTaken:
    """Return the refusal that says who has an address, with a free one of the same pool."""
    pool = hands.pool_by_id(tx, at.pool_id)
    free = hands.free_one(tx, pool)
    return AddressTaken(
        at.text,
        scope=at.scope,
        state=at.state,
        pool=at.pool,
        holders=at.names,
        host=", ".join(sorted({holder[2] for holder in at.holders if holder[2]})),
        since=moment(at.since),
        until=moment(at.due) if at.due is not None and at.state not in OWNED else None,
        alternative=spell(free, at.kind) if free is not None else None,
    )


# -- giving ------------------------------------------------------------------------------------------------------------


def allocate(
    tx: Tx,
    name: str,
    holder: Holder,
    actor: Actor,
    count: int,
    address: str | None,
    key: str | None,
    chance: random.Random,
) -> Granted:
    """Give an address by name, or many, straight from the free runs."""
    request = request_of(name, holder, count, address)
    before = tx.one("SELECT at, action, details FROM journal WHERE key = ?", (full_key(actor, key),)) if key else None
    if before is not None:
        details = tx.replay(actor, "allocate", key, request)
        assert details is not None
        return granted(details, before[0], again=True)
    pool = hands.find_pool(tx, name, lock=True)
    if address is None:
        runs = hands.take_now(tx, pool, count, chance)
    else:
        value = stored(parse(address, pool.kind), pool.kind)
        mine = _given_before(tx, pool, value, holder)
        if mine is not None:
            return mine
        _claim(tx, pool, value)
        runs = [(value, value)]
    due = tx.now + pool.confirm_s * 1_000_000 if pool.confirm_s else None
    holders = packed([(holder.kind, holder.id, holder.host, holder.note, tx.now)])
    write(tx, pool, runs, State.HELD, due, holders)
    shown = [(unstored(first, pool.kind), unstored(last, pool.kind)) for first, last in runs]
    details = {
        "pool": pool.name,
        "scope": pool.scope,
        "kind": pool.kind,
        "holder": (holder.kind, holder.id, holder.host, holder.note),
        "runs": shown,
        "until": due,
        "request": request,
    }
    tx.record(actor, "allocate", pool.name, details, full_key(actor, key))
    tx.note("allocated", pool.name, count)
    return granted(details, tx.now, again=False)


def write(tx: Tx, pool: PoolRow, runs: Sequence[Run], state: State, due: int | None, holders: str) -> None:
    """Write leases for runs: row by row when they are few, in the database when they are many."""
    short = [run for run in runs if run[1] - run[0] < 64]
    tx.db.run_many(
        _NEW,
        ((pool.space, value, pool.id, state, tx.now, None, due, holders, "") for value in numbers(short)),
    )
    for first, last in runs:
        if last - first < 64:
            continue
        series, params = tx.db.series(first, last)
        tx.db.run(
            "INSERT INTO lease (space, address, pool, state, since, due, holders)"  # noqa: S608
            f" SELECT {pool.space}, address, {pool.id}, ?, ?, {'NULL' if due is None else due}, ? FROM ({series}) AS n",
            (state, tx.now, holders, *params),
        )


def _given_before(tx: Tx, pool: PoolRow, value: int, holder: Holder) -> Granted | None:
    """Return the answer when the holder has the address already."""
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if not rows:
        return None
    at = found(rows[0])
    for kind, name, host, note, since in at.holders:
        if (kind, name) == (holder.kind, holder.id):
            shown = unstored(value, pool.kind)
            return Granted(
                pool=pool.name,
                scope=pool.scope,
                kind=pool.kind,
                holder=Holder(kind, name, host, note),
                at=moment(since),
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
    if rows and rows[0][10] is not None and rows[0][10] <= tx.now:
        resting.reap(tx, pool=pool)
        rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (pool.space, value))
    if rows:
        raise taken(tx, found(rows[0]))
    if not free_up(tx, pool, (value, value)):
        raise fenced(tx, pool, value)
    cut(tx, pool, [(value, value)], kinds=("free", "drained"))


def free_up(tx: Tx, pool: PoolRow, run: Run) -> bool:
    """Take back hands that stand on a run; return whether all of it that has no lease is free then."""
    for _lo, _hi, kind, _of, hand, _block in within(tx, pool.space, *run):
        if kind == "chunk" and hand is not None:
            hands.retire(tx, pool, hand)
    return all(kind in ("free", "drained") for _, _, kind, _, _, _ in within(tx, pool.space, *run)) and bool(
        within(tx, pool.space, *run)
    )


def fenced(tx: Tx, pool: PoolRow, value: int) -> AddressTaken:
    """Return the refusal for an address that is excluded, of a host's block, or of a block that rests."""
    row = tx.one(
        "SELECT e.kind, e.note, e.since, e.due, b.host FROM extent e LEFT JOIN block b ON b.id = e.block"
        " WHERE e.space = ? AND e.lo <= ? AND e.hi >= ? AND e.kind NOT IN ('free', 'drained', 'chunk')",
        (pool.space, value, value),
    )
    free = hands.free_one(tx, pool)
    kind, note, since, due, host = row or ("excluded", "", None, None, None)
    who = [f"host:{host}"] if host else [note] if note else []
    return AddressTaken(
        spell(unstored(value, pool.kind), pool.kind),
        scope=pool.scope,
        state=kind,
        pool=pool.name,
        holders=who,
        host=host or "",
        since=moment(since) if since else None,
        until=moment(due) if due else None,
        alternative=spell(free, pool.kind) if free is not None else None,
    )


# -- changing ----------------------------------------------------------------------------------------------------------


def confirm(tx: Tx, text: str, scope: str | None, holder: str | None, actor: Actor) -> Lease:
    """Mark a lease as at work."""
    at = find(tx, text, scope)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    if holder is not None:
        _holder(at, holder)
    if at.state is State.IN_USE:
        return at.lease
    after = step(at.text, at.state, Event.CONFIRM)
    _update(tx, at, "state = ?, confirmed_at = ?, due = NULL", (after, tx.now))
    tx.record(actor, "confirm", at.text, {"pool": at.pool, "scope": at.scope, "before": at.state, "after": after})
    tx.note("confirmed", at.pool)
    return _again(tx, at).lease


def share(tx: Tx, text: str, holder: Holder, scope: str | None, actor: Actor, key: str | None) -> Lease:
    """Add a holder."""
    request: list[object] = [text, holder.kind, holder.id, scope]
    if tx.replay(actor, "share", key, request) is not None:
        return find(tx, text, scope).lease
    at = find(tx, text, scope)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    step(at.text, at.state, Event.SHARE)
    if any((kind, name) == (holder.kind, holder.id) for kind, name, *_ in at.holders):
        return at.lease
    after = [*at.holders, (holder.kind, holder.id, holder.host, holder.note, tx.now)]
    _update(tx, at, "holders = ?", (packed(after),))
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "before": at.names,
        "holder": (holder.kind, holder.id, holder.host, holder.note),
        "request": request,
    }
    tx.record(actor, "share", at.text, details, full_key(actor, key))
    tx.note("shared", at.pool)
    return _again(tx, at).lease


def release(tx: Tx, text: str, scope: str | None, holder: str | None, actor: Actor, key: str | None) -> Released:
    """Let one holder go, and the address rest when it was the last."""
    request: list[object] = [text, scope, holder]
    before = tx.replay(actor, "release", key, request)
    if before is not None:
        return _released_before(tx, before)
    at = find(tx, text, scope)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    gone = _holder(at, holder)
    rest = [each for each in at.holders if each is not gone]
    if rest:
        after = step(at.text, at.state, Event.LEAVE)
        _update(tx, at, "holders = ?", (packed(rest),))
    else:
        after = step(at.text, at.state, Event.RELEASE)
        due: int | None = tx.now + resting.rest_s(hands.pool_by_id(tx, at.pool_id)) * 1_000_000
        if at.suspect_s is not None:
            after = step(at.text, after, Event.SUSPECT)
            due = None if at.suspect_s < 0 else tx.now + at.suspect_s * 1_000_000
        _update(tx, at, "state = ?, since = ?, due = ?, confirmed_at = NULL, holders = '[]'", (after, tx.now, due))
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
    return Released(lease=_again(tx, at).lease, holder=Holder(*gone[:4]))


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


def probation(tx: Tx, text: str, reason: str, scope: str, for_s: int | None, actor: Actor) -> Lease:
    """Put an address on probation, now or when its last holder lets go."""
    kind = kind_of(text)
    value = stored(parse(text, kind), kind)
    space = space_id(tx, kind, scope)
    tx.db.lock_space(space)
    rows = tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?{_locked(tx)}", (space, value))
    due = None if for_s is None else tx.now + for_s * 1_000_000
    shown = spell(unstored(value, kind), kind)
    before = State.FREE
    if rows:
        at = found(rows[0])
        before = at.state
        if at.state in OWNED:
            _update(tx, at, "suspect_s = ?, note = ?", (-1 if for_s is None else for_s, reason))
        else:
            after = step(at.text, at.state, Event.SUSPECT)
            _past(tx, at)
            _update(tx, at, "state = ?, since = ?, due = ?, note = ?", (after, tx.now, due, reason))
    else:
        pool = pool_at(tx, space, value)
        if pool is not None:
            if not free_up(tx, pool, (value, value)):
                raise fenced(tx, pool, value)
            cut(tx, pool, [(value, value)], kinds=("free", "drained"))
        tx.db.run(_NEW, (space, value, pool.id if pool else None, State.PROBATION, tx.now, None, due, "[]", reason))
    tx.record(actor, "probation", shown, {"scope": scope, "before": before, "reason": reason, "until": due})
    tx.note("probation", None, facts={"address": shown, "reason": reason})
    return found(tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (space, value))[0]).lease


def end_rest(tx: Tx, text: str, reason: str, scope: str | None, actor: Actor) -> Lease:
    """Free an address that rests, or is on probation."""
    at = find(tx, text, scope)
    step(at.text, at.state, Event.RESTED)
    tx.db.lock_space(at.space)
    _past(tx, at)
    tx.db.run("DELETE FROM lease WHERE space = ? AND address = ?", (at.space, at.address))
    pool = hands.pool_by_id(tx, at.pool_id)
    if pool is not None:
        give_back(tx, pool, [(at.address, at.address)])
    tx.record(actor, "end-rest", at.text, {"scope": at.scope, "before": at.state, "reason": reason})
    tx.note("rested", at.pool)
    return Lease(address=at.text, kind=at.kind, scope=at.scope, pool=at.pool)


def pool_at(tx: Tx, space: int, value: int) -> PoolRow | None:
    """Return the pool in whose range an address lies."""
    row = tx.one("SELECT pool, hi FROM pool_range WHERE space = ? AND lo <= ? ORDER BY lo DESC LIMIT 1", (space, value))
    return hands.pool_by_id(tx, row[0]) if row and row[1] >= value else None


def space_id(tx: Tx, kind: AddressKind, scope: str = GLOBAL) -> int:
    """Return the number of a space, made if it is new."""
    row = tx.one("SELECT id FROM space WHERE kind = ? AND scope = ?", (kind, scope))
    if row is None:
        tx.db.run("INSERT INTO space (kind, scope) VALUES (?, ?) ON CONFLICT DO NOTHING", (kind, scope))
        row = tx.one("SELECT id FROM space WHERE kind = ? AND scope = ?", (kind, scope))
        assert row
    return int(row[0])


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


def _update(tx: Tx, at: Found, changes: str, params: Sequence[object]) -> None:
    tx.db.run(
        f"UPDATE lease SET {changes}, version = version + 1 WHERE space = ? AND address = ?",  # noqa: S608
        (*params, at.space, at.address),
    )


def _again(tx: Tx, at: Found) -> Found:
    return found(tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (at.space, at.address))[0])


def _past(tx: Tx, at: Found) -> None:
    """Keep what a rest or a probation was."""
    tx.db.run(resting.TENURE, (at.space, at.address, at.pool, at.state, None, at.since, tx.now, None))
