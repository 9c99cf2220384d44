"""What is read of Incus and LXD: instances, snapshots, networks."""

import json

import pytest

from maccord.collect import incus
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, SwitchSeen
from maccord.fleet.records import Adapter
from maccord.mac import parse_value

MAC = "10:66:6a:55:f6:3f"
BRIDGED = {"type": "nic", "name": "eth0", "nictype": "bridged", "parent": "br0"}
MANAGED = {"type": "nic", "name": "eth0", "network": "lan"}


def instance(name="web", device=BRIDGED, status="Running", location="none", mac=MAC, **more):
    return {
        "name": name,
        "status": status,
        "type": "container",
        "location": location,
        "project": "default",
        "config": {"volatile.uuid": f"u-{name}", **({"volatile.eth0.hwaddr": mac} if mac else {})},
        "expanded_devices": {"eth0": device, "root": {"type": "disk", "path": "/"}},
        "state": None,
        "snapshots": None,
        **more,
    }


def network(kind="bridge", *, managed=True, **config):
    return {"name": "lan", "type": kind, "managed": managed, "config": config, "locations": ["none"]}


def parsed(value, name="x.json"):
    document = Document(name, "inc1", json.dumps(value).encode())
    assert incus.claims(document)
    return incus.parse(document)


def seen(value, kind):
    result = parsed(value)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def rows(*files):
    found = [one for at, file in enumerate(files) for one in parsed(file, f"{at}.json").seen]
    return [row for row in assemble(found).tables["adapter"] if isinstance(row, Adapter)]


def test_an_instance_is_a_machine_of_the_host_the_folder_is_named_for():
    (machine,) = seen([instance()], MachineSeen)
    (nic,) = seen([instance()], AdapterSeen)
    assert (machine.host, machine.name, machine.running) == ("inc1", "web", True)
    assert (nic.mac, nic.manager, nic.dynamic) == (parse_value(MAC), "inc1", False)
    assert nic.at_mac == "/0/config/volatile.eth0.hwaddr"


def test_in_a_cluster_the_member_is_the_host():
    assert [host.host for host in seen([instance(location="node2")], HostSeen)] == ["node2"]


@pytest.mark.parametrize(("status", "running"), [("Running", True), ("Frozen", True), ("Stopped", False), ("?", None)])
def test_an_instance_runs_or_not(status, running):
    (machine,) = seen([instance(status=status)], MachineSeen)
    assert machine.running is running


def test_an_address_set_in_the_device_counts_before_the_volatile_one():
    (nic,) = seen([instance(device={**BRIDGED, "hwaddr": "02:00:00:00:00:01"})], AdapterSeen)
    assert nic.mac == parse_value("02-00-00-00-00-01")
    assert nic.at_mac == "/0/expanded_devices/eth0/hwaddr"


def test_the_state_tells_an_address_that_the_configuration_lacks_and_the_ip_addresses():
    state = {"network": {"eth0": {"hwaddr": MAC, "addresses": [
        {"family": "inet", "address": "10.1.1.9", "scope": "global"},
        {"family": "inet6", "address": "fe80::1", "scope": "link"},
    ]}, "docker0": {"hwaddr": "02:42:00:00:00:01", "addresses": []}}}  # fmt: skip
    (nic,) = seen([instance(mac=None, state=state)], AdapterSeen)
    assert (nic.mac, nic.ips) == (parse_value(MAC), ("10.1.1.9",))


def test_a_snapshot_is_a_twin_of_its_instance_and_no_other_machine():
    kept = {"name": "before", "config": {"volatile.eth0.hwaddr": MAC}, "expanded_devices": {"eth0": BRIDGED}}
    one, other = rows([instance(snapshots=[kept])])
    assert {one.snapshot, other.snapshot} == {"", "before"}
    assert one.machine_no == other.machine_no


def test_two_instances_with_one_uuid_are_two_machines():
    copy = instance("copy")
    copy["config"]["volatile.uuid"] = "u-web"
    one, other = rows([instance(), copy])
    assert one.machine_no != other.machine_no


@pytest.mark.parametrize(
    ("device", "wired"),
    [
        (BRIDGED, True),
        ({**BRIDGED, "parent": "incusbr0"}, False),
        (MANAGED, False),
        ({"type": "nic", "nictype": "macvlan", "parent": "eth0"}, True),
        ({"type": "nic", "nictype": "routed", "parent": "eth0"}, False),
        ({"type": "nic", "nictype": "p2p"}, False),
    ],
)
def test_a_device_reaches_the_wire_or_stays_behind_the_host(device, wired):
    (row,) = rows([instance(device=device)])
    assert (row.domain >= 0) is wired


@pytest.mark.parametrize(
    ("told", "wired"),
    [
        (network(), False),
        (network("macvlan", parent="eth0"), True),
        (network("physical", parent="eth0"), True),
        (network("ovn"), False),
        (network(**{"bridge.external_interfaces": "eth1"}), True),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_list_of_networks_overrules_the_guess(told, wired, order):
    (row,) = rows(*[[instance(device=MANAGED)], [told]][::order])
    assert (row.domain >= 0) is wired


@pytest.mark.parametrize(
    ("device", "vlans"),
    [({"vlan": "30"}, "30"), ({"vlan.tagged": "40-42"}, "0,40-42"), ({"vlan": "30", "vlan.tagged": "40"}, "30,40")],
)
def test_vlans_of_a_device_are_read(device, vlans):
    (nic,) = seen([instance(device={**BRIDGED, **device})], AdapterSeen)
    assert nic.vlans == vlans


def test_a_vlan_that_is_none_is_a_problem_with_its_place():
    result = parsed([instance(device={**BRIDGED, "vlan": "many"})])
    assert [problem.at for problem in result.problems] == ["/0/expanded_devices/eth0/vlan"]


def test_a_bridge_of_a_cluster_is_one_on_each_member():
    told = {**network(**{"volatile.bridge.hwaddr": MAC}), "locations": ["n1", "n2"]}
    assert {one.host for one in seen([told], SwitchSeen)} == {"n1", "n2"}
    one, other = rows([told])
    assert one.domain != other.domain


def test_filtering_of_addresses_is_a_guard():
    (nic,) = seen([instance(device={**BRIDGED, "security.mac_filtering": "true"})], AdapterSeen)
    assert nic.spoofing is False
