"""Proxmox VE: `maccord collect proxmox` against fakepve, a program that answers as a cluster does."""

import json
import shutil
import socket
import time
from pathlib import Path

import pytest
import requests

from maccord.cli.main import run
from maccord.collect.kinds import COLLECTORS

pytestmark = pytest.mark.real
SHARED = "BC:24:11:00:00:01"
CARD = {"net0": f"virtio={SHARED},bridge=vmbr0"}
ETH0 = {"net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,type=veth", "ostype": "debian"}
GUESTS = [
    {"vmid": 100, "name": "web", "status": "running", "node": "pve1", "config": CARD},
    {"vmid": 101, "name": "db", "status": "running", "node": "pve2", "config": CARD},
    {"vmid": 200, "type": "lxc", "name": "box", "status": "stopped", "node": "pve1", "config": ETH0},
]


@pytest.fixture
def cluster(started, certificates, tmp_path, monkeypatch):
    """A cluster of two nodes; its address, and a session that changes it as an administrator would."""
    program = shutil.which("fakepve")
    if program is None:
        pytest.skip("fakepve is not on PATH: script/test puts .venv/bin there")
    monkeypatch.chdir(tmp_path)
    Path("guests.json").write_text(json.dumps({"guests": GUESTS}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = ("--cert", certificates.server, "--key", certificates.key)
    where = ("--host", "127.0.0.1", "--port", port, "--password", "s3cret", "--time-scale", "0")
    with started(program, "guests.json", *where, *files), requests.Session() as admin:
        admin.trust_env = False  # else REQUESTS_CA_BUNDLE would count instead
        admin.verify = str(certificates.authority)
        url = f"https://127.0.0.1:{port}/api2/json"
        ticket = admin.post(f"{url}/access/ticket", data={"username": "root@pam", "password": "s3cret"}, timeout=30)
        told = ticket.json()["data"]
        admin.cookies["PVEAuthCookie"] = told["ticket"]
        admin.headers["CSRFPreventionToken"] = told["CSRFPreventionToken"]
        yield f"127.0.0.1:{port}", url, admin


@pytest.fixture
def collect(cluster, certificates, monkeypatch):
    def call(password="s3cret"):  # noqa: S107 - of the program that was just started
        monkeypatch.setenv("MACCORD_COLLECT_PROXMOX_SECRET", password)
        where = ["--server", cluster[0], "--user", "root@pam", "--ca", str(certificates.authority)]
        return run(["collect", "proxmox", *where, "--output", "evidence"])

    return call


def test_each_node_has_its_guests_and_which_of_them_run(collect):
    assert collect() == 0
    assert f"net0: virtio={SHARED},bridge=vmbr0\n" in Path("evidence/pve1/qemu-server/100.conf").read_text()
    assert Path("evidence/pve2/qemu-server/101.conf").is_file()
    assert "hwaddr=BC:24:11:00:00:02" in Path("evidence/pve1/lxc/200.conf").read_text()
    rows = json.loads(Path("evidence/pve1/guests.json").read_text())
    assert [(row["vmid"], row["status"]) for row in rows] == [(100, "running"), (200, "stopped")]


def test_pending_changes_and_snapshots_stand_in_sections_of_their_own(collect, cluster):
    _, url, admin = cluster
    guest = f"{url}/nodes/pve1/qemu/100"
    assert admin.post(f"{guest}/snapshot", data={"snapname": "before"}, timeout=30).ok
    changed = {"net0": "virtio=BC:24:11:00:00:09,bridge=vmbr0"}
    deadline = time.monotonic() + 20
    while not admin.put(f"{guest}/config", data=changed, timeout=30).ok:  # until the snapshot lets go of its lock
        assert time.monotonic() < deadline
    assert collect() == 0
    now, pending, snapshot = Path("evidence/pve1/qemu-server/100.conf").read_text().split("\n\n")
    assert f"net0: virtio={SHARED}" in now
    assert pending == "[PENDING]\nnet0: virtio=BC:24:11:00:00:09,bridge=vmbr0"
    assert snapshot.startswith("[before]\n")
    assert f"net0: virtio={SHARED}" in snapshot


def test_a_wrong_password_is_refused_and_not_shown(collect, capsys):
    assert collect("wr0ng-one") == 2
    said = capsys.readouterr().err
    assert "401" in said
    assert "wr0ng-one" not in said


@pytest.mark.skipif("proxmox" not in COLLECTORS, reason="no collector reads Proxmox VE yet")
def test_check_finds_the_address_that_two_guests_have(collect, capsys):
    assert collect() == 0
    capsys.readouterr()
    assert run(["check", "evidence", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    (incident,) = report["incidents"]
    assert incident["addresses"] == ["BC-24-11-00-00-01"]
    assert (incident["hosts"], incident["state"]) == (["pve1", "pve2"], "active")
