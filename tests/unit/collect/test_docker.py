"""What is read of containers and their networks, Docker's and Podman's."""

import json

import pytest

from maccord.collect import docker
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, MachineSeen
from maccord.fleet.nics import IPVLAN
from maccord.fleet.records import Adapter
from maccord.mac import parse_value

ID, NET, END = "a" * 64, "b" * 64, "c" * 64
MAC, IP = "02:42:0a:01:00:82", "10.1.0.130"


def container(*, running=True, mac=MAC, ip=IP, mode="lan", network="lan", hand=None, **more):
    return {
        "Id": ID,
        "Name": "/web",
        "State": {"Status": "running" if running else "exited", "Running": running},
        "Config": {"Hostname": "a" * 12, **({"MacAddress": hand} if hand else {})},
        "HostConfig": {"NetworkMode": mode},
        "NetworkSettings": {
            "Networks": {network: {"NetworkID": NET, "EndpointID": END, "MacAddress": mac, "IPAddress": ip}}
        },
        **more,
    }


def network(driver, parent=None, containers=None, *, internal=False):
    return {
        "Name": "lan",
        "Id": NET,
        "Driver": driver,
        "Internal": internal,
        "IPAM": {"Driver": "default"},
        "Options": {"parent": parent} if parent else {},
        "Containers": containers or {},
    }


ENDPOINT = {ID: {"Name": "web", "EndpointID": END, "MacAddress": MAC, "IPv4Address": f"{IP}/24"}}


def document(value, name="x.json", folder="dock1"):
    return Document(name, folder, json.dumps(value).encode())


def parsed(value, name="x.json", folder="dock1"):
    assert docker.claims(document(value))
    return docker.parse(document(value, name, folder))


def seen(value, kind):
    result = parsed(value)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def rows(*files, folder="dock1"):
    found = [one for at, file in enumerate(files) for one in parsed(file, f"{at}.json", folder).seen]
    return [row for row in assemble(found).tables["adapter"] if isinstance(row, Adapter)]


def test_a_container_is_a_machine_with_an_adapter_per_network():
    (machine,) = seen([container()], MachineSeen)
    (nic,) = seen([container()], AdapterSeen)
    assert (machine.name, machine.running, machine.host) == ("web", True, "dock1")
    assert (nic.name, nic.mac, nic.ips) == ("lan", parse_value(MAC), (IP,))
    assert nic.at_mac == "/0/NetworkSettings/Networks/lan/MacAddress"


@pytest.mark.parametrize(("mac", "dynamic"), [(MAC, True), ("0a:58:0a:01:00:82", True), ("3e:01:0a:01:00:82", None)])
def test_an_address_made_of_the_ip_address_was_issued(mac, dynamic):
    (nic,) = seen([container(mac=mac)], AdapterSeen)
    assert nic.dynamic is dynamic


@pytest.mark.parametrize("mode", ["host", "none", "container:" + "d" * 64])
def test_a_container_without_a_network_of_its_own_has_no_adapter(mode):
    assert seen([container(mode=mode)], AdapterSeen) == []


def test_a_stopped_container_keeps_the_address_that_was_set_by_hand():
    (nic,) = seen([container(running=False, mac="", hand="02:00:00:00:00:07")], AdapterSeen)
    assert nic.mac == parse_value("02-00-00-00-00-07")


def test_a_network_that_was_not_gathered_is_taken_for_a_bridge():
    (row,) = rows([container()])
    assert row.domain < 0


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("driver", "wired"),
    [("macvlan", True), ("ipvlan", True), ("l2bridge", True), ("bridge", False), ("nat", False), ("weird", False)],
)
def test_the_network_tells_whether_containers_reach_the_wire(driver, wired, order):
    (row,) = rows(*[[container()], [network(driver, "eth0")]][::order])
    assert (row.domain >= 0) is wired


def test_the_vlan_of_a_parent_is_the_vlan_of_its_containers():
    snapshot = assemble([*parsed([network("macvlan", "eth0.30", ENDPOINT)]).seen])
    (vlans,) = snapshot.tables["vlan_set"]
    assert getattr(vlans, "vlans", "") == "30"


def test_an_endpoint_told_by_network_and_container_is_one_adapter():
    assert len(rows([container()], [network("macvlan", "eth0", ENDPOINT)])) == 1


def test_a_network_alone_tells_of_its_endpoints():
    (row,) = rows([network("macvlan", "eth0", ENDPOINT)])
    assert (row.machine, row.live) == ("web", True)


def test_an_overlay_is_one_segment_on_all_its_hosts_and_no_other():
    one = parsed([network("overlay", None, ENDPOINT)], folder="dock1").seen
    other = parsed([network("overlay", None, {"e" * 64: ENDPOINT[ID]})], folder="dock2").seen
    found = [row for row in assemble([*one, *other]).tables["adapter"] if isinstance(row, Adapter)]
    assert len(found) == 2
    assert found[0].domain == found[1].domain < 0


def test_containers_on_an_ipvlan_network_are_marked():
    (row,) = rows([container(mac="3c:ec:ef:00:00:01")], [network("ipvlan", "eth0")])
    assert row.description == IPVLAN


def test_podman_tells_the_same_in_words_of_its_own():
    inspected = [
        {
            "name": "lan", "id": NET, "driver": "macvlan", "network_interface": "eth0", "internal": False,
            "ipam_options": {"driver": "host-local"}, "options": {"vlan": "40"},
            "containers": {ID: {"name": "web", "interfaces": {"eth0": {"mac_address": MAC, "subnets": []}}}},
        }
    ]  # fmt: skip
    (row,) = rows([container(Name="web")], inspected)
    assert (row.machine, row.domain >= 0) == ("web", True)


def test_a_broken_address_is_a_problem_with_its_place():
    result = parsed([container(mac="x"), container()])
    assert [problem.at for problem in result.problems] == ["/0/NetworkSettings/Networks/lan/MacAddress"]


@pytest.mark.parametrize("value", [[], {}, [{"Id": ID}], [{"Name": "x", "Driver": "local", "Mountpoint": "/"}], [7]])
def test_other_lists_are_left_to_others(value):
    assert not docker.claims(document(value))
