"""What a change works with: the transaction, the time, the audit's chain, and what to tell when it is committed."""

from collections.abc import Sequence

from msgspec import json

from maccord.alloc.chain import START, link
from maccord.alloc.clock import moment
from maccord.alloc.errors import KeyReused
from maccord.alloc.records import Actor, Note
from maccord.store.database import Database, JournalRow, Row

_encode = json.Encoder().encode
JOURNAL = (
    "INSERT INTO journal (chain, seq, at, actor, origin, action, subject, details, key, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def packed(value: object) -> str:
    """Return a value as JSON text, as the store keeps it."""
    return _encode(value).decode()


def full_key(actor: Actor, key: str | None) -> str | None:
    """Return an idempotency key as it is kept: with the name of the actor whose it is."""
    return None if key is None else f"{actor.name}\n{key}"


class Chain:
    """The audit chain of this process: its number, and the last record's place and hash."""

    __slots__ = ("head", "id", "seq")

    def __init__(self, number: int) -> None:
        self.id, self.seq, self.head = number, 0, START

    def mark(self) -> tuple[int, int, bytes]:
        """Return where the chain is, to come back to."""
        return self.id, self.seq, self.head

    def reset(self, mark: tuple[int, int, bytes]) -> None:
        """Go back to a mark: what came after was not committed."""
        self.id, self.seq, self.head = mark

    def add(self, at: int, actor: Actor, action: str, subject: str, details: str, key: str | None) -> JournalRow:
        """Return the next record, linked to the one before."""
        self.seq += 1
        self.head = link(self.head, self.id, self.seq, at, actor.name, actor.origin, action, subject, details, key)
        return JournalRow(self.seq, actor.name, actor.origin, action, subject, details, key, self.head)


class Tx:
    """One transaction, or the part of one that a single change has."""

    __slots__ = ("chain", "db", "notes", "now", "process")

    def __init__(self, db: Database, chain: Chain, now: int, process: int) -> None:
        self.db, self.chain, self.now, self.process = db, chain, now, process
        self.notes: list[Note] = []

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        return self.db.rows(sql, params)

    def one(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        rows = self.db.rows(sql, params)
        return rows[0] if rows else None

    def record(
        self, actor: Actor, action: str, subject: str, details: dict[str, object], key: str | None = None
    ) -> None:
        """Append to the audit."""
        r = self.chain.add(self.now, actor, action, subject, packed(details), key)
        self.db.run(
            JOURNAL,
            (self.chain.id, r.seq, self.now, r.actor, r.origin, r.action, r.subject, r.details, r.key, r.hash),
        )

    def replay(self, actor: Actor, action: str, key: str | None, request: list[object]) -> dict[str, object] | None:
        """Return what was recorded under an idempotency key, or None; raises KeyReused for another request."""
        if key is None:
            return None
        row = self.one("SELECT action, details FROM journal WHERE key = ?", (full_key(actor, key),))
        return None if row is None else replayed(row, action, key, request)

    def note(self, name: str, pool: str | None, count: int = 1, facts: dict[str, object] | None = None) -> None:
        """Have subscribers told once this is committed."""
        self.notes.append(Note(name=name, at=moment(self.now), pool=pool, count=count, facts=facts))


def replayed(row: Row, action: str, key: str, request: list[object]) -> dict[str, object]:
    """Return the kept details of (action, details); raises KeyReused when the request was another."""
    details: dict[str, object] = json.decode(row[1])
    if row[0] != action or details.get("request") != request:
        raise KeyReused(key)
    return details
