"""SQLite: a file, write-ahead logged, synced at each commit. The standard library's module, without an ORM."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from maccord.store.database import (
    Busy,
    Duplicate,
    GrantRow,
    HandGone,
    JournalRow,
    Overlap,
    Reader,
    Row,
    Trouble,
    Unwilling,
)
from maccord.store.folding import Folder

_WAIT_S = 10.0
OTHER_RANGE = (
    "SELECT r.lo, r.hi, p.name FROM pool_range r JOIN pool p ON p.id = r.pool"
    " WHERE r.space = ? AND r.lo <= ? AND r.hi >= ? ORDER BY r.lo LIMIT 1"
)
_LEASE = "INSERT INTO lease (space, address, pool, state, since, due, holders) VALUES (?, ?, ?, 'held', ?, ?, ?)"
_JOURNAL = (
    "INSERT INTO journal (chain, seq, at, actor, origin, action, subject, details, key, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LEASE_OF_HAND = (
    "INSERT INTO lease (space, address, pool, state, since, due, holders)"
    " SELECT ?, ?, ?, 'held', ?, ?, ? FROM hand WHERE id = ?"
)
_SERIES = (
    "WITH RECURSIVE series (address) AS (SELECT ? UNION ALL SELECT address + 1 FROM series WHERE address < ?)"
    " SELECT address FROM series"
)


def trouble(error: sqlite3.Error) -> Trouble:
    """Return what an error of SQLite means for us."""
    text = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, sqlite3.IntegrityError):
        if "a hand is gone" in text:
            return HandGone(text)
        return Overlap(text) if "overlaps" in text else Duplicate(text)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(text)
    return Unwilling(text)


class Connection:
    """One connection of SQLite, its errors translated."""

    def __init__(self, path: str, *, write: bool) -> None:
        try:
            self.raw = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=0 if write else 10, cached_statements=256
            )
            if write:
                self._set_up()
            else:
                self.raw.execute("PRAGMA query_only = ON")
        except sqlite3.Error as e:
            raise trouble(e) from e

    def _set_up(self) -> None:
        """Switch to the write-ahead log, which another process may be doing at this moment."""
        until = time.monotonic() + 10
        while True:
            try:
                self.raw.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        self.raw.execute("PRAGMA synchronous = FULL")
        self.raw.execute("PRAGMA foreign_keys = ON")
        self.raw.execute("PRAGMA cache_size = -64000")
        self.raw.execute("PRAGMA wal_autocheckpoint = 4000")

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        try:
            return self.raw.execute(sql, params).fetchall()
        except sqlite3.Error as e:
            raise trouble(e) from e

    def stream(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """Return rows as they come."""
        try:
            yield from self.raw.execute(sql, params)
        except sqlite3.Error as e:
            raise trouble(e) from e


class SqliteDatabase(Connection):
    """A store in a file; `path` as the operating system names it."""

    on_loop = True
    for_update = ""
    skip_locked = ""
    any_of = "IN (SELECT value FROM json_each(?))"
    pairs = "(SELECT json_extract(value, '$[0]') AS lo, json_extract(value, '$[1]') AS hi FROM json_each(?))"

    def __init__(self, path: str, url: str) -> None:
        self.path, self.url = path, url
        super().__init__(path, write=True)
        self._readers: list[Connection] = []
        self._lock = threading.Lock()
        self._folder: Folder | None = None

    def stay(self) -> None:
        """Fold the log beside the work from now on: a command that ends at once needs no thread for it."""
        self._folder = Folder(self.raw, lambda: Connection(self.path, write=True).raw)

    def ints(self, values: Iterable[int]) -> object:
        """Return the parameter for `any_of`."""
        return json.dumps(list(values))

    def begin(self, *, wait_s: float) -> None:
        """Begin to write."""
        until = time.monotonic() + wait_s if wait_s else 0.0
        pause = 0.0005
        while True:
            try:
                self.raw.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as e:
                found = trouble(e)
                if not isinstance(found, Busy) or not wait_s or time.monotonic() > until:
                    raise found from e
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
            else:
                return

    def commit(self) -> None:
        """Make it durable."""
        try:
            self.raw.execute("COMMIT")
        except sqlite3.Error as e:
            found = trouble(e)
            found.unknown = True
            raise found from e
        if self._folder is not None:
            self._folder.committed()

    def rollback(self) -> None:
        """Undo what was not committed."""
        if self.raw.in_transaction:
            with suppress(sqlite3.Error):
                self.raw.execute("ROLLBACK")

    def savepoint(self) -> None:
        """Begin a part that can be undone on its own."""
        self.run("SAVEPOINT part")

    def keep(self) -> None:
        """End that part, and keep it."""
        self.run("RELEASE part")

    def undo(self) -> None:
        """End that part, and undo it."""
        self.run("ROLLBACK TO part")
        self.run("RELEASE part")

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Execute a statement; return how many rows it changed."""
        try:
            return self.raw.execute(sql, params).rowcount
        except sqlite3.Error as e:
            raise trouble(e) from e

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row."""
        try:
            self.raw.executemany(sql, rows)
        except sqlite3.Error as e:
            raise trouble(e) from e

    def lock_space(self, space: int) -> None:
        """There is one writer: it has all of it."""

    def take_over(self, hand: int) -> bool:
        """Return whether the hand is there; nobody else can be writing."""
        return bool(self.rows("SELECT 1 FROM hand WHERE id = ?", (hand,)))

    def grant(
        self, hands: Sequence[int], at: int, chain: int, leases: Sequence[GrantRow], records: Sequence[JournalRow]
    ) -> None:
        """Write a group of allocations within a transaction, or a single one in a transaction of its own."""
        if not self.raw.in_transaction:
            self._alone(hands[0], at, chain, leases[0], records[0])
            return
        execute, many = self.raw.execute, self.raw.executemany
        try:
            for hand in hands:
                if execute("SELECT 1 FROM hand WHERE id = ?", (hand,)).fetchone() is None:
                    raise HandGone(str(hand))
            many(_LEASE, [(each.space, each.address, each.pool, at, each.due, each.holders) for each in leases])
            many(_JOURNAL, [_journal(chain, at, each) for each in records])
        except sqlite3.Error as e:
            raise trouble(e) from e

    def _alone(self, hand: int, at: int, chain: int, lease: GrantRow, record: JournalRow) -> None:
        """Write what a single client waits for, with as few statements as it takes."""
        self.begin(wait_s=_WAIT_S)
        execute = self.raw.execute
        try:
            made = execute(_LEASE_OF_HAND, (lease.space, lease.address, lease.pool, at, lease.due, lease.holders, hand))
            if made.rowcount != 1:
                raise HandGone(str(hand))
            execute(_JOURNAL, _journal(chain, at, record))
        except sqlite3.Error as e:
            raise trouble(e) from e
        self.commit()

    def single_trip(self, addresses: int, requests: int) -> bool:
        """A single address has a statement of its own."""
        return addresses == 1 == requests

    def other_range(self, space: int, lo: int, hi: int) -> Row | None:
        """Return a range in the way of lo to hi."""
        rows = self.rows(OTHER_RANGE, (space, hi, lo))
        return rows[0] if rows else None

    def series(self, lo: int, hi: int) -> tuple[str, tuple[object, ...]]:
        """Return a query of all numbers from lo to hi."""
        return _SERIES, (lo, hi)

    def synchronise(self, tables: Sequence[str]) -> None:
        """SQLite counts on from the highest by itself."""

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Return a view of one moment; connections are kept for the next."""
        with self._lock:
            reader = self._readers.pop() if self._readers else None
        reader = reader or Connection(self.path, write=False)
        try:
            reader.rows("BEGIN")
            yield reader
        finally:
            with suppress(Trouble):
                reader.rows("ROLLBACK")
            with self._lock:
                self._readers.append(reader)

    def reopened(self) -> bool:
        """A file needs no opening anew."""
        return False

    def close(self) -> None:
        """Let go of all connections; the last one folds the log into the file."""
        if self._folder is not None:
            self._folder.close()
        with self._lock:
            readers, self._readers = self._readers, []
        for each in (*readers, self):
            with suppress(sqlite3.Error):
                each.raw.close()


def _journal(chain: int, at: int, r: JournalRow) -> tuple[object, ...]:
    return chain, r.seq, at, r.actor, r.origin, r.action, r.subject, r.details, r.key, r.hash
