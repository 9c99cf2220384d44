"""Short forms of what bench/faults.py does for minutes: kill, fill the disk, take the right to write away."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maccord.alloc.errors import StoreUnavailable
from maccord.alloc.life import State
from maccord.store.database import Lost, Unwilling
from tests.kit.postgres import Server, programs
from tests.kit.stores import ACTOR, Stores, spec, vm

ROOT = Path(__file__).parents[2]
CHILD = """
import sys, time
from datetime import datetime, UTC
from maccord.store import open_authority
from maccord.alloc.records import Actor, Holder
authority = open_authority(sys.argv[1], clock=lambda: datetime.now(UTC))
for turn in range(100_000):
    given = authority.allocate("web", Holder("vm-adapter", f"child/{turn}"), actor=Actor("child"), key=f"{turn}")
    print(given.addresses[0], flush=True)
"""


def test_what_was_acknowledged_before_a_kill_is_there_and_a_retry_gives_the_same(stores):
    authority = stores.open(background=False)
    authority.create_pool(spec(last="02-00-00-0F-FF-FF"), actor=ACTOR)
    with subprocess.Popen([sys.executable, "-c", CHILD, stores.url], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        told = [child.stdout.readline().strip() for _ in range(50)]
        child.send_signal(signal.SIGKILL)
        told += [line.strip() for line in child.stdout.read().splitlines() if len(line.strip()) == 17]
    held = {lease.address: lease.holders[0].holder.id for lease in authority.holdings()}
    assert [held.get(address) for address in told] == [f"child/{turn}" for turn in range(len(told))]
    assert len(held) - len(told) in (0, 1)  # the last one may have been committed and not told
    again = authority.allocate("web", vm("child/7"), actor=type(ACTOR)("child"), key="7")
    assert (again.addresses, again.replayed) == ((told[7],), True)
    used = authority.usage("web")[0]
    assert used.available + used.allocated == used.size
    assert authority.verify_audit().ok
    rest = authority.allocate("web", vm("rest"), actor=ACTOR, count=10_000)
    assert not set(rest.addresses) & set(told)


@pytest.mark.slow
def test_a_storm_on_sqlite_loses_and_doubles_nothing():
    ran = subprocess.run(
        [sys.executable, ROOT / "bench/faults.py", "--store", "sqlite", "--seconds", "8"],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode()[-2000:]


@pytest.mark.real
@pytest.mark.slow
def test_a_storm_on_postgresql_loses_and_doubles_nothing():
    ran = subprocess.run(
        [sys.executable, ROOT / "bench/faults.py", "--store", "postgresql", "--seconds", "12"],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode()[-2000:]


@pytest.mark.real
def test_a_server_that_is_killed_and_comes_back_is_used_again(tmp_path):
    if programs() is None:
        pytest.skip("no PostgreSQL: script/system-packages postgresql")
    server = Server()
    stores = Stores("postgresql", tmp_path, server)
    try:
        authority = stores.open()
        authority.create_pool(spec(), actor=ACTOR)
        first = authority.allocate("web", vm("a"), actor=ACTOR, key="a").addresses
        server.kill()
        with pytest.raises(StoreUnavailable):
            authority.allocate("web", vm("b"), actor=ACTOR, key="b")
        with pytest.raises(StoreUnavailable):
            authority.usage()
        server.start()
        second = authority.allocate("web", vm("b"), actor=ACTOR, key="b").addresses
        assert authority.allocate("web", vm("a"), actor=ACTOR, key="a").addresses == first
        server.cut()
        time.sleep(0.1)
        third = authority.allocate("web", vm("c"), actor=ACTOR, key="c")
        assert len({first, second, third.addresses}) == 3
        assert authority.verify_audit().ok
    finally:
        stores.close()
        server.stop()


def test_a_full_disk_refuses_and_goes_on_when_there_is_room_again(tmp_path):
    stores = Stores("sqlite", tmp_path, None)
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-0F-FF-FF"), actor=ACTOR)
    before = authority.allocate("web", vm("a"), actor=ACTOR, key="a").addresses
    raw = authority._db.raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages + 2}")  # SQLite's own way to a disk that is full
    turn, refusal = 0, ""
    while not refusal:
        turn += 1
        try:
            authority.allocate("web", vm(f"vm{turn}"), actor=ACTOR, key=f"key{turn}")
        except StoreUnavailable as e:
            refusal = str(e)
    assert "full" in refusal
    raw.execute("PRAGMA max_page_count = 1000000")
    assert authority.allocate("web", vm(f"vm{turn}"), actor=ACTOR, key=f"key{turn}").count == 1
    assert authority.allocate("web", vm("a"), actor=ACTOR, key="a").addresses == before
    assert authority.usage("web")[0].held == turn + 1
    assert authority.verify_audit().ok
    stores.close()


def test_a_store_that_may_not_be_written_refuses_changes_and_answers_questions(tmp_path):
    stores = Stores("sqlite", tmp_path, None)
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR).addresses[0]
    authority._db.raw.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable) as refused:
        authority.allocate("web", vm("b"), actor=ACTOR)
    assert "readonly" in str(refused.value).replace(" ", "").replace("-", "")
    with pytest.raises(StoreUnavailable):
        authority.ready()
    assert authority.look_up(given).state is State.HELD
    authority._db.raw.execute("PRAGMA query_only = OFF")
    assert authority.allocate("web", vm("b"), actor=ACTOR).count == 1
    stores.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows locks files in another way")
def test_a_writer_that_does_not_let_go_makes_others_wait_and_then_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr("maccord.store.engine.writing.WAIT_S", 0.2)
    monkeypatch.setattr("maccord.store.sqlite._WAIT_S", 0.2)
    stores = Stores("sqlite", tmp_path, None)
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    other = sqlite3.connect(stores.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        authority.allocate("web", vm("a"), actor=ACTOR)
    other.execute("ROLLBACK")
    assert authority.allocate("web", vm("a"), actor=ACTOR).count == 1
    other.close()
    stores.close()


@pytest.mark.parametrize("failure", [Lost("cut", unknown=True), Unwilling("input/output error")])
def test_a_commit_of_which_nobody_knows_is_told_as_unknown_and_a_retry_settles_it(stores, monkeypatch, failure):
    authority = stores.open(background=False)
    authority.create_pool(spec(), actor=ACTOR)
    db = authority._db
    really = db.commit
    failure.unknown = True

    def commits_and_breaks():
        really()
        monkeypatch.undo()
        raise failure

    monkeypatch.setattr(db, "commit", commits_and_breaks)
    with pytest.raises(StoreUnavailable) as refused:
        authority.allocate("web", vm("a"), actor=ACTOR, key="k")
    assert refused.value.outcome == "unknown"
    again = authority.allocate("web", vm("a"), actor=ACTOR, key="k")
    assert again.replayed
    other = authority.allocate("web", vm("b"), actor=ACTOR, key="b")
    assert other.addresses != again.addresses
    assert authority.verify_audit().ok


def test_the_keeper_goes_on_after_a_fault_of_ours(stores, monkeypatch, caplog):
    monkeypatch.setattr("maccord.store.authority.running._TICK_S", 0.02)
    authority = stores.open(background=True)
    authority.create_pool(spec(rest_s=60), actor=ACTOR)
    given = authority.allocate("web", vm("vm1"), actor=ACTOR).addresses[0]
    authority.release(given, actor=ACTOR)
    right, wrong = type(authority).tick, iter([True])

    def tick(self):
        if next(wrong, False):
            raise ZeroDivisionError
        right(self)

    monkeypatch.setattr(type(authority), "tick", tick)
    stores.time.pass_s(61)
    until = time.monotonic() + 10
    while authority.look_up(given).state is State.RESTING and time.monotonic() < until:
        time.sleep(0.02)
    assert authority.look_up(given).state is State.FREE
    assert "ZeroDivisionError" in caplog.text
