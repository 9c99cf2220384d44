"""`maccord check --since`: what is new, gone and changed, in every form, and what it leaves with."""

import csv
import io
import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from maccord.cli.main import run

ROOT = Path(__file__).parents[3]
FLEET = ROOT / "examples" / "fleet"
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/report-1.schema.json").read_text(encoding="utf-8")))
NOW = ["--now", "2027-01-15"]


@pytest.fixture(autouse=True)
def _before(tmp_path, monkeypatch):
    """Start with a report on the fleet without one of two hosts of one range, and with a host that is gone since."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(FLEET, "before")
    Path("before/HQ-TEST01.json").unlink()
    assert run(["check", "before", "--format", "json", "--output", "before.json", "--now", "2027-01-14"]) == 1
    shutil.copytree(FLEET, "now")
    Path("now/HQ-HV02.json").unlink()


def told(capsys, *arguments):
    run(["check", *arguments, *NOW, "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    SCHEMA.validate(answer)
    return answer


def test_what_is_new_and_gone_is_told_by_id(capsys):
    answer = told(capsys, "now", "--since", "before.json")
    causes = {one["id"]: one["cause"] for one in answer["incidents"]}
    assert answer["since"]["checkedAt"] == "2027-01-14T00:00:00Z"
    assert [causes[one] for one in answer["since"]["new"]] == ["same-low-octets"]
    assert [(one["cause"], one["hosts"]) for one in answer["since"]["gone"]] == [
        ("migrated-vm-kept-address", ["HQ-HV01", "HQ-HV02"])
    ]
    assert answer["since"]["changed"] == []


def test_without_since_the_report_is_what_it_was(capsys):
    assert "since" not in told(capsys, "now")


def test_the_table_marks_what_is_new_and_lists_what_is_gone(capsys):
    run(["check", "now", *NOW, "--since", "before.json"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.endswith("  NEW")] == ["same-low-octets"]
    at = lines.index("Gone since 2027-01-14T00:00:00Z:")
    assert lines[at + 1].startswith("  warning  migrated-vm-kept-address  HQ-HV01, HQ-HV02: 00-15-5D-10-0B-05  id ")
    assert "Since 2027-01-14T00:00:00Z: 1 new, 0 changed, 1 gone" in lines


def test_the_table_tells_what_changed(capsys):
    earlier = json.loads(Path("before.json").read_text(encoding="utf-8"))
    for one in earlier["incidents"]:
        if one["cause"] == "cloned-host-image":
            one.update(state="latent", hosts=one["hosts"][:1])
    Path("before.json").write_text(json.dumps(earlier), encoding="utf-8")
    run(["check", "now", *NOW, "--since", "before.json"])
    lines = capsys.readouterr().out.splitlines()
    at = next(at for at, line in enumerate(lines) if line.endswith("  CHANGED"))
    assert lines[at + 1 : at + 3] == [
        "  changed     state: latent, now active",
        "              hosts: new HQ-HV04",
    ]


def test_csv_has_a_column_and_a_row_for_each_incident_that_is_gone(capsys):
    run(["check", "now", *NOW, "--since", "before.json", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["since"] for row in rows if row["cause"] == "same-low-octets"} == {"new"}
    assert [(row["cause"], row["finding"], row["hosts"]) for row in rows if row["since"] == "gone"] == [
        ("migrated-vm-kept-address", "", "HQ-HV01; HQ-HV02")
    ]
    assert {row["since"] for row in rows if row["cause"] == "cloned-host-image"} == {""}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["now", "--since", "before.json"], 1),
        (["before", "--since", "before.json"], 1),
        (["before", "--since", "before.json", "--fail-on", "new"], 0),
        (["now", "--since", "before.json", "--fail-on", "new"], 1),
        (["before", "--fail-on", "new"], 2),
        (["now", "--since", "none.json"], 2),
        (["now", "--since", "now"], 2),
        (["now", "--since", "now/HQ-HV01.json"], 2),
        (["now", "--since", "now/fleet.toml"], 2),
    ],
)
def test_the_exit_code_stays_what_it_was_unless_only_what_is_new_shall_count(arguments, code, capsys):
    assert run(["check", *arguments, *NOW]) == code
    out, errors = capsys.readouterr()
    assert (out == "") == (errors != "") == (code == 2)


def test_a_report_may_replace_the_one_it_is_compared_with(capsys):
    rolling = ["check", "now", *NOW, "--since", "before.json", "--format", "json", "--output", "before.json"]
    run(rolling)
    run(rolling)
    assert json.loads(Path("before.json").read_text(encoding="utf-8"))["since"]["new"] == []
    assert capsys.readouterr().err == ""


def test_a_report_that_is_larger_than_allowed_is_not_read(capsys):
    Path("huge.json").write_bytes(b" " * (2 * 2**20))
    assert run(["check", "now", "--since", "huge.json", "--max-file-size", "1"]) == 2
    assert "larger than 1 MB" in capsys.readouterr().err


def test_an_earlier_report_steers_no_terminal(capsys):
    earlier = json.loads(Path("before.json").read_text(encoding="utf-8"))
    for one in earlier["incidents"]:
        one.update(id="\x1b[2J", cause="\x1b]0;x\x07", hosts=["\u202eHV", "=1+1"])
    Path("before.json").write_text(json.dumps(earlier), encoding="utf-8")
    for form in ("table", "json", "csv"):
        run(["check", "now", *NOW, "--since", "before.json", "--format", form])
        assert {char for char in capsys.readouterr().out if not char.isprintable()} == {"\n"}
