"""Tables in Parquet: what is checked from them is what is checked from the evidence."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from maccord.app.check import check, check_tables
from maccord.app.gather import gather
from maccord.cli.main import run
from maccord.engine import tables as module
from maccord.engine.duck import DuckEngine
from maccord.engine.tables import NotTables, is_tables, refuse_others, write_tables
from maccord.fleet.config import FleetConfig
from maccord.fleet.snapshot import Snapshot
from maccord.report.json_form import as_json
from tests.kit.fleets import write
from tests.kit.suzieq import device

SAMPLE = str(Path(__file__).parents[2] / "examples/fleet")
NOW = datetime(2026, 7, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def gathered():
    return gather([SAMPLE])


@pytest.fixture
def folder(gathered, tmp_path):
    target = tmp_path / "tables"
    write_tables(gathered.snapshot, gathered.config, str(target))
    return target


def test_tables_give_the_report_that_the_evidence_gives(gathered, folder):
    told = check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW)
    again = check_tables(DuckEngine(tables=folder), str(folder), now=NOW)
    assert told.incidents
    assert as_json(again) == as_json(told)


def test_tables_keep_the_networks_that_the_evidence_tells_apart(tmp_path):
    for network in ("east", "west"):
        told = {"os": "linux", "namespace": network, "interfaces": ["eth0 ethernet 00-1B-21-00-00-01"]}
        write(tmp_path / "evidence", [*device("srv01", told).items(), *device("srv02", told).items()])
    gathered = gather([str(tmp_path / "evidence")])
    whole = check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW)
    assert [one.hosts for one in whole.incidents] == [[f"{name}/srv01", f"{name}/srv02"] for name in ("east", "west")]
    write_tables(gathered.snapshot, gathered.config, str(tmp_path / "tables"))
    again = check_tables(DuckEngine(tables=tmp_path / "tables"), "tables", now=NOW)
    assert as_json(again) == as_json(whole)


def test_a_table_of_many_rows_is_written_in_parts(gathered, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PART", 10)
    write_tables(gathered.snapshot, gathered.config, str(tmp_path / "parts"))
    adapters = len(gathered.snapshot.tables["adapter"])
    parts = sorted((tmp_path / "parts/adapter").iterdir())
    assert len(parts) == -(-adapters // 10)
    written = duckdb.connect().from_parquet(f"{tmp_path}/parts/adapter/*.parquet")
    ((rows, ids),) = written.aggregate("COUNT(*), COUNT(DISTINCT id)").fetchall()
    assert rows == ids == adapters
    assert check_tables(DuckEngine(tables=tmp_path / "parts"), "parts", now=NOW).incidents


def test_an_empty_fleet_makes_tables_too(tmp_path):
    write_tables(Snapshot.empty(), FleetConfig(), str(tmp_path / "tables"))
    report = check_tables(DuckEngine(tables=tmp_path / "tables"), "tables", now=NOW)
    assert not report.incidents
    assert report.evidence.files == 0


def test_tables_of_an_earlier_run_are_replaced(folder):
    write_tables(Snapshot.empty(), FleetConfig(), str(folder))
    assert not check_tables(DuckEngine(tables=folder), str(folder), now=NOW).evidence.hosts
    assert [entry.name for entry in folder.parent.iterdir()] == ["tables"]


def test_a_folder_with_anything_else_in_it_is_left_alone(gathered, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/from-home.txt").write_text("dear")
    with pytest.raises(NotTables, match="holds no tables of maccord"):
        write_tables(gathered.snapshot, gathered.config, str(tmp_path / "letters"))
    assert (tmp_path / "letters/from-home.txt").read_text() == "dear"


def test_what_cannot_be_written_leaves_the_old_tables(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_content", full)
    with pytest.raises(NotTables, match="No space left on device"):
        write_tables(Snapshot.empty(), FleetConfig(), str(folder))
    assert check_tables(DuckEngine(tables=folder), str(folder), now=NOW).evidence.hosts
    assert [entry.name for entry in folder.parent.iterdir()] == ["tables"]


def test_a_run_that_was_killed_between_the_renamings_has_lost_nothing(folder):
    folder.rename(folder.with_name(".tables.old"))
    folder.with_name(".tables.new").write_text("in the way")
    with pytest.raises(NotTables, match="cannot be written"):
        write_tables(Snapshot.empty(), FleetConfig(), str(folder))
    assert is_tables(str(folder))


def test_tables_without_a_column_that_rules_read_are_refused_with_its_name(folder):
    file = folder / "adapter/part-00000.parquet"
    duckdb.sql(f"COPY (SELECT * EXCLUDE (spoofing) FROM '{file}') TO '{file}.new' (FORMAT parquet)")
    Path(f"{file}.new").rename(file)
    with pytest.raises(NotTables, match="table adapter has no column spoofing"):
        refuse_others(str(folder))


@pytest.mark.parametrize("table", ["adapter", "about"])
def test_a_broken_file_is_refused_and_is_not_our_fault(folder, table, capsys):
    file = folder / table / "part-00000.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20] + b"x" * 20)
    assert run(["check", str(folder)]) == 2
    file.write_bytes(whole[:40] + b"x" * 400 + whole[440:])  # the end, which tells where all is, stays
    assert run(["check", str(folder)]) == 2
    assert "our fault" not in capsys.readouterr().err


def test_a_letter_of_another_version_is_refused(folder):
    file = folder / "about/part-00000.parquet"
    duckdb.sql(f"""COPY (SELECT 0 AS id, '{{"schema": "maccord.tables/9"}}' AS content) TO '{file}'""")
    assert run(["check", str(folder)]) == 2
    with pytest.raises(NotTables):
        check_tables(DuckEngine(tables=folder), str(folder), now=NOW)


def test_the_command_writes_tables_and_check_reads_them(tmp_path, capsys):
    assert run(["tables", SAMPLE, "--output", str(tmp_path / "tables")]) == 0
    assert "13 hosts" in capsys.readouterr().err
    assert run(["check", str(tmp_path / "tables"), "--format", "json"]) == 1
    assert '"maccord.report/1"' in capsys.readouterr().out


def test_tables_without_what_was_read_are_checked_alone(folder, capsys):
    assert run(["check", str(folder), SAMPLE]) == 2
    assert "can only be checked alone" in capsys.readouterr().err


def test_evidence_of_which_nothing_could_be_used_makes_tables_and_leaves_with_2(tmp_path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/a.txt").write_text("nothing of the kind")
    assert run(["tables", str(tmp_path / "evidence"), "--output", str(tmp_path / "tables"), "--quiet"]) == 2
