"""The same rules over Spark Connect: every view and every rule gives the rows that DuckDB gives."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maccord.app.check import check, check_tables
from maccord.app.gather import gather
from maccord.cli.main import run
from maccord.engine import define_views
from maccord.engine.duck import DuckEngine
from maccord.engine.spark import NoEndpoint, SparkEngine
from maccord.engine.tables import write_tables
from maccord.engine.views import VIEWS
from maccord.report.json_form import as_json
from maccord.rules import RULES
from tests.kit.cases import cases
from tests.kit.sail import endpoint_here, endpoint_of_workers

pytestmark = pytest.mark.slow

NOW = datetime(2026, 7, 2, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "examples/fleet"


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """The sample fleet and the evidence of every golden case, as one estate with a fabric for each."""
    folder = tmp_path_factory.mktemp("cases")
    fabrics = []
    for number, case in enumerate([*cases("causes"), *cases("twins")]):
        fabrics.append(f'[[layer2]]\nname = "C{number}"\nhosts = ["C{number}-*"]\n')
        case.write(folder / str(number))
        for inner in [
            one for one in (folder / str(number)).iterdir() if any(one.glob("*.log")) or any(one.glob("*.pcap"))
        ]:
            inner.rename(inner.with_name(f"C{number}-{inner.name}"))  # the switch that a folder is named for
        for file in (folder / str(number)).rglob("*.json"):
            text = file.read_text()
            file.write_text(re.sub(r'("ComputerName": ")(?=[^"]+",)', rf"\g<1>C{number}-", text, count=1))
    (folder / "fleet.toml").write_text("".join(fabrics))
    return gather([str(SAMPLE), str(folder)])


@pytest.fixture(scope="module")
def tables(gathered, tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark") / "tables"
    write_tables(gathered.snapshot, gathered.config, str(folder))
    return folder


@pytest.fixture(scope="module")
def endpoint():
    with endpoint_here() as address:
        yield address


@pytest.fixture(scope="module")
def engines(tables, endpoint, tmp_path_factory):
    """DuckDB and Spark with all views over the same tables; what is written on the way is read by both."""
    scratch = tmp_path_factory.mktemp("scratch")
    ours, theirs = DuckEngine(tables=tables), SparkEngine(endpoint, tables=str(tables), scratch=str(scratch))
    define_views(ours)
    define_views(theirs)
    return ours, theirs


def rows(engine, query):
    columns, found = engine.query(query)
    return sorted(columns), sorted(repr(sorted(zip(columns, row, strict=True))) for row in found)


@pytest.mark.parametrize("view", ["shared_mac", "vlan_atom", *(name for name, _ in VIEWS)])
def test_a_view_holds_the_same_rows(view, engines):
    ours, theirs = engines
    assert rows(theirs, f"SELECT * FROM {view}") == rows(ours, f"SELECT * FROM {view}")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_finds_the_same_rows(rule, engines):
    ours, theirs = engines
    found = rows(ours, rule.query)
    assert found[1]
    assert rows(theirs, rule.query) == found


def test_the_report_is_the_same_to_the_byte(tables, endpoint, tmp_path):
    told = check_tables(DuckEngine(tables=tables), "tables", now=NOW)
    theirs = check_tables(SparkEngine(endpoint, tables=str(tables), scratch=str(tmp_path)), "tables", now=NOW)
    assert len(told.incidents) > 100
    assert as_json(theirs) == as_json(told)


def test_tables_can_be_sent_along(endpoint, tmp_path):
    sample = gather([str(SAMPLE)])
    told = check(sample.snapshot, DuckEngine(), config=sample.config, now=NOW)
    assert as_json(
        check(sample.snapshot, SparkEngine(endpoint, scratch=str(tmp_path)), config=sample.config, now=NOW)
    ) == as_json(told)


def test_the_command_checks_tables_at_an_endpoint(endpoint, tmp_path, capsys):
    assert run(["tables", str(SAMPLE), "--output", str(tmp_path / "tables"), "--quiet"]) == 0
    asked = ["check", "--engine", "spark", "--connect", endpoint, "--scratch", str(tmp_path / "scratch")]
    assert run([*asked, str(tmp_path / "tables"), "--format", "json"]) == 1
    assert '"cloned-host-image"' in capsys.readouterr().out


def test_a_folder_without_tables_is_refused_in_one_line(endpoint, tmp_path):
    with pytest.raises(NoEndpoint, match="is that what maccord tables wrote"):
        SparkEngine(endpoint, tables=str(tmp_path))


@pytest.mark.parametrize("address", ["sc://127.0.0.1:1", "http://127.0.0.1:1", "sc://", "sc://h:port", "spark"])
def test_an_endpoint_that_is_none_is_refused_in_one_line(address, capsys):
    assert run(["check", "--engine", "spark", "--connect", address, "tables"]) == 2
    assert capsys.readouterr().err.startswith(f"maccord: {address}: ")


@pytest.mark.slow
def test_workers_of_their_own_give_the_same_report_to_the_byte(tables, tmp_path):
    told = check_tables(DuckEngine(tables=tables), "tables", now=NOW)
    with endpoint_of_workers() as address:
        engine = SparkEngine(address, tables=str(tables), scratch=str(tmp_path))
        assert as_json(check_tables(engine, "tables", now=NOW)) == as_json(told)
        engine.close()
