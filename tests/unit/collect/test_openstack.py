"""What is read of Neutron's ports, from the API and from the command line."""

import json

import pytest

from maccord.collect import openstack, read
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen
from maccord.fleet.records import Adapter
from maccord.mac import parse_value

PORT = {
    "id": "0e7b3c2a-5d1f-4f3e-9d65-6f2f6a0c1111",
    "name": "web-port",
    "network_id": "aaaa",
    "mac_address": "fa:16:3e:25:48:ca",
    "device_id": "DD5DFB24-0E5D-41B1-A4A8-4693906D5F5B",
    "device_owner": "compute:nova",
    "status": "ACTIVE",
    "binding:host_id": "cmp01",
    "port_security_enabled": True,
    "fixed_ips": [{"subnet_id": "s", "ip_address": "10.1.2.3"}],
}
ROW = {
    "ID": "fb751dd4-05bb-4f23-822f-852f55591a11",
    "Name": "",
    "MAC Address": "fa:16:3e:25:48:ca",
    "Fixed IP Addresses": [{"subnet_id": "7adfcebe", "ip_address": "172.16.128.110"}],
    "Status": "ACTIVE",
}
LONG = {**ROW, "Security Groups": ["g"], "Device Owner": "compute:nova", "Tags": []}


def document(value, folder="cloud1"):
    return Document("ports.json", folder, json.dumps(value).encode())


def parsed(value):
    assert openstack.claims(document(value))
    return openstack.parse(document(value))


def seen(value, kind):
    result = parsed(value)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def adapters(value):
    rows = assemble(parsed(value).seen).tables["adapter"]
    return [row for row in rows if isinstance(row, Adapter)]


def test_a_port_of_the_api_is_an_adapter_of_its_compute_node():
    (nic,) = seen({"ports": [PORT]}, AdapterSeen)
    assert (nic.host, nic.kind, nic.manager) == ("cmp01", "vm", "cloud1")
    assert nic.mac == parse_value("fa:16:3e:25:48:ca")
    assert (nic.place.at, nic.at_mac) == ("/ports/0", "/ports/0/mac_address")
    assert (nic.machine_id, nic.dynamic, nic.spoofing) == ("dd5dfb24-0e5d-41b1-a4a8-4693906d5f5b", False, False)
    assert nic.ips == ("10.1.2.3",)


@pytest.mark.parametrize("value", [[ROW], [LONG], ROW, {"port": PORT}, [PORT], PORT])
def test_every_form_that_the_client_prints_is_read(value):
    (nic,) = seen(value, AdapterSeen)
    assert nic.mac == parse_value("fa:16:3e:25:48:ca")
    assert nic.kind == "vm"
    (machine,) = seen(value, MachineSeen)
    assert machine.running is True


def test_a_port_without_a_compute_node_stands_on_the_host_the_folder_is_named_for():
    (host,) = seen([ROW], HostSeen)
    assert (host.host, host.platform) == ("cloud1", "openstack")


def test_fixed_addresses_as_text_are_read_too():
    (nic,) = seen([{**ROW, "Fixed IP Addresses": "ip_address='10.9.8.7', subnet_id='x'"}], AdapterSeen)
    assert nic.ips == ("10.9.8.7",)


@pytest.mark.parametrize("owner", ["network:dhcp", "network:router_interface", "network:router_gateway"])
def test_ports_of_neutron_itself_are_no_machines(owner):
    value = [{**PORT, "device_owner": owner}]
    assert seen(value, MachineSeen) == []
    assert [nic.kind for nic in seen(value, AdapterSeen)] == ["management"]


@pytest.mark.parametrize(("status", "running"), [("ACTIVE", True), ("DOWN", False), ("BUILD", False), ("N/A", None)])
def test_an_instance_runs_when_its_port_is_active(status, running):
    (machine,) = seen([{**PORT, "status": status}], MachineSeen)
    assert machine.running is running


def test_an_instance_with_two_ports_is_one_machine():
    other = {**PORT, "id": "other", "mac_address": "fa:16:3e:00:00:02", "status": "DOWN"}
    (machine,) = seen([other, PORT], MachineSeen)
    assert machine.running is True


def test_a_port_that_nothing_uses_cannot_answer():
    (row,) = adapters([{**PORT, "device_owner": "", "device_id": "", "status": "ACTIVE"}])
    (listed,) = adapters([{**LONG, "Device Owner": ""}])
    assert (row.live, listed.live) == (False, False)


def test_one_address_on_two_networks_of_a_cloud_is_on_two_segments():
    sub = {**PORT, "id": "sub", "network_id": "bbbb", "device_owner": "trunk:subport"}
    one, other = adapters([PORT, sub])
    assert one.domain != other.domain
    assert one.domain < 0
    assert other.domain < 0


def test_a_port_told_by_the_cloud_and_a_libvirt_host_is_one_adapter():
    xml = f"""<domain type='kvm' id='3'><name>instance-1</name><uuid>{PORT["device_id"]}</uuid><devices>
    <interface type='bridge'><mac address='fa:16:3e:25:48:ca'/><source bridge='br-int'/></interface>
    </devices></domain>"""
    told = read(Document("vm.xml", "cmp01", xml.encode()))
    assert told is not None
    rows = assemble([*told.seen, *parsed([PORT]).seen]).tables["adapter"]
    assert len(rows) == 1


def test_a_broken_port_is_a_problem_with_its_place_and_the_others_count():
    result = parsed([{**PORT, "mac_address": "nonsense"}, {**PORT, "id": "x"}, 7])
    assert [problem.at for problem in result.problems if "mac" in problem.at.casefold()] == ["/0/mac_address"]
    assert len([one for one in result.seen if isinstance(one, AdapterSeen)]) == 1


@pytest.mark.parametrize("value", [[], {}, {"ports": []}, [{"ID": "x", "Name": "net"}], {"mac_address": "x"}])
def test_other_lists_are_left_to_others(value):
    assert not openstack.claims(document(value))
