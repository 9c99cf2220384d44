"""What would follow is told before it is done: by the same rules, and nothing that is there already."""

import json

import pytest

from maccord.cli.main import run
from tests.kit.plans import told

FLEET = """
what = "Two hosts, healthy."
[hosts.HV01]
ip = "10.1.200.106"
range = "own"
vms = [
  "web running dynamic 00-15-5D-C8-6A-00",
  "db running static 02-A0-C8-00-00-07",
  "old off dynamic 00-15-5D-C8-6A-01",
]
[hosts.HV02]
ip = "10.1.0.2"
range = "own"
vms = ["app running dynamic 00-15-5D-00-02-00"]
"""


@pytest.fixture
def fleet(tmp_path):
    return str(told(tmp_path / "fleet", FLEET))


def causes(capsys, *arguments):
    code = run(["whatif", *arguments, "--format", "json", "--quiet", "--now", "2027-01-15"])
    answer = json.loads(capsys.readouterr().out)
    return code, [(one["cause"], one["hosts"]) for one in answer["incidents"]]


def test_a_host_numbered_alike_would_share_a_range(capsys, fleet):
    code, told_of = causes(capsys, "add-host", fleet, "--ip", "172.16.200.106", "--name", "HV99")
    assert (code, told_of) == (1, [("same-low-octets", ["HV01", "HV99"])])


def test_a_host_with_octets_of_its_own_brings_nothing(capsys, fleet):
    assert causes(capsys, "add-host", fleet, "--ip", "10.1.7.9") == (0, [])


def test_a_machine_that_is_moved_while_it_runs_takes_its_address_along(capsys, fleet):
    code, told_of = causes(capsys, "move-vm", fleet, "--vm", "web", "--to", "HV02")
    assert (code, told_of) == (1, [("migrated-vm-kept-address", ["HV01", "HV02"])])


def test_a_machine_that_is_started_cold_elsewhere_gets_an_address_there(capsys, fleet):
    assert causes(capsys, "move-vm", fleet, "--vm", "web", "--to", "HV02", "--cold") == (0, [])


def test_the_copy_of_a_machine_takes_a_static_address_along(capsys, fleet):
    code, told_of = causes(capsys, "import-vm", fleet, "--vm", "db", "--to", "HV02")
    assert (code, told_of) == (1, [("static-address-copied", ["HV01", "HV02"])])


def test_the_copy_of_a_dynamic_machine_gets_a_new_address(capsys, fleet):
    assert causes(capsys, "import-vm", fleet, "--vm", "web", "--to", "HV02") == (0, [])


def test_a_backup_brings_an_address_back_that_was_set_elsewhere_meanwhile(capsys, fleet, tmp_path):
    before = FLEET.replace("app running dynamic 00-15-5D-00-02-00", "gone running static 02-A0-C8-00-00-07")
    backup = str(told(tmp_path / "backup", before))
    code, told_of = causes(capsys, "restore", fleet, "--backup", backup, "--vm", "gone")
    assert (code, told_of) == (1, [("static-address-copied", ["HV01", "HV02"])])


def test_two_fleets_on_one_network_are_told_what_meets(capsys, fleet, tmp_path):
    other = 'what = "Elsewhere."\n[hosts.SITE2-HV01]\nip = "192.168.200.106"\nrange = "own"\n'
    site2 = str(told(tmp_path / "site2", other))
    code, told_of = causes(capsys, "merge", fleet, "--with", site2)
    assert (code, told_of) == (1, [("same-low-octets", ["HV01", "SITE2-HV01"])])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["move-vm", "--vm", "nobody", "--to", "HV02"], "no machine nobody"),
        (["move-vm", "--vm", "web", "--to", "HV77"], "no host HV77"),
        (["add-host", "--ip", "10.1.2.3", "--name", "hv01"], "in the evidence already"),
        (["add-host", "--ip", "10.1.2"], "--ip"),
    ],
)
def test_a_name_that_the_evidence_does_not_have_is_refused(capsys, fleet, arguments, said):
    assert run(["whatif", arguments[0], fleet, *arguments[1:], "--quiet"]) == 2
    assert said in capsys.readouterr().err
