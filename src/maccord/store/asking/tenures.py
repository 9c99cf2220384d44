"""Who had an address, and when."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import json

from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import ScopeNeeded
from maccord.alloc.kinds import kind_of, parse, spell, unstored
from maccord.alloc.life import State
from maccord.alloc.records import Holder, Tenure
from maccord.store import held, leasing
from maccord.store.database import Reader


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
            holder=held.holder(json.decode(holder)) if holder else None,
            since=moment(since),
            until=moment(until),
            confirmed_at=moment(confirmed) if confirmed is not None else None,
        )
    for row in reader.rows(f"{leasing.LEASE} WHERE l.space = ? AND l.address = ?", (space, value)):
        lease = leasing.found(row).lease
        for each in lease.holders:
            yield Tenure(
                address=address,
                scope=scope,
                pool=lease.pool,
                state=lease.state,
                holder=each.holder,
                since=each.since,
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
