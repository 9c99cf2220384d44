"""From a store's URL to an authority."""

import os
import random
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from urllib.parse import unquote

from maccord.alloc.authority import Authority
from maccord.alloc.clock import SteadyClock, micros
from maccord.alloc.errors import BadStore, StoreUnavailable
from maccord.store import schemas
from maccord.store.authority import StoreAuthority
from maccord.store.database import Database, Trouble
from maccord.store.sqlite import SqliteDatabase
from maccord.store.work import Chain

_NEAR_US = 5_000_000
_WATCH_S = 1.6


def opened(
    url: str, *, clock: Callable[[], datetime], monotonic: Callable[[], float] | None, background: bool
) -> Authority:
    """Open a store; see open_authority."""
    try:
        db = _database(url)
    except Trouble as e:
        raise StoreUnavailable(str(e)) from e
    try:
        steady = _clock(db, clock, monotonic or time.monotonic)
        host = socket.gethostname()

        def renew() -> Chain:
            return Chain(_register(db, host, steady()))

        return StoreAuthority(db, renew(), steady, random.Random(), renew=renew, background=background)  # noqa: S311
    except Trouble as e:
        db.close()
        raise StoreUnavailable(str(e)) from e


def _database(url: str) -> Database:
    if url.startswith("sqlite:///"):
        return _sqlite(url, unquote(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from maccord.store.postgresql import opened as postgresql  # noqa: PLC0415 - an extra

        return postgresql(url, hidden(url))
    raise BadStore(hidden(url), "expected sqlite:///PATH or postgresql://USER@HOST/DATABASE")


def hidden(url: str) -> str:
    """Return a URL as it may be shown: without a password."""
    scheme, sep, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{sep}{who.partition(':')[0]}{at}{where}" if at else url


def _sqlite(url: str, path: str) -> SqliteDatabase:
    if not path or path.startswith(":memory:"):
        raise BadStore(url, "expected the path of a file")
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - a path as the user wrote it
    if not os.path.isdir(folder):  # noqa: PTH112
        raise BadStore(url, f"there is no folder {folder}")
    try:
        db = SqliteDatabase(path, url)
    except Trouble as e:
        raise BadStore(url, str(e)) from e
    try:
        _make_or_migrate(db, url, path)
    except Trouble as e:
        db.close()
        raise BadStore(url, str(e)) from e
    except BaseException:
        db.close()
        raise
    return db


def _make_or_migrate(db: SqliteDatabase, url: str, path: str) -> None:
    db.begin(wait_s=30)
    try:
        tables = {row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            for statement in statements(schemas.script("sqlite")):
                db.run(statement)
            db.commit()
            os.chmod(path, 0o600)  # noqa: PTH101 - it holds hashes of tokens and the audit
            return
    finally:
        db.rollback()
    if "alembic_version" not in tables:
        raise BadStore(url, "the file is a database of something else")
    revision = str(db.rows("SELECT version_num FROM alembic_version")[0][0])
    if revision != schemas.HEAD:
        schemas.migrate(url, "sqlite", lambda: _raw(path), "BEGIN IMMEDIATE", revision)


def _raw(path: str) -> sqlite3.Connection:
    """Return a connection to migrate on. The driver's own transactions would leave out what changes the schema."""
    raw = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA synchronous = FULL")
    return raw


def statements(text: str) -> list[str]:
    """Return the statements of an SQLite script; those of triggers hold semicolons."""
    found, part = [], ""
    for line in text.splitlines():
        part += line + "\n"
        if line.rstrip().endswith(";") and sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found


def _clock(db: Database, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> SteadyClock:
    """Return a clock that begins no earlier than the store was last seen, and agrees with who is at work on it.

    Rests are counted in the time of those at work, so whoever joins them takes over theirs, whatever its own clock
    says. Processes that are at work write their time every second; whether one that is written of still is, is seen by
    waiting for that, and only when its time is far from ours.
    """
    seen = _beat(db, ended=True)
    alive = _beat(db, ended=False)
    ceiling = None
    if alive and abs(micros(clock()) - alive) > _NEAR_US:
        until = time.monotonic() + _WATCH_S
        while ceiling is None and time.monotonic() < until:
            time.sleep(0.1)
            beat = _beat(db, ended=False)
            if beat != alive:
                ceiling = beat + 1_000_000
        if ceiling is None:
            _bury(db, alive)
    return SteadyClock(clock, monotonic, floor=seen, ceiling=ceiling)


def _beat(db: Database, *, ended: bool) -> int:
    """Return the latest time that any process wrote, or any that has not ended."""
    where = "" if ended else " WHERE ended_at IS NULL"
    return int(db.rows(f"SELECT coalesce(max(beat_at), 0) FROM process{where}")[0][0])  # noqa: S608


def _bury(db: Database, beat: int) -> None:
    """Write down that processes which wrote nothing while we watched have ended."""
    with suppress(Trouble):
        db.begin(wait_s=1)
        db.run("UPDATE process SET ended_at = beat_at WHERE ended_at IS NULL AND beat_at <= ?", (beat,))
        db.commit()
    db.rollback()


def _register(db: Database, host: str, now: int) -> int:
    """Enter this process; its number is that of its audit chain."""
    db.begin(wait_s=10)
    try:
        rows = db.rows(
            "INSERT INTO process (host, pid, started_at, beat_at) VALUES (?, ?, ?, ?) RETURNING id",
            (host, os.getpid(), now, now),
        )
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return int(rows[0][0])
