"""A store copied while others write to it.

Source: SQLite, "Online Backup API": a copy that is made in one step is the database as it was at one moment, and
writers to a database with a write-ahead log do not wait for it.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote

from maccord.alloc.errors import BadStore
from maccord.alloc.records import StoreVerdict
from maccord.store import verifying
from maccord.store.database import Trouble
from maccord.store.opening import hidden
from maccord.store.sqlite import Connection


def copied(url: str, target: str) -> tuple[int, StoreVerdict]:
    """Copy a store of SQLite into a new file, and check the copy; return its bytes and what the check found.

    Raises BadStore for a store of another kind, one that is not there, a target that is, and a disk that is full; then
    there is no target.
    """
    if not url.startswith("sqlite:///"):
        raise BadStore(hidden(url), "PostgreSQL has tools of its own for a backup: pg_dump --format=custom")
    source = unquote(url.removeprefix("sqlite:///"))
    if not Path(source).is_file():
        raise BadStore(url, "there is no such file")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds hashes of tokens
    except OSError as e:
        raise BadStore(target, e.strerror or str(e)) from e
    try:
        return _copied(source, target)
    except (sqlite3.Error, OSError, Trouble) as e:
        _remove(target)
        raise BadStore(url, f"it could not be copied to {target}: {e}") from e
    except BaseException:
        _remove(target)
        raise


def _copied(source: str, target: str) -> tuple[int, StoreVerdict]:
    reader = Connection(source, write=False)
    with closing(reader.raw):
        if not reader.rows("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
            raise Trouble("it is a database of something else")
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            reader.raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
    with Path(target).open("rb") as made:
        os.fsync(made.fileno())
    check = Connection(target, write=False)
    with closing(check.raw):
        broken = check.rows("PRAGMA integrity_check(1)")[0][0]
        if broken != "ok":
            raise Trouble(f"the database is damaged: {broken}")
        return Path(target).stat().st_size, verifying.verify(check, None)


def _remove(target: str) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            Path(target + end).unlink()
