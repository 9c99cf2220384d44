"""Engines: several queries at a time change nothing, and neither does a quick way to an answer."""

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.app.gather import gather
from maccord.causes import explain_all
from maccord.engine import duck, find_all
from maccord.engine.duck import DuckEngine
from maccord.engine.steps import Step, run_steps
from maccord.rules import RULES

ENGINE = DuckEngine()
SAMPLE = str(Path(__file__).parents[2] / "examples/fleet")


def test_two_lanes_find_and_explain_what_one_does():
    snapshot = gather([SAMPLE]).snapshot
    found, told = [], []
    for large in (10**9, 1):
        with patch.object(duck, "_LARGE", large):
            engine = DuckEngine()
            engine.load(snapshot)
            assert engine.lanes == (1 if large > 1 else 2)
            found.append(find_all(engine, RULES.values()))
            told.append(explain_all(found[-1], engine))
    assert found[0]
    assert list(found[0].items()) == list(found[1].items())
    assert told[0].incidents == told[1].incidents
    assert told[0].twins == told[1].twins


def test_a_large_result_has_the_cells_of_a_small_one():
    engine = DuckEngine()
    cells = (
        "MIN(n) AS n, MIN(n / 2) AS half, MAX('x' || n) AS word, MIN(CASE WHEN n > 5 THEN n END) AS odd, TRUE AS yes"
    )
    for widest in ("", ", SUM(n) AS wide"):
        query = (
            f"SELECT {cells}, ARRAY_AGG(n ORDER BY n) AS ids, NULL AS hosts{widest} FROM range(9) t(n) GROUP BY n % 3"
        )
        found = []
        for large in (False, True):
            engine._large = large
            columns, rows = engine.query(query)
            found.append((columns, [[(type(cell), cell) for cell in row] for row in sorted(rows)]))
        assert found[0] == found[1]


@given(st.lists(st.none() | st.integers(0, 12) | st.integers(0, 2**48 - 1)))
def test_sorting_finds_the_values_that_grouping_finds(values):
    ENGINE.connection.execute("CREATE OR REPLACE TABLE seen AS SELECT unnest($1::BIGINT[]) AS mac", [values])
    found = []
    for large in (10**9, 1):
        with patch.object(duck, "_LARGE", large):
            ENGINE.connection.execute("DROP TABLE IF EXISTS twice")
            ENGINE.define_repeated("twice", "seen", "mac")
            found.append(sorted(ENGINE.query("SELECT mac FROM twice")[1]))
    assert found[0] == found[1]


def test_a_step_that_fails_ends_the_run_and_its_error_is_the_one_that_is_told():
    def fails(_):
        raise ValueError("no such column")

    with patch.object(duck, "_LARGE", 0):
        engine = DuckEngine()
        engine.connection.execute("CREATE TABLE wide AS SELECT range AS n FROM range(100000)")
        engine._large = True
        slow = Step("slow", frozenset(), lambda lane: lane.query("SELECT SUM(a.n * b.n) FROM wide a, wide b"))
        broken = Step("broken", frozenset(), fails)
        with pytest.raises(ValueError, match="no such column"):
            run_steps(engine, [slow, broken], tell=lambda _: None)
