"""The sample estates are what their program writes and what the README says of them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BEFORE_THE_ALLOWANCE_ENDS = "2026-11-21"
KILOBYTE = 1000


def check(folder, *options):
    command = [sys.executable, "-m", "maccord", "check", str(folder), "--now", BEFORE_THE_ALLOWANCE_ENDS, *options]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8")


def report_on(folder):
    ran = check(folder, "--format", "json")
    return ran.returncode, json.loads(ran.stdout)


def causes(incidents):
    return sorted((one["cause"], one["severity"], one["state"]) for one in incidents)


@pytest.fixture(scope="module")
def fleet():
    return report_on(EXAMPLES / "fleet")


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("estate", ["fleet", "healthy"])
def test_the_program_writes_the_committed_files_byte_for_byte(estate, tmp_path):
    subprocess.run([sys.executable, EXAMPLES / "make_fleet.py", tmp_path], check=True)
    assert files(EXAMPLES / estate) == files(tmp_path / estate)


def test_the_fleet_has_exactly_the_promised_faults(fleet):
    code, report = fleet
    failing = [one for one in report["incidents"] if one["severity"] != "info" and not one["allowed"]]
    assert causes(failing) == [
        ("appliance-default-address", "error", "active"),
        ("cloned-host-image", "error", "active"),
        ("management-vnic-inherits-team", "error", "active"),
        ("migrated-vm-kept-address", "warning", "latent"),
        ("same-low-octets", "error", "latent"),
        ("vmm-pool-overlaps-host-range", "error", "active"),
    ]
    assert code == 1


def test_beside_them_the_fleet_has_one_accepted_fault_and_one_remark(fleet):
    _, report = fleet
    rest = [one for one in report["incidents"] if one["severity"] == "info" or one["allowed"]]
    assert causes(rest) == [
        ("range-does-not-match-host", "info", None),
        ("reissued-while-stopped", "warning", "latent"),
    ]


def test_the_fleet_has_twins_of_two_kinds(fleet):
    _, report = fleet
    kinds = [one["kind"] for one in report["expectedTwins"]]
    assert sorted(kinds) == ["same-vm"] * 2 + ["team-member"] * 4


def test_every_file_of_the_fleet_is_used(fleet):
    _, report = fleet
    assert report["problems"] == []
    assert report["evidence"]["files"] == len(files(EXAMPLES / "fleet"))


def test_without_fleet_toml_two_sites_seem_to_share_a_range_and_nothing_is_accepted(tmp_path):
    shutil.copytree(EXAMPLES / "fleet", tmp_path / "fleet", ignore=shutil.ignore_patterns("fleet.toml"))
    _, report = report_on(tmp_path / "fleet")
    alike = [one["hosts"] for one in report["incidents"] if one["cause"] == "same-low-octets"]
    assert sorted(alike) == [["HQ-HV01", "PLANT-HV03"], ["HQ-HV05", "HQ-TEST01"]]
    assert not any(one["allowed"] for one in report["incidents"])


def test_the_healthy_estate_has_nothing_to_say():
    code, report = report_on(EXAMPLES / "healthy")
    assert (code, report["incidents"], report["expectedTwins"], report["problems"]) == (0, [], [], [])
    assert report["evidence"]["hosts"] == 3


def test_the_fleet_is_small():
    assert sum(map(len, files(EXAMPLES / "fleet").values())) < 400 * KILOBYTE


def test_one_file_is_as_windows_powershell_redirects_it():
    raw = (EXAMPLES / "fleet/HQ-HV06/Get-VMNetworkAdapter.json").read_bytes()
    assert raw.startswith(b"\xff\xfe[\0\r\0\n\0")


def test_what_the_readme_shows_is_what_maccord_prints():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```text\n\$ maccord check examples/fleet\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    assert shown
    lines = [line for line in shown[1].splitlines() if line not in ("", "...")]
    printed = check(EXAMPLES / "fleet").stdout.splitlines()
    assert len(lines) > 10
    assert [line for line in lines if line not in printed] == []


def test_the_readme_walks_through_every_failing_cause_of_the_fleet(fleet):
    _, report = fleet
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for incident in report["incidents"]:
        assert incident["cause"] in readme
