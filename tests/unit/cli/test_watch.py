"""`maccord watch` from the outside: what it prints, how it ends, what it refuses."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.watched import flapping, learned

posix = pytest.mark.skipif(os.name == "nt", reason="needs signals and pipes of POSIX")


def maccord(*arguments, **options):
    command = [sys.executable, "-m", "maccord", "watch", *arguments]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", timeout=60, **options)


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "sw1.log"
    file.write_text(flapping(6))
    return str(file)


def test_lines_tell_what_happened_and_what_to_do(log):
    ran = maccord("--log", log, "--once")
    assert ran.returncode == 1
    first, second = ran.stdout.splitlines()
    assert "+ error duplicate-on-the-wire" in first
    assert "port p1 of sw1 and at port p2 of sw1, and moved 6 times" in first
    assert "maccord explain duplicate-on-the-wire" in second


def test_json_lines_are_one_object_each(log):
    ran = maccord("--log", log, "--once", "--format", "json")
    (item,) = (json.loads(line) for line in ran.stdout.splitlines())
    assert (item["schema"], item["event"], item["moves"]) == ("maccord.watch/1", "opened", 6)
    assert {place["port"] for place in item["places"]} == {"p1", "p2"}


def test_a_quiet_network_leaves_with_0_and_prints_nothing(tmp_path):
    (tmp_path / "sw1.log").write_text(learned(0, "p1") + learned(30, "p2"))
    ran = maccord("--log", str(tmp_path / "sw1.log"), "--once")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_standard_input_is_a_source_and_its_place_is_told(log):
    with Path(log).open(encoding="utf-8") as stream:
        ran = maccord("--log", "br0=-", "--format", "json", stdin=stream)
    assert {place["observer"] for place in json.loads(ran.stdout)["places"]} == {"br0"}


def test_thresholds_can_be_set(log):
    assert maccord("--log", log, "--once", "--moves", "50").returncode == 1  # it came back to its ports all the same
    assert maccord("--log", log, "--once", "--within", "1").returncode == 1


def test_an_inventory_names_owners_and_the_cause_behind(log, tmp_path):
    for number, name in ((1, "HV01"), (2, "HV02")):
        export = {
            "schema": "maccord.host/1",
            "ComputerName": name,
            "MachineGuid": "6a9f1d1e-0000-4000-8000-00000000000e",
            "Virtualization": {"MinimumMacAddress": "00155DC86A00", "MaximumMacAddress": "00155DC86AFF"},
            "NetIPAddress": [{"IPAddress": f"10.0.0.{number}", "AddressFamily": 2, "InterfaceAlias": "LAN"}],
            "VMSwitch": [{"Name": "LAN", "Id": "s", "SwitchType": 2, "NetAdapterInterfaceDescription": "NIC"}],
            "VM": [{"Name": f"web{number}", "Id": f"vm{number}", "State": 2}],
            "VMNetworkAdapter": [
                {
                    "Name": "NIC",
                    "Id": f"a{number}",
                    "VMName": f"web{number}",
                    "VMId": f"vm{number}",
                    "SwitchName": "LAN",
                    "MacAddress": "00155DC86A00",
                    "DynamicMacAddressEnabled": True,
                }
            ],
        }
        (tmp_path / "exports").mkdir(exist_ok=True)
        (tmp_path / "exports" / f"{name}.json").write_text(json.dumps(export))
    ran = maccord("--log", log, "--once", "--format", "json", "--inventory", str(tmp_path / "exports"))
    item = json.loads(ran.stdout)
    assert item["cause"] == "cloned-host-image"
    assert item["owners"] == ["VM web1 on HV01", "VM web2 on HV02"]


def test_a_restart_with_its_state_tells_nothing_twice(log, tmp_path):
    state = str(tmp_path / "state")
    assert maccord("--log", log, "--once", "--state", state).stdout
    again = maccord("--log", log, "--once", "--state", state)
    assert (again.returncode, again.stdout) == (1, "")


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_keeps_the_state(log, tmp_path, number):
    state = tmp_path / "state"
    command = [sys.executable, "-m", "maccord", "watch", "--log", log, "--format", "json", "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert json.loads(running.stdout.readline())["event"] == "opened"
        running.send_signal(number)
        assert running.wait(20) == 0
        assert running.stderr.read() == ""
    assert state.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Nothing to listen to"),
        (("--log", "-", "--pcap", "-"), "once"),
        (("--log", "/nowhere/at/all/sw1.log"), "no folder"),
        (("--interface", "no-such-if0"), "no-such-if0"),
        (("--syslog-udp", "nonsense"), "HOST:PORT"),
        (("--log", "LOG", "--webhook", "ftp://host/"), "webhook"),
        (("--log", "LOG", "--metrics", "127.0.0.1:99999"), "HOST:PORT"),
        (("--log", "LOG", "--once", "--state", "/nowhere/at/all/state"), "/nowhere/at/all/state"),
    ],
)
def test_a_call_that_is_wrong_is_told_in_a_line(log, arguments, words):
    ran = maccord(*(log if one == "LOG" else one for one in arguments))
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def test_names_from_the_wire_reach_no_terminal_as_they_are(tmp_path):
    file = tmp_path / "sw1.log"
    file.write_bytes(flapping(6).replace("p1", "p\x1b[31m1").encode())
    ran = maccord("--log", str(file), "--once")
    assert "\x1b" not in ran.stdout + ran.stderr
