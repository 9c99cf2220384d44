"""Leases as they are: read with all their names, and locked to be changed."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, json

from maccord.alloc.clock import moment
from maccord.alloc.errors import NoSuchLease, ScopeNeeded, StaleVersion
from maccord.alloc.kinds import AddressKind, kind_of, parse, spell, stored, unstored
from maccord.alloc.life import State
from maccord.alloc.records import Lease
from maccord.store import held
from maccord.store.database import Reader
from maccord.store.ending import end_holders_at
from maccord.store.work import Tx

LEASE = (
    "SELECT l.space, l.address, s.kind, s.scope, p.name, r.lo, r.hi, l.state, l.since, l.confirmed_at, l.due,"
    " l.suspect_s, l.holders, l.note, l.version, l.pool, l.holder_due, l.identity FROM lease l"
    " JOIN space s ON s.id = l.space LEFT JOIN pool p ON p.id = l.pool"
    " LEFT JOIN pool_range r ON r.space = l.space AND r.pool = l.pool"
    " AND r.lo = (SELECT max(x.lo) FROM pool_range x WHERE x.space = l.space AND x.lo <= l.address)"
    " AND r.hi >= l.address"
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
    holders: list[held.HeldRow]
    note: str
    version: int
    pool_id: int | None
    holder_due: int | None
    identity: str | None

    @property
    def text(self) -> str:
        """The address as text."""
        return spell(unstored(self.address, self.kind), self.kind)

    @property
    def told(self) -> int:
        """The version that is told of it.

        The row's own counter begins anew when an address is given again. With the time of its state added, no version
        of a lease is that of an earlier lease of the same address.
        """
        return self.since + self.version

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
            holders=tuple(map(held.held, self.holders)),
            note=self.note,
            identity=self.identity or "",
            version=self.told,
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


def find(tx: Tx, text: str, scope: str | None, expect: int | None = None) -> Found:
    """Return the lease of an address, locked; raises NoSuchLease, ScopeNeeded, BadAddress, StaleVersion."""
    kind, value, spaces = spaces_of(tx.db, text, scope)
    address = spell(unstored(value, kind), kind)
    rows = []
    for space, _ in spaces:
        rows += tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?{locked(tx)}", (space, value))
    if not rows:
        compare(address, expect, 0)
        raise NoSuchLease(address, scope)
    if len(rows) > 1 or (scope is None and len(spaces) > 1):
        raise ScopeNeeded(address, [name for _, name in spaces])
    at = found(rows[0])
    compare(address, expect, at.told)
    if at.holder_due is not None and at.holder_due <= tx.now:  # nobody swept in time
        end_holders_at(tx, at.space, at.address)
        at = again(tx, at)
    return at


def compare(address: str, expect: int | None, version: int) -> None:
    """Raise StaleVersion unless an address has the version that is expected, where one is; 0: it has no lease."""
    if expect is not None and expect != version:
        raise StaleVersion(f"address {address}", expect, version)


def locked(tx: Tx) -> str:
    """Return what locks the rows of LEASE that a query finds, where the database can."""
    return f"{tx.db.for_update} OF l" if tx.db.for_update else ""


def again(tx: Tx, at: Found) -> Found:
    """Return a lease as it is after a change."""
    return found(tx.rows(f"{LEASE} WHERE l.space = ? AND l.address = ?", (at.space, at.address))[0])
