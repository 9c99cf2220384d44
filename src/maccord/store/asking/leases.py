"""What is known of addresses now."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from maccord.alloc.authority import Page
from maccord.alloc.clock import moment
from maccord.alloc.errors import BadRequest, ScopeNeeded
from maccord.alloc.kinds import AddressKind, spell, unstored
from maccord.alloc.life import State
from maccord.alloc.records import Lease
from maccord.store import holders, leasing, pools
from maccord.store.asking.cursors import page, uncursor
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader

_RUNS = 50


def look_up(reader: Reader, text: str, scope: str | None) -> Lease:
    """Return what is known of an address."""
    kind, value, spaces = leasing.spaces_of(reader, text, scope)
    address = spell(unstored(value, kind), kind)
    if scope is None and len(spaces) > 1:
        raise ScopeNeeded(address, [name for _, name in spaces])
    if not spaces:
        return Lease(address=address, kind=kind, scope=scope or "global")
    space, name = spaces[0]
    rows = reader.rows(f"{leasing.LEASE} WHERE l.space = ? AND l.address = ?", (space, value))
    if rows:
        return leasing.found(rows[0]).lease
    return _without_lease(reader, address, kind, space, name, value)


def _without_lease(reader: Reader, address: str, kind: AddressKind, space: int, scope: str, value: int) -> Lease:
    ranges = reader.rows(
        "SELECT p.name, r.lo, r.hi FROM pool_range r JOIN pool p ON p.id = r.pool WHERE r.space = ? AND r.lo ="
        " (SELECT max(x.lo) FROM pool_range x WHERE x.space = ? AND x.lo <= ?) AND r.hi >= ?",
        (space, space, value, value),
    )
    if not ranges:
        return Lease(address=address, kind=kind, scope=scope)
    name, lo, hi = ranges[0]
    run = f"{pools.text(lo, kind)}..{pools.text(hi, kind)}"
    rows = reader.rows(
        "SELECT e.kind, e.note, e.since, e.due, e.block, b.host FROM extent e LEFT JOIN block b ON b.id = e.block"
        " WHERE e.space = ? AND e.lo = (SELECT max(x.lo) FROM extent x WHERE x.space = ? AND x.lo <= ?) AND e.hi >= ?",
        (space, space, value, value),
    )
    what, note, since, due, block, host = rows[0] if rows else ("free", "", 0, None, None, None)
    state = State(what) if what in ("excluded", "block", "resting") else State.FREE
    return Lease(
        address=address,
        kind=kind,
        scope=scope,
        pool=name,
        range=run,
        state=state,
        since=moment(since) if since else None,
        until=moment(due) if due is not None else None,
        block=block,
        note=f"host {host}" if host else note,
    )


def lease_list(
    reader: Reader,
    pool_name: str | None,
    scope: str | None,
    state: State | None,
    holder: str | None,
    ends: int | None,
    after: str | None,
    limit: int,
) -> Page[Lease]:
    """Return leases in the order of space and address, filtered; `ends`: those with a holder that ends by then."""
    if state not in (None, State.HELD, State.IN_USE, State.RESTING, State.PROBATION):
        raise BadRequest("state", f"{state} addresses are not listed: they are runs of their pool")
    where, params = ["1 = 1"], list[object]()
    if pool_name is not None:
        row = pool_named(reader, pool_name)
        where.append("l.pool = ? AND l.space = ?")
        params += [row.id, row.space]
    if scope is not None:
        where.append("s.scope = ?")
        params.append(scope)
    if state is not None:
        where.append("l.state = ?")
        params.append(str(state))
    if ends is not None:
        where.append("l.holder_due IS NOT NULL AND l.holder_due <= ?")
        params.append(ends)
    begin = uncursor("leases", after, [int, int])
    if holder is not None:
        found = list(islice(_held_by(reader, holder, " AND ".join(where), params, begin), limit + 1))
    else:
        if begin:
            where.append("(l.space > ? OR (l.space = ? AND l.address > ?))")
            params += [begin[0], *begin]
        rows = reader.rows(
            f"{leasing.LEASE} WHERE {' AND '.join(where)} ORDER BY l.space, l.address LIMIT ?", (*params, limit + 1)
        )
        found = [leasing.found(row) for row in rows]
    return page("leases", [each.lease for each in found], limit, [(each.space, each.address) for each in found])


def _held_by(
    reader: Reader, holder: str, where: str, params: list[object], begin: list[Any] | None
) -> Iterator[leasing.Found]:
    """Return the leases of a holder, by its id or kind:id, in their order; those behind `begin`, if it is given."""
    after = (begin[0], begin[1] + 1) if begin else (-(1 << 63), -(1 << 63))
    runs = [
        (space, max(lo, after[1]) if space == after[0] else lo, hi)
        for space, lo, hi in holders.runs_of(reader, (holder, holder.partition(":")[2]))
        if (space, hi) >= after
    ]
    for at in range(0, len(runs), _RUNS):
        part = runs[at : at + _RUNS]
        place = " OR ".join(["(l.space = ? AND l.address BETWEEN ? AND ?)"] * len(part))
        for row in reader.stream(
            f"{leasing.LEASE} WHERE {where} AND ({place}) ORDER BY l.space, l.address",
            (*params, *chain.from_iterable(part)),
        ):
            found = leasing.found(row)
            if any(holder in (f"{kind}:{name}", name) for kind, name, *_ in found.holders):
                yield found


def holdings(reader: Reader, scope: str | None) -> Iterator[Lease]:
    """Return every lease that somebody holds."""
    where, params = ("AND s.scope = ?", (scope,)) if scope is not None else ("", ())
    for row in reader.stream(
        f"{leasing.LEASE} WHERE l.state IN ('held', 'in-use') {where} ORDER BY l.space, l.address", params
    ):
        yield leasing.found(row).lease
