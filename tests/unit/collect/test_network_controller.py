"""What is read of a Network Controller's objects, and how they meet what hosts tell of the same adapters."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.collect import network_controller
from maccord.collect.document import Document
from maccord.collect.kinds import COLLECTORS
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, GrantSeen, HostSeen, IpSeen, RangeSeen
from maccord.fleet.records import Adapter, Host
from maccord.mac import parse_value
from tests.kit.reading import read
from tests.kit.recorded import RECORDED, needs_recorded

MAC = "001DD8070001"
SUBNET = "/virtualNetworks/red/subnets/front"


def interface(own="web-nic", mac=MAC, server="HV01", subnet=SUBNET, method="Dynamic", **more):
    return {
        "resourceRef": f"/networkInterfaces/{own}",
        "resourceId": own,
        "instanceId": f"ID-{own}",
        "properties": {
            "provisioningState": "Succeeded",
            "privateMacAddress": mac,
            "privateMacAllocationMethod": method,
            "isHostVirtualNetworkInterface": False,
            "portSettings": {"macSpoofingEnabled": "Disabled"},
            "ipConfigurations": [
                {"properties": {"privateIPAddress": "192.168.33.4", "subnet": {"resourceRef": subnet}}}
            ],
            "server": {"resourceRef": f"/servers/{server}"},
        }
        | more,
    }


POOL = {
    "resourceRef": "/macPools/pool1",
    "resourceId": "pool1",
    "properties": {"startMacAddress": "00-1D-D8-07-00-00", "endMacAddress": "00-1D-D8-07-FF-FF"},
}
SERVER = {
    "resourceRef": "/servers/HV01",
    "resourceId": "HV01",
    "properties": {
        "connections": [
            {"managementAddresses": ["10.20.30.101", "HV01.corp.example"]},
            {"managementAddresses": ["10.20.30.101", "fe80::1"]},
        ]
    },
}


def hyperv(host, *adapters):
    """Return an export of a host with adapters given as (machine, address)."""
    nics = [
        {"VMName": vm, "VMId": f"id-{vm}", "Id": f"{vm}-nic", "Name": "nic", "MacAddress": mac, "SwitchName": "LAN"}
        | {"DynamicMacAddressEnabled": False}
        for vm, mac in adapters
    ]
    value = {"schema": "maccord.host/1", "ComputerName": host, "VMNetworkAdapter": nics}
    return Document(f"{host}.json", "exports", json.dumps(value).encode())


def document(*objects, folder="NC01", file="nc.json"):
    return Document(file, folder, json.dumps({"value": list(objects), "nextLink": ""}).encode())


def seen(kind, *objects):
    """Return the records of one class, of evidence that is without problems."""
    result = read(document(*objects))
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def adapters_of(*documents):
    tables = assemble(record for one in documents for record in read(one).seen).tables
    names = {row.id: row.name for row in tables["host"] if isinstance(row, Host)}
    return [(names[row.host_id], row) for row in tables["adapter"] if isinstance(row, Adapter)]


def test_a_pool_is_one_that_a_manager_grants_from():
    (found,) = seen(RangeSeen, POOL)
    (host,) = seen(HostSeen, POOL)
    assert (host.host, host.platform) == ("NC01", "network-controller")
    assert (found.kind, found.name) == ("vmm", "pool1")
    assert (found.first, found.last) == (parse_value("00-1D-D8-07-00-00"), parse_value("00-1D-D8-07-FF-FF"))
    assert found.at_first == "/value/0/properties/startMacAddress"


def test_a_pool_that_runs_backwards_is_a_problem():
    properties = {"startMacAddress": "00-1D-D8-07-FF-FF", "endMacAddress": "00-1D-D8-07-00-00"}
    (problem,) = read(document(POOL | {"properties": properties})).problems
    assert problem.at == "/value/0/properties/startMacAddress"


def test_an_interface_is_an_adapter_on_its_server():
    (found,) = seen(AdapterSeen, interface())
    assert (found.host, found.kind, found.name, found.mac) == ("HV01", "configured", "web-nic", parse_value(MAC))
    assert (found.dynamic, found.spoofing, found.ips) == (False, False, ("192.168.33.4",))
    assert found.at_mac == "/value/0/properties/privateMacAddress"


def test_what_the_controller_allocates_is_granted_and_what_was_given_to_it_is_not():
    assert [one.mac for one in seen(GrantSeen, interface())] == [parse_value(MAC)]
    assert seen(GrantSeen, interface(method="Static")) == []


def test_an_interface_without_an_address_tells_nothing():
    assert seen(AdapterSeen, interface(mac="")) == []
    assert seen(AdapterSeen, interface(mac=None)) == []


def test_a_server_is_a_host_with_the_addresses_it_is_reached_at():
    assert [(one.host, one.platform) for one in seen(HostSeen, SERVER)] == [("HV01", "hyperv")]
    (ip,) = seen(IpSeen, SERVER)
    assert (ip.address, ip.place.at) == ("10.20.30.101", "/value/0/properties/connections/0/managementAddresses/0")


def test_the_cmdlets_spelling_is_read_and_cited_as_it_stands():
    value = [{"ResourceRef": "/networkInterfaces/x", "Properties": {"PrivateMacAddress": MAC}}]
    one = Document("nc.json", "NC01", json.dumps(value).encode())
    (found,) = (record for record in read(one).seen if isinstance(record, AdapterSeen))
    assert (found.host, found.at_mac) == ("NC01", "/0/Properties/PrivateMacAddress")


def test_objects_that_say_nothing_of_addresses_are_passed_over():
    assert read(document({"resourceRef": "/credentials/1", "properties": {"value": "x"}})).seen == []
    assert read(document({"properties": {"provisioningState": "Succeeded"}})).problems == []


# -- one adapter, told twice


def test_an_interface_is_the_adapter_of_its_host_that_has_its_address():
    ((host, row),) = adapters_of(document(interface()), hyperv("HV01", ("web", MAC)))
    assert (host, row.machine, row.kind) == ("HV01", "web", "vm")


def test_a_machine_that_has_moved_since_is_still_the_same():
    ((host, row),) = adapters_of(document(interface(server="HV01")), hyperv("HV02", ("web", MAC)))
    assert (host, row.machine) == ("HV02", "web")


def test_an_interface_takes_the_adapter_of_its_own_host_and_leaves_the_other():
    rows = adapters_of(document(interface()), hyperv("HV00", ("copy", MAC)), hyperv("HV01", ("web", MAC)))
    assert {(host, row.machine, row.domain < 0) for host, row in rows} == {
        ("HV00", "copy", False),
        ("HV01", "web", True),
    }


def test_an_interface_that_no_host_shows_is_an_adapter_of_its_own():
    ((host, row),) = adapters_of(document(interface()))
    assert (host, row.kind, row.machine, row.running) == ("HV01", "vm", "web-nic", None)


def test_two_interfaces_of_one_address_are_two_though_a_host_shows_one():
    two = document(interface("a"), interface("b", server="HV02"))
    assert len(adapters_of(two, hyperv("HV01", ("web", MAC)))) == 2


def test_the_same_objects_from_two_folders_are_one():
    both = [document(interface()), document(interface(), folder="NC02", file="again.json")]
    assert len(adapters_of(*both)) == 1


def test_a_hosts_own_interface_is_a_management_vnic():
    ((_, row),) = adapters_of(document(interface(isHostVirtualNetworkInterface=True)))
    assert row.kind == "management"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (SUBNET, SUBNET, True),
        (SUBNET, "/virtualNetworks/blue/subnets/front", False),
        (SUBNET, "/logicalNetworks/mgmt/subnets/10", False),
        ("/logicalNetworks/mgmt/subnets/10", "", True),
    ],
)
def test_a_virtual_subnet_hears_only_itself(one, other, alike):
    rows = adapters_of(document(interface("a", subnet=one), interface("b", server="HV02", subnet=other)))
    assert (len({row.domain for _, row in rows}) == 1) is alike


def test_a_hosts_adapter_is_heard_in_the_virtual_subnet_that_the_controller_puts_it_in():
    blue = interface("b", server="HV02", subnet="/virtualNetworks/blue/subnets/front")
    rows = adapters_of(document(interface(), blue), hyperv("HV01", ("web", MAC)), hyperv("HV02", ("erp", MAC)))
    assert {row.machine for _, row in rows} == {"web", "erp"}
    assert len({row.domain for _, row in rows}) == 2
    assert all(row.domain < 0 for _, row in rows)


# -- recorded and hostile


@needs_recorded
def test_recorded_objects_are_read_with_every_address_that_stands_in_them():
    found = {AdapterSeen: 0, RangeSeen: 0, IpSeen: 0}
    for file in sorted((RECORDED / "hypervisor" / "hyperv-sdn").glob("*.json")):
        one = Document(file.name, "NC01", file.read_bytes())
        assert next(name for name, each in COLLECTORS.items() if each.claims(one)) == "network-controller"
        result = read(one)
        assert result.problems == []
        for kind in found:
            found[kind] += sum(isinstance(record, kind) for record in result.seen)
    text = (RECORDED / "hypervisor" / "hyperv-sdn" / "networkInterfaces.json").read_text(encoding="utf-8")
    assert found[AdapterSeen] == len(re.findall(r'"privateMacAddress": "[0-9A-F]{12}"', text)) == 4
    assert found[RangeSeen] == 1
    servers = (RECORDED / "hypervisor" / "hyperv-sdn" / "servers.json").read_text(encoding="utf-8")
    assert found[IpSeen] == len(set(re.findall(r'"(\d+\.\d+\.\d+\.\d+)"', servers)))


@pytest.mark.parametrize("value", [{}, [], {"value": []}, {"properties": 1}, {"value": "x"}, [[]], {"value": [1]}])
def test_other_json_is_not_claimed(value):
    assert not network_controller.claims(Document("x.json", "x", json.dumps(value).encode()))


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(_ANY)
def test_whatever_stands_in_an_object_nothing_is_raised(value):
    objects: list[Any] = [interface(), POOL, SERVER]
    for one in objects:
        for key in one:
            read(document(one | {key: value}))
        for key in one["properties"]:
            read(document(one | {"properties": one["properties"] | {key: value}}, value))
    read(document(interface(ipConfigurations=[{"properties": value}]), interface(server=value)))
