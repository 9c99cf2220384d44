"""What is read of a Linux host's own interfaces, and its machine-id."""

import json

import pytest

from maccord.collect import iproute, machine_id, read
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, IpSeen, SwitchSeen
from maccord.fleet.nics import LINUX_DEVICE
from maccord.fleet.records import TABLES, Adapter, Host, Member, Uplink, VlanSet

NIC, NIC2, MADE = "3c:ec:ef:00:00:01", "3c:ec:ef:00:00:02", "7e:61:74:99:ca:c0"
LO = {"ifname": "lo", "flags": ["LOOPBACK", "UP"], "link_type": "loopback", "address": "00:00:00:00:00:00"}


def link(name, address, kind="", **more):
    info = {"linkinfo": {"info_kind": kind}} if kind else {}
    return {"ifname": name, "flags": ["BROADCAST", "UP"], "link_type": "ether", "address": address, **info, **more}


def vlan(name, address, number, below):
    info = {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": number}}
    return link(name, address, link=below, linkinfo=info)


def parsed(*links):
    document = Document("links.json", "kvm01", json.dumps([LO, *links]).encode())
    assert iproute.claims(document)
    return iproute.parse(document)


def seen(kind, *links):
    result = parsed(*links)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def kinds(*links):
    return {nic.name: nic.kind for nic in seen(AdapterSeen, *links)}


def table(record, *links):
    name = next(name for name, kind in TABLES.items() if kind is record)
    return [row for row in assemble(parsed(*links).seen).tables[name] if isinstance(row, record)]


def test_a_nic_is_physical_with_its_permanent_address():
    (nic,) = seen(AdapterSeen, link("eth0", NIC))
    assert (nic.kind, nic.permanent, nic.at_mac) == ("physical", nic.mac, "/1/address")


def test_a_bridge_that_wears_its_ports_address_is_no_owner_of_its_own():
    assert kinds(link("eth0", NIC, master="br0"), link("br0", NIC, "bridge")) == {"eth0": "physical"}


def test_a_bridge_with_an_address_of_its_own_is_one():
    found = seen(AdapterSeen, link("eth0", NIC, master="br0"), link("br0", MADE, "bridge"))
    assert {nic.name: nic.description for nic in found} == {"eth0": "eth0", "br0": LINUX_DEVICE}


def test_a_bridge_over_a_vlan_over_a_bond_wears_the_address_below():
    links = (
        link("eth0", NIC, master="bond0", permaddr=NIC),
        link("eth1", NIC, master="bond0", permaddr=NIC2),
        link("bond0", NIC, "bond"),
        {**vlan("bond0.30", NIC, 30, "bond0"), "master": "br30"},
        link("br30", NIC, "bridge"),
    )
    assert kinds(*links) == {"eth0": "physical", "eth1": "physical", "bond0": "team"}
    assert len(table(Member, *links)) == 2
    assert sorted(one.name for one in seen(SwitchSeen, *links)) == ["bond0", "br30"]


def test_a_bridge_over_a_vlan_is_on_that_vlan():
    links = (link("eth0", NIC), {**vlan("eth0.30", NIC, 30, "eth0"), "master": "br30"}, link("br30", MADE, "bridge"))
    assert {row.vlans for row in table(VlanSet, *links)} == {"0", "30"}
    assert len(table(Uplink, *links)) == 2


def test_a_bridge_without_a_nic_stays_behind_the_host():
    (row,) = (row for row in table(Adapter, link("eth0", NIC), link("virbr0", MADE, "bridge")) if row.name == "virbr0")
    assert row.domain < 0


def test_the_hosts_nic_reaches_the_wire_though_all_its_bridges_are_internal():
    (row,) = (row for row in table(Adapter, link("eth0", NIC), link("virbr0", MADE, "bridge")) if row.name == "eth0")
    assert row.domain == 0


@pytest.mark.parametrize("kind", ["tun", "veth", "vxlan", "dummy", "macvtap", "openvswitch", "wireguard"])
def test_what_belongs_to_machines_and_tunnels_is_left_out(kind):
    assert kinds(link("x0", "fe:54:00:00:00:01", kind)) == {}


def test_a_macvlan_is_on_the_wire_of_its_parent():
    found = seen(AdapterSeen, link("eth0", NIC), link("mac0", MADE, "macvlan", link="eth0"))
    assert [(nic.kind, nic.switch) for nic in found if nic.name == "mac0"] == [("management", "eth0")]


def test_a_macvlan_on_a_bridge_behind_the_host_stays_there_too():
    links = (link("br0", MADE, "bridge"), link("mac0", "16:9a:d2:09:4d:cf", "macvlan", link="br0"))
    assert [row.domain < 0 for row in table(Adapter, *links)] == [True, True]


def test_without_details_ports_tell_a_bridge_and_a_bond():
    found = kinds(
        link("eth0", NIC, master="bond0"),
        link("bond0", NIC, master="br0") | {"flags": ["MASTER", "UP"]},
        link("br0", MADE),
        link("vnet0", "fe:54:00:00:00:01", master="br0"),
        link("veth1", "fe:54:00:00:00:02", link_index=9),
    )
    assert found == {"eth0": "physical", "bond0": "team", "br0": "management"}


def test_ip_addresses_of_the_host_are_read():
    info = [{"family": "inet", "local": "10.1.1.5", "prefixlen": 24}, {"family": "inet6", "local": "fe80::1"}]
    assert [(one.address, one.alias) for one in seen(IpSeen, link("eth0", NIC, addr_info=info))] == [
        ("10.1.1.5", "eth0")
    ]


def test_interfaces_that_stand_on_one_another_in_a_circle_do_not_end_the_run():
    a, b = vlan("a", MADE, 3, "b"), vlan("b", MADE, 4, "a")
    assert parsed({**a, "master": "c"}, b, link("c", MADE, "bridge", link="c", master="c")).problems == []


def test_an_empty_object_for_a_filtered_interface_is_passed_over():
    assert kinds({}, link("eth0", NIC)) == {"eth0": "physical"}


def test_a_broken_address_is_a_problem_with_its_place():
    assert {problem.at for problem in parsed(link("eth0", "x")).problems} == {"/1/address"}


MACHINE = "4e08e9cf1f5c4d5f8b5d2f6a7c9b0d11"


def machine(text):
    document = Document("machine-id", "kvm01", text.encode())
    assert machine_id.claims(document)
    (host,) = machine_id.parse(document).seen
    assert isinstance(host, HostSeen)
    return host


@pytest.mark.parametrize(
    ("text", "at"), [(f"{MACHINE}\n", "line 1"), (json.dumps({"Hostname": "x", "MachineID": MACHINE}), "/MachineID")]
)
def test_the_machine_id_is_the_hosts_identity(text, at):
    assert (machine(text).host, machine(text).machine_guid, machine(text).guid_at) == ("kvm01", MACHINE, at)


@pytest.mark.parametrize("text", ["0" * 32, json.dumps({"Hostname": "x", "MachineID": None})])
def test_a_machine_id_that_is_not_set_is_none(text):
    assert machine(text).machine_guid is None


@pytest.mark.parametrize("text", ["uninitialized\n", "4E08E9CF1F5C4D5F8B5D2F6A7C9B0D11", MACHINE + MACHINE, "x"])
def test_other_short_text_is_no_machine_id(text):
    told = read(Document("machine-id", "kvm01", text.encode()))
    assert told is not None
    assert told.problems


def test_a_host_with_several_kinds_of_evidence_is_one_host_with_its_machine_id():
    one = machine(MACHINE)
    (host,) = (row for row in assemble([one, *parsed(link("eth0", NIC)).seen]).tables["host"] if isinstance(row, Host))
    assert host.machine_guid == MACHINE
