"""What an incident tells to do, and what it would still like to know, fits the platforms of its machines."""

import json
from itertools import combinations

import pytest

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.engine.duck import DuckEngine
from tests.kit.cases import NOW

MAC = "00:50:56:81:22:33"
ADAPTER = {
    "Name": "NIC",
    "Id": "a",
    "VMName": "erp",
    "VMId": "b",
    "SwitchName": "LAN",
    "MacAddress": MAC,
    "DynamicMacAddressEnabled": False,
}
KVM = f"""<domain type='kvm'><name>erp</name><uuid>6a9f1d1e-0000-4000-8000-00000000000e</uuid><devices>
<interface type='bridge'><mac address='{MAC}'/><source bridge='br0'/></interface></devices></domain>"""
VMX = f"""displayName = "erp"
ethernet0.present = "TRUE"
ethernet0.addressType = "static"
ethernet0.address = "{MAC}"
ethernet0.networkName = "LAN"
"""
EVIDENCE = {
    "virsh edit": ("kvm1/erp.xml", KVM),
    "qm set": ("nodes/pve1/qemu-server/100.conf", f"name: erp\nnet0: virtio={MAC},bridge=vmbr0\n"),
    "VMware:": ("esx1/erp.vmx", VMX),
    "OpenStack:": ("cloud1/ports.json", f'[{{"ID": "fb751dd4", "MAC Address": "{MAC}", "Fixed IP Addresses": []}}]'),
    "Set-VMNetworkAdapter": ("HV01/adapters.json", json.dumps(ADAPTER)),
}
"""The evidence of one machine, by the words that a remedy for its platform is known by."""
STATES = {"qm set": "pvesh get", "VMware:": "RVTools", "Set-VMNetworkAdapter": "Get-VM"}
"""What would tell which machines run, where the evidence does not."""


@pytest.mark.parametrize("words", list(combinations(EVIDENCE, 2)), ids=" and ".join)
def test_a_remedy_names_the_commands_of_the_machines_platforms_and_of_no_other(tmp_path, words):
    for name, text in (EVIDENCE[word] for word in words):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    gathered = gather([str(tmp_path)])
    (found,) = check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW).incidents
    assert found.cause == "static-address-copied"
    assert {word for word in EVIDENCE if word in found.remedy} == set(words)
    wanted = {state for word, state in STATES.items() if word in words}
    assert {state for state in STATES.values() if state in " ".join(found.undecided)} == wanted


def test_containers_are_no_machines_and_sentences_begin_with_a_capital(tmp_path):
    endpoint = {"MacAddress": "02:42:0a:00:0a:05", "NetworkID": "n1", "EndpointID": "e1", "IPAddress": "10.0.10.5"}
    for host in "12":
        (tmp_path / f"dock{host}").mkdir()
        container = {"Id": host * 64, "Name": "/web", "State": {"Running": True}, "Config": {"Hostname": "web"}}
        container["NetworkSettings"] = {"Networks": {"lan": endpoint}}
        network = {"Name": "lan", "Id": "n1", "Driver": "macvlan", "Scope": "local", "Options": {"parent": "eth0"}}
        (tmp_path / f"dock{host}" / "containers.json").write_text(json.dumps([container]))
        (tmp_path / f"dock{host}" / "networks.json").write_text(json.dumps([network | {"IPAM": {}}]))
    gathered = gather([str(tmp_path)])
    (found,) = check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW).incidents
    assert found.explanation.startswith("Container web on dock1 and container web on dock2 have ")
