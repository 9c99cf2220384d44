"""`maccord plan` through the front door: files, exit codes, refusals."""

import json
from pathlib import Path

import jsonschema

from maccord.cli.main import run

ROOT = Path(__file__).parents[3]
FLEET = str(ROOT / "examples" / "fleet")
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/plan-1.schema.json").read_text(encoding="utf-8")))
NOW = ["--now", "2027-01-15"]


def test_the_plan_of_the_sample_fleet_leaves_nothing_and_keeps_to_its_schema(tmp_path, capsys):
    folder = tmp_path / "plan"
    assert run(["plan", FLEET, "--output", str(folder), *NOW, "--format", "json", "--quiet"]) == 0
    printed = capsys.readouterr().out
    assert (folder / "plan.json").read_text(encoding="utf-8") == printed
    SCHEMA.validate(json.loads(printed))
    document = (folder / "plan.md").read_text(encoding="utf-8")
    assert json.loads(printed)["digest"] in document


def test_the_same_evidence_gives_the_same_bytes(tmp_path, capsys):
    for name in ("one", "two"):
        run(["plan", FLEET, "--output", str(tmp_path / name), *NOW, "--quiet"])
    capsys.readouterr()
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert {"plan.json", "plan.md", ".maccord-plan"} < {path.name for path in one}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["plan", FLEET, "--output", str(tmp_path), *NOW, "--quiet"]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_a_plan_that_was_begun_is_not_replaced_with_its_journal(tmp_path, capsys):
    folder = str(tmp_path / "plan")
    assert run(["plan", FLEET, "--output", folder, *NOW, "--quiet"]) == 0
    (tmp_path / "plan" / "journal.jsonl").write_text("{}\n")
    assert run(["plan", FLEET, "--output", folder, *NOW, "--quiet"]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert (tmp_path / "plan" / "journal.jsonl").read_text() == "{}\n"


def test_a_range_that_runs_backwards_is_refused_where_it_is_given(tmp_path, capsys):
    wrong = ["--avoid", "00-15-5D-02-00-00..00-15-5D-01-00-00"]
    assert run(["plan", FLEET, "--output", str(tmp_path / "plan"), *wrong]) == 2
    assert "--avoid" in capsys.readouterr().err


def test_wishes_that_mean_nothing_are_said_with_their_place(tmp_path, capsys):
    (tmp_path / "fleet.toml").write_text('[plan]\nranges = ["x..y"]\ngrowth = -1\ncolour = "red"\n')
    run(["plan", FLEET, str(tmp_path / "fleet.toml"), "--output", str(tmp_path / "plan"), *NOW])
    said = capsys.readouterr().err
    assert "/plan/colour: means nothing here" in said
    assert "/plan/growth: expected a number" in said
    assert "/plan/ranges/0: 'x' is no MAC address" in said


def test_nothing_to_repair_is_no_fault(tmp_path, capsys):
    healthy = str(ROOT / "examples" / "healthy")
    assert run(["plan", healthy, "--output", str(tmp_path / "plan"), *NOW, "--quiet"]) == 0
    assert "nothing that steps could repair" in capsys.readouterr().out
