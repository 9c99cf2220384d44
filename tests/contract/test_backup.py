"""A store copied while it is at work: the copy is whole, and has everything that was acknowledged before."""

import sqlite3
import threading
from pathlib import Path

import pytest

from maccord.alloc.errors import BadStore
from maccord.store.copying import copied
from tests.kit.service import said
from tests.kit.stores import ACTOR, spec, vm


@pytest.fixture
def sqlite(stores):
    if stores.kind == "postgresql":
        pytest.skip("PostgreSQL has its own backup")
    return stores


def test_a_copy_made_while_others_write_is_whole_and_has_all_that_was_acknowledged(sqlite, tmp_path):
    authority = sqlite.open()
    authority.create_pool(spec(last="02-00-00-00-FF-FF"), actor=ACTOR)
    given: list[str] = []
    stop = threading.Event()

    def write():
        while not stop.is_set():
            given.extend(authority.allocate("web", vm(f"vm{len(given)}"), actor=ACTOR).addresses)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = set(given)
            size, verdict = copied(sqlite.url, str(tmp_path / f"copy{number}.db"))
            assert verdict.ok, verdict.faults
            copy = sqlite.open(f"sqlite:///{tmp_path}/copy{number}.db", background=False)
            assert size > 10_000
            held = {one.address for one in copy.holdings()}
            assert before <= held
            assert copy.verify_audit().ok
            assert copy.allocate("web", vm("after"), actor=ACTOR).addresses[0] not in held
    finally:
        stop.set()
        writer.join()
    assert len(given) > 5


def test_a_file_that_is_there_is_left_alone(sqlite, tmp_path):
    sqlite.open().close()
    target = tmp_path / "precious"
    target.write_text("kept")
    with pytest.raises(BadStore, match="exists"):
        copied(sqlite.url, str(target))
    assert target.read_text() == "kept"


def test_what_is_no_store_is_refused_and_leaves_no_file(tmp_path):
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE something (x)")
    raw.close()
    (tmp_path / "text.db").write_text("this is no database" * 100)
    for url, why in (
        (f"sqlite:///{other}", "something else"),
        (f"sqlite:///{tmp_path}/text.db", "not a database"),
        (f"sqlite:///{tmp_path}/none.db", "no such file"),
        ("postgresql://ops:secret@db/maccord", "pg_dump"),
    ):
        with pytest.raises(BadStore, match=why) as refused:
            copied(url, str(tmp_path / "copy.db"))
        assert "secret" not in str(refused.value)
        assert not list(tmp_path.glob("copy.db*"))


def test_a_damaged_store_is_told_and_not_copied(sqlite, tmp_path):
    authority = sqlite.open()
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("a"), actor=ACTOR, count=200)
    authority.close()
    path = Path(sqlite.url.removeprefix("sqlite:///"))
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    with pytest.raises(BadStore, match="could not be copied"):
        copied(sqlite.url, str(tmp_path / "copy.db"))
    assert not list(tmp_path.glob("copy.db*"))


def test_the_command_makes_a_copy_that_only_its_owner_may_read(sqlite, tmp_path, capsys):
    authority = sqlite.open()
    authority.create_pool(spec(), actor=ACTOR)
    target = tmp_path / "copy.db"
    told = said(capsys, "pool", "backup", str(target), "--store", sqlite.url)
    assert "whole" in told
    assert target.stat().st_mode & 0o777 == 0o600
    assert "web" in said(capsys, "pool", "list", "--store", f"sqlite:///{target}")
    said(capsys, "pool", "backup", str(tmp_path / "more.db"), "--server", "http://127.0.0.1:1", code=2)
