"""A store that an older maccord filled: it is upgraded when it is opened, and everything in it holds on.

`schemas/0001-data.jsonl` was written by maccord of schema 0001: every row of every table of a store on which it had
made pools, given, shared, confirmed, released, adopted, excluded and carved, and from which a service had been killed.
`0002-data.jsonl` is that store as maccord of schema 0002 left it.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from maccord.alloc.errors import BadStore, PoolExhausted
from maccord.alloc.life import State
from maccord.alloc.records import Holder
from maccord.app.listing import everything
from maccord.store import schemas
from tests.contract.test_schema import RELEASED, REVISIONS, columns, dialect, execute, mark
from tests.kit.stores import ACTOR, vm

SECRET = "maccord_a-token-of-a-test"  # noqa: S105 - its digest is in the data
OLD = [one for one in REVISIONS if one < schemas.HEAD]
SOME = [pytest.param(one, marks=pytest.mark.slow) for one in OLD[:-1]] + OLD[-1:]
"""The last one before the newest, and with time the others."""


def connect(url):
    if url.startswith("sqlite"):
        return import_module("sqlite3").connect(url.removeprefix("sqlite:///"))
    return import_module("psycopg").connect(url)


def filled(stores, revision, url=None):
    """Make a store as maccord of that revision left it; return its URL."""
    url = url or stores.url
    execute(url, (RELEASED / f"{revision}-{dialect(stores)}.sql").read_text() + mark(revision))
    raw = connect(url)
    sign = "?" if url.startswith("sqlite") else "%s"
    own_numbers = set()
    raw.execute("DELETE FROM meta")  # the schema has some; the data has all
    for line in (RELEASED / f"{revision}-data.jsonl").read_text().splitlines():
        row = json.loads(line)
        table = row.pop("table")
        own_numbers |= {table} if "id" in row else set()
        values = [bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for value in row.values()]
        raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join([sign] * len(row))})", values)
    if not url.startswith("sqlite"):
        for table in own_numbers:
            raw.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    raw.commit()
    raw.close()
    return url


@pytest.mark.parametrize("revision", OLD)
def test_everything_that_an_older_store_held_holds_after_the_upgrade(stores, revision):
    authority = stores.open(filled(stores, revision))
    held = {one.address: one for one in authority.holdings()}
    first = held["02-00-00-00-10-00"]
    assert (first.state, first.pool) == (State.IN_USE, "web")
    assert [str(one.holder) for one in first.holders] == [
        "vm-adapter:vm1/nic0", "snapshot:vm1 before the upgrade", "replica:vm1-replica",
    ]  # fmt: skip
    assert held["06-00-00-00-00-01"].holders[0].holder == Holder("gateway", "fw1/wan")
    assert sum(one.pool == "lab" for one in held.values()) == 101
    assert authority.look_up("02-00-00-00-10-02").state is State.RESTING
    assert authority.look_up("02-00-00-00-10-80").note == "seen at two ports"
    assert authority.look_up("02-00-00-00-10-A1").note == "printers"
    assert [one.host for one in everything(authority.blocks)] == ["HV07"]
    assert authority.history("02-00-00-00-10-02")[0].holder == vm("vm3/nic0")
    again = authority.allocate("web", vm("vm1/nic0"), actor=ACTOR, key="build-1")
    assert (again.addresses, again.replayed) == (("02-00-00-00-10-00",), True)
    assert authority.check_token(SECRET).pools == ("web",)
    assert authority.verify_audit().ok
    for name in ("web", "lab", "fc"):
        one = authority.usage(name)[0]
        parts = one.free + one.reserved + one.held + one.in_use + one.resting + one.probation + one.excluded
        assert parts + one.blocks == one.size


@pytest.mark.parametrize("revision", OLD)
def test_an_upgraded_store_goes_on_like_a_new_one(stores, revision):
    old = filled(stores, revision)
    authority = stores.open(old)
    before = {one.address for one in authority.holdings()}
    free = authority.usage("web")[0].available
    given = {authority.allocate("web", vm("new"), actor=ACTOR).addresses[0] for _ in range(free)}
    with pytest.raises(PoolExhausted):
        authority.allocate("web", vm("new"), actor=ACTOR)
    assert len(given) == free
    kept = {f"02-00-00-00-10-{low:02X}" for low in (0x02, 0x80, *range(0xA0, 0xA4), *range(0xF0, 0x100))}
    assert not given & (before | kept)
    assert authority.verify_audit().ok
    authority.close()
    new = stores.new_url()
    stores.open(new).close()
    assert columns(old) == columns(new)
    assert {row["schema"] for row in stores.open(old).export() if "schema" in row} == {schemas.HEAD}


@pytest.mark.parametrize("revision", OLD)
def test_holders_of_an_older_store_are_found(stores, revision):
    authority = stores.open(filled(stores, revision))
    golden = [one.address for one in everything(authority.leases, holder="template:golden")]
    assert len(golden) == 100
    assert [one.address for one in everything(authority.leases, holder="old1/nic0")] == ["02-00-00-00-10-90"]
    assert [one.address for one in everything(authority.leases, holder="vm4/nic0")] == [
        one.address for one in authority.holdings() if "vm4/nic0" in str(one.holders)
    ]
    assert not authority.leases(holder="vm3/nic0").items  # it was released before


@pytest.mark.parametrize("revision", SOME)
def test_an_upgrade_that_fails_leaves_the_store_as_it_was(stores, revision):
    url = filled(stores, revision)
    execute(url, "CREATE VIEW signing_key AS SELECT 1 AS one")  # in the way of what is made last
    before = columns(url)
    with pytest.raises(BadStore, match="is as it was"):
        stores.open(url)
    assert columns(url) == before
    execute(url, "DROP VIEW signing_key")
    assert stores.open(url).verify_audit().ok


@pytest.mark.parametrize("revision", SOME)
def test_processes_that_start_at_once_upgrade_once(stores, revision):
    if stores.kind == "sqlite-command":
        pytest.skip("the processes are commands on either")
    url = filled(stores, revision)
    program = (
        "import sys; from datetime import datetime, UTC; from maccord.store import open_authority;"
        "a = open_authority(sys.argv[1], clock=lambda: datetime.now(UTC), background=False);"
        "print(len(list(a.holdings()))); a.close()"
    )

    def run(_):
        return subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(run, range(4)))
    assert [one.stderr for one in ran] == [""] * 4
    assert len({one.stdout for one in ran}) == 1


@pytest.mark.parametrize("revision", SOME)
def test_an_upgrade_that_is_killed_is_done_by_the_next_start(stores, revision):
    """Kill -9 within the last step of the upgrade."""
    url = filled(stores, revision)
    before = columns(url)
    program = (
        "import os, signal, sys; from datetime import datetime, UTC; from sqlalchemy.engine import Connection;"
        "real = Connection.exec_driver_sql\n"
        "def fatal(self, statement, *rest):\n"
        "    answer = real(self, statement, *rest)\n"
        "    if statement.startswith('CREATE INDEX lease_holder_due'):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return answer\n"
        "Connection.exec_driver_sql = fatal\n"
        "from maccord.store import open_authority\n"
        "open_authority(sys.argv[1], clock=lambda: datetime.now(UTC), background=False)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, check=False)
    assert ran.returncode == -9, ran.stderr
    assert columns(url) == before
    authority = stores.open(url)
    assert len(authority.leases(holder="template:golden", limit=1000).items) == 100
    assert authority.verify_audit().ok


def test_a_store_whose_name_has_signs_of_a_url_is_upgraded(tmp_path, stores):
    if stores.kind == "postgresql":
        pytest.skip("a file's name")
    path = tmp_path / "a b?c#d%20.db"
    filled(stores, OLD[-1], f"sqlite:///{path}")
    assert list(stores.open("sqlite:///" + str(path).replace("%", "%25")).holdings())


def test_each_released_schema_but_the_newest_has_data_to_upgrade():
    assert OLD
    for revision in OLD:
        assert Path(RELEASED / f"{revision}-data.jsonl").stat().st_size > 10_000
