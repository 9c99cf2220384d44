"""`maccord rehearse` and `maccord apply`, from evidence to a repaired fleet: exit codes, refusals, death and return."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from maccord.cli.main import run
from maccord.plan.plan import encoded
from tests.kit.rehearsing import F0, cold_start, exports, plan_of, set_address, set_range, twins

ROOT = Path(__file__).parents[3]
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((ROOT / "docs/rehearsal-1.schema.json").read_text(encoding="utf-8"))
)
INJECTED = ("same-low-octets=1",)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no setting of the user's stands."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A lived fleet of hosts, and the plan of its repair."""
    folder = tmp_path_factory.mktemp("planned")
    wanted = [f"--inject={one}" for one in INJECTED]
    lived = ["twin", "synth", "--hosts", "4", "--vms-per-host", "2", "--seed", "3", "--profile", "2022", *wanted]
    assert run([*lived, "--quiet", "--output", str(folder / "fleet")]) == 0
    assert run(["plan", str(folder / "fleet"), "--output", str(folder / "plan"), "--force", "--quiet"]) == 0
    return folder


@pytest.fixture
def plan(planned, tmp_path):
    """The plan of the fleet, in a folder of its own."""
    shutil.copytree(planned / "plan", tmp_path / "plan")
    return tmp_path / "plan"


def digest(plan):
    return json.loads((plan / "plan.json").read_text())["digest"]


def failing(folder, capsys):
    run(["check", str(folder), "--format", "json", "--quiet"])
    return [one["cause"] for one in json.loads(capsys.readouterr().out)["incidents"] if one["severity"] != "info"]


def test_a_plan_is_rehearsed_applied_and_the_fleet_is_whole(planned, plan, capsys):
    fleet = str(planned / "fleet")
    assert sorted(failing(fleet, capsys)) == sorted(one.partition("=")[0] for one in INJECTED)
    assert run(["rehearse", str(plan), fleet, "--format", "json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    SCHEMA.validate(told)
    assert told["faults"] == []
    assert run(["apply", str(plan), "--digest", digest(plan)[:12], "--world", fleet]) == 0
    assert "Finished" in capsys.readouterr().out
    assert failing(plan / "world", capsys) == []


def test_the_evidence_is_left_as_it_is(planned, plan, capsys):
    before = {path.name: path.read_bytes() for path in (planned / "fleet").iterdir()}
    run(["rehearse", str(plan), str(planned / "fleet"), "--quiet", "--batch", "99"])
    run(["apply", str(plan), "--digest", digest(plan), "--world", str(planned / "fleet"), "--quiet"])
    capsys.readouterr()
    assert {path.name: path.read_bytes() for path in (planned / "fleet").iterdir()} == before


def test_the_reverse_gives_the_ranges_back(planned, plan, capsys):
    fleet = planned / "fleet"
    call = ["apply", str(plan), "--digest", digest(plan), "--world", str(fleet), "--quiet"]
    assert run(call) == 0
    assert run([*call, "--reverse"]) == 0
    capsys.readouterr()
    for path in fleet.glob("HV*.json"):
        before, after = (json.loads(one.read_text()) for one in (path, plan / "world" / path.name))
        assert before["VMHost"] == after["VMHost"]


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_every_form_tells_the_verdict(planned, plan, capsys, form):
    assert run(["rehearse", str(plan), str(planned / "fleet"), "--format", form, "--quiet", "--batch", "99"]) == 0
    assert "can be run" in capsys.readouterr().out


def test_a_plan_that_was_changed_is_refused(planned, plan, capsys):
    told = (plan / "plan.json").read_text()
    (plan / "plan.json").write_text(told.replace('"growth": 256', '"growth": 257'))
    for call in (["rehearse", str(plan), str(planned / "fleet")], ["apply", str(plan), "--digest", digest(plan)]):
        assert run(call) == 2
        assert "changed" in capsys.readouterr().err


def test_another_digest_than_the_reviewed_one_is_refused(planned, plan, capsys):
    for given in ("0" * 64, digest(plan)[:11], ""):
        assert run(["apply", str(plan), "--digest", given, "--world", str(planned / "fleet")]) == 2
        assert digest(plan) in capsys.readouterr().err
    assert not (plan / "journal.jsonl").exists()


def test_evidence_that_has_changed_since_is_refused_with_what_differs(planned, plan, tmp_path, capsys):
    fleet = tmp_path / "fleet"
    shutil.copytree(planned / "fleet", fleet)
    steps = json.loads((plan / "plan.json").read_text())["steps"]
    path = fleet / f"{next(one['host'] for one in steps if one['kind'] == 'set-range')}.json"
    export = json.loads(path.read_text())
    for section in ("Virtualization", "VMHost"):
        for name in export[section]:
            if "imumMac" in name or name.startswith("MacAddressM"):
                export[section][name] = "00155DEEEE" + ("00" if "Min" in name else "FF")
    path.write_text(json.dumps(export))
    assert run(["rehearse", str(plan), str(fleet)]) == 2
    assert "new since: " in capsys.readouterr().err


def test_a_step_that_is_refused_stops_the_run_with_one(planned, plan, tmp_path, capsys):
    fleet = tmp_path / "fleet"
    shutil.copytree(planned / "fleet", fleet)
    steps = json.loads((plan / "plan.json").read_text())["steps"]
    cold = next((one for one in steps if one["kind"] == "cold-start"), None)
    assert cold is not None
    path = fleet / f"{cold['host']}.json"
    export = json.loads(path.read_text())
    for machine in export["VM"]:
        if machine["Id"] == cold["machine_id"]:
            machine["State"] = 3
    path.write_text(json.dumps(export))
    assert run(["apply", str(plan), "--digest", digest(plan), "--world", str(fleet)]) == 1
    told = capsys.readouterr()
    assert "refused" in told.out
    assert "the same call goes on" in told.err


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":"maccord.plan/1"}', b"\xff\xfe", b'{"a":' * 5000])
def test_what_is_no_plan_is_refused(tmp_path, capsys, content):
    (tmp_path / "plan.json").write_bytes(content)
    assert run(["rehearse", str(tmp_path), str(tmp_path)]) == 2
    assert run(["apply", str(tmp_path), "--digest", "0" * 64]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_journal_that_was_changed_is_refused(planned, plan, capsys):
    call = ["apply", str(plan), "--digest", digest(plan), "--world", str(planned / "fleet"), "--quiet"]
    assert run(call) == 0
    journal = plan / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"done"', '"tone"', 1))
    assert run(call) == 2
    assert "changed" in capsys.readouterr().err


def test_no_password_stands_in_plan_journal_or_messages(plan, capsys, monkeypatch):
    monkeypatch.setenv("MACCORD_APPLY_PASSWORD", "s3cret-of-mine")
    call = ["apply", str(plan), "--digest", digest(plan), "--user", "admin", "--auth", "basic", "--timeout", "1"]
    steps = json.loads((plan / "plan.json").read_text())["steps"]
    hosts = {one["host"] for one in steps}
    call += [word for host in sorted(hosts) for word in ("--address", f"{host}=127.0.0.1")] + ["--port", "1"]
    assert run(call) == 1
    told = capsys.readouterr()
    texts = [told.out, told.err, *(path.read_text() for path in plan.rglob("*") if path.is_file())]
    assert not any("s3cret" in text for text in texts)
    assert "lost" in told.out


@pytest.fixture
def small(tmp_path):
    """Two hosts with one range, and a plan of four steps made by hand."""
    world = twins()
    one, other = world.hosts
    plan = plan_of(
        set_range(one, declares=("migrated-vm-kept-address",)),
        cold_start(one.machines[0]),
        set_range(other, F0 + 0x100, declares=("migrated-vm-kept-address",)),
        set_address(other.machines[0], 0x020000000007, number=2),
    )
    for name in ("fleet", "plan"):
        (tmp_path / name).mkdir()
    for name, export in exports(world).items():
        (tmp_path / "fleet" / f"{name}.json").write_text(json.dumps(export))
    (tmp_path / "plan" / "plan.json").write_bytes(encoded(plan))
    return tmp_path


@pytest.mark.slow
def test_a_process_killed_at_any_point_loses_nothing(small):
    """`kill -9` after each entry of the journal, in a process of its own; then the same call again."""
    whole = small / "whole"
    shutil.copytree(small / "plan", whole)
    call = ["--digest", digest(whole), "--world", str(small / "fleet"), "--quiet"]
    assert run(["apply", str(whole), *call]) == 0
    entries = len((whole / "journal.jsonl").read_bytes().splitlines())
    assert entries == 12
    expected = _states(whole / "world")
    killer = str(ROOT / "tests/kit/killed.py")
    for number in range(1, entries + 1):
        folder = small / f"killed{number}"
        shutil.copytree(small / "plan", folder)
        dead = subprocess.run([sys.executable, killer, str(number), "apply", str(folder), *call], check=False)
        assert dead.returncode == -9
        lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
        assert len(lines) == number
        assert run(["apply", str(folder), *call]) == 0
        assert _states(folder / "world") == expected, number
        ended = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
        done = [line["step"] for line in ended if line["event"] == "ended" and line["outcome"] == "done"]
        assert len(done) == len(set(done))


def _states(world):
    """Return what hosts tell, apart from times, events and ids that are drawn anew."""
    told = {}
    for path in sorted(world.glob("*.json")):
        export = json.loads(path.read_text())
        told[path.name] = {name: value for name, value in export.items() if name not in ("collectedAt", "Event")}
    return told


def test_what_is_left_to_people_is_no_surprise(tmp_path, capsys):
    """The fleet of the README: some of its repairs are for other shells."""
    fleet = str(ROOT / "examples/fleet")
    assert run(["plan", fleet, "--output", str(tmp_path / "plan"), "--force", "--quiet"]) in (0, 1)
    call = ["apply", str(tmp_path / "plan"), "--digest", digest(tmp_path / "plan"), "--world", fleet, "--batch", "99"]
    assert run(call) == 0
    told = capsys.readouterr()
    assert "left to people or to other shells: PLANT-KVM01/1" in told.err
