"""What is read of VMware's files, sheets and API objects, and what is made of broken ones."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.collect import vmware_info, vmware_sheet, vmware_vmx
from maccord.collect.document import Document
from maccord.collect.kinds import COLLECTORS
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, PortGroupSeen, SwitchSeen
from maccord.fleet.records import Adapter, VlanSet
from maccord.mac import parse_value
from tests.kit.reading import read
from tests.kit.recorded import RECORDED, needs_recorded

MAC = "00:0c:29:7d:2d:68"
UUID = "564d62b4-3929-23cc-f057-0eee6f012092"
VMX = f"""#!/usr/bin/vmware
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "21"
displayName = "web"
uuid.bios = "56 4d 62 b4 39 29 23 cc-f0 57 0e ee 6f 01 20 92"
ethernet0.present = "TRUE"
ethernet0.virtualDev = "vmxnet3"
ethernet0.networkName = "LAN"
ethernet0.addressType = "generated"
ethernet0.generatedAddress = "{MAC}"
ethernet0.generatedAddressOffset = "0"
"""
SHEET = """"VM";"Powerstate";"Template";"NIC label";"Adapter";"Network";"Switch";"Connected";"Starts Connected";\
"Mac Address";"Type";"IPv4 Address";"Host";"VM UUID"
"web";"poweredOn";"False";"Network adapter 1";"Vmxnet3";"LAN";"vSwitch0";"True";"True";"00:50:56:ac:4d:ed";"assigned";\
"10.0.0.7, 10.0.0.8";"esx1.example.com";"502cc2a5-1f06-2890-6d70-ba2c55c5c2b7"
"db";"poweredOff";"False";"Network adapter 1";"Vmxnet3";"LAN";"vSwitch0";"False";"True";"00:50:56:01:02:03";"manual";\
"";"esx2.example.com";"502cc2a5-1f06-2890-6d70-ba2c55c5c2b8"
"gold";"poweredOff";"True";"Network adapter 1";"E1000";"LAN";"vSwitch0";"False";"True";"00:0c:29:01:02:03";"generated";\
"";"esx2.example.com";"502cc2a5-1f06-2890-6d70-ba2c55c5c2b9"
"""
PORTS = """Host,Port Group,Switch,VLAN,Forged Transmits
esx1.example.com,LAN,vSwitch0,20,False
esx2.example.com,LAN,vSwitch0,4095,True
"""
CONFIG: dict[str, Any] = {
    "_typeName": "VirtualMachineConfigInfo",
    "name": "web",
    "uuid": UUID,
    "instanceUuid": "502cc2a5-1f06-2890-6d70-ba2c55c5c2b7",
    "template": False,
    "hardware": {
        "device": [
            {"_typeName": "VirtualDisk", "key": 2000},
            {
                "_typeName": "VirtualVmxnet3",
                "key": 4000,
                "deviceInfo": {"label": "Network adapter 1"},
                "backing": {"deviceName": "LAN"},
                "connectable": {"startConnected": True, "connected": False},
                "addressType": "assigned",
                "macAddress": "00:50:56:ac:4d:ed",
            },
        ]
    },
}


def document(text, file="web.vmx", folder="esx1", above=()):
    return Document(file, folder, text if isinstance(text, bytes) else text.encode(), above)


def seen(text, kind, **more):
    """Return the records of one class, of evidence that is without problems."""
    result = read(document(text, **more))
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def vmx(old="", new="", **more):
    (found,) = seen(VMX.replace(old, new), AdapterSeen, **more)
    return found


def tables_of(*documents):
    return assemble(record for one in documents for record in read(one).seen).tables


# -- .vmx


def test_a_vmx_file_is_a_machine_of_the_folders_host():
    (host,) = seen(VMX, HostSeen)
    (machine,) = seen(VMX, MachineSeen)
    assert (host.host, host.platform) == ("esx1", "vmware")
    assert (machine.id, machine.name, machine.running) == (UUID, "web", None)


def test_the_machines_own_folder_is_passed_over():
    (host,) = seen(VMX, HostSeen, folder="web", above=("datastore1", "esx1"))
    assert host.host == "datastore1"


def test_the_id_that_vcenter_gave_counts_before_that_of_the_bios():
    more = 'vc.uuid = "50 2c c2 a5 1f 06 28 90-6d 70 ba 2c 55 c5 c2 b7"\n'
    (machine,) = seen(VMX + more, MachineSeen)
    assert machine.id == "502cc2a5-1f06-2890-6d70-ba2c55c5c2b7"


def test_an_adapter_is_plugged_into_its_network():
    found = vmx()
    assert (found.name, found.mac, found.switch, found.linked) == ("ethernet0", parse_value(MAC), "LAN", True)
    assert found.at_mac == "line 11"


@pytest.mark.parametrize(("kind", "dynamic"), [("generated", True), ("vpx", False)])
def test_the_hosts_own_address_is_dynamic_and_vcenters_is_not(kind, dynamic):
    assert vmx('"generated"', f'"{kind}"').dynamic is dynamic


def test_an_address_set_by_hand_is_the_one_that_counts():
    found = vmx('"generated"', '"static"\nethernet0.address = "00:50:56:00:00:07"')
    assert (found.mac, found.dynamic, found.at_mac) == (parse_value("00:50:56:00:00:07"), False, "line 11")


def test_keys_may_be_in_any_letter_case_and_values_escaped():
    text = VMX.replace("ethernet0", "Ethernet0").replace('"web"', '"we|22b"')
    assert len(seen(text, AdapterSeen)) == 1
    assert [one.name for one in seen(text, MachineSeen)] == ['we"b']


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('present = "TRUE"', 'present = "FALSE"'),
        ("ethernet0.present", "ethernet0.wakeOnPcktRcv"),
        (f'ethernet0.generatedAddress = "{MAC}"\n', ""),
    ],
    ids=["removed", "never there", "not given yet"],
)
def test_an_adapter_that_is_not_there_or_has_no_address_tells_nothing(old, new):
    assert seen(VMX.replace(old, new), AdapterSeen) == []


def test_an_adapter_that_does_not_start_connected_is_unplugged():
    assert not vmx("ethernet0.virtualDev", 'ethernet0.startConnected = "FALSE"\nethernet0.virtualDev').linked


@pytest.mark.parametrize("connection", ["nat", "hostonly"])
def test_workstations_own_networks_end_in_the_host(connection):
    text = VMX.replace("ethernet0.virtualDev", f'ethernet0.connectionType = "{connection}"\nethernet0.virtualDev')
    (switch,) = seen(text, SwitchSeen)
    assert (switch.name, switch.kind) == (connection, "internal")
    (row,) = tables_of(document(text))["adapter"]
    assert row.domain < 0


@pytest.mark.parametrize(
    ("file", "more", "state"),
    [("web.vmtx", "", "template"), ("web.vmx", 'checkpoint.vmState = "web.vmss"\n', "suspended")],
)
def test_templates_and_suspended_machines_do_not_run(file, more, state):
    (machine,) = seen(VMX + more, MachineSeen, file=file)
    assert (machine.running, machine.state) == (False, state)


def test_an_address_in_a_vmx_that_is_none_is_a_problem_at_its_line():
    (problem,) = read(document(VMX.replace(MAC, "00:0c:29"))).problems
    assert (problem.file, problem.at) == ("web.vmx", "line 11")


# -- sheets


def sheet(text=SHEET, kind=AdapterSeen):
    return seen(text, kind, file="vNetwork.csv", folder="inventory")


def test_each_row_of_the_sheet_is_an_adapter_of_the_host_it_names():
    web, db, gold = sheet()
    assert [one.host for one in (web, db, gold)] == ["esx1.example.com", "esx2.example.com", "esx2.example.com"]
    assert (web.name, web.mac, web.at_mac) == ("Network adapter 1", parse_value("00:50:56:ac:4d:ed"), "line 2")
    assert (web.switch, web.group, web.ips) == ("vSwitch0", "LAN", ("10.0.0.7", "10.0.0.8"))
    assert [one.dynamic for one in (web, db, gold)] == [False, False, True]
    assert all(one.linked for one in (web, db, gold))


def test_the_sheet_knows_what_runs_and_a_template_does_not():
    assert [(one.name, one.running) for one in sheet(kind=MachineSeen)] == [
        ("web", True),
        ("db", False),
        ("gold", False),
    ]


def test_a_running_machine_that_is_not_connected_is_unplugged():
    web, *_ = sheet(SHEET.replace('"True";"True"', '"False";"True"', 1))
    assert not web.linked


@pytest.mark.parametrize(
    ("mac", "dynamic"), [("00:0c:29:00:00:01", True), ("00:50:56:80:00:01", False), ("02:00:00:00:00:01", None)]
)
def test_without_a_type_the_block_tells_who_gave_the_address(mac, dynamic):
    text = f"MAC Address,vm\n{mac},web\n"
    (found,) = sheet(text)
    assert (found.dynamic, found.host) == (dynamic, "inventory")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("head", ["", "\ufeff", "\n\n", "sep={0}\n"])
def test_any_separator_and_order_of_columns_will_do(separator, head):
    rows = [["Host", "Mac Address", "Powerstate", "VM"], ["esx1", "00:50:56:00:00:01", "poweredOn", "web"]]
    text = head.format(separator) + "\r\n".join(separator.join(row) for row in rows)
    (found,) = sheet(text)
    assert (found.host, found.machine, found.mac) == ("esx1", "web", parse_value("00:50:56:00:00:01"))
    assert found.at_mac == f"line {2 + head.count(chr(10))}"


def test_a_name_with_a_line_break_does_not_shift_the_places_of_others_wrongly():
    text = 'VM,Mac Address\n"a\nb",00:50:56:00:00:01\nc,00:50:56:00:00:02\n'
    assert [one.at_mac for one in sheet(text)] == ["line 2", "line 4"]


def test_rows_that_are_too_short_or_empty_or_without_an_address_tell_nothing():
    assert sheet("VM,Mac Address\nweb\n,,\n\nx,\n") == []


def test_a_cell_that_never_ends_is_a_problem_and_the_rows_before_it_count():
    result = read(document('VM,Mac Address\nweb,00:50:56:00:00:01\n"' + "x" * 200_000))
    assert len([one for one in result.seen if isinstance(one, AdapterSeen)]) == 1
    (problem,) = result.problems
    assert (problem.at, "not readable as CSV" in problem.reason) == ("line 3", True)


def test_port_groups_give_vlan_and_guard_to_the_adapters_in_them():
    assert [one.vlans for one in sheet(PORTS, PortGroupSeen)] == ["20", "0-4094"]
    tables = tables_of(document(SHEET, file="vNetwork.csv"), document(PORTS, file="vPort.csv"))
    sets = {one.id: one.vlans for one in tables["vlan_set"] if isinstance(one, VlanSet)}
    rows = {row.machine: row for row in tables["adapter"] if isinstance(row, Adapter)}
    assert {name: sets[row.vlans] for name, row in rows.items()} == {"web": "20", "db": "0-4094", "gold": "0-4094"}
    assert {name: row.spoofing for name, row in rows.items()} == {"web": False, "db": True, "gold": True}


# -- API objects


def test_a_configuration_is_a_machine_of_unknown_state():
    (machine,) = seen(json.dumps(CONFIG), MachineSeen)
    (found,) = seen(json.dumps(CONFIG), AdapterSeen)
    assert (machine.id, machine.running) == ("502cc2a5-1f06-2890-6d70-ba2c55c5c2b7", None)
    assert (found.switch, found.dynamic, found.linked) == ("LAN", False, True)
    assert found.at_mac == "/hardware/device/1/macAddress"


def capitals(value):
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: capitals(one) for key, one in value.items()}
    return [capitals(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("spelled", [lambda value: value, capitals], ids=["new", "old"])
def test_machines_of_govc_have_their_power_state(spelled):
    value = spelled({"virtualMachines": [{"config": CONFIG, "runtime": {"powerState": "poweredOn"}}]})
    (machine,) = seen(json.dumps(value), MachineSeen)
    (found,) = seen(json.dumps(value), AdapterSeen)
    assert machine.running is True
    assert not found.linked
    pointer = json.dumps(value)
    assert all(f'"{step}"' in pointer for step in found.at_mac.split("/")[1:] if not step.isdigit())


def test_one_machine_in_sheet_file_and_api_is_one():
    listed = SHEET.replace("esx1.example.com", "esx1")
    more = 'vc.uuid = "50 2c c2 a5 1f 06 28 90-6d 70 ba 2c 55 c5 c2 b7"\n'
    documents = [document(listed, file="a.csv"), document(VMX + more), document(json.dumps(CONFIG), file="b.json")]
    rows = [row for row in tables_of(*documents)["adapter"] if isinstance(row, Adapter) and row.machine == "web"]
    assert len({row.machine_no for row in rows}) == 1
    assert {row.running for row in rows} == {True}


@needs_recorded
def test_the_recorded_configuration_has_its_one_adapter():
    file = RECORDED / "hypervisor" / "vmware" / "vminfo.json"
    one = Document(file.name, "esx1", file.read_bytes())
    assert next(name for name, each in COLLECTORS.items() if each.claims(one)) == "vmware-info"
    result = read(one)
    assert result.problems == []
    (found,) = (record for record in result.seen if isinstance(record, AdapterSeen))
    assert (found.mac, found.machine, found.switch) == (parse_value("00:50:56:ac:4d:ed"), "test", "VM Network")
    assert file.read_text(encoding="utf-8").count("macAddress") == 1


# -- hostile


@pytest.mark.parametrize("text", ["VM;x\n", 'displayName = "x"', "VM,Mac\n", "<a/>", "{}", "[]", '{"config": 3}'])
def test_other_content_is_not_claimed(text):
    one = document(text)
    assert not any(each.claims(one) for each in (vmware_vmx, vmware_sheet, vmware_info))


@given(st.text(max_size=300), st.integers(0, len(VMX)))
def test_whatever_stands_in_a_vmx_nothing_is_raised(text, at):
    read(document(VMX[:at] + text + VMX[at:]))


@given(st.text(max_size=300), st.integers(0, len(SHEET)))
def test_whatever_stands_in_a_sheet_nothing_is_raised(text, at):
    read(document(SHEET[:at] + text + SHEET[at:]))
    read(document(PORTS[: at % len(PORTS)] + text + PORTS[at % len(PORTS) :]))


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(_ANY, st.sampled_from(["hardware", "uuid", "name", "template", "runtime", "config"]))
def test_whatever_stands_in_a_configuration_nothing_is_raised(value, key):
    read(document(json.dumps(CONFIG | {key: value})))
    device = CONFIG["hardware"]["device"][1]
    for part in device:
        read(document(json.dumps(CONFIG | {"hardware": {"device": [device | {part: value}, value]}})))
    read(document(json.dumps({"virtualMachines": [value, {"config": CONFIG, "runtime": value}]})))


@pytest.mark.parametrize(
    "text",
    [
        VMX + 'ethernet1.present = "' + " " * 500_000,
        VMX + " " * 500_000 + "x",
        VMX + "\n" * 500_000,
        SHEET + ";" * 500_000,
        "VM,Mac Address\n" + '"' * 500_001,
        " " * 500_000 + "VM,Mac Address\n",
    ],
    ids=["open value", "blanks", "lines", "columns", "quotes", "late header"],
)
def test_long_content_is_read_at_once(text):
    started = process_time()
    read(document(text))
    assert process_time() - started < 3
