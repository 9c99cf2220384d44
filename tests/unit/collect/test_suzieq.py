"""What is read of SuzieQ's Parquet snapshots, of recorded ones and of small ones made here, and of hostile ones."""

import struct
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.collect import Document, parquet, read
from maccord.engine.duck import DuckEngine
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import StateSeen
from maccord.fleet.records import Host, MlagPeer, Sighting
from maccord.mac import show
from tests.kit.fleets import NOW, write
from tests.kit.recorded import RECORDED, needs_recorded
from tests.kit.suzieq import SCHEMAS, path_of, table
from tests.kit.suzieq import device as files_of
from tests.kit.suzieq import parquet as made

FLEETS = RECORDED / "fleet" / "suzieq"
NAMES = ("nxos", "ospf-ibgp", "dual-evpn")


def of(*names):
    """Return the folders of some recorded namespaces."""
    return sorted(str(path) for name in names for path in FLEETS.glob(f"*/*/namespace={name}"))


def counted(query, *names):
    """Return what DuckDB counts in the recorded files of some namespaces: {table} stands for all of a table."""
    listed = ", ".join(f"'{name}'" for name in names)
    con = duckdb.connect()

    def rows(kind):
        return (
            f"(SELECT * FROM read_parquet('{FLEETS}/{kind}/**/*.parquet', union_by_name = true,"
            f" hive_partitioning = true) WHERE namespace IN ({listed}))"
        )

    ((count,),) = con.execute(query.format(**{kind: rows(kind) for kind in (*SCHEMAS, "vlan")})).fetchall()
    return count


def parsed_of(raw, name="a.parquet", folder="x", above=()):
    parsed = read(Document(name, folder, raw, above))
    assert parsed is not None
    return parsed


def sightings(snapshot):
    return [one for one in snapshot.tables["sighting"] if isinstance(one, Sighting)]


def hosts_of(snapshot):
    return [one for one in snapshot.tables["host"] if isinstance(one, Host)]


@cache
def reported(*paths):
    gathered = gather([str(path) for path in paths])
    return gathered.snapshot, check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW)


# Recorded fleets -----------------------------------------------------------------------------------------------


@needs_recorded
@pytest.mark.parametrize("names", [*((name,) for name in NAMES), NAMES], ids=" ".join)
def test_a_recorded_fleet_has_no_incident_and_no_problem(names):
    snapshot, report = reported(*of(*names))
    assert report.incidents == []
    assert report.problems == []
    sighted = "SELECT COUNT(*) FROM {} WHERE macaddr NOT IN ('', '00:00:00:00:00:00')"
    assert report.evidence.sightings == counted(sighted.format("{macs}"), *names) + counted(
        sighted.format("{arpnd}"), *names
    )
    assert report.evidence.adapters == counted(sighted.format("{interfaces}"), *names)
    assert report.evidence.hosts == counted("SELECT COUNT(*) FROM {device} WHERE os = 'linux'", *names)
    assert len(snapshot.tables["host"]) == counted("SELECT COUNT(*) FROM {device}", *names)


@needs_recorded
def test_the_shared_addresses_of_the_recorded_fleets_are_what_their_description_says():
    _, report = reported(FLEETS)
    hosts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for twin in report.expected_twins:
        hosts[twin.kind, twin.address] |= set(twin.hosts)
    leaves = {f"ospf-ibgp/leaf0{number}" for number in (1, 2, 3, 4)}
    exits = {"dual-evpn/exit01", "dual-evpn/exit02"}
    gateways = {key: found for key, found in hosts.items() if key[0] == "anycast-gateway"}
    assert gateways == {
        ("anycast-gateway", "00-00-00-11-12-10"): {
            *(f"nxos/leaf0{number}" for number in (1, 2, 3, 4)),
            "nxos/exit01",
            "nxos/exit02",
        },
        ("anycast-gateway", "44-39-39-FF-00-13"): leaves | exits,
        ("anycast-gateway", "44-39-39-FF-00-24"): leaves | exits,
    }
    assert {key[1]: found for key, found in hosts.items() if key[0] == "mlag-system"} == {
        "44-39-39-FF-40-94": {"ospf-ibgp/leaf01", "ospf-ibgp/leaf02"},
        "44-39-39-FF-40-95": {"ospf-ibgp/leaf03", "ospf-ibgp/leaf04"},
    }
    bonds = {key[1] for key in hosts if key[0] == "team-member"}
    assert {"32-BB-C5-B5-3A-20", "52-54-00-C5-1D-06"} <= bonds
    assert all(len(found) == 1 for key, found in hosts.items() if key[0] in ("team-member", "router-mac"))


@needs_recorded
def test_no_address_of_the_recorded_fleets_enters_its_network_at_two_places():
    snapshot, _ = reported(FLEETS)
    places = defaultdict(set)
    rows: Counter[tuple[int, int, int]] = Counter()
    for one in sightings(snapshot):
        if one.edge:
            places[one.domain, one.vlan, one.mac].add(one.spot)
            rows[one.domain, one.vlan, one.mac] += 1
    assert {len(found) for found in places.values()} == {1}
    assert len(places) == counted(
        "SELECT COUNT(DISTINCT (namespace, vlan, macaddr)) FROM {macs} WHERE flags IN ('', 'dynamic')", *NAMES
    )
    assert set(rows.values()) == {2}, "each is seen by both halves of a pair"


@needs_recorded
def test_the_halves_of_every_recorded_pair_find_each_other():
    snapshot, _ = reported(FLEETS)
    names = [one.name for one in hosts_of(snapshot)]
    pairs = {
        (names[one.host_id], names[one.peer_id or 0])
        for one in snapshot.tables["mlag_peer"]
        if isinstance(one, MlagPeer)
    }
    expected = {(f"{fleet}/leaf0{one}", f"{fleet}/leaf0{two}") for fleet in NAMES for one, two in ((1, 2), (3, 4))}
    assert pairs == expected | {(two, one) for one, two in expected}


@needs_recorded
def test_two_servers_of_a_recorded_fleet_with_one_address_are_an_incident(tmp_path):
    """Read a fleet in which the bond of one server has been given the address of another's NIC."""
    for path in of("nxos"):
        for file in Path(path).rglob("*.parquet"):
            copy = tmp_path / file.relative_to(FLEETS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    altered = next(tmp_path.glob("interfaces/*/namespace=nxos/hostname=server302/*.parquet"))
    con = duckdb.connect()
    con.execute(f"CREATE TABLE t AS SELECT * FROM '{altered}'")
    con.execute("UPDATE t SET macaddr = '32:bb:c5:b5:3a:20' WHERE ifname = 'eth0'")
    con.execute(f"COPY t TO '{altered}' (FORMAT parquet)")
    _, report = reported(tmp_path)
    assert [(one.cause, one.state, one.hosts, one.addresses) for one in report.incidents] == [
        ("unexplained-duplicate", "active", ["server101", "server302"], ["32-BB-C5-B5-3A-20"])
    ]
    assert "NIC eth0 on server302" in report.incidents[0].explanation


# Small ones ----------------------------------------------------------------------------------------------------


def read_of(*files, folder="leaf01"):
    """Return the snapshot of files given as (path, bytes)."""
    seen, problems = [], []
    for name, raw in files:
        *around, nearest = name.split("/")[:-1]
        told = (nearest, tuple(reversed(around))) if "=" in nearest else (folder,)
        parsed = parsed_of(raw, name, *told)
        seen += parsed.seen
        problems += parsed.problems
    return assemble(seen, problems=problems)


def test_host_and_namespace_come_from_the_folders_or_from_columns():
    row = {"macaddr": "00:15:5d:00:00:01", "oif": "swp1", "vlan": 7, "flags": "", "mackey": "7"}
    told = made(
        SCHEMAS["macs"] | {"namespace": "VARCHAR", "hostname": "VARCHAR"},
        [row | {"namespace": "dc9", "hostname": "leaf09"}, row | {"namespace": "dc9", "hostname": "leaf08"}],
    )
    snapshot = read_of(
        (path_of("macs", "leaf02"), table("macs", row)), ("x/0.parquet", table("macs", row)), ("y/0.parquet", told)
    )
    assert [one.name for one in hosts_of(snapshot)] == ["leaf01", "leaf02", "leaf08", "leaf09"]
    assert snapshot.fabrics == ("", "dc1", "dc9")
    assert [one.domain for one in hosts_of(snapshot)] == [0, 1, 2, 2]


def test_the_newest_row_of_a_thing_counts_in_whatever_file_it_is():
    def at(when, mac, *, active=True):
        return {"ipAddress": "10.0.0.5", "oif": "vlan10", "macaddr": mac, "timestamp": when, "active": active}

    old = (path_of("arpnd", "leaf01").replace("0.p", "9.p"), table("arpnd", at(1, "00:15:5d:00:00:01")))
    new = (path_of("arpnd", "leaf01"), table("arpnd", at(3, "00:15:5d:00:00:03"), at(2, "00:15:5d:00:00:02")))
    gone = (path_of("arpnd", "leaf01") + "x", table("arpnd", at(4, "00:15:5d:00:00:03", active=False)))
    for files in ([old, new], [new, old]):
        assert [show(one.mac) for one in sightings(read_of(*files))] == ["00-15-5D-00-00-03"]
    assert read_of(old, new, gone).tables["sighting"] == ()
    assert read_of(gone, old).tables["sighting"] == ()


def test_rows_of_an_address_table_become_sightings_of_their_kinds():
    rows = [
        ("dynamic", "00:15:5d:00:00:01", "swp1", ""),
        ("static", "00:15:5d:00:00:02", "swp1", ""),
        ("permanent", "00:15:5d:00:00:03", "swp1", ""),
        ("permanent", "01:00:5e:00:00:01", "swp1", ""),
        ("router", "00:15:5d:00:00:04", "sup-eth1", ""),
        ("router", "00:15:5d:00:00:05", "vPC Peer-Link", ""),
        ("remote", "00:15:5d:00:00:06", "nve1", "10.0.0.134"),
        ("", "00:15:5d:00:00:07", "swp1", ""),
        ("permanent", "00:00:00:00:00:00", "vni13", "10.0.0.134"),
    ]
    snapshot = read_of(
        (
            path_of("macs", "leaf01"),
            table(
                "macs",
                *(
                    {"flags": flags, "macaddr": mac, "oif": port, "remoteVtepIp": vtep, "vlan": 7, "mackey": "7"}
                    for flags, mac, port, vtep in rows
                ),
            ),
        )
    )
    assert [(one.kind, one.edge) for one in sightings(snapshot)] == [
        ("dynamic", None),
        ("static", None),
        ("own", False),
        ("static", None),
        ("own", False),
        ("static", None),
        ("dynamic", False),
        ("dynamic", None),
    ]
    assert snapshot.problems == ()


def test_values_that_are_none_are_problems_at_their_rows():
    rows = [
        {"macaddr": "gibberish", "oif": "swp1", "vlan": 7, "flags": "", "mackey": "1"},
        {"macaddr": "00:15:5d:00:00:01", "oif": "swp1", "vlan": 70_000, "flags": "", "mackey": "2"},
        {"macaddr": None, "oif": None, "vlan": None, "flags": None, "mackey": None},
    ]
    snapshot = read_of((path_of("macs", "leaf01"), table("macs", *rows)))
    assert [one.at for one in snapshot.problems] == ["/0/macaddr", "/1/vlan"]
    assert [one.vlan for one in sightings(snapshot)] == [0]


def test_very_many_bad_values_are_counted_and_not_listed():
    rows = [{"macaddr": "x", "oif": "swp1", "vlan": at % 9, "flags": "", "mackey": str(at)} for at in range(300)]
    parsed = parsed_of(table("macs", *rows))
    assert len(parsed.problems) == 101
    assert "200 more" in parsed.problems[-1].reason


@pytest.mark.parametrize("kind", ["STRUCT(a INTEGER)", "MAP(VARCHAR, VARCHAR)", "VARCHAR[]", "INTEGER", "BLOB"])
def test_a_column_of_another_type_is_as_if_it_were_not_there(kind):
    schema = SCHEMAS["macs"] | {"flags": kind}
    raw = made(schema, [{"macaddr": "00:15:5d:00:00:01", "oif": "swp1", "vlan": 7, "mackey": "7"}])
    snapshot = read_of((path_of("macs", "leaf01"), raw))
    assert snapshot.problems == ()
    assert [one.kind for one in sightings(snapshot)] == ["dynamic"]


@pytest.mark.parametrize("column", ["macaddr", "vlan", "timestamp", "active", "hostname"])
@pytest.mark.parametrize("kind", ["STRUCT(a INTEGER)", "VARCHAR[]", "DOUBLE", "VARCHAR", "DATE"])
def test_no_type_of_a_column_ends_the_run(column, kind):
    row = {"macaddr": "00:15:5d:00:00:01", "oif": "swp1", "vlan": 7, "flags": "", "mackey": "7", "active": True}
    schema = SCHEMAS["macs"] | {"active": "BOOLEAN", "timestamp": "BIGINT"} | {column: kind}
    row.pop(column, None)
    assert read_of((path_of("macs", "leaf01"), made(schema, [row]))).tables["host"]


def test_a_table_of_something_else_is_a_problem():
    parsed = parsed_of(made({"a": "INTEGER"}, [{"a": 1}]))
    assert [one.reason for one in parsed.problems] == ["Parquet, but no table of SuzieQ that is read"]


def test_an_empty_table_is_no_problem():
    parsed = parsed_of(table("macs"))
    assert (parsed.seen, parsed.problems) == ([], [])


def test_a_server_is_a_host_and_a_switch_only_tells_of_others():
    files = [*files_of("srv01", {"os": "linux"}).items(), *files_of("leaf01", {"os": "eos"}).items()]
    assert [(one.name, one.platform) for one in hosts_of(read_of(*files))] == [
        ("leaf01", "switch"),
        ("srv01", "linux"),
    ]


def test_the_same_files_give_the_same_tables_in_any_order():
    told = {
        "interfaces": ["swp1 ethernet 44-38-39-00-00-01 master=bridge", "bridge bridge 44-38-39-00-00-01"],
        "macs": ["7 00-15-5D-00-00-01 swp1", "7 00-15-5D-00-00-02 swp1"],
        "lldp": ["swp1 leaf02 swp1"],
    }
    files = [*files_of("leaf01", told).items(), *files_of("leaf02", told | {"namespace": "dc2"}).items()]
    assert read_of(*files) == read_of(*reversed(files))


# Hostile input -------------------------------------------------------------------------------------------------

SAMPLE = table(
    "macs",
    *({"macaddr": f"00:15:5d:00:00:{at:02x}", "oif": "swp1", "vlan": 7, "mackey": "7"} for at in range(40)),
)


@pytest.mark.parametrize("size", [4, 8, 11, 12, 100, len(SAMPLE) // 2, len(SAMPLE) - 1])
def test_a_file_that_was_cut_off_is_a_problem(size):
    parsed = parsed_of(SAMPLE[:size])
    assert len(parsed.problems) == 1
    assert parsed.seen == []


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_damage_to_a_file_ends_the_run(data):
    raw = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(4, len(raw) - 5))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        first, last = sorted(data.draw(st.tuples(st.integers(4, len(raw) - 4), st.integers(4, len(raw) - 4))))
        del raw[first:last]
    parsed = parsed_of(bytes(raw))
    assert all("/tmp" not in one.reason and "maccord-" not in one.reason for one in parsed.problems)  # noqa: S108
    assemble(parsed.seen)


def test_any_bytes_between_the_magic_numbers_are_a_problem():
    for inside in (b"", b"\0" * 64, b"\xff" * 64, struct.pack("<I", 1 << 31), struct.pack("<I", 8) * 9):
        parsed = parsed_of(b"PAR1" + inside + b"PAR1")
        assert len(parsed.problems) == 1


def query(text, folder):
    """Return the Parquet file of a query's result."""
    path = folder / "bomb.parquet"
    duckdb.connect().execute(f"COPY ({text}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path.read_bytes()


MACS = "'00:15:5d:00:00:01' AS macaddr, 'swp1' AS oif, 7 AS vlan, '' AS flags"


@pytest.mark.slow
def test_a_table_of_more_rows_than_are_read_is_refused(tmp_path):
    raw = query(f"SELECT {MACS} FROM range({parquet.ROWS_MAX + 1})", tmp_path)
    assert len(raw) < 1 << 20
    parsed = parsed_of(raw)
    assert ["rows: not read" in one.reason for one in parsed.problems] == [True]


def test_huge_texts_are_cut_before_they_are_many(tmp_path):
    raw = query(f"SELECT {MACS}, repeat('x', 500000) AS mackey FROM range(100)", tmp_path)
    assert len(raw) < 1 << 18
    parsed = parsed_of(raw)
    assert parsed.problems == []
    assert max(len(one.key) for one in parsed.seen if isinstance(one, StateSeen)) < 400


@pytest.mark.slow
def test_a_text_that_unpacks_to_more_than_there_is_room_for_is_refused(tmp_path):
    parts = ", ".join(f"repeat('x', 300000000) AS {name}" for name in ("mackey", "hostname"))
    parsed = parsed_of(query(f"SELECT {MACS}, {parts}", tmp_path))
    assert ["unpacks to more" in one.reason for one in parsed.problems] == [True]


def test_a_table_with_very_many_columns_is_refused(tmp_path):
    columns = ", ".join(f"{at} AS c{at}" for at in range(1500))
    parsed = parsed_of(query(f"SELECT {columns}", tmp_path))
    assert ["columns" in one.reason for one in parsed.problems] == [True]


def test_the_reader_opens_nothing_but_the_file_it_was_given(tmp_path):
    secret = tmp_path / "secret.parquet"
    secret.write_bytes(SAMPLE)
    with parquet.opened(SAMPLE) as opened:
        connection = opened._connection
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"SELECT * FROM '{secret}'")
        with pytest.raises(duckdb.Error):
            connection.execute("INSTALL httpfs")
        with pytest.raises(duckdb.Error):
            connection.execute("SET enable_external_access = true")
        folder = Path(opened._path).parent
    assert list(folder.iterdir()) == []


def test_text_that_begins_like_parquet_is_a_problem_and_no_end(tmp_path):
    write(tmp_path, [("a.txt", "PAR1 is not a file format here")])
    gathered = gather([str(tmp_path)])
    assert ["cut off" in one.reason for one in gathered.snapshot.problems] == [True]
