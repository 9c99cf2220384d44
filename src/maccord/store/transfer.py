"""Everything out as plain rows, and in again: nobody is locked in, and a store can move to another database.

Format `maccord.store/1`: the first row names it; each other row has `table` and the columns of that table, hashes and
other bytes as hexadecimal. Chunks of processes are not exported: what they hold is free.
"""

import os
import socket
from collections.abc import Iterable, Iterator
from typing import Any

from maccord.alloc.errors import BadRequest
from maccord.alloc.spans import islands, without
from maccord.store import hands, holders, schemas, signing, versions
from maccord.store.database import Reader, Trouble
from maccord.store.extents import give_back, ranges_of
from maccord.store.work import Tx

FORMAT = "maccord.store/1"
TABLES = {
    "process": ("id", "host", "pid", "started_at", "beat_at", "ended_at"),
    "space": ("id", "kind", "scope"),
    "pool": (
        "id",
        "name",
        "space",
        "policy",
        "rest_s",
        "confirm_s",
        "low_percent",
        "note",
        "last_given",
        "created_at",
        "version",
        "valid_until",
        "origin",
        "seed",
    ),
    "pool_range": ("space", "lo", "hi", "pool", "draining", "place", "weight", "last_given", "passed"),
    "pool_group": ("path", "name", "inherit", "note", "version"),
    "binding": ("path", "pool", "place"),
    "fill": ("pool", "at", "size", "taken"),
    "foreign_range": ("space", "lo", "hi", "owner", "since"),
    "block": (
        "id",
        "space",
        "pool",
        "host",
        "lo",
        "hi",
        "note",
        "since",
        "until",
        "expires_at",
        "serial",
        "revoked_at",
        "version",
        "lease_s",
    ),
    "extent": ("space", "lo", "hi", "pool", "kind", "block", "note", "since", "due"),
    "lease": (
        "space",
        "address",
        "pool",
        "state",
        "since",
        "confirmed_at",
        "due",
        "suspect_s",
        "holders",
        "note",
        "version",
        "holder_due",
        "identity",
    ),
    "absence": ("space", "address", "held_since", "first_at", "last_at", "times"),
    "tenure": ("id", "space", "address", "pool", "state", "holder", "since", "until", "confirmed_at"),
    "journal": ("id", "chain", "seq", "at", "actor", "origin", "action", "subject", "details", "key", "hash"),
    "anchor": ("id", "at", "heads", "hash"),
    "token": ("name", "hash", "role", "pools", "created_at", "expires_at", "revoked_at"),
    "domain": ("scope", "admission", "when_down", "note", "changed_at", "version"),
    "delegation": ("store", "block", "serial", "pool", "ends_at", "revoked_at"),
    "signing_key": ("id", "public", "since", "until"),
}
"""Tables in the order in which they can be filled."""

_ORDER = {
    "pool_range": "space, lo",
    "pool_group": "path",
    "binding": "path, place, pool",
    "fill": "pool, at",
    "foreign_range": "space, lo, hi",
    "extent": "space, lo",
    "lease": "space, address",
    "absence": "space, address",
    "token": "name",
    "domain": "scope",
    "delegation": "store, block",
}
_PART = 5000
_WITHOUT: dict[str, dict[str, object]] = {
    "pool": {"origin": "", "seed": ""},
    "pool_range": {"place": 0, "weight": 1, "passed": 0},
    "block": {"serial": 0, "version": 1},
}
"""What a column has that exports of older schemas do not have."""


def exported(reader: Reader, schema: str) -> Iterator[dict[str, object]]:
    """Return all rows."""
    yield {"format": FORMAT, "schema": schema, "store": signing.store_id(reader)}
    for table, columns in TABLES.items():
        where = " WHERE kind IN ('block', 'excluded', 'resting')" if table == "extent" else ""
        query = f"SELECT {', '.join(columns)} FROM {table}{where} ORDER BY {_ORDER.get(table, 'id')}"  # noqa: S608
        for row in reader.stream(query):
            yield {"table": table, **{name: _out(value) for name, value in zip(columns, row, strict=True)}}


def _out(value: object) -> object:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def loaded(tx: Tx, rows: Iterable[dict[str, object]]) -> int:
    """Fill an empty store."""
    if tx.rows("SELECT 1 FROM pool LIMIT 1") or tx.rows("SELECT 1 FROM journal LIMIT 1"):
        raise BadRequest("store", "it is not empty")
    # Numbers of processes are those of audit chains: ours comes anew, after theirs.
    tx.db.run("DELETE FROM process WHERE id = ?", (tx.process,))
    count, table, part = 0, "", list[tuple[object, ...]]()
    names = list(TABLES)
    for number, row in enumerate(rows, start=1):
        if number == 1:
            _begin(tx, row)
            continue
        here = row.get("table")
        if not isinstance(here, str) or here not in TABLES or (table and names.index(here) < names.index(table)):
            raise BadRequest(f"row {number}", "no row of an export, or out of order")
        if here != table or len(part) >= _PART:
            _write(tx, table, part, number)
            table, part = here, []
        part.append(_in(here, row, number))
        count += 1
    _write(tx, table, part, count + 1)
    tx.db.synchronise(tuple(name for name in TABLES if "id" in TABLES[name] and name != "signing_key"))
    holders.rebuild(tx)
    versions.rebuild(tx)
    _free(tx)
    return count


def _begin(tx: Tx, row: dict[str, object]) -> None:
    """Check what an export begins with. Those of older schemas have all that is needed."""
    if row.get("format") != FORMAT:
        raise BadRequest("row 1", f"expected the format {FORMAT}")
    schema = row.get("schema")
    if isinstance(schema, str) and schema > schemas.HEAD:
        raise BadRequest("row 1", f"its schema is {schema[:32]!r}, of a newer maccord than this one")
    own = row.get("store")
    if isinstance(own, str) and 0 < len(own) <= 64 and own.isprintable():
        tx.db.run("DELETE FROM meta WHERE name = ?", (signing.STORE_ID,))
        signing.give_id(tx, own)  # what it has signed is of this store from now on


def own_process(tx: Tx) -> int:
    """Enter this process anew, after those that were imported; return its number."""
    rows = tx.rows(
        "INSERT INTO process (host, pid, started_at, beat_at) VALUES (?, ?, ?, ?) RETURNING id",
        (socket.gethostname(), os.getpid(), tx.now, tx.now),
    )
    return int(rows[0][0])


def _in(table: str, row: dict[str, object], number: int) -> tuple[object, ...]:
    values: list[object] = []
    for name in TABLES[table]:
        value: Any = row.get(name, _WITHOUT.get(table, {}).get(name))
        if value is not None and not isinstance(value, (int, str)):
            raise BadRequest(f"row {number}", f"{name} is neither number nor text")
        if name == "hash":
            try:
                value = bytes.fromhex(str(value))
            except ValueError as e:
                raise BadRequest(f"row {number}", "hash is not hexadecimal") from e
        values.append(value)
    return tuple(values)


def _write(tx: Tx, table: str, part: list[tuple[object, ...]], number: int) -> None:
    if not part:
        return
    columns = TABLES[table]
    marks = ", ".join("?" for _ in columns)
    try:
        tx.db.run_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", part)  # noqa: S608
    except Trouble as e:
        raise BadRequest(f"rows up to {number}", f"the database refuses them: {e}") from e


def _free(tx: Tx) -> None:
    """Make free what has no lease and no extent, and what processes that are gone have left."""
    for (name,) in tx.rows("SELECT name FROM pool ORDER BY id"):
        pool = hands.find_pool(tx, name, lock=True)
        for lo, hi in ranges_of(tx, pool.id):
            rows = tx.rows(
                "SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ? ORDER BY address",
                (pool.space, lo, hi),
            )
            give_back(tx, pool, without([(lo, hi)], islands(row[0] for row in rows)))
