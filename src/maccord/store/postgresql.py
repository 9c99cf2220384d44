"""PostgreSQL through psycopg 3: any number of processes on any number of machines.

A group of allocations is one call of one function of the schema, so it is one round trip; the commit is the server's,
with `synchronous_commit` on. Other changes are ordinary transactions at READ COMMITTED, behind advisory locks.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from maccord.alloc.errors import BadStore
from maccord.store import schemas
from maccord.store.database import (
    Busy,
    Duplicate,
    GrantRow,
    HandGone,
    JournalRow,
    Lost,
    Overlap,
    Reader,
    Row,
    Trouble,
    Unwilling,
)
from maccord.store.work import packed

if TYPE_CHECKING:
    import psycopg

_LOCKS = 7143
"""Our key among advisory locks; the schema's triggers use it, too."""

_GRANT = "SELECT grant_all(%s::bigint[], %s::bigint, %s::bigint, %s::text::json, %s::text::json)"
_GRANT_ONE = (
    "WITH mine AS (SELECT 1 FROM hand WHERE id = %s FOR SHARE),"
    " made AS (INSERT INTO lease (space, address, pool, state, since, due, holders)"
    " SELECT %s, %s, %s, 'held', %s, %s, %s FROM mine)"
    " INSERT INTO journal (chain, seq, at, actor, origin, action, subject, details, key, hash)"
    " SELECT %s, %s, %s, %s, %s, 'allocate', %s, %s, %s, %s FROM mine"
)
"""An allocation of one address as one plain statement: it takes two thirds of the time that the function takes."""
_OTHER_RANGE = (
    "SELECT r.lo, r.hi, p.name FROM pool_range r JOIN pool p ON p.id = r.pool"
    " WHERE r.space = ? AND r.lo <= ? AND r.hi >= ? ORDER BY r.lo LIMIT 1"
)
_READERS_MAX = 8
_SETTINGS = "-c synchronous_commit=on -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


def _driver() -> Any:  # noqa: ANN401 - a module
    """Return psycopg, which is an extra."""
    try:
        return import_module("psycopg")
    except ImportError as e:
        raise BadStore("postgresql://", f"it needs psycopg ({e}): install maccord[postgresql]") from e


@lru_cache(512)
def _marks(sql: str) -> str:
    """Return a statement with the driver's marks for parameters."""
    return sql.replace("%", "%%").replace("?", "%s")


def _trouble(error: Exception) -> Trouble:
    """Return what an error of PostgreSQL means for us, by its SQLSTATE."""
    state = str(getattr(error, "sqlstate", None) or "")
    text = str(error).strip().partition("\n")[0]
    if state == "23505":
        return Duplicate(text)
    if state == "23P01":
        return Overlap(text)
    if state == "MC001":
        return HandGone(text)
    if state in ("40001", "40P01", "55P03"):
        return Busy(text)
    if not state or state.startswith(("08", "57P")):
        return Lost(text or "the connection broke", unknown=False)
    return Unwilling(text)


class Connection:
    """One connection, its errors translated."""

    def __init__(self, url: str, *, write: bool) -> None:
        self._driver = _driver()
        try:
            self.raw: psycopg.Connection[Any] = self._driver.connect(
                url,
                autocommit=True,
                options=_SETTINGS,
                application_name="maccord",
                connect_timeout=10,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                prepare_threshold=2,
            )
            if not write:
                self.raw.execute("SET default_transaction_read_only = on")
        except self._driver.Error as e:
            raise Lost(str(e).strip().partition("\n")[0], unknown=False) from e

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        try:
            cursor = self.raw.execute(_marks(sql), params)
            return cursor.fetchall() if cursor.description else []
        except self._driver.Error as e:
            raise _trouble(e) from e

    def stream(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """Return rows as they come, from a cursor of the server."""
        try:
            with self.raw.cursor(name="stream") as cursor:
                cursor.itersize = 5000
                cursor.execute(_marks(sql), params)
                yield from cursor
        except self._driver.Error as e:
            raise _trouble(e) from e

    @property
    def closed(self) -> bool:
        """True when the connection is gone."""
        return self.raw.closed or self.raw.broken

    def drop(self) -> None:
        """Close it, whatever state it is in."""
        with suppress(self._driver.Error):
            self.raw.close()


class PostgresDatabase:
    """A store in a database of a PostgreSQL server."""

    on_loop = False
    for_update = " FOR UPDATE"
    skip_locked = " FOR UPDATE SKIP LOCKED"
    any_of = "= ANY (?::bigint[])"
    pairs = "(SELECT (v->>0)::bigint AS lo, (v->>1)::bigint AS hi FROM jsonb_array_elements(?::text::jsonb) AS v)"

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer: Connection | None = Connection(url, write=True)
        self._within = False
        self._anew = False
        self._readers: list[Connection] = []
        self._lock = threading.Lock()

    def _connection(self) -> Connection:
        if self._writer is None:
            raise Lost("the connection broke", unknown=False)
        return self._writer

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query, on the writing connection."""
        return self._connection().rows(sql, params)

    def stream(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """Return rows as they come, on the writing connection."""
        return self._connection().stream(sql, params)

    def stay(self) -> None:
        """The server folds its log by itself."""

    def ints(self, values: Iterable[int]) -> object:
        """Return the parameter for `any_of`."""
        return list(values)

    def begin(self, *, wait_s: float) -> None:  # noqa: ARG002 - several may write
        """Begin to write."""
        self._connection().rows("BEGIN")
        self._within = True

    def commit(self) -> None:
        """Make it durable."""
        try:
            self._connection().rows("COMMIT")
        except Lost as e:
            raise Lost(str(e), unknown=True) from e
        self._within = False

    def rollback(self) -> None:
        """Undo what was not committed; a broken connection is let go."""
        writer, within = self._writer, self._within
        self._within = False
        if writer is None:
            return
        if not writer.closed and within:
            with suppress(Trouble):
                writer.rows("ROLLBACK")
        if writer.closed:
            writer.drop()
            self._writer = None

    def savepoint(self) -> None:
        """Begin a part that can be undone on its own."""
        self.rows("SAVEPOINT part")

    def keep(self) -> None:
        """End that part, and keep it."""
        self.rows("RELEASE part")

    def undo(self) -> None:
        """End that part, and undo it."""
        self.rows("ROLLBACK TO part")
        self.rows("RELEASE part")

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Execute a statement; return how many rows it changed."""
        connection = self._connection()
        driver = _driver()
        try:
            return connection.raw.execute(_marks(sql), params).rowcount
        except driver.Error as e:
            raise _trouble(e) from e

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row: many rows of an INSERT by COPY, else in one pipeline."""
        every = rows if isinstance(rows, list) else list(rows)
        if not every:
            return
        connection = self._connection()
        driver = _driver()
        plain = re.fullmatch(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \([?, ]+\)", sql)
        try:
            with connection.raw.cursor() as cursor:
                if plain and len(every) > 500:
                    with cursor.copy(f"COPY {plain[1]} ({plain[2]}) FROM STDIN") as copy:
                        for row in every:
                            copy.write_row(row)
                else:
                    cursor.executemany(_marks(sql), every)
        except driver.Error as e:
            raise _trouble(e) from e

    def lock_space(self, space: int) -> None:
        """Keep other processes from changing extents of this space."""
        self.rows("SELECT pg_advisory_xact_lock(?, ?)", (_LOCKS, space))

    def take_over(self, hand: int) -> bool:
        """Wait for a group that is issued from a hand right now, and lock it."""
        return bool(self.rows("SELECT 1 FROM hand WHERE id = ? FOR UPDATE", (hand,)))

    def grant(
        self, hands: Sequence[int], at: int, chain: int, leases: Sequence[GrantRow], records: Sequence[JournalRow]
    ) -> None:
        """Write a group of allocations in one round trip; it commits itself unless a transaction is open."""
        connection = self._connection()
        driver = _driver()
        params: tuple[object, ...]
        if len(leases) == 1 == len(records):
            lease, r = leases[0], records[0]
            held = (hands[0], lease.space, lease.address, lease.pool, at, lease.due, lease.holders)
            record = (chain, r.seq, at, r.actor, r.origin, r.subject, r.details, r.key, r.hash)
            statement, params = _GRANT_ONE, (*held, *record)
        else:
            # Two texts of JSON instead of an array for each column, which the driver would make item by item.
            rows = [(each.space, each.address, each.pool, each.due, each.holders) for each in leases]
            told = [(r.seq, r.actor, r.origin, r.subject, r.details, r.key, r.hash.hex()) for r in records]
            statement, params = _GRANT, ([*hands], at, chain, packed(rows), packed(told))
        try:
            made = connection.raw.execute(statement, params)
            if statement is _GRANT_ONE and made.rowcount != 1:
                raise HandGone(str(hands[0]))
        except driver.Error as e:
            found = _trouble(e)
            # A backend that is told to end says so before it begins to commit, or after it has answered.
            if isinstance(found, Lost) and not self._within and getattr(e, "sqlstate", None) != "57P01":
                raise Lost(str(found), unknown=True) from e
            raise found from e

    def single_trip(self, addresses: int, requests: int) -> bool:  # noqa: ARG002 - any number
        """One call of a function writes them all."""
        return True

    def other_range(self, space: int, lo: int, hi: int) -> Row | None:
        """Return a range in the way of lo to hi; asked apart, because the transaction has failed."""
        with self.reading() as reader:
            rows = reader.rows(_OTHER_RANGE, (space, hi, lo))
        return rows[0] if rows else None

    def series(self, lo: int, hi: int) -> tuple[str, tuple[object, ...]]:
        """Return a query of all numbers from lo to hi."""
        return "SELECT generate_series(?::bigint, ?::bigint) AS address", (lo, hi)

    def synchronise(self, tables: Sequence[str]) -> None:
        """Let numbers count on from the highest that was inserted."""
        for table in tables:
            self.rows(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608
            )

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Return a view of one moment; connections are kept for the next."""
        with self._lock:
            reader = self._readers.pop() if self._readers else None
        if reader is None or reader.closed:
            reader = Connection(self.url, write=False)
        try:
            try:
                reader.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
            except Lost:
                reader.drop()  # it was kept from before the server went; others of its age are no better
                with self._lock:
                    old, self._readers = self._readers, []
                for each in old:
                    each.drop()
                reader = Connection(self.url, write=False)
                reader.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
            yield reader
        finally:
            with suppress(Trouble):
                reader.rows("ROLLBACK")
            with self._lock:
                keep = not reader.closed and len(self._readers) < _READERS_MAX
                if keep:
                    self._readers.append(reader)
            if not keep:
                reader.drop()

    def reopened(self) -> bool:
        """Open the writing connection anew if it broke."""
        if self._writer is not None and not self._writer.closed:
            return False
        if self._writer is not None:
            self._writer.drop()
            self._writer = None
        self._writer = Connection(self.url, write=True)
        return True

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            readers, self._readers = self._readers, []
        for each in (*readers, *([self._writer] if self._writer else [])):
            each.drop()


def opened(url: str, shown: str) -> PostgresDatabase:
    """Open a database, making or migrating the schema; raises BadStore, Lost."""
    driver = _driver()
    try:
        driver.conninfo.conninfo_to_dict(url)
    except driver.Error as e:
        raise BadStore(shown, "it is no URL of PostgreSQL") from e
    db = PostgresDatabase(url)
    try:
        _make_or_migrate(db, url, shown)
    except BaseException:
        db.close()
        raise
    return db


def _make_or_migrate(db: PostgresDatabase, url: str, shown: str) -> None:
    version = int(db.rows("SHOW server_version_num")[0][0])
    if version < 130_000:
        raise BadStore(shown, f"it is PostgreSQL {version // 10_000}; 13 is the oldest that has what is needed")
    db.begin(wait_s=0)
    try:
        # Several processes may start at once on a new database.
        db.rows("SELECT pg_advisory_xact_lock(?, ?)", (_LOCKS, -1))
        tables = {row[0] for row in db.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}
        if not tables & {"lease", "alembic_version"}:
            try:
                db.rows(schemas.script("postgresql"))
            except Unwilling as e:
                raise BadStore(shown, f"the schema cannot be made: {e}") from e
            db.commit()
            return
    finally:
        db.rollback()
    if "alembic_version" not in tables:
        raise BadStore(shown, "the database has tables of something else")
    revision = str(db.rows("SELECT version_num FROM alembic_version")[0][0])
    if revision != schemas.HEAD:
        alone = f"SELECT pg_advisory_xact_lock({_LOCKS}, -1)"
        schemas.migrate(shown, "postgresql+psycopg", lambda: _driver().connect(url), alone, revision)
