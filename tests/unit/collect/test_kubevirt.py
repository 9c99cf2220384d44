"""What is read of KubeVirt's machines, and what is made of hostile YAML."""

import json
from time import process_time

import pytest

from maccord.collect import kubevirt, read
from maccord.collect.document import Document, Unreadable
from maccord.collect.yaml_documents import DEPTH_MAX, TEXT_MAX, documents
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen
from maccord.fleet.records import Adapter
from maccord.mac import parse_value

MAC, OTHER = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def spec(mac=MAC, binding="bridge", network="lan", **more):
    nic = {"name": "nic1", binding: {}, **({"macAddress": mac} if mac else {}), **more}
    plug = {"multus": {"networkName": network}} if network else {"pod": {}}
    return {"domain": {"devices": {"interfaces": [nic]}}, "networks": [{"name": "nic1", **plug}]}


def vm(name="web", state="Running", **more):
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": "apps", "uid": "u1"},
        "spec": {"runStrategy": "Always", "template": {"spec": spec(**more)}},
        "status": {"printableStatus": state},
    }


def vmi(name="web", node="node1", mac=MAC, phase="Running", **more):
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstance",
        "metadata": {"name": name, "namespace": "apps", "uid": "u2"},
        "spec": spec(mac=mac, **more),
        "status": {
            "nodeName": node,
            "phase": phase,
            "interfaces": [{"name": "nic1", "mac": mac or OTHER, "ipAddresses": ["10.1.1.5"]}],
        },
    }


def listed(*items):
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def document(value, folder="east"):
    text = value if isinstance(value, str) else json.dumps(value)
    return Document("vms.yaml", folder, text.encode())


def parsed(value):
    assert kubevirt.claims(document(value))
    return kubevirt.parse(document(value))


def seen(value, kind):
    result = parsed(value)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def rows(*files):
    made = assemble([record for file in files for record in parsed(file).seen])
    return [row for row in made.tables["adapter"] if isinstance(row, Adapter)]


def test_a_machine_and_its_instance_are_one_owner_on_the_node():
    (nic,) = seen(listed(vm(), vmi()), AdapterSeen)
    assert (nic.host, nic.machine, nic.manager) == ("node1", "apps/web", "east")
    assert nic.mac == parse_value(MAC)
    assert nic.ips == ("10.1.1.5",)
    (machine,) = seen(listed(vm(), vmi()), MachineSeen)
    assert (machine.running, machine.state) == (True, "Running")
    assert [host.host for host in seen(listed(vm(), vmi()), HostSeen)] == ["node1"]


def test_a_machine_and_its_instance_in_two_files_are_one_owner_too():
    one, other = rows(vm(), vmi())
    assert one.machine_no == other.machine_no
    assert one.shared
    assert other.shared


def test_a_stopped_machine_stands_on_the_host_the_folder_is_named_for():
    (nic,) = seen(vm(state="Stopped"), AdapterSeen)
    (machine,) = seen(vm(state="Stopped"), MachineSeen)
    assert (nic.host, machine.running) == ("east", False)


@pytest.mark.parametrize(("mac", "dynamic"), [(MAC, False), (None, True)])
def test_an_address_that_the_definition_lacks_is_issued_at_each_start(mac, dynamic):
    (nic,) = seen(listed(vm(mac=mac), vmi(mac=mac)), AdapterSeen)
    assert nic.dynamic is dynamic


def test_an_address_that_waits_for_a_restart_is_told_beside_the_one_in_use():
    now, later = seen(listed(vm(mac=OTHER), vmi(mac=MAC)), AdapterSeen)
    assert (now.mac, later.mac) == (parse_value(MAC), parse_value(OTHER))
    assert (now.linked, later.linked) == (True, False)


@pytest.mark.parametrize("binding", ["masquerade", "slirp", "passt"])
def test_addresses_behind_a_pod_are_confined_to_it(binding):
    one, other = rows(listed(vmi("a", binding=binding, network=None), vmi("b", binding=binding, network=None)))
    assert one.domain != other.domain
    assert max(one.domain, other.domain) < 0


@pytest.mark.parametrize("binding", ["bridge", "sriov", "macvtap"])
def test_a_network_of_multus_reaches_the_wire(binding):
    (row,) = rows(vmi(binding=binding))
    assert row.domain >= 0
    assert row.live is True


def test_a_network_definition_beside_the_machines_tells_the_vlan():
    nad = {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "lan", "namespace": "apps"},
        "spec": {"config": json.dumps({"type": "bridge", "bridge": "br1", "vlan": 120})},
    }
    (nic,) = seen(listed(vmi(), nad), AdapterSeen)
    assert nic.vlans == "120"


@pytest.mark.parametrize("state", ["down", "absent"])
def test_an_interface_that_is_unplugged_cannot_answer(state):
    (row,) = rows(vmi(state=state))
    assert row.live is False


YAML = f"""# kubectl get vmi -A -o yaml
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {{name: web, namespace: apps}}
spec:
  domain:
    devices:
      interfaces:
      - name: nic1
        bridge: {{}}
        macAddress: 10:20:30:40:50:59
  networks: [{{name: nic1, multus: {{networkName: lan}}}}]
status: {{nodeName: node1, phase: Running}}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {{name: db, namespace: apps}}
spec:
  domain: {{devices: {{interfaces: [{{name: nic1, bridge: {{}}, macAddress: "{MAC}"}}]}}}}
  networks: [{{name: nic1, multus: {{networkName: lan}}}}]
"""


def test_an_address_of_digits_alone_is_no_number_to_the_base_of_sixty():
    found = {nic.machine: nic for nic in seen(YAML, AdapterSeen)}
    assert found["apps/web"].mac == parse_value("10-20-30-40-50-59")
    assert found["apps/web"].at_mac == "/0/spec/domain/devices/interfaces/0/macAddress"
    assert found["apps/db"].mac == parse_value(MAC)


def test_machines_before_a_break_in_the_yaml_count_and_the_line_is_named():
    result = parsed(f"{YAML}---\n\tkind: x\n")
    assert len([one for one in result.seen if isinstance(one, AdapterSeen)]) == 2
    assert [problem.at for problem in result.problems] == [f"line {YAML.count(chr(10)) + 2}"]


BOMB = "kind: VirtualMachine\napiVersion: kubevirt.io/v1\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "aliases"),
        ("kind: VirtualMachine\napiVersion: kubevirt.io/v1\na: " + "[" * (DEPTH_MAX + 5), "deep"),
        ("kind: VirtualMachine\napiVersion: kubevirt.io/v1\na: " + "{" * 500_000, "deep"),
        ("kind: VirtualMachine\napiVersion: kubevirt.io/v1\na: 'never closed", "YAML"),
        ("kind: VirtualMachine\napiVersion: kubevirt.io/v1\na: @b", "YAML"),
    ],
    ids=["alias bomb", "deep", "very deep", "open quote", "reserved character"],
)
def test_hostile_yaml_is_a_problem_with_its_line_and_at_once(text, reason):
    started = process_time()
    with pytest.raises(Unreadable) as told:
        kubevirt.parse(document(text))
    assert process_time() - started < 5
    assert reason in told.value.reason
    assert told.value.at.startswith("line ")


def test_tags_make_nothing_but_text():
    found, broken = documents("a: !!python/object/apply:os.system ['true']\nb: !!int '7'\n")
    assert broken is None
    assert found == [{"a": ["true"], "b": "7"}]


def test_a_huge_yaml_file_is_refused_with_a_word_on_json():
    found, broken = documents("#" * (TEXT_MAX + 1))
    assert found == []
    assert broken is not None
    assert "json" in broken.reason


@pytest.mark.parametrize("text", ["kind: Pod\napiVersion: v1\n", "kubevirt.io/v1 kind: VirtualMachine", "[[layer2]]"])
def test_other_text_is_left_to_others(text):
    assert not kubevirt.claims(document(text))


def test_a_list_without_machines_is_not_recognised():
    told = read(document(listed({"kind": "Pod", "apiVersion": "v1"})))
    assert told is not None
    assert "not recognised" in told.problems[0].reason
