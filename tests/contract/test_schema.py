"""The schema: what was released once can be opened for ever, and the database itself refuses what must not be."""

import re
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from maccord.alloc.errors import BadStore, StoreUnavailable
from maccord.alloc.records import RangeSpec
from maccord.store import open_authority, opening, schemas
from tests.kit.stores import ACTOR, Time, spec, vm

RELEASED = Path(__file__).parents[1] / "unit/store/schemas"
REVISIONS = sorted({path.name.partition("-")[0] for path in RELEASED.glob("*.sql")})
VERSIONS = Path(schemas.__file__).parent / "migrations/versions"


def execute(url, script):
    """Run a script of SQL on an empty database, past the authority."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
            raw.executescript(script)
        raw.close()
    else:
        with import_module("psycopg").connect(url) as raw:
            raw.execute(script)


def columns(url):
    """Return every table's columns with their types, and every index: what a schema is made of."""
    if url.startswith("sqlite"):
        raw = sqlite3.connect(url.removeprefix("sqlite:///"))
        found = set(raw.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
        raw.close()
        return {(kind, name, re.sub(r"\s*([(),])\s*|\s+", r"\1 ", sql)) for kind, name, sql in found}
    with import_module("psycopg").connect(url) as raw:
        query = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        return set(raw.execute(query)) | set(raw.execute("SELECT indexname, indexdef, '' FROM pg_indexes"))


def mark(revision):
    return (
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);"
        f"INSERT INTO alembic_version (version_num) VALUES ('{revision}');"
    )


def dialect(stores):
    return "sqlite" if stores.url.startswith("sqlite") else "postgresql"


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_every_released_schema_opens_and_becomes_like_a_new_one(stores, revision):
    old = stores.url
    execute(old, (RELEASED / f"{revision}-{dialect(stores)}.sql").read_text() + mark(revision))
    authority = stores.open(old)
    authority.create_pool(spec(), actor=ACTOR)
    assert authority.allocate("web", vm("a"), actor=ACTOR).count == 1
    authority.close()
    new = stores.new_url()
    stores.open(new).close()
    assert columns(old) == columns(new)


def test_the_newest_migration_is_the_schema_of_new_stores():
    revisions = sorted(path.name.partition("_")[0] for path in VERSIONS.glob("0*.py"))
    assert revisions[-1] == schemas.HEAD == REVISIONS[-1]
    for name in ("sqlite", "postgresql"):
        kept = (RELEASED / f"{schemas.HEAD}-{name}.sql").read_text()
        assert schemas.script(name).startswith(kept), "what was released is never changed: a new revision is needed"


def test_alembic_finds_the_migrations_and_has_nothing_to_do_at_the_head(stores):
    stores.open().close()
    before = columns(stores.url)
    if dialect(stores) == "sqlite":
        path = stores.url.removeprefix("sqlite:///")
        schemas.migrate(stores.url, "sqlite", lambda: opening._raw(path), "BEGIN IMMEDIATE", schemas.HEAD)
    else:
        driver = import_module("psycopg")
        schemas.migrate(stores.url, "postgresql+psycopg", lambda: driver.connect(stores.url), "SELECT 1", schemas.HEAD)
    assert columns(stores.url) == before


def test_a_store_of_a_newer_maccord_is_refused(stores):
    execute(stores.url, (RELEASED / f"{REVISIONS[0]}-{dialect(stores)}.sql").read_text() + mark("9999"))
    with pytest.raises(BadStore, match="newer"):
        stores.open()


def test_a_database_of_something_else_is_refused_and_left_alone(stores):
    execute(stores.url, "CREATE TABLE lease (holiday text)")
    with pytest.raises(BadStore, match="something else"):
        stores.open()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO pool_range (space, lo, hi, pool) SELECT space, lo + 5, hi + 5, pool FROM pool_range",
        "UPDATE pool_range SET hi = hi + 256 WHERE lo = (SELECT min(lo) FROM pool_range)",
        (
            "INSERT INTO extent (space, lo, hi, pool, kind) SELECT space, hi, hi + 1, pool, 'free' FROM extent"
            " WHERE kind = 'block'"
        ),
        "UPDATE extent SET hi = hi + 1 WHERE kind = 'block'",
        "INSERT INTO lease (space, address, state, since, holders) SELECT space, address, 'held', 1, '[]' FROM lease",
        "INSERT INTO lease (space, address, state, since, holders) VALUES (1, 1, 'lent', 1, '[]')",
        (
            "INSERT INTO journal (chain, seq, at, actor, origin, action, subject, details, key, hash)"
            " SELECT chain, seq + 900, at, actor, origin, action, subject, details, key, hash FROM journal"
            " WHERE key IS NOT NULL"
        ),
        "UPDATE journal SET actor = 'x'",
        "DELETE FROM journal",
    ],
)
def test_the_database_itself_refuses_what_must_not_be(stores, statement):
    authority = stores.open(background=False)
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("next", "02-00-00-00-11-00", "02-00-00-00-11-FF"), actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, span=RangeSpec("02-00-00-00-10-80", "02-00-00-00-10-8F"))
    authority.allocate("web", vm("a"), actor=ACTOR, key="k")
    authority.close()
    failure = (
        sqlite3.IntegrityError if stores.url.startswith("sqlite") else import_module("psycopg").errors.IntegrityError
    )
    with pytest.raises(failure):
        execute(stores.url, statement)


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "sqlite:///", "sqlite:///:memory:", "sqlite:////none/such/folder/x.db", "x"]
)
def test_a_url_that_cannot_be_a_store_is_refused(url):
    with pytest.raises(BadStore):
        open_authority(url, clock=Time().clock)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes, not yours\n" * 100)
    with pytest.raises(BadStore):
        open_authority(f"sqlite:///{path}", clock=Time().clock)
    assert path.read_text() == "my notes, not yours\n" * 100


def test_a_server_that_does_not_answer_is_unavailable_and_its_password_is_not_told():
    pytest.importorskip("psycopg")
    url = "postgresql://maccord:secret-word@127.0.0.1:1/none"
    with pytest.raises(StoreUnavailable) as refused:
        open_authority(url, clock=Time().clock)
    assert "secret-word" not in str(refused.value)
    assert opening.hidden(url) == "postgresql://maccord@127.0.0.1:1/none"


def test_the_schema_and_a_store_need_no_sqlalchemy_to_open(tmp_path):
    program = (
        "import sys; from datetime import datetime, UTC; from maccord.store import open_authority;"
        f"open_authority('sqlite:///{tmp_path}/s.db', clock=lambda: datetime.now(UTC)).close();"
        "print([name for name in ('sqlalchemy', 'alembic', 'psycopg') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
