"""What becomes of vSphere's objects: pyvmomi's own, without a server; tests/real asks a simulator."""

import csv
import io
from typing import Any

import pytest
from pyVmomi import vim

from maccord.reach.vsphere import ADAPTER_COLUMNS, _sheet
from maccord.reach.vsphere_inventory import Inventory, _security, _vlan


def card(mac="00:50:56:00:00:01", *, key=4000, backing=None, address_type="assigned"):
    device = vim.vm.device.VirtualVmxnet3(key=key, macAddress=mac, addressType=address_type)
    device.deviceInfo = vim.Description(label=f"Network adapter {key - 3999}", summary="")
    device.backing = backing or vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName="VM Network")
    device.connectable = vim.vm.device.VirtualDevice.ConnectInfo(
        connected=True, startConnected=False, allowGuestControl=True
    )
    return device


def plugged(group):
    port = vim.dvs.PortConnection(portgroupKey=group, switchUuid="50 2a")
    return vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo(port=port)


def machine(number, name, *devices, **more):
    told = {"name": name, "config.hardware.device": list(devices), "runtime.host": HOST, **more}
    return vim.VirtualMachine(f"vm-{number}", None), told


HOST, CLUSTER = vim.HostSystem("host-1", None), vim.ClusterComputeResource("domain-c1", None)
FOLDER, DATACENTER = vim.Folder("group-h1", None), vim.Datacenter("datacenter-1", None)
SWITCH, GROUP = vim.DistributedVirtualSwitch("dvs-1", None), vim.dvs.DistributedVirtualPortgroup("dvportgroup-1", None)
PORTGROUP = vim.host.PortGroup(
    spec=vim.host.PortGroup.Specification(
        name="VM Network", vlanId=20, vswitchName="vSwitch0", policy=vim.host.NetworkPolicy()
    ),
    computedPolicy=vim.host.NetworkPolicy(security=vim.host.NetworkPolicy.SecurityPolicy(forgedTransmits=False)),
)
AROUND: list[tuple[Any, dict[str, Any]]] = [
    (DATACENTER, {"name": "HQ"}),
    (FOLDER, {"parent": DATACENTER}),
    (CLUSTER, {"name": "CL01", "parent": FOLDER}),
    (HOST, {"name": "esx01", "parent": CLUSTER, "config.network.portgroup": [PORTGROUP]}),
    (SWITCH, {"name": "dvSwitch"}),
    (GROUP, {"name": "dv-web", "config.key": "dvportgroup-1", "config.distributedVirtualSwitch": SWITCH}),
]


def adapters(*machines):
    return list(Inventory([*AROUND, *machines]).adapters())


def test_an_adapter_says_what_it_is_plugged_into_and_where_its_machine_is():
    (row,) = adapters(machine(1, "web", vim.vm.device.VirtualCdrom(key=1), card()))
    assert row["VM"] == "web"
    assert (row["NIC label"], row["Adapter"], row["Type"]) == ("Network adapter 1", "Vmxnet3", "Assigned")
    assert (row["Network"], row["Switch"]) == ("VM Network", "vSwitch0")
    assert (row["Connected"], row["Starts Connected"]) == ("True", "False")
    assert (row["Host"], row["Cluster"], row["Datacenter"]) == ("esx01", "CL01", "HQ")


def test_an_adapter_on_a_distributed_switch_goes_by_the_names_of_group_and_switch():
    known, unknown = adapters(
        machine(1, "a", card(backing=plugged("dvportgroup-1"))), machine(2, "b", card(backing=plugged("x")))
    )
    assert (known["Network"], known["Switch"]) == ("dv-web", "dvSwitch")
    assert (unknown["Network"], unknown["Switch"]) == ("x", "50 2a")


def test_addresses_of_the_guest_stand_beside_the_adapter_that_has_them():
    guest = [
        vim.vm.GuestInfo.NicInfo(deviceConfigId=4001, ipAddress=["10.0.0.7", "fe80::1"], connected=True),
        vim.vm.GuestInfo.NicInfo(deviceConfigId=-1, ipAddress=["172.17.0.1"], connected=True),
    ]
    first, second = adapters(machine(1, "web", card(), card(key=4001), **{"guest.net": guest}))
    assert (first["IPv4 Address"], second["IPv4 Address"], second["IPv6 Address"]) == ("", "10.0.0.7", "fe80::1")


def test_the_server_s_order_changes_nothing():
    machines = [machine(at, name, card()) for at, name in enumerate(("c", "a", "b"))]
    assert adapters(*machines) == adapters(*reversed(machines))
    assert [row["VM"] for row in adapters(*machines)] == ["a", "b", "c"]


def test_a_machine_that_may_not_be_seen_is_counted_and_has_no_row():
    inventory = Inventory([*AROUND, machine(1, "web", card()), (vim.VirtualMachine("vm-2", None), {"name": "orphan"})])
    assert len(list(inventory.adapters())) == 1
    (remark,) = inventory.remarks
    assert remark.endswith("(inaccessible, orphaned or not permitted): 1")


def test_a_host_has_its_port_groups_and_the_distributed_ones_that_it_uses():
    rows = list(Inventory([*AROUND, machine(1, "web", card(backing=plugged("dvportgroup-1")))]).ports())
    assert [(row["Host"], row["Port Group"], row["Switch"], row["VLAN"]) for row in rows] == [
        ("esx01", "VM Network", "vSwitch0", "20"),
        ("esx01", "dv-web", "dvSwitch", ""),
    ]
    assert rows[0]["Forged Transmits"] == "False"


def spec(kind, **told):
    return getattr(vim.dvs.VmwareDistributedVirtualSwitch, kind)(inherited=False, **told)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (spec("VlanIdSpec", vlanId=0), "0"),
        (spec("VlanIdSpec", vlanId=30), "30"),
        (
            spec("TrunkVlanSpec", vlanId=[vim.NumericRange(start=0, end=9), vim.NumericRange(start=40, end=40)]),
            "0-9,40",
        ),
        (spec("PvlanSpec", pvlanId=155), "155"),
        (None, ""),
    ],
)
def test_vlans_of_a_distributed_port_group_are_a_number_or_ranges(told, expected):
    assert _vlan(told) == expected


def test_a_policy_of_a_distributed_port_group_tells_the_value_that_it_wraps():
    wrapped = vim.dvs.VmwareDistributedVirtualSwitch.SecurityPolicy(
        inherited=False, forgedTransmits=vim.BoolPolicy(inherited=False, value=True)
    )
    assert _security(wrapped)["Forged Transmits"] == "True"
    assert _security(None)["Forged Transmits"] == ""


def test_names_with_commas_quotes_and_line_ends_stay_in_their_cell_and_are_no_formula():
    names = ['web, "old"', "two\nlines", "=1+1", "plain"]
    text = _sheet(ADAPTER_COLUMNS, ({"VM": name, "Mac Address": "00:50:56:00:00:01"} for name in names))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["VM"] for row in rows] == ['web, "old"', "two lines", "'=1+1", "plain"]
    assert len(text.splitlines()) == 5
