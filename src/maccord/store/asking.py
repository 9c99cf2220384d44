"""Questions: they change nothing, and each is answered from one moment of the store."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

import msgspec
from msgspec import json

from maccord.alloc import guard
from maccord.alloc.authority import Page
from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import AddressTaken, BadRequest, ForbiddenAddress, NoSuchPool, ScopeNeeded
from maccord.alloc.kinds import AddressKind, kind_of, parse, spell, unstored
from maccord.alloc.life import OWNED, State
from maccord.alloc.records import Block, Holder, Lease, Pool, Question, Tenure, Usage, Verdict
from maccord.alloc.spans import common, islands, numbers, without
from maccord.store import blocks, holders, leasing, pools
from maccord.store.database import Reader
from maccord.store.extents import POOL, PoolRow, pool_row

T = TypeVar("T")
_PREVIEW_MAX = 1000
_RUNS = 50
_SMALL = 2048


def cursor(kind: str, *values: object) -> str:
    """Return an opaque text that continues a list of this kind."""
    return base64.urlsafe_b64encode(json.encode([kind, *values])).decode().rstrip("=")


def uncursor(kind: str, text: str | None, types: Sequence[type]) -> list[Any] | None:
    """Return what a cursor holds, or None without one; raises BadRequest for one of another list."""
    if text is None:
        return None
    try:
        values = json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        right = isinstance(values, list) and values[0] == kind and [type(value) for value in values[1:]] == list(types)
    except (ValueError, IndexError, msgspec.DecodeError):
        right = False
    if not right or any(isinstance(value, int) and abs(value) >= 1 << 63 for value in values):
        raise BadRequest("after", "no cursor of this list")
    return list(values[1:])


def page(kind: str, items: Sequence[T], limit: int, places: Sequence[tuple[object, ...]]) -> Page[T]:
    """Return a page of up to `limit` of the items, of which one more than that were read if there are more."""
    more = len(items) > limit
    return Page(items=tuple(items[:limit]), next=cursor(kind, *places[limit - 1]) if more else None)


def pool(reader: Reader, name: str) -> Pool:
    """Return a pool by its name."""
    return pools.shown(reader, _row(reader, name))


def _row(reader: Reader, name: str) -> PoolRow:
    rows = reader.rows(f"{POOL} WHERE p.name = ?", (name,))
    if not rows:
        raise NoSuchPool(name)
    return pool_row(rows[0])


def pool_list(reader: Reader, after: str | None, limit: int) -> Page[Pool]:
    """Return pools in the order of their names."""
    begin = uncursor("pools", after, [str])
    rows = reader.rows(f"{POOL} WHERE p.name > ? ORDER BY p.name LIMIT ?", (begin[0] if begin else "", limit + 1))
    found = [pool_row(row) for row in rows]
    shown = [pools.shown(reader, row) for row in found[:limit]]
    next_ = cursor("pools", found[limit - 1].name) if len(found) > limit else None
    return Page(items=tuple(shown), next=next_)


def usage(reader: Reader, name: str | None) -> tuple[Usage, ...]:
    """Return the counters of one pool, or of all."""
    if name is not None:
        return (_usage(reader, _row(reader, name)),)
    return tuple(_usage(reader, pool_row(row)) for row in reader.rows(f"{POOL} ORDER BY p.name"))


def held_in_ranges(reader: Reader, name: str) -> dict[str, int]:
    """Return how many addresses of each range of a pool are held, by the first address of the range."""
    row = _row(reader, name)
    found = reader.rows(
        "SELECT r.lo, (SELECT count(*) FROM lease l WHERE l.space = r.space AND l.address BETWEEN r.lo AND r.hi"
        " AND l.state IN ('held', 'in-use')) FROM pool_range r WHERE r.pool = ? ORDER BY r.lo",
        (row.id,),
    )
    return {spell(unstored(lo, row.kind), row.kind): int(count) for lo, count in found}


def _usage(reader: Reader, row: PoolRow) -> Usage:
    """Count a pool without looking at every lease: what is held is what is left over."""
    total = reader.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM pool_range WHERE pool = ?", (row.id,))[0][0]
    sums = {
        kind: (int(count), int(runs))
        for kind, count, runs in reader.rows(
            "SELECT kind, sum(hi - lo + 1), count(*) FROM extent WHERE pool = ? GROUP BY kind", (row.id,)
        )
    }
    issued = reader.rows(
        "SELECT count(*) FROM extent e JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
        " WHERE e.pool = ? AND e.kind = 'chunk'",
        (row.id,),
    )[0][0]
    quiet: dict[str, int] = dict(
        reader.rows(
            "SELECT state, count(*) FROM lease WHERE pool = ? AND state IN ('resting', 'probation') GROUP BY state",
            (row.id,),
        )
    )
    in_use = reader.rows("SELECT count(*) FROM lease WHERE pool = ? AND state = 'in-use'", (row.id,))[0][0]
    within = reader.rows(
        "SELECT count(*) FROM lease l JOIN extent e ON e.space = l.space AND e.pool = l.pool AND"
        " l.address BETWEEN e.lo AND e.hi WHERE e.pool = ? AND e.kind = 'block' AND l.state = 'in-use'",
        (row.id,),
    )[0][0]
    dues = reader.rows(
        "SELECT min(due) FROM (SELECT min(due) AS due FROM lease WHERE pool = ? AND state IN ('resting', 'probation')"
        " UNION ALL SELECT min(due) FROM extent WHERE pool = ? AND kind = 'resting') AS d",
        (row.id, row.id),
    )[0][0]
    free, drained = sums.get("free", (0, 0)), sums.get("drained", (0, 0))
    reserved = sums.get("chunk", (0, 0))[0] - int(issued)
    excluded, carved = sums.get("excluded", (0, 0))[0], sums.get("block", (0, 0))[0]
    resting = int(quiet.get("resting", 0)) + sums.get("resting", (0, 0))[0]
    probation = int(quiet.get("probation", 0))
    others = free[0] + drained[0] + reserved + excluded + carved + resting + probation
    owned = int(total) - others + int(within)
    return Usage(
        pool=row.name,
        kind=row.kind,
        scope=row.scope,
        size=int(total),
        free=free[0] + drained[0],
        reserved=reserved,
        held=max(owned - int(in_use), 0),
        in_use=int(in_use),
        resting=resting,
        probation=probation,
        excluded=excluded,
        blocks=carved - int(within),
        drained=drained[0],
        runs=free[1],
        next_free_at=moment(dues) if dues is not None else None,
    )


def low_pools(reader: Reader) -> dict[str, dict[str, object]]:
    """Return the small pools that run low, with what is free of them. Large ones tell it when a hand is taken.

    A hand of a small pool is a large part of it: between one hand and the next it may become exhausted.
    """
    found: dict[str, dict[str, object]] = {}
    for row in map(pool_row, reader.rows(f"{POOL} WHERE p.low_percent > 0 ORDER BY p.name")):
        total = reader.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM pool_range WHERE pool = ?", (row.id,))[0][0]
        if not 0 < total <= _SMALL:
            continue
        one = _usage(reader, row)
        if one.available * 100 < one.size * row.low_percent:
            found[row.name] = {"free": one.available, "size": one.size}
    return found


def preview(reader: Reader, name: str, count: int) -> tuple[str, ...]:
    """Return free addresses, first those that service processes have in hand, and then those that come next."""
    if not 1 <= count <= _PREVIEW_MAX:
        raise BadRequest("count", f"expected 1 to {_PREVIEW_MAX}")
    row = _row(reader, name)
    begin = row.last_given if row.policy == "sequential" else None
    found = _in_hand(reader, row, count)
    if begin is not None:
        found += _next_free(reader, row, begin + 1, None, count - len(found))
    found += _next_free(reader, row, None, begin, count - len(found))
    return tuple(pools.text(value, row.kind) for value in found)


def _in_hand(reader: Reader, row: PoolRow, count: int) -> list[int]:
    """Return up to `count` addresses of chunks that were not issued, a few chunks at a time."""
    found: list[int] = []
    for lo, hi in reader.rows("SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'chunk' ORDER BY lo", (row.id,)):
        issued = reader.rows(
            "SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ? ORDER BY address",
            (row.space, lo, hi),
        )
        found += islice(numbers(without([(lo, hi)], islands(each[0] for each in issued))), count - len(found))
        if len(found) == count:
            break
    return found


def _next_free(reader: Reader, row: PoolRow, first: int | None, last: int | None, count: int) -> list[int]:
    """Return up to `count` free addresses from `first` to `last`."""
    where, params = "", list[object]([row.id])
    if first is not None:
        where, params = "AND hi >= ?", [*params, first]
    runs = reader.rows(
        f"SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' {where} ORDER BY lo LIMIT ?",  # noqa: S608
        (*params, max(count, 0)),
    )
    bounds = [(-(1 << 63) if first is None else first, 1 << 63 if last is None else last)]
    return list(islice(numbers(common(runs, bounds)), max(count, 0)))


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
    if state not in (None, State.HELD, State.IN_USE, State.RESTING, State.PROBATION):
        raise BadRequest("state", f"{state} addresses are not listed: they are runs of their pool")
    where, params = ["1 = 1"], list[object]()
    if pool_name is not None:
        row = _row(reader, pool_name)
        where.append("l.pool = ? AND l.space = ?")
        params += [row.id, row.space]
    if scope is not None:
        where.append("s.scope = ?")
        params.append(scope)
    if state is not None:
        where.append("l.state = ?")
        params.append(str(state))
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


def block_list(reader: Reader, pool_name: str | None, host: str | None, after: str | None, limit: int) -> Page[Block]:
    """Return blocks in force, in the order of their numbers."""
    begin = uncursor("blocks", after, [int])
    where, params = ["b.until IS NULL", "b.id > ?"], list[object]([begin[0] if begin else 0])
    for column, value in (("b.pool", pool_name), ("b.host", host)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    rows = reader.rows(f"{blocks.BLOCK} WHERE {' AND '.join(where)} ORDER BY b.id LIMIT ?", (*params, limit + 1))
    found = [blocks.shown(row) for row in rows]
    return page("blocks", found, limit, [(each.id,) for each in found])


def history(reader: Reader, text: str, scope: str | None, at: datetime | None) -> tuple[Tenure, ...]:
    """Return who had an address, and when; with `at` what held at that moment."""
    kind = kind_of(text)
    parse(text, kind)
    kind, value, spaces = leasing.spaces_of(reader, text, scope)
    if scope is None:
        rows = reader.rows(
            "SELECT s.id, s.scope FROM space s WHERE s.kind = ? AND (EXISTS (SELECT 1 FROM tenure t WHERE"
            " t.space = s.id AND t.address = ?) OR EXISTS (SELECT 1 FROM lease l WHERE l.space = s.id AND"
            " l.address = ?)"
            " OR EXISTS (SELECT 1 FROM block b WHERE b.space = s.id AND b.lo <= ? AND b.hi >= ?)) ORDER BY s.scope",
            (kind, value, value, value, value),
        )
        spaces = [(row[0], row[1]) for row in rows]
    address = spell(unstored(value, kind), kind)
    if len(spaces) > 1:
        raise ScopeNeeded(address, [name for _, name in spaces])
    told = [each for space, name in spaces for each in _told(reader, address, space, name, value)]
    if at is not None:
        when = moment(micros(at))
        told = [each for each in told if each.since <= when and (each.until is None or when < each.until)]
    return tuple(
        sorted(told, key=lambda each: (each.since, each.until or datetime.max.replace(tzinfo=each.since.tzinfo)))
    )


def _told(reader: Reader, address: str, space: int, scope: str, value: int) -> Iterator[Tenure]:
    for pool_name, state, holder, since, until, confirmed in reader.rows(
        "SELECT pool, state, holder, since, until, confirmed_at FROM tenure WHERE space = ? AND address = ?",
        (space, value),
    ):
        yield Tenure(
            address=address,
            scope=scope,
            pool=pool_name,
            state=State(state),
            holder=Holder(*json.decode(holder)) if holder else None,
            since=moment(since),
            until=moment(until),
            confirmed_at=moment(confirmed) if confirmed is not None else None,
        )
    for row in reader.rows(f"{leasing.LEASE} WHERE l.space = ? AND l.address = ?", (space, value)):
        lease = leasing.found(row).lease
        for held in lease.holders:
            yield Tenure(
                address=address,
                scope=scope,
                pool=lease.pool,
                state=lease.state,
                holder=held.holder,
                since=held.since,
                until=None,
                confirmed_at=lease.confirmed_at,
            )
        if not lease.holders and lease.since is not None:
            yield Tenure(
                address=address,
                scope=scope,
                pool=lease.pool,
                state=lease.state,
                holder=None,
                since=lease.since,
                until=None,
            )
    for pool_name, host, note, since, until in reader.rows(
        "SELECT pool, host, note, since, until FROM block WHERE space = ? AND lo <= ? AND hi >= ?",
        (space, value, value),
    ):
        yield Tenure(
            address=address,
            scope=scope,
            pool=pool_name,
            state=State.BLOCK,
            holder=Holder("block", host, host, note),
            since=moment(since),
            until=moment(until) if until is not None else None,
        )


def preflight(reader: Reader, questions: Sequence[Question]) -> tuple[Verdict, ...]:
    """Answer whether adapters may start."""
    seen: dict[tuple[str, str], Question] = {}
    verdicts = []
    for asked in questions:
        verdict = _may(reader, asked)
        key = (verdict.address, asked.scope)
        other = seen.setdefault(key, asked) if verdict.allowed else asked
        if (other.holder.kind, other.holder.id) != (asked.holder.kind, asked.holder.id):
            taken = AddressTaken(
                verdict.address,
                scope=asked.scope,
                state=State.HELD,
                holders=[str(other.holder)],
                host=other.holder.host,
            )
            verdict = _refused(verdict.address, asked, "taken", taken)
        verdicts.append(verdict)
    return tuple(verdicts)


def _may(reader: Reader, asked: Question) -> Verdict:
    kind = kind_of(asked.address)
    value = parse(asked.address, kind)
    address = spell(value, kind)
    try:
        guard.forbid_address(value, kind)
    except ForbiddenAddress as e:
        return _refused(address, asked, "forbidden", e)
    lease = look_up(reader, address, asked.scope)
    names = [str(held.holder) for held in lease.holders]
    if lease.state in OWNED and str(asked.holder) in names:
        return _allowed(address, asked, "holder", f"{asked.holder} holds {address} since {lease.since:%Y-%m-%d}")
    if lease.state is State.BLOCK and lease.note.casefold() == f"host {asked.holder.host}".casefold():
        return _allowed(address, asked, "holder", f"{address} is of the block of {lease.note}")
    if lease.state is State.FREE and lease.pool is None:
        return _allowed(address, asked, "unknown", f"{address} is in no pool, and nobody holds it")
    if lease.state is State.FREE:
        detail = f"{address} is free in pool {lease.pool!r}: allocate it to {asked.holder} first"
        problem: dict[str, object] = {"type": "not-allocated", "detail": detail, "pool": lease.pool}
        return Verdict(
            address=address, holder=asked.holder, allowed=False, reason="free-of-pool", detail=detail, problem=problem
        )
    hosts = sorted({held.holder.host for held in lease.holders if held.holder.host})
    taken = AddressTaken(
        address,
        scope=lease.scope,
        state=lease.state,
        pool=lease.pool,
        holders=names or ([lease.note] if lease.note else []),
        host=", ".join(hosts),
        since=lease.since,
        until=lease.until if lease.state not in OWNED else None,
        alternative=_alternative(reader, lease.pool),
    )
    return _refused(address, asked, "taken", taken)


def _alternative(reader: Reader, name: str | None) -> str | None:
    free = preview(reader, name, 1) if name is not None else ()
    return free[0] if free else None


def _allowed(address: str, asked: Question, reason: str, detail: str) -> Verdict:
    return Verdict(address=address, holder=asked.holder, allowed=True, reason=reason, detail=detail)


def _refused(address: str, asked: Question, reason: str, why: AddressTaken | ForbiddenAddress) -> Verdict:
    problem: dict[str, object] = {"type": why.slug, "title": why.title, "detail": str(why), **why.fields()}
    return Verdict(address=address, holder=asked.holder, allowed=False, reason=reason, detail=str(why), problem=problem)
