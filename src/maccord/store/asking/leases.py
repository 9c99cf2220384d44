"""What is known of addresses now."""

from collections.abc import Iterator

from msgspec import json

from maccord.alloc.authority import Page
from maccord.alloc.clock import moment
from maccord.alloc.errors import ScopeNeeded
from maccord.alloc.kinds import AddressKind, spell, unstored
from maccord.alloc.life import State
from maccord.alloc.records import Lease
from maccord.store import leasing, pools
from maccord.store.asking.cursors import cursor, uncursor
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader


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
    after: str | None,
    limit: int,
) -> Page[Lease]:
    """Return leases in the order of space and address, filtered."""
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
    if holder is not None:
        # The text of the JSON is searched first, and what is found is compared exactly below.
        where.append("l.holders LIKE ? ESCAPE '!'")
        quoted = json.encode(holder.partition(":")[2] or holder).decode()
        params.append("%" + quoted.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%")
    begin = uncursor("leases", after, [int, int])
    if begin:
        where.append("(l.space > ? OR (l.space = ? AND l.address > ?))")
        params += [begin[0], *begin]
    rows = reader.rows(
        f"{leasing.LEASE} WHERE {' AND '.join(where)} ORDER BY l.space, l.address LIMIT ?", (*params, limit + 1)
    )
    found = [leasing.found(row) for row in rows]
    kept = [
        each.lease
        for each in found[:limit]
        if holder is None or any(holder in (f"{kind}:{name}", name) for kind, name, *_ in each.holders)
    ]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=tuple(kept), next=cursor("leases", last.space, last.address) if last else None)


def holdings(reader: Reader, scope: str | None) -> Iterator[Lease]:
    """Return every lease that somebody holds."""
    where, params = ("AND s.scope = ?", (scope,)) if scope is not None else ("", ())
    for row in reader.stream(
        f"{leasing.LEASE} WHERE l.state IN ('held', 'in-use') {where} ORDER BY l.space, l.address", params
    ):
        yield leasing.found(row).lease
