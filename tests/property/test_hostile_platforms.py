"""Whatever a listing of a cloud, a cluster or a container host holds, the run goes on and the report is fit to show."""

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.collect import Document, Parsed, read
from maccord.collect.kinds import COLLECTORS
from tests.property.test_hostile_input import assert_survives

ID, NET, END = "a" * 64, "b" * 64, "c" * 64
MAC = "02:42:0a:01:00:82"
VMI = {
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachineInstance",
    "metadata": {"name": "web", "namespace": "apps"},
    "spec": {
        "domain": {"devices": {"interfaces": [{"name": "n", "bridge": {}, "macAddress": MAC, "state": "up"}]}},
        "networks": [{"name": "n", "multus": {"networkName": "lan"}}],
    },
    "status": {
        "nodeName": "n1",
        "phase": "Running",
        "interfaces": [{"name": "n", "mac": MAC, "ipAddresses": ["10.1.1.1"]}],
    },
}
VM = {**VMI, "kind": "VirtualMachine", "spec": {"runStrategy": "Always", "template": {"spec": VMI["spec"]}},
      "status": {"printableStatus": "Running"}}  # fmt: skip
NAD = {
    "apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
    "metadata": {"name": "lan", "namespace": "apps"}, "spec": {"config": '{"vlan": 3, "plugins": [{"vlan": 4}]}'},
}  # fmt: skip
PORT = {
    "id": "p", "name": "n", "network_id": "w", "mac_address": MAC, "device_id": "d", "device_owner": "compute:nova",
    "status": "ACTIVE", "binding:host_id": "cmp", "port_security_enabled": True,
    "fixed_ips": [{"ip_address": "10.1.1.1"}],
}  # fmt: skip
CONTAINER = {
    "Id": ID, "Name": "/web", "Created": "2026-01-01", "State": {"Status": "running", "Running": True},
    "Config": {"Hostname": "h", "MacAddress": MAC}, "HostConfig": {"NetworkMode": "lan"},
    "NetworkSettings": {
        "Networks": {"lan": {"NetworkID": NET, "EndpointID": END, "MacAddress": MAC, "IPAddress": "10.1.0.130"}},
    },
}  # fmt: skip
NETWORK = {
    "Name": "lan", "Id": NET, "Driver": "macvlan", "Internal": False, "IPAM": {}, "Options": {"parent": "eth0.10"},
    "Containers": {ID: {"Name": "web", "EndpointID": END, "MacAddress": MAC, "IPv4Address": "10.1.0.130/24"}},
}  # fmt: skip
INSTANCE = {
    "name": "web", "status": "Running", "location": "m1", "project": "p",
    "config": {"volatile.uuid": "u", "volatile.eth0.hwaddr": MAC},
    "expanded_devices": {
        "eth0": {"type": "nic", "name": "eth0", "nictype": "bridged", "parent": "br0", "vlan": "10", "vlan.tagged": "2"}
    },
    "state": {"network": {"eth0": {"hwaddr": MAC, "addresses": [{"address": "10.1.1.1", "scope": "global"}]}}},
    "snapshots": [
        {"name": "s", "config": {"volatile.eth0.hwaddr": MAC},
         "expanded_devices": {"eth0": {"type": "nic", "network": "l"}}},
    ],
}  # fmt: skip
LAN = {"name": "l", "type": "ovn", "managed": True, "locations": ["m1"], "config": {"bridge.hwaddr": MAC, "vlan": "5"}}
LINKS = [
    {"ifname": "eth0", "flags": ["UP"], "master": "bond0", "link_type": "ether", "address": MAC, "permaddr": MAC},
    {"ifname": "bond0", "flags": ["UP"], "link_type": "ether", "address": MAC, "linkinfo": {"info_kind": "bond"}},
    {"ifname": "bond0.5", "link": "bond0", "master": "br5", "link_type": "ether", "address": MAC,
     "linkinfo": {"info_kind": "vlan", "info_data": {"id": 5}}},
    {"ifname": "br5", "link_type": "ether", "address": "7e:61:74:99:ca:c0", "linkinfo": {"info_kind": "bridge"},
     "addr_info": [{"family": "inet", "local": "10.1.1.1"}]},
]  # fmt: skip
SAMPLES = {
    "openstack": {"ports": [PORT, {**PORT, "id": "q", "network_id": "x"}]},
    "kubevirt": {"apiVersion": "v1", "kind": "List", "items": [VM, VMI, NAD]},
    "docker": [CONTAINER, NETWORK],
    "incus": [INSTANCE, LAN],
    "iproute": LINKS,
    "machine-id": {"Hostname": "h", "MachineID": "4e08e9cf1f5c4d5f8b5d2f6a7c9b0d11"},
}
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1 << 70, 1e300, "", " ", "x", "=1", "\x1b[2J", "\u202e", "\ud800", "9" * 5000),
    *(
        [],
        {},
        [[]],
        [{}],
        {"": {}},
        {"a/b~c": {"MacAddress": MAC}},
        [None, 1, "x"],
        "00:00:00:00:00:00",
        MAC,
        "10.0.0.1",
    ),
)


def spots(value, at=()):
    """Yield the path of every value in a JSON tree."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from spots(one, (*at, key))


def changed(value, at, new):
    """Return a copy with one value replaced."""
    if not at:
        return new
    made = copy.deepcopy(value)
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = new
    return made


def raw(value):
    return json.dumps(value).encode("utf-8", errors="replace")


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_claimed_by_its_collector_alone(name):
    document = Document("x.json", "h", raw(SAMPLES[name]))
    assert [one for one, collector in COLLECTORS.items() if collector.claims(document)] == [name]
    told = read(document)
    assert told is not None
    assert told.problems == []
    assert told.seen


@pytest.mark.parametrize("name", SAMPLES)
def test_any_value_in_any_place_is_read_or_a_problem(name):
    for at in spots(SAMPLES[name]):
        for new in VALUES:
            told = read(Document("x.json", "h", raw(changed(SAMPLES[name], at, new))))
            assert told is None or isinstance(told, Parsed)


@settings(max_examples=12)
@given(st.data())
def test_a_folder_of_such_listings_gives_a_report_that_is_fit_to_show(data):
    files = {}
    for number in range(data.draw(st.integers(1, 6))):
        value = SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))]
        for _ in range(data.draw(st.integers(0, 3))):
            value = changed(value, data.draw(st.sampled_from(list(spots(value)))), data.draw(st.sampled_from(VALUES)))
        files[f"h{number % 3}/{number}.json"] = raw(value)
    assert_survives(files)


@settings(max_examples=150)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_listings_that_are_cut_off_or_have_flipped_bits_do_not_end_the_run(name, data):
    text = bytearray(raw(SAMPLES[name]))
    for _ in range(data.draw(st.integers(0, 5))):
        text[data.draw(st.integers(0, len(text) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    told = read(Document("x.json", "h", bytes(text[: data.draw(st.integers(0, len(text)))])))
    assert told is None or isinstance(told, Parsed)


YAML = b"""apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {name: web, namespace: apps}
spec:
  domain: {devices: {interfaces: [{name: n, bridge: {}, macAddress: 02:00:00:00:00:01}]}}
  networks: [{name: n, multus: {networkName: lan}}]
status: {nodeName: n1, phase: Running}
"""


BITS_OF_YAML = [b"&a ", b"*a", b"!!map ", b"? ", b"- ", b"<<: ", b"%", b"---\n"]


@settings(max_examples=300)
@given(st.data())
def test_yaml_with_any_bytes_in_it_does_not_end_the_run(data):
    text = bytearray(YAML)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([b"&a ", b"*a", b"!!map ", b"? ", b"- ", b"<<: ", b"%", b"---\n"]),
            )
        )
    told = read(Document("x.yaml", "h", bytes(text)))
    assert told is None or isinstance(told, Parsed)


def test_interfaces_that_stand_on_one_another_many_times_over_are_read_at_once():
    links = [
        {"ifname": f"v{level}.{at}", "link": f"b{level + 1}", "master": f"b{level}", "link_type": "ether",
         "address": MAC, "linkinfo": {"info_kind": "vlan", "info_data": {"id": 5}}}
        for level in range(40) for at in range(200)
    ]  # fmt: skip
    links += [
        {"ifname": f"b{level}", "link_type": "ether", "address": MAC, "linkinfo": {"info_kind": "bridge"}}
        for level in range(41)
    ]
    started = time.process_time()
    assert_survives({"h/links.json": raw(links), "h/more.json": raw(links * 2)})
    assert time.process_time() - started < 10


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_a_problem(content):
    told = read(Document("x", "h", content))
    assert told is None or isinstance(told, Parsed)
