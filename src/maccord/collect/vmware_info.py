"""Reads virtual machines as vSphere's API describes them: `govc vm.info -json`, or one VirtualMachineConfigInfo.

Older versions of govc begin keys with a capital letter, newer ones with a small one. The power state is in the
machine's `runtime` part, which a configuration alone does not have. The host is the folder's name.

Source: vSphere Web Services API, VirtualMachine, VirtualMachineConfigInfo and VirtualEthernetCard.
"""

from collections.abc import Iterator

from maccord.collect import spelled
from maccord.collect.document import Document
from maccord.collect.fields import Json
from maccord.collect.loose import Loose
from maccord.collect.parsed import Parsed
from maccord.collect.vmware_kinds import issued_by_host, runs
from maccord.collect.vmware_vmx import NAME as VMWARE
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen

NAME = "vmware-info"
_CONFIG = "VirtualMachineConfigInfo"


def claims(document: Document) -> bool:
    """Tell whether the content is a list of machines, one machine, or the configuration of one."""
    if document.opening != "{" or not isinstance(document.json, dict):
        return False
    return any(_machines(_root(document, Parsed())))


def parse(document: Document) -> Parsed:
    """Read every machine."""
    parsed = Parsed(seen=[HostSeen(document.folder, Place(document.file, ""), VMWARE)])
    for machine, config in _machines(_root(document, parsed)):
        parsed.seen += _machine(machine, config, document.folder)
    return parsed


def _root(document: Document, parsed: Parsed) -> Loose:
    value: dict[str, Json] = document.json
    return Loose(value, Place(document.file, ""), parsed.problems)


def _machines(root: Loose) -> Iterator[tuple[Loose, Loose]]:
    """Yield machines with their configurations; a configuration alone stands for its machine."""
    if root.text("_typename") == _CONFIG or _is_config(root):
        yield root, root
        return
    machines = root.children("virtualmachines") if root.has("virtualmachines") else iter((root,))
    for machine in machines:
        config = machine.child("config")
        if _is_config(config):
            yield machine, config


def _is_config(config: Loose) -> bool:
    return isinstance(config.child("hardware").values.get("device"), list) and config.has("uuid")


def _machine(machine: Loose, config: Loose, host: str) -> Iterator[Seen]:
    machine_id = spelled.uuid(config.text("instanceuuid")) or spelled.uuid(config.text("uuid"))
    name = config.text("name") or machine.text("name")
    template = config.flag("template") is True
    power = machine.child("runtime").text("powerstate")
    running = False if template else runs(power)
    yield MachineSeen(host, config.place, machine_id, name, running, "template" if template else power)
    for device in config.child("hardware").children("device"):
        if device.has("macaddress"):
            yield from _adapter(device, machine_id, name, host, running=running)


def _adapter(device: Loose, machine_id: str, machine: str, host: str, *, running: bool | None) -> Iterator[Seen]:
    mac = device.mac("macaddress")
    backing = device.child("backing")
    port = backing.child("port")
    connection = device.child("connectable")
    yield AdapterSeen(
        host=host,
        place=device.place,
        kind="vm",
        name=device.child("deviceinfo").text("label") or device.text("key"),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=device.at("macaddress"),
        dynamic=issued_by_host(device.text("addresstype"), mac),
        machine_id=machine_id,
        machine=machine,
        switch=backing.text("devicename") or port.text("switchuuid") or backing.text("opaquenetworkid"),
        group=backing.text("devicename") or port.text("portgroupkey"),
        linked=connection.flag("connected" if running else "startconnected") is not False,
    )
