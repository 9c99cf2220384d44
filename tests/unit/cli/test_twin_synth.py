"""`maccord twin synth`: the folder it writes, what it refuses, and that a check of it gives the truth."""

import json
from pathlib import Path

import jsonschema
import pytest

from maccord.cli.main import run
from maccord.worlds.synth import STORIES

TRUTH = {
    "type": "object",
    "required": ["incidents"],
    "additionalProperties": False,
    "properties": {
        "incidents": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cause", "hosts", "addresses"],
                "additionalProperties": False,
                "properties": {
                    "cause": {"enum": sorted(STORIES)},
                    "hosts": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
                    "addresses": {
                        "type": "array",
                        "items": {"type": "string", "pattern": "^([0-9A-F]{2}-){5}[0-9A-F]{2}$"},
                        "uniqueItems": True,
                    },
                },
            },
        }
    },
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no maccord.toml stands."""
    monkeypatch.chdir(tmp_path)


def synth(*arguments):
    return run(["twin", "synth", "--quiet", *arguments])


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_a_check_of_the_folder_gives_exactly_the_truth(capsys):
    assert synth("--hosts", "80", "--vms-per-host", "4", "--inject", "all=1", "--output", "fleet") == 0
    assert run(["check", "fleet", "--strict", "--format", "json", "--quiet"]) == 1
    report = json.loads(capsys.readouterr().out)
    truth = json.loads(Path("fleet/truth.json").read_text(encoding="utf-8"))
    jsonschema.validate(truth, TRUTH)
    causes = {one["cause"] for one in truth["incidents"]}
    told = [
        {key: one[key] for key in ("cause", "hosts", "addresses")}
        for one in report["incidents"]
        if one["severity"] != "info" or one["cause"] in causes
    ]
    assert sorted(told, key=json.dumps) == sorted(truth["incidents"], key=json.dumps)
    assert causes == set(STORIES)
    assert report["problems"] == []


def test_equal_calls_write_equal_bytes_and_another_seed_writes_others():
    call = ("--hosts", "30", "--inject", "same-low-octets=2")
    for folder, seed in (("one", "3"), ("two", "3"), ("three", "4")):
        assert synth(*call, "--seed", seed, "--output", folder) == 0
    assert contents("one") == contents("two")
    assert contents("one") != contents("three")


def test_an_innocent_fleet_passes_the_check():
    assert synth("--hosts", "25", "--output", "fleet") == 0
    assert json.loads(Path("fleet/truth.json").read_text(encoding="utf-8")) == {"incidents": []}
    assert run(["check", "fleet", "--quiet"]) == 0


def test_an_earlier_fleet_is_replaced_whole():
    assert synth("--hosts", "9", "--output", "fleet") == 0
    assert synth("--hosts", "4", "--output", "fleet") == 0
    assert len(list(Path("fleet").glob("HV*.json"))) == 4
    assert sorted(path.name for path in Path().iterdir()) == ["fleet"]


@pytest.mark.parametrize("name", ["notes.txt", "fleet.toml", "HV0001.json"])
def test_a_folder_that_holds_something_else_is_left_alone(name, capsys):
    Path("fleet").mkdir()
    Path("fleet", name).write_text("mine", encoding="utf-8")
    assert synth("--hosts", "2", "--output", "fleet") == 2
    assert "holds something else" in capsys.readouterr().err
    assert contents("fleet") == {name: b"mine"}


def test_a_fleet_that_somebody_put_a_file_into_is_left_alone():
    assert synth("--hosts", "2", "--output", "fleet") == 0
    Path("fleet/fleet.toml").write_text("", encoding="utf-8")
    before = contents("fleet")
    assert synth("--hosts", "3", "--output", "fleet") == 2
    assert contents("fleet") == before


def test_an_interrupted_run_leaves_the_earlier_fleet_and_nothing_half_written(monkeypatch):
    assert synth("--hosts", "5", "--output", "fleet") == 0
    before = contents("fleet")
    written = []
    honest = Path.write_bytes

    def interrupted(path, content):
        written.append(path)
        if len(written) > 2:
            raise KeyboardInterrupt
        return honest(path, content)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    assert synth("--hosts", "9", "--output", "fleet") == 130
    assert len(written) == 3
    assert contents("fleet") == before
    assert sorted(path.name for path in Path().iterdir()) == ["fleet"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--inject", "gremlins=1"), "no story lives 'gremlins'"),
        (("--inject", "all"), "say CAUSE=COUNT"),
        (("--inject", "all=0"), "say CAUSE=COUNT"),
        (("--inject", "all=1", "--inject", "all=2"), "named twice"),
        (("--hosts", "2", "--inject", "all=1"), "ask for more hosts"),
        (("--profile", "2003"), "2003"),
    ],
)
def test_what_cannot_be_is_a_wrong_call_and_writes_nothing(arguments, words, capsys):
    assert synth(*arguments, "--output", "fleet") == 2
    assert words in capsys.readouterr().err
    assert not Path("fleet").exists()


def test_without_a_folder_the_call_is_wrong(capsys):
    assert synth("--hosts", "2") == 2
    assert "--output" in capsys.readouterr().err


def test_the_list_names_every_cause_with_its_hosts_and_versions(capsys):
    assert synth("--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(STORIES)
    assert "same-low-octets                 2 to 4 hosts  Windows Server 2008 to 2025" in lines


def test_hosts_are_of_the_versions_that_were_asked_for():
    assert synth("--hosts", "12", "--profile", "2016", "--profile", "2008 R2", "--output", "fleet") == 0
    exports = [json.loads(path.read_bytes()) for path in Path("fleet").glob("HV*.json")]
    captions = {export["OperatingSystem"]["Caption"] for export in exports}
    assert captions == {f"Microsoft Windows Server {name} Datacenter" for name in ("2016", "2008 R2")}
