"""Every rule's query stands on the tables there are and returns the columns that its rule names."""

import re
from pathlib import Path

import pytest

from maccord.app.gather import gather
from maccord.engine.duck import DuckEngine
from maccord.engine.run import define_views
from maccord.engine.views import VIEWS
from maccord.fleet.snapshot import Snapshot
from maccord.rules import RULES


@pytest.fixture(scope="module")
def empty_fleet():
    engine = DuckEngine()
    engine.load(Snapshot.empty())
    define_views(engine)
    yield engine
    engine.connection.close()


@pytest.fixture(scope="module")
def sample_fleet():
    engine = DuckEngine()
    engine.load(gather([str(Path(__file__).parents[2] / "examples/fleet")]).snapshot)
    define_views(engine)
    yield engine
    engine.connection.close()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_returns_its_identity_what_it_tells_and_its_subjects(rule, empty_fleet):
    columns, rows = empty_fleet.query(rule.query)
    wanted = {*rule.identity, *rule.tells, "subject_table", "subject_id"}
    wanted |= ({rule.link} if rule.link else set()) | ({"host_id"} if rule.hosted else set())
    assert set(columns) == wanted
    assert len(columns) == len(wanted)
    assert rows == []


@pytest.mark.parametrize("name", [*RULES, *(f"view {name}" for name, _ in VIEWS)])
def test_sql_stays_within_what_duckdb_and_spark_share(name):
    text = dict(VIEWS)[name.removeprefix("view ")] if name.startswith("view ") else RULES[name].query
    assert not re.search(r"\b(unnest|generate_series|qualify|asof|using sample|list_\w+|::)\b|::", text, re.IGNORECASE)


OVER_A_HANDFUL = {"view bucket", "view inside", "view above", "view guest_above", "view sighted_in_pool"}
"""They pair rows with the bucket levels in use or with the numbers up to 16."""


@pytest.mark.parametrize("name", sorted({*RULES, *(f"view {name}" for name, _ in VIEWS)} - OVER_A_HANDFUL))
def test_no_join_tests_all_pairs(name, sample_fleet):
    text = dict(VIEWS)[name.removeprefix("view ")] if name.startswith("view ") else RULES[name].query
    _, rows = sample_fleet.query(f"EXPLAIN {text}")
    plan = " ".join(str(cell) for row in rows for cell in row)
    assert not re.search("NESTED_LOOP|BLOCKWISE_NL|IE_JOIN|PIECEWISE_MERGE|CROSS_PRODUCT", plan), plan
