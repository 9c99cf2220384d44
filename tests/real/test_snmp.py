"""Switches by SNMP: `maccord collect switch` against snmpsim, which answers as agents do, over UDP."""

import json
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime
from typing import IO

import pytest

from maccord.app.gather import gather
from maccord.cli.main import run
from maccord.fleet.records import Sighting
from maccord.reach import Secret
from maccord.reach.snmp import Access, NoAnswer, collect

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:.* is deprecated. Please use:DeprecationWarning"),  # pysnmp of pysmi
]
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
MAC, OTHER = "00155DC86A00", "00155D0A0003"
FDB = "1.3.6.1.2.1.17.7.1.2.2.1"
PLAIN = "1.3.6.1.2.1.17.4.3.1"


def dotted(mac):
    return ".".join(str(octet) for octet in bytes.fromhex(mac))


def switch(port=3, *, vlans=True):
    """Return what a switch answers, as snmpsim keeps it: OID, type and value, in order of OIDs."""
    told = [
        ("1.3.6.1.2.1.1.1.0", "4", "a switch"),
        ("1.3.6.1.2.1.1.3.0", "67", "123400"),
        ("1.3.6.1.2.1.1.5.0", "4", "sw01"),
        ("1.3.6.1.2.1.17.1.1.0", "4x", "00155DFFFFFF"),
    ]
    for number in (1, 2, 3):
        told += [
            (f"1.3.6.1.2.1.2.2.1.2.{100 + number}", "4", f"GigabitEthernet1/0/{number}"),
            (f"1.3.6.1.2.1.2.2.1.6.{100 + number}", "4x", f"00155DFFFF{number:02X}"),
            (f"1.3.6.1.2.1.31.1.1.1.1.{100 + number}", "4", f"Gi1/0/{number}"),
            (f"1.3.6.1.2.1.17.1.4.1.2.{number}", "2", str(100 + number)),
        ]
    if vlans:
        told += [
            (f"{FDB}.2.7.{dotted(MAC)}", "2", str(port)),
            (f"{FDB}.3.7.{dotted(MAC)}", "2", "3"),
            (f"{FDB}.2.8.{dotted(OTHER)}", "2", "2"),
            (f"{FDB}.3.8.{dotted(OTHER)}", "2", "3"),
            ("1.3.6.1.2.1.17.7.1.4.2.1.3.0.10", "66", "7"),  # filtering database 7 is VLAN 10
            ("1.3.6.1.2.1.17.7.1.4.2.1.3.0.20", "66", "8"),
        ]
    told += [(f"{PLAIN}.2.{dotted(MAC)}", "2", str(port)), (f"{PLAIN}.3.{dotted(MAC)}", "2", "3")]
    told += [
        ("1.3.6.1.2.1.4.22.1.2.101.10.0.0.5", "4x", MAC),
        ("1.3.6.1.2.1.4.35.1.4.101.2.16.32.1.13.184" + ".0" * 11 + ".5", "4x", MAC),
        ("1.0.8802.1.1.2.1.3.7.1.3.2", "4", "Gi1/0/2"),
        ("1.0.8802.1.1.2.1.4.1.1.4.0.2.1", "2", "4"),
        ("1.0.8802.1.1.2.1.4.1.1.5.0.2.1", "4x", "00155DEEEE01"),
        ("1.0.8802.1.1.2.1.4.1.1.6.0.2.1", "2", "5"),
        ("1.0.8802.1.1.2.1.4.1.1.7.0.2.1", "4", "Eth1/1"),
        ("1.0.8802.1.1.2.1.4.1.1.9.0.2.1", "4", "core"),
    ]
    ordered = sorted(told, key=lambda row: [int(part) for part in row[0].split(".")])
    return "".join("|".join(row) + "\n" for row in ordered)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def agent(tmp_path):
    """Return a call that starts an agent answering some text, and gives its port."""
    program = shutil.which("snmpsim-command-responder")
    if program is None:
        pytest.skip("no snmpsim here")
    running: list[tuple[subprocess.Popen[bytes], IO[str]]] = []

    def start(text, *arguments):
        folder = tmp_path / f"agent{len(running)}"
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "public.snmprec").write_text(text)
        port = free_port()
        command = [program, f"--data-dir={folder / 'data'}", f"--cache-dir={folder / 'cache'}"]
        command += [
            f"--agent-udpv4-endpoint=127.0.0.1:{port}",
            "--process-user=root",
            "--process-group=root",
            *arguments,
        ]
        log = (folder / "log").open("w+")
        running.append((subprocess.Popen(command, stdout=log, stderr=log), log))
        until = time.monotonic() + 30
        while time.monotonic() < until and "Listening" not in (folder / "log").read_text():
            assert running[-1][0].poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        return port

    yield start
    for process, log in running:
        process.terminate()
        process.wait(10)
        log.close()


def asked(port, community="public"):
    access = Access(community=Secret(community))
    collected = collect("127.0.0.1", port, access, now=NOW, timeout_s=2, retries=1)
    ((path, text),) = collected.files.items()
    return path, json.loads(text)


def test_a_switch_tells_its_tables_with_vlans_and_names_of_ports(agent):
    path, told = asked(agent(switch()))
    assert path == "sw01/snmp-20261121T100000Z.json"
    assert told["addresses"] == [
        {"mac": "00-15-5D-C8-6A-00", "vlan": 10, "port": "Gi1/0/3", "status": "learned"},
        {"mac": "00-15-5D-0A-00-03", "vlan": 20, "port": "Gi1/0/2", "status": "learned"},
    ]
    assert told["neighbours"] == [
        {"ip": "10.0.0.5", "mac": "00-15-5D-C8-6A-00", "port": "Gi1/0/1"},
        {"ip": "2001:db8::5", "mac": "00-15-5D-C8-6A-00", "port": "Gi1/0/1"},
    ]
    assert told["links"] == [
        {"port": "Gi1/0/2", "system": "core", "chassis": "00-15-5D-EE-EE-01", "peerPort": "Eth1/1"}
    ]
    assert (told["bridge"], told["uptime"]) == ("00-15-5D-FF-FF-FF", 1234)
    assert told["interfaces"][0] == {"name": "Gi1/0/1", "mac": "00-15-5D-FF-FF-01", "partOf": None}


def test_a_switch_without_vlans_tells_its_plain_table(agent):
    _, told = asked(agent(switch(vlans=False)))
    assert told["addresses"] == [{"mac": "00-15-5D-C8-6A-00", "vlan": None, "port": "Gi1/0/3", "status": "learned"}]


def test_two_calls_keep_two_moments_and_show_a_move(agent, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = agent(switch(3)), agent(switch(1))
    for port in (first, second):
        assert run(["collect", "switch", f"127.0.0.1:{port}", "--output", "evidence", "--quiet"]) == 0
        time.sleep(1.1)
    files = sorted((tmp_path / "evidence" / "sw01").glob("snmp-*.json"))
    assert len(files) == 2
    gathered = gather([str(tmp_path / "evidence")])
    assert gathered.snapshot.problems == ()
    sightings = [row for row in gathered.snapshot.tables["sighting"] if isinstance(row, Sighting)]
    seen = [row for row in sightings if row.mac == int(MAC, 16) and row.kind == "dynamic"]
    assert [(row.port, row.vlan) for row in sorted(seen, key=lambda row: row.seen_at)] == [
        ("Gi1/0/3", 10),
        ("Gi1/0/1", 10),
    ]


def test_a_wrong_community_and_a_silent_host_are_said(agent):
    port = agent(switch())
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1"):
        asked(port, "wrong")
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1"):
        asked(free_port())


def test_version_3_signs_and_encrypts(agent):
    words: tuple[str, ...] = ("--v3-user=audit", "--v3-auth-key=authpass1", "--v3-auth-proto=SHA256")
    words += ("--v3-priv-key=privpass1", "--v3-priv-proto=AES")
    port = agent(switch(), *words)
    access = Access(user="audit", authentication=Secret("authpass1"), privacy=Secret("privpass1"), context="public")
    collected = collect("127.0.0.1", port, access, now=NOW, timeout_s=3)
    (text,) = collected.files.values()
    assert len(json.loads(text)["addresses"]) == 2
