"""`maccord twin` through the front door: stories, pings, evidence that check reads, bytes, exit codes."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from maccord.cli.main import run
from maccord.cli.twin_ping import VENDORS
from maccord.cli.twin_story import profiles
from maccord.worlds import l2
from maccord.worlds.hyperv import PROFILES

ROOT = Path(__file__).parents[3]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/twin-1.schema.json").read_text(encoding="utf-8")))
COMMANDS = ["walkthrough", "converged", "ping", "export"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no maccord.toml stands."""
    monkeypatch.chdir(tmp_path)


def shown(capsys, *arguments):
    assert run(["twin", *arguments]) == 0
    return capsys.readouterr().out


def checked(tmp_path, story, step, *options):
    """Return the incidents that check sees in a story after a step, and its exit code."""
    folder, report = str(tmp_path / "evidence"), tmp_path / "report.json"
    assert run(["twin", "export", story, "--until", str(step), "--output", folder, *options]) == 0
    code = run(["check", folder, "--format", "json", "--output", str(report), "--quiet"])
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["problems"] == []
    return [(one["cause"], one["severity"], one["state"], one["hosts"]) for one in told["incidents"]], code


# Stories ---------------------------------------------------------------------------------------------------------


def test_the_walkthrough_reads_from_the_first_step_to_the_cure(capsys):
    text = shown(capsys, "walkthrough")
    assert all(f"\n{number}  " in text for number in range(1, 13))
    assert "Answer     No. No address of the range is free." in text
    assert "Request timed out." in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text


def test_until_stops_and_says_that_more_follows(capsys):
    text = shown(capsys, "walkthrough", "--until", "2")
    assert "10 more steps follow" in text
    assert "\n3  " not in text


@pytest.mark.parametrize("command", ["walkthrough", "converged", "ping"])
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_one_seed_gives_the_same_bytes_in_every_form(command, form, capsys):
    first, second = (shown(capsys, command, "--seed", "7", "--format", form) for _ in range(2))
    assert first == second
    assert first != shown(capsys, command, "--seed", "8", "--format", form)


@pytest.mark.parametrize("command", ["walkthrough", "converged", "ping"])
def test_json_is_as_its_schema_says(command, capsys):
    told = json.loads(shown(capsys, command, "--json"))
    SCHEMA.validate(told)
    assert told["stepsAll"] == len(told["steps"])


def test_json_is_short_for_its_format_and_holds_every_step(capsys):
    told = json.loads(shown(capsys, "converged", "--json"))
    assert told == json.loads(shown(capsys, "converged", "--format", "json"))
    assert (told["schema"], told["name"], told["profile"], told["seed"]) == (
        "maccord.twin/1",
        "converged",
        "2012 R2",
        1,
    )
    assert [one["number"] for one in told["steps"]] == list(range(1, 10))
    assert told["steps"][2]["watched"][0]["lost"] > 0


def test_a_result_goes_into_a_file(tmp_path, capsys):
    assert run(["twin", "ping", "--count", "3", "--output", "ping.txt"]) == 0
    assert capsys.readouterr().out == ""
    assert "Packets: Sent = 3" in (tmp_path / "ping.txt").read_text(encoding="utf-8")


def test_the_stack_is_drawn_as_text_with_what_is_shared(capsys):
    text = shown(capsys, "converged", "--until", "2")
    lines = [line for line in text.splitlines() if "SHARED" in line]
    assert len(lines) == 3
    assert "inherited from" in text


@pytest.mark.parametrize(
    "call",
    [
        ["walkthrough", "--until", "13"],
        ["walkthrough", "--until", "0"],
        ["walkthrough", "--profile", "2003"],
        ["walkthrough", "--seed", "-1"],
        ["ping", "--mac", "nonsense"],
        ["ping", "--mac", "01-00-5E-00-00-01"],
        ["ping", "--vlan", "4095"],
        ["ping", "--vendor", "acme"],
        ["export", "walkthrough"],
        ["export", "nothing", "--output", "x"],
        ["export", "converged", "--profile", "2008", "--output", "x"],
        ["nothing"],
    ],
)
def test_a_wrong_call_is_told_in_a_line_and_leaves_with_two(call, capsys):
    assert run(["twin", *call]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err


def test_ping_with_two_vlans_loses_nothing(capsys):
    text = shown(capsys, "ping", "--vlan", "10", "--twin-vlan", "20", "--count", "10")
    assert "No echo of 10 is lost" in text


# The page --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Collects what a page would load, and what it runs."""

    def __init__(self):
        super().__init__()
        self.links, self.ids, self.policy = [], [], ""

    def handle_starttag(self, tag, attrs):
        del tag
        found = dict(attrs)
        self.links += [found[key] for key in ("src", "href") if found.get(key)]
        self.ids += [found["id"]] if "id" in found else []
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]


@pytest.mark.parametrize("command", ["walkthrough", "converged", "ping"])
def test_a_page_loads_nothing_and_every_id_is_its_own(command, capsys):
    page = Page()
    page.feed(shown(capsys, command, "--format", "html"))
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in page.policy
    assert [one for one in page.links if not one.startswith(("#", "data:"))] == []
    assert len(page.ids) == len(set(page.ids))
    assert {one[1:] for one in page.links if one.startswith("#")} <= set(page.ids)


def test_a_page_draws_where_addresses_come_from_and_the_ping_beside_the_switchs_table(capsys):
    text = shown(capsys, "converged", "--until", "3", "--format", "html")
    assert 'class="wire carries twice"' in text
    assert text.count('class="lost"') > 3
    assert 'class="spell other"' in text


def test_the_page_of_a_wild_ping_stays_small(capsys):
    text = shown(capsys, "ping", "--rate", "100", "--twin-rate", "100", "--count", "120", "--format", "html")
    assert len(text) < 400_000
    assert text.count('class="spell') < 4_000


# Evidence --------------------------------------------------------------------------------------------------------

PLAYED = [
    ("walkthrough", 1, [], 0),
    ("walkthrough", 5, [], 0),
    ("walkthrough", 6, [("pool-exhausted", "error", None, ["HV01"])], 1),
    (
        "walkthrough",
        8,
        [("pool-exhausted", "error", None, ["HV01"]), ("reissued-while-stopped", "warning", "latent", ["HV01"])],
        1,
    ),
    ("walkthrough", 11, [("same-low-octets", "error", "active", ["HV01", "HV02"])], 1),
    ("walkthrough", 12, [("range-does-not-match-host", "info", None, ["HV02"])], 0),
    ("converged", 1, [], 0),
    ("converged", 3, [("management-vnic-inherits-team", "error", "active", ["HV05"])], 1),
    ("converged", 5, [], 0),
    ("converged", 8, [], 0),
    ("converged", 9, [], 0),
]


@pytest.mark.parametrize(("story", "step", "expected", "code"), PLAYED)
def test_check_names_the_right_cause_at_the_right_step(story, step, expected, code, tmp_path):
    assert checked(tmp_path, story, step) == (expected, code)


def test_check_sees_that_the_mask_is_a_mask(tmp_path):
    """VMQ is off: no harm shows any more, and the fault is still there."""
    expected = [("management-vnic-inherits-team", "warning", "latent", ["HV05"])]
    assert checked(tmp_path, "converged", 4) == (expected, 1)


def test_check_says_the_same_of_the_walkthrough_on_a_later_version(tmp_path):
    incidents, _ = checked(tmp_path, "walkthrough", 11, "--profile", "2022")
    assert incidents == [("same-low-octets", "error", "active", ["HV01", "HV02"])]


def test_the_manager_of_the_converged_host_is_part_of_the_evidence(tmp_path, capsys):
    assert run(["twin", "export", "converged", "--until", "2", "--output", "evidence"]) == 0
    assert sorted(one.name for one in (tmp_path / "evidence").iterdir()) == ["HV05.json", "VMM01.json"]
    told = capsys.readouterr()
    assert told.out == ""
    assert "2 files in evidence, as after step 2" in told.err


def test_evidence_is_written_again_but_not_among_other_files(tmp_path, capsys):
    folder = tmp_path / "evidence"
    call = ["twin", "export", "walkthrough", "--until", "3", "--output", str(folder)]
    assert run(call) == 0
    first = (folder / "HV01.json").read_bytes()
    assert run(call) == 0
    assert (folder / "HV01.json").read_bytes() == first
    (folder / "mine.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert run(call) == 2
    assert "mine.json" in capsys.readouterr().err
    assert (folder / "mine.json").exists()


def test_a_folder_that_cannot_be_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["twin", "export", "walkthrough", "--output", str(tmp_path / "file")]) == 2
    assert "cannot write" in capsys.readouterr().err


# Help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_with_examples(command, capsys):
    assert run(["twin", command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert f"maccord twin {command}" in text


def test_help_imports_no_world_and_nothing_heavy():
    code = (
        "import sys; from maccord.cli.main import run; run(['twin', '--help']); run(['twin', 'ping', '--help']);"
        "heavy = {'rich', 'jinja2', 'duckdb', 'maccord.worlds', 'maccord.report'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_versions_that_are_offered_are_those_there_are():
    assert profiles() == list(PROFILES)


def test_the_vendors_that_are_offered_are_those_there_are():
    assert list(VENDORS) == list(l2.VENDORS)
