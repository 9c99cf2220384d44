"""What is read of Proxmox's guest files and lists, and what is made of broken ones."""

import json
import re
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.collect import proxmox, proxmox_lists
from maccord.collect.document import Document
from maccord.collect.kinds import COLLECTORS
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, SwitchSeen
from maccord.fleet.records import Adapter
from maccord.mac import parse_value
from tests.kit.reading import read
from tests.kit.recorded import RECORDED, needs_recorded

UUID = "7b10d7af-b932-4c66-b2c3-3996152ec465"
MAC = "BC:24:11:08:A0:01"
GUEST = f"""#The web server
boot: order=scsi0
cores: 2
memory: 2048
name: web
net0: virtio={MAC},bridge=vmbr0
ostype: l26
smbios1: uuid={UUID}
vmgenid: c773c261-d800-4348-9f5d-167fadd53cf8
"""
CONTAINER = f"""arch: amd64
hostname: proxy
memory: 512
net0: name=eth0,bridge=vmbr0,gw=10.0.0.1,hwaddr={MAC},ip=10.0.0.7/24,tag=20,type=veth
ostype: debian
rootfs: local-lvm:vm-101-disk-0,size=8G
unprivileged: 1
"""
LIST: list[dict[str, Any]] = [
    {"vmid": 100, "name": "web", "status": "running", "cpus": 2, "uptime": 77},
    {"vmid": "101", "name": "proxy", "status": "stopped"},
]


def document(text, file="100.conf", folder="pve1", above=()):
    return Document(file, folder, text if isinstance(text, bytes) else text.encode(), above)


def net(value, **more):
    """Return the adapter of a machine that has `value` as its network device."""
    (found,) = seen(GUEST.replace(f"virtio={MAC},bridge=vmbr0", value), AdapterSeen, **more)
    return found


def seen(text, kind, **more):
    """Return the records of one class, of evidence that is without problems."""
    result = read(document(text, **more))
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def adapters_of(*documents):
    rows = assemble(record for one in documents for record in read(one).seen).tables["adapter"]
    return [row for row in rows if isinstance(row, Adapter)]


def test_a_guest_is_a_machine_whose_state_nobody_told():
    (host,) = seen(GUEST, HostSeen)
    (machine,) = seen(GUEST, MachineSeen)
    assert (host.host, host.platform) == ("pve1", "proxmox")
    assert (machine.id, machine.name, machine.number) == (f"{UUID}/100", "web", "100")
    assert (machine.running, machine.state) == (None, "")


def test_a_network_device_is_an_adapter_with_a_lasting_address():
    (found,) = seen(GUEST, AdapterSeen)
    assert (found.kind, found.name, found.mac) == ("vm", "net0", parse_value(MAC))
    assert (found.dynamic, found.switch, found.vlans, found.linked) == (False, "vmbr0", None, True)
    assert (found.machine_id, found.machine, found.snapshot) == (f"{UUID}/100", "web", "")
    assert found.at_mac == "line 6"


def test_a_container_is_a_machine_too():
    (machine,) = seen(CONTAINER, MachineSeen, file="101.conf")
    (found,) = seen(CONTAINER, AdapterSeen, file="101.conf")
    assert (machine.name, machine.id) == ("proxy", "proxmox/101/proxy")
    assert (found.mac, found.switch, found.vlans, found.ips) == (parse_value(MAC), "vmbr0", "20", ("10.0.0.7",))


@pytest.mark.parametrize(
    ("value", "vlans"),
    [
        (f"virtio={MAC},bridge=vmbr0", None),
        (f"virtio={MAC},bridge=vmbr0,tag=10", "10"),
        (f"virtio={MAC},bridge=vmbr0,trunks=20;30-32", "0,20,30-32"),
        (f"virtio={MAC},bridge=vmbr0,tag=5,trunks=6;7", "5-7"),
    ],
)
def test_a_tag_is_an_access_port_and_trunks_let_more_through(value, vlans):
    assert net(value).vlans == vlans


def test_a_tag_that_is_no_vlan_is_a_problem_and_an_open_port():
    result = read(document(GUEST.replace("vmbr0", "vmbr0,tag=5000")))
    (problem,) = result.problems
    assert (problem.file, problem.at) == ("100.conf", "line 6")
    assert "no list of VLANs" in problem.reason
    assert next(one for one in result.seen if isinstance(one, AdapterSeen)).vlans == "0-4094"


@pytest.mark.parametrize(
    "value",
    [
        f"model=e1000,macaddr={MAC},bridge=vmbr0",
        f"vmxnet3={MAC},bridge=vmbr0,firewall=1",
        f"bridge=vmbr0,e1000-82540em={MAC}",
    ],
)
def test_an_address_may_stand_in_any_of_its_spellings(value):
    assert net(value).mac == parse_value(MAC)


def test_a_device_without_an_address_is_passed_over_in_silence():
    assert seen(GUEST.replace(f"virtio={MAC}", "virtio"), AdapterSeen) == []


def test_an_address_that_is_none_is_a_problem_at_its_line():
    (problem,) = read(document(GUEST.replace(MAC, "BC:24:11:08:A0"))).problems
    assert problem.at == "line 6"
    assert "is no MAC address" in problem.reason


def test_a_link_that_is_down_is_no_cable():
    assert not net(f"virtio={MAC},bridge=vmbr0,link_down=1").linked


@pytest.mark.parametrize(("more", "spoofing"), [("", True), (",firewall=0", True), (",firewall=1", None)])
def test_without_a_firewall_a_port_lets_any_address_through(more, spoofing):
    assert net(f"virtio={MAC},bridge=vmbr0{more}").spoofing is spoofing


def test_without_a_bridge_a_machine_is_alone():
    text = GUEST.replace(",bridge=vmbr0", "")
    (switch,) = seen(text, SwitchSeen)
    assert (switch.kind, switch.name) == ("private", f"user:{UUID}/100")
    (row,) = adapters_of(document(text))
    assert row.domain < 0


@pytest.mark.parametrize(
    ("more", "state"), [("template: 1\n", "template"), ("lock: suspended\nvmstate: local:x\n", "suspended")]
)
def test_what_cannot_run_is_known_to_be_off(more, state):
    (machine,) = seen(GUEST + more, MachineSeen)
    assert (machine.running, machine.state) == (False, state)


def test_a_snapshot_has_its_adapters_and_is_no_machine():
    text = f"{GUEST}\n[before-upgrade]\nname: web\nnet0: virtio=BC:24:11:08:A0:02,bridge=vmbr0\nsnaptime: 1700000000\n"
    assert len(seen(text, MachineSeen)) == 1
    found = {one.snapshot: one for one in seen(text, AdapterSeen)}
    assert found["before-upgrade"].mac == parse_value("BC:24:11:08:A0:02")
    assert found["before-upgrade"].machine_id == found[""].machine_id
    assert found["before-upgrade"].at_mac == "line 13"


@pytest.mark.parametrize("section", ["PENDING", "pve:pending"])
def test_what_is_pending_counts_where_it_brings_another_address(section):
    new = f"net0: virtio=BC:24:11:08:A0:02,bridge=vmbr0\nnet1: virtio={MAC},bridge=vmbr1\n"
    found = seen(f"{GUEST}\n[{section}]\n{new}", AdapterSeen)
    assert [(one.snapshot, one.mac) for one in found] == [
        ("", parse_value(MAC)),
        (proxmox.PENDING, parse_value("BC:24:11:08:A0:02")),
    ]


def test_bookkeeping_is_not_read():
    text = f"{GUEST}\n[special:cloudinit]\nnet0: virtio=BC:24:11:08:A0:02,bridge=vmbr0\n"
    assert len(seen(text, AdapterSeen)) == 1


@pytest.mark.parametrize(
    ("folder", "above", "host"),
    [
        ("pve1", ("evidence",), "pve1"),
        ("qemu-server", ("pve1", "evidence"), "pve1"),
        ("lxc", ("pve1", "nodes", "pve", "etc"), "pve1"),
        ("qemu-server", ("pve", "nodes", "pve", "etc"), "pve"),
        ("qemu-server", ("pve", "etc", "node7", "evidence"), "node7"),
        ("qemu-server", ("pve", "etc", ""), "pve"),
        ("qemu-server", (), "qemu-server"),
    ],
)
def test_the_host_is_the_folder_around_that_of_the_guests(folder, above, host):
    (found,) = seen(GUEST, HostSeen, folder=folder, above=above)
    assert found.host == host


def test_one_guest_on_two_nodes_is_one_machine():
    one, other = adapters_of(document(GUEST, folder="pve1"), document(GUEST, folder="pve2", file="pve2/100.conf"))
    assert one.machine_no == other.machine_no


def test_a_copy_that_kept_the_uuid_under_another_number_is_another_machine():
    one, other = adapters_of(document(GUEST), document(GUEST, file="105.conf"))
    assert one.machine_no != other.machine_no


def test_a_file_that_is_not_named_by_a_number_is_a_guest_of_its_own():
    one, other = adapters_of(document(GUEST, file="a.conf"), document(GUEST, file="b.conf"))
    assert one.machine_no != other.machine_no


def test_guests_of_two_hosts_that_merely_have_one_number_stay_two():
    bare = re.sub("(?m)^(name|smbios1): .*\n", "", GUEST)
    one, other = adapters_of(document(bare, folder="pve1"), document(bare, folder="pve2", file="pve2/100.conf"))
    assert one.machine_no != other.machine_no


# -- lists of guests


def test_a_list_tells_which_guests_run():
    listed = document(json.dumps(LIST), file="qemu.json")
    rows = adapters_of(document(GUEST), document(CONTAINER, file="101.conf"), listed)
    assert {row.machine: row.running for row in rows} == {"web": True, "proxy": False}


def test_the_clusters_list_names_the_node():
    row = {"id": "qemu/100", "node": "pve7", "type": "qemu", "vmid": 100, "status": "running"}
    (machine,) = seen(json.dumps({"data": [row]}), MachineSeen, file="resources.json")
    assert (machine.host, machine.number, machine.name, machine.place.at) == ("pve7", "100", "100", "/data/0")


def test_a_template_in_a_list_never_runs():
    row = {"vmid": 100, "status": "running", "template": 1}
    (machine,) = seen(json.dumps([row]), MachineSeen)
    assert machine.running is False


def test_a_state_that_is_none_is_a_problem():
    (problem,) = read(document(json.dumps([{"vmid": 1, "status": "dancing"}]))).problems
    assert problem.at == "/0/status"


# -- recorded and hostile


@needs_recorded
def test_recorded_files_are_read_with_every_address_that_stands_in_them():
    files = sorted((RECORDED / "hypervisor" / "proxmox").rglob("*.conf"))
    assert len(files) == 25
    read_all = expected = 0
    for file in files:
        raw = file.read_bytes()
        one = Document(file.name, file.parent.name, raw)
        assert next(name for name, each in COLLECTORS.items() if each.claims(one)) == "proxmox"
        result = read(one)
        assert result.problems == []
        expected += len(re.findall(rb"(?m)^net\d+: \w+=(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", raw))
        read_all += sum(isinstance(record, AdapterSeen) for record in result.seen)
    assert (read_all, expected) == (25, 25)


@pytest.mark.parametrize(
    "text",
    [
        "memory: 4Gi\ncores: 2\n",
        "apiVersion: v1\nmemory: 1\ncores: 2\nboot: x\nnet0: virtio=1\n",
        "{}",
        "interface net0: virtio\n",
    ],
)
def test_other_text_is_not_claimed(text):
    assert not proxmox.claims(document(text))


@pytest.mark.parametrize("value", [[], {}, [1], [{"vmid": 1}], {"data": 3}, {"data": None}])
def test_other_json_is_not_claimed(value):
    assert not proxmox_lists.claims(document(json.dumps(value)))


@given(st.text(max_size=300), st.integers(0, len(GUEST)))
def test_whatever_stands_in_a_guest_file_nothing_is_raised(text, at):
    read(document(GUEST[:at] + text + GUEST[at:]))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=4))
def test_whatever_stands_in_a_list_nothing_is_raised(value):
    for key in ("vmid", "status", "name", "node", "template"):
        read(document(json.dumps([LIST[0] | {key: value}])))


@pytest.mark.parametrize(
    "text", ["net0: virtio=" + "," * 500_000, "[" * 500_000, "net0: " + " " * 500_000, "a" * 500_000]
)
def test_long_lines_are_read_at_once(text):
    started = process_time()
    read(document(f"{GUEST}{text}\n"))
    assert process_time() - started < 5


@pytest.mark.parametrize(
    ("folder", "above", "manager"),
    [
        ("qemu-server", ("pve1", "nodes", "north", "evidence"), "north"),
        ("qemu-server", ("pve1", "nodes", "pve", "etc"), ""),
        ("qemu-server", ("pve1",), ""),
        ("pve1", (), ""),
    ],
)
def test_the_folder_around_the_nodes_names_the_cluster_that_issued_an_address(folder, above, manager):
    raw = b"name: web\nnet0: virtio=BC:24:11:08:A0:01,bridge=vmbr0\nmemory: 512\n"
    seen = proxmox.parse(Document("nodes/pve1/qemu-server/100.conf", folder, raw, above)).seen
    assert [one.manager for one in seen if isinstance(one, AdapterSeen)] == [manager]
