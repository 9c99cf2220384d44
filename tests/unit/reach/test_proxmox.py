"""What is asked of Proxmox VE with an API token, over TLS from a server on the loopback; see tests/real for more."""

import json

import pytest
import requests

from maccord.reach import Secret, Trust
from maccord.reach.proxmox import BadUser, collect
from maccord.reach.server import BadServer, Server, server_of
from tests.kit.served import Served

SECRET = "b7f1c2aa-0000-4000-8000-0123456789ab"  # noqa: S105 - of this file's own server
NET = "virtio=BC:24:11:00:00:01,bridge=vmbr0"
ANSWERS = {
    "/cluster/resources": [
        {"vmid": 100, "node": "pve1", "type": "qemu", "name": "web", "status": "running", "template": 0, "cpu": 0.1},
        {"vmid": 200, "node": "pve2", "type": "lxc", "name": "box", "status": "stopped"},
        {"vmid": 300, "node": "pve2", "type": "qemu", "name": "gone", "status": "stopped"},
    ],
    "/nodes": [{"node": "pve1"}, {"node": "pve2"}, {"node": "pve3"}],
    "/nodes/pve1/qemu/100/config": {
        "name": "web", "net0": NET, "digest": "d", "cipassword": "**********", "sshkeys": "ssh-ed25519",
        "description": "ask Ann\nfor the key", "memory": 2048,
    },
    "/nodes/pve1/qemu/100/config?snapshot": {"name": "web", "net0": NET, "snaptime": 1767225600},
    "/nodes/pve1/qemu/100/pending": [
        {"key": "net0", "value": NET, "pending": NET.replace(":01", ":02")},
        {"key": "net1", "value": NET, "delete": 1},
        {"key": "memory", "value": 2048},
    ],
    "/nodes/pve1/qemu/100/snapshot": [{"name": "before"}, {"name": "current"}],
    "/nodes/pve2/lxc/200/config": {"hostname": "box", "lxc": [["lxc.net.0.type", "none"]], "net0": "name=eth0"},
    "/nodes/pve2/lxc/200/pending": [{"key": "net0", "value": "name=eth0", "pending": "name=eth1"}],
    "/nodes/pve2/lxc/200/snapshot": [{"name": "current"}],
}  # fmt: skip


def answer(path, asked):
    key = path.removeprefix("/api2/json") + ("?snapshot" if "snapshot" in asked else "")
    return {"data": ANSWERS[key]} if key in ANSWERS else None


def collected(certificates, user="audit@pve!maccord", secret=SECRET, trust=None):
    with Served(certificates, f"PVEAPIToken=audit@pve!maccord={SECRET}", answer) as served:
        trust = trust or Trust(str(certificates.authority))
        return collect(server_of(served.at), user, Secret(secret), trust, timeout_s=10)


def test_each_guest_has_its_file_as_its_node_keeps_it_and_each_node_a_list(certificates):
    found = collected(certificates)
    assert found.files["pve1/qemu-server/100.conf"] == (
        f"memory: 2048\nname: web\nnet0: {NET}\n\n"
        f"[PENDING]\ndelete: net1\nnet0: {NET.replace(':01', ':02')}\n\n"
        f"[before]\nname: web\nnet0: {NET}\nsnaptime: 1767225600\n"
    )
    assert found.files["pve2/lxc/200.conf"] == (
        "hostname: box\nlxc.net.0.type: none\nnet0: name=eth0\n\n[pve:pending]\nnet0: name=eth1\n"
    )
    (row,) = json.loads(found.files["pve1/guests.json"])
    assert row == {"vmid": 100, "node": "pve1", "type": "qemu", "name": "web", "status": "running", "template": 0}
    assert found.folders == ("pve1", "pve2", "pve3")


def test_a_guest_that_went_away_meanwhile_is_a_remark_and_the_others_count(certificates):
    found = collected(certificates)
    (remark,) = found.remarks
    assert remark.startswith("qemu 300 on pve2: 404")
    assert "pve2/qemu-server/300.conf" not in found.files
    assert found.unread == {"pve2/qemu-server/300.conf"}


def test_nothing_that_may_be_a_secret_leaves_the_node(certificates):
    text = "".join(collected(certificates).files.values())
    for private in ("cipassword", "sshkeys", "ssh-ed25519", "Ann", "description"):
        assert private not in text


def test_a_secret_that_is_refused_is_an_error_without_it(certificates):
    with pytest.raises(Exception, match="401") as refusal:
        collected(certificates, secret="wrong-secret")  # noqa: S106 - it is wrong
    assert "wrong-secret" not in str(refusal.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(certificates):
    with pytest.raises(requests.exceptions.SSLError):
        collected(certificates, trust=Trust())


@pytest.mark.parametrize("user", ["audit", "audit!x", "audit@pve!", "@pve!x", "audit@pve!a!b", "audit@pve!a=b c"])
def test_a_user_that_is_none_is_refused_with_an_example(certificates, user):
    with pytest.raises(BadUser, match="audit@pve!maccord"):
        collected(certificates, user=user)


def test_http_is_refused_whatever_was_asked_for():
    with pytest.raises(BadServer):
        collect(Server("http", "pve1", 8006), "audit@pve", Secret("x"), Trust(), timeout_s=1)
