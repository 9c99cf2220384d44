"""Tables of several sites, through the front door: checked together, named apart, and never trusted."""

import json
import resource
from pathlib import Path

import duckdb
import msgspec
import pytest

from maccord.cli.main import run
from maccord.engine import readings as module
from maccord.fleet.evidence import AdapterSeen, HostSeen, Place, Seen
from maccord.fleet.packing import KINDS, RECORDS_MAX, Unpackable, unpack
from tests.kit.fleets import write

ADDRESS = "00155D0A0B05"


def export(name, *machines, **told):
    """Return the export of a host whose machines all have one static address."""
    nics = [
        {
            "VMName": vm,
            "VMId": f"{vm}-id",
            "SwitchName": "LAN",
            "MacAddress": ADDRESS,
            "DynamicMacAddressEnabled": False,
        }
        for vm in machines
    ]
    rows = [{"Id": f"{vm}-id", "Name": vm, "State": 2} for vm in machines]
    lan = {"Name": "LAN", "Id": "lan", "SwitchType": 2}
    return {
        "schema": "maccord.host/1", "collectedAt": "2027-01-01T00:00:00Z", "ComputerName": name, "VM": rows,
        "VMNetworkAdapter": nics, "VMSwitch": [lan], **told,
    }  # fmt: skip


@pytest.fixture
def site(tmp_path):
    """Return what writes the tables of a site from files by name."""

    def written(name, files):
        write(tmp_path / "evidence" / name, files.items())
        folder = tmp_path / f"{name}.tables"
        assert run(["tables", str(tmp_path / "evidence" / name), "--output", str(folder), "--quiet"]) == 0
        return folder

    return written


@pytest.fixture
def checked(capsys):
    """Return what runs `maccord check` on paths and returns the exit code and the report."""

    def report(*paths):
        capsys.readouterr()
        code = run(["check", *map(str, paths), "--format", "json", "--quiet", "--now", "2027-03-01"])
        told = capsys.readouterr()
        assert "our fault" not in told.err
        return code, json.loads(told.out)

    return report


@pytest.fixture
def sites(site):
    return site("east", {"HV01.json": export("HV01", "web")}), site("west", {"HV02.json": export("HV02", "db")})


def replaced(folder, table, query, *values):
    """Write the first part of a table anew, from a query of our own."""
    duckdb.connect().execute(f"COPY ({query}) TO '{folder}/{table}/part-00000.parquet' (FORMAT parquet)", [*values])


def asked(query):
    return duckdb.connect().execute(query).fetchall()


def content_of(folder):
    ((content,),) = asked(f"SELECT content FROM '{folder}/seen/*.parquet'")
    return content


# Several sites as one fleet ------------------------------------------------------------------------------------


def test_a_collision_of_two_sites_is_found_in_their_tables(sites, checked):
    assert [checked(one)[0] for one in sites] == [0, 0]
    code, report = checked(*sites)
    assert code == 1
    (incident,) = report["incidents"]
    assert (incident["cause"], incident["hosts"]) == ("static-address-copied", ["HV01", "HV02"])
    cited = {one["file"] for finding in report["findings"] for one in finding["evidence"]}
    assert cited == {"HV01.json", "HV02.json"}
    assert (report["evidence"]["files"], report["evidence"]["hosts"], report["problems"]) == (2, 2, [])


def test_a_site_may_send_its_exports_and_another_its_tables(sites, tmp_path, checked):
    assert checked(sites[0], tmp_path / "evidence/west") == checked(*sites)


def test_tables_in_a_folder_of_evidence_are_found(sites, tmp_path, checked):
    for one in sites:
        (tmp_path / "incoming").mkdir(exist_ok=True)
        one.rename(tmp_path / "incoming" / one.name)
    code, report = checked(tmp_path / "incoming")
    assert code == 1
    cited = {one["file"] for finding in report["findings"] for one in finding["evidence"]}
    assert cited == {"east.tables/HV01.json", "west.tables/HV02.json"}


def test_a_fleet_toml_beside_tables_says_which_site_is_which_network(sites, tmp_path, checked):
    toml = tmp_path / "fleet.toml"
    toml.write_text('[[layer2]]\nname = "east"\nhosts = ["HV01"]\n[[layer2]]\nname = "west"\nhosts = ["HV02"]\n')
    code, report = checked(*sites, toml)
    assert (code, report["incidents"]) == (0, [])


def test_what_a_site_accepts_is_accepted_in_the_fleet(site, checked):
    allow = '[[allow]]\ncause = "static-address-copied"\nreason = "a pair of appliances"\n'
    east = site("east", {"HV01.json": export("HV01", "web"), "fleet.toml": allow})
    code, report = checked(east, site("west", {"HV02.json": export("HV02", "db")}))
    assert code == 0
    assert report["incidents"][0]["allowed"]["reason"] == "a pair of appliances"


def test_files_of_one_name_are_told_apart_by_their_tables(site, checked):
    east = site("east", {"HV.json": export("HV01", "web"), "bad.json": "{"})
    west = site("west", {"HV.json": export("HV02", "db"), "bad.json": "{", "worse.json": "["})
    _, report = checked(east, west)
    cited = {one["file"] for finding in report["findings"] for one in finding["evidence"]}
    assert cited == {"east.tables/HV.json", "west.tables/HV.json"}
    assert [one["file"] for one in report["problems"]] == ["east.tables/bad.json", "west.tables/bad.json", "worse.json"]


def test_one_folder_of_tables_named_twice_counts_once(sites, checked):
    assert checked(sites[0], sites[0], sites[1]) == checked(*sites)


def test_of_two_tables_of_one_site_the_newer_export_counts(site, checked):
    old = site("old", {"HV01.json": export("HV01", "web", "db")})
    new = site("new", {"HV01.json": export("HV01", "web", collectedAt="2027-02-01T00:00:00Z")})
    code, report = checked(old, new)
    assert (code, report["evidence"]["adapters"]) == (0, 1)
    assert [one["file"] for one in report["problems"]] == ["old.tables/HV01.json"]


def test_overlay_networks_of_two_sites_stay_apart_when_their_lists_have_one_name(site, checked):
    told = {
        "east": [{"name": "ovn1", "type": "ovn", "managed": True, "config": {}}],
        "west": [{"name": "ovn1", "type": "ovn", "managed": True, "config": {}}],
    }
    machine = {
        "type": "virtual-machine", "status": "Running",
        "config": {"volatile.eth0.hwaddr": "10:66:6a:00:00:01"},
        "expanded_devices": {"eth0": {"type": "nic", "network": "ovn1", "name": "eth0"}},
    }  # fmt: skip
    folders = []
    for name, networks in told.items():
        listed = [{**machine, "name": f"{name}-vm", "location": f"{name}-node"}]
        folders.append(site(name, {"networks.json": json.dumps(networks), "list.json": json.dumps(listed)}))
    assert (
        checked(*folders)[1]["incidents"]
        == checked(*(Path(f"{one.parent}/evidence/{one.stem}") for one in folders))[1]["incidents"]
    )


def test_several_tables_become_one_that_any_engine_reads(sites, tmp_path, checked):
    together = tmp_path / "all.tables"
    assert run(["tables", *map(str, sites), "--output", str(together), "--quiet"]) == 0
    ((hosts,),) = asked(f"SELECT COUNT(*) FROM '{together}/host/*.parquet'")
    assert hosts == 2
    assert checked(together) == checked(*sites)


def test_whois_asks_the_tables_of_all_sites(sites, capsys):
    assert run(["whois", ADDRESS, *map(str, sites), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["host"] for one in told["evidence"]["owners"]] == ["HV01", "HV02"]


def test_a_cluster_reads_one_folder_and_is_told_how_to_make_it(sites, capsys):
    code = run(["check", "--engine", "spark", "--connect", "sc://nowhere:1", *map(str, sites)])
    assert code == 2
    assert "maccord tables A B --output DIR" in capsys.readouterr().err.replace("\n", " ")


def test_tables_are_not_written_into_what_is_read(sites, tmp_path, capsys):
    for output in (tmp_path / "evidence/east/tables", sites[0]):
        assert run(["tables", str(tmp_path / "evidence/east"), *map(str, sites), "--output", str(output)]) == 2
        assert "is read as evidence" in capsys.readouterr().err
    assert not (tmp_path / "evidence/east/tables").exists()


# How it is written ---------------------------------------------------------------------------------------------


def test_every_file_that_was_read_is_listed(site):
    folder = site("east", {"HV01.json": export("HV01"), "lists/empty.json": "[]", "bad.json": "{"})
    listed = asked(f"SELECT file FROM '{folder}/source/*.parquet' ORDER BY id")
    assert [name for (name,) in listed] == ["HV01.json", "bad.json", "lists/empty.json"]


def test_much_is_written_in_parts_and_read_again(sites, site, checked, monkeypatch):
    monkeypatch.setattr(module, "_PACKAGE_RECORDS", 3)
    monkeypatch.setattr(module, "_PART_PACKAGES", 2)
    monkeypatch.setattr(module, "_PART_BYTES", 1)
    monkeypatch.setattr(module, "_NAMES", 1)
    files = {f"HV{at}.json": export(f"HV{at:02}", f"web{at}") for at in range(5)}
    parts = site("parts", files)
    assert len(list((parts / "seen").iterdir())) > 3
    assert len(list((parts / "source").iterdir())) == 6
    _, report = checked(parts, sites[1])
    assert report["incidents"][0]["hosts"] == ["HV00", "HV01", "HV02", "HV03", "HV04"]


def test_a_package_of_too_many_bytes_is_divided(monkeypatch):
    monkeypatch.setattr(module, "_PACKAGE_BYTES", 400)
    seen: list[Seen] = [HostSeen(f"HV{at}", Place("a", "/"), "hyperv") for at in range(99)]
    packages = list(module._packages(seen))
    assert len(packages) > 3
    assert sum(count for count, _ in packages) == 99
    assert [one for _, content in packages for one in unpack(content, {"a": "a"})] == seen


def test_every_number_of_a_record_has_bounds():
    for kind in KINDS.values():
        for field in msgspec.structs.fields(kind):
            assert field.type is not int, f"{kind.__name__}.{field.name}: Address or Whole"


# What is not to be trusted -------------------------------------------------------------------------------------


def test_tables_of_an_earlier_maccord_are_refused_with_what_to_do(sites, checked, capsys):
    ((content,),) = asked(f"SELECT content FROM '{sites[1]}/about/*.parquet'")
    about = json.loads(content)
    del about["origin"]
    replaced(sites[1], "about", "SELECT 0 AS id, $1 AS content", json.dumps(about))
    assert run(["check", *map(str, sites)]) == 2
    told = capsys.readouterr().err
    assert "west.tables" in told
    assert "write them anew at their site" in told
    assert checked(sites[1])[0] == 0  # alone they are checked as ever


def test_a_form_of_a_later_maccord_is_refused(sites, capsys):
    ((content,),) = asked(f"SELECT content FROM '{sites[1]}/about/*.parquet'")
    about = json.loads(content)
    about["origin"]["form"] = 2
    replaced(sites[1], "about", "SELECT 0 AS id, $1 AS content", json.dumps(about))
    assert run(["check", *map(str, sites)]) == 2
    assert "a newer one" in capsys.readouterr().err


def test_refused_tables_that_lie_in_evidence_are_a_problem(sites, tmp_path, checked):
    (tmp_path / "incoming").mkdir()
    for one in sites:
        one.rename(tmp_path / "incoming" / one.name)
    replaced(tmp_path / "incoming/west.tables", "about", "SELECT 0 AS id, 'x' AS content")
    code, report = checked(tmp_path / "incoming")
    assert (code, report["evidence"]["hosts"]) == (0, 1)
    assert [one["file"] for one in report["problems"]] == ["west.tables/"]


@pytest.mark.parametrize("table", ["seen", "source"])
@pytest.mark.parametrize("how", ["cut", "garbage", "other columns", "gone", "null", "folder", "link"])
def test_a_damaged_part_is_a_problem_and_the_other_site_is_checked(sites, table, how, checked, tmp_path):
    file = sites[1] / table / "part-00000.parquet"
    whole = file.read_bytes()
    if how == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "garbage":
        file.write_bytes(whole[:8] + b"x" * (len(whole) - 40) + whole[-32:])
    elif how == "other columns":
        replaced(sites[1], table, "SELECT 1 AS one, [2] AS content, {'a': 3} AS file")
    elif how == "null":
        replaced(sites[1], table, "SELECT NULL::BLOB AS content, NULL::VARCHAR AS file")
    elif how == "link":
        (tmp_path / "elsewhere.parquet").write_bytes(whole)
        file.unlink()
        file.symlink_to(tmp_path / "elsewhere.parquet")
    else:
        file.unlink()
        if how == "folder":
            file.mkdir()
    _, report = checked(*sites)
    assert report["evidence"]["hosts"] == 1
    if how != "gone" or table == "source":  # records of files that are not listed
        assert {one["file"].split("/")[0] for one in report["problems"]} == {"west.tables"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "truncated"),
        (b"\x81", "truncated"),
        (b"\xc1" * 9, "malformed"),
        (b"\x91" * 100_000, "object"),
        (msgspec.msgpack.encode({"told": {"EvilSeen": {}}}), "'EvilSeen' is no kind of record"),
        (msgspec.msgpack.encode({"told": {"HostSeen": {"count": 1}}}), "missing required field"),
        (msgspec.msgpack.encode({"told": {"HostSeen": b"\x91" * 100_000}}), "object"),
        (b"\x81\xa4told\x81\xa8HostSeen" + b"\x91" * 100_000, ""),
        (b"\x81\xa4\x00\x00\x00\x80", "utf-8"),
    ],
)
def test_a_row_that_is_no_package_is_a_problem(sites, content, why, checked):
    replaced(sites[1], "seen", "SELECT 0 AS id, $1::BLOB AS content", content)
    _, report = checked(*sites)
    (problem,) = report["problems"]
    assert (problem["file"], problem["at"]) == ("west.tables/seen/part-00000.parquet", "row 0")
    assert why in problem["reason"]
    assert report["evidence"]["hosts"] == 1


def adapters(**told):
    """Return a package of one adapter, with columns as they are told."""
    columns = {
        "count": 1, "host": [["HV09"]], "file": [["HV02.json"]], "at": [["/VM/0"]], "kind": [["vm"]], "name": [["n"]],
    }  # fmt: skip
    return msgspec.msgpack.encode({"told": {"AdapterSeen": columns | told}})


def test_a_package_written_by_hand_is_read():
    (one,) = unpack(adapters(mac=[[7]], up=[[True]], ips=[[["10.0.0.1"]]]), {"HV02.json": "x"})
    assert one == AdapterSeen("HV09", Place("x", "/VM/0"), "vm", "n", mac=7, up=True, ips=("10.0.0.1",))


@pytest.mark.parametrize(
    "told",
    [
        {"mac": [[1 << 48]]},
        {"mac": [[-1]]},
        {"mac": [[1.5]]},
        {"mac": [["00155D000001"]]},
        {"mac": [[True]]},
        {"up": [[1]]},
        {"name": [[None]]},
        {"name": [["a", "b"]]},
        {"name": [["a"], b"\x01"]},
        {"name": [["a"], b"\x00\x00"]},
        {"name": [[], b"\x00"]},
        {"name": [["a"] * 300, b"\x00"]},
        {"name": [[["a"]]]},
        {"ips": [["10.0.0.1"]]},
        {"vlans": [["7,5"]]},
        {"vlans": [["5000"]]},
        {"vlans": [["1" * 5000]]},
        {"colour": [["red"]]},
        {"count": -1},
        {"count": 2},
        {"count": 1 << 40},
        {"count": "1"},
        {"file": [["HV01.json"]]},
        {"file": [["../HV02.json"]]},
    ],
    ids=str,
)
def test_a_column_that_no_collector_would_fill_so_is_refused(told):
    assert unpack(adapters(), {"HV02.json": "x"})
    with pytest.raises(Unpackable):
        unpack(adapters(**told), {"HV02.json": "x"})


def test_a_history_of_records_that_are_not_there_is_refused():
    columns = {
        "count": 1, "host": [["h"]], "file": [["f"]], "at": [[""]], "table": [["t"]], "key": [["k"]], "time": [[1]],
    }  # fmt: skip
    for says in ([[[0]]], [[[-1]]]):
        with pytest.raises(Unpackable, match="not there"):
            unpack(msgspec.msgpack.encode({"told": {"StateSeen": columns | {"says": says}}}), {"f": "f"})
    nested = msgspec.msgpack.encode({"told": {}, "said": {"StateSeen": columns | {"says": [[[0]]]}}})
    with pytest.raises(Unpackable, match="not there"):
        unpack(nested, {"f": "f"})


def test_more_records_than_a_package_may_hold_are_refused_before_they_are_made():
    count = RECORDS_MAX + 1
    columns = {
        name: [[value], bytes(count)]
        for name, value in {"host": "h", "file": "f", "at": "", "platform": "hyperv"}.items()
    }
    content = msgspec.msgpack.encode({"told": {"HostSeen": {"count": count, **columns}}})
    with pytest.raises(Unpackable, match="more than"):
        unpack(content, {"f": "f"})


def test_a_part_of_more_records_than_are_read_is_a_problem(sites, checked, monkeypatch):
    monkeypatch.setattr("maccord.app.sites.PART_RECORDS_MAX", 3)
    _, report = checked(*sites)
    assert {one["reason"] for one in report["problems"]} == {"cannot be used: more than 3 records in one part"}


@pytest.mark.parametrize("table", ["seen", "source", "about"])
def test_a_small_file_that_unpacks_to_gigabytes_does_not_fill_the_memory(sites, table, checked, capsys):
    column = "file" if table == "source" else "content"
    value = "encode(repeat('x', 2000))" if table == "seen" else "repeat('x', 2000)"
    replaced(sites[1], table, f"SELECT {value} AS {column} FROM range(900000)")
    assert (sites[1] / table / "part-00000.parquet").stat().st_size < 1 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if table == "about":
        assert run(["check", *map(str, sites)]) == 2
        assert "unpacks to more than" in capsys.readouterr().err
    else:
        reasons = {one["reason"] for one in checked(*sites)[1]["problems"]}
        assert any("unpacks to more than" in one for one in reasons), reasons
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000


def test_very_many_rows_are_not_read(sites, checked):
    replaced(sites[1], "seen", "SELECT ''::BLOB AS content FROM range(1100000)")
    assert [one["reason"] for one in checked(*sites)[1]["problems"]] == [
        "the table has more than 1000000 rows: not read"
    ]


def test_very_many_bad_rows_are_told_of_in_short(sites, checked):
    replaced(sites[1], "seen", "SELECT ''::BLOB AS content FROM range(5000)")
    problems = checked(*sites)[1]["problems"]
    assert len(problems) == 101
    assert "4900 more" in problems[0]["reason"]


def test_a_site_cannot_speak_in_the_name_of_another_ones_file(sites, checked):
    told = adapters(mac=[[1]])
    replaced(sites[1], "seen", "SELECT 0 AS id, $1::BLOB AS content", told)
    replaced(sites[1], "source", "SELECT 0 AS id, 'HV01.json' AS file UNION ALL SELECT 1, 'HV02.json'")
    _, report = checked(*sites)
    assert report["problems"] == []
    assert content_of(sites[1]) == told
    assert report["evidence"]["adapters"] == 2
