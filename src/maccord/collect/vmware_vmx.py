"""Reads VMware's .vmx files, one per virtual machine, and .vmtx files, one per template.

A line is `key = "value"`; keys are read in any letter case. `ethernetN.addressType` says who gave the address:
`generated` is made up by the host, from the machine's UUID and place, and made anew when the machine is moved or
copied; `vpx` was assigned by vCenter, which writes it into the file and keeps it; `static` was set by hand. The first
is read as dynamic, the others as static, as those of a VMM pool are. Whether the machine runs is not in the file,
unless it was suspended.

VMware keeps a machine in a folder of its own, named like the machine: that folder is passed over, and the one around
it names the host.

Source: VMware, "MAC Addresses" in vSphere Networking; "Maintaining and Changing the MAC Address of a Virtual Machine"
in the Workstation and GSX Server manuals (addressType, generatedAddress, address, uuid.bios, connectionType).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maccord.collect import spelled
from maccord.collect.document import NEWLINE, Document
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen
from maccord.fleet.problem import Problem

NAME = "vmware"
_SIGNATURE = re.compile(
    r'^[ \t]*(?:config\.version|virtualhw\.version|ethernet[0-9]{1,2}\.[a-z.]{1,40})[ \t]*=[ \t]*"',
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(r'[ \t]*([A-Za-z0-9_.:-]{1,100})[ \t]*=[ \t]*"([^"]*)"[ \t]*')
_NIC = re.compile(r"(ethernet[0-9]{1,2})\.present")
_ESCAPE = re.compile(r"\|([0-9A-Fa-f]{2})")
_CONFINED = ("nat", "hostonly")
"""Kinds of connection that end in the host: VMware Workstation's own networks."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """The values of a file by key in lower case, with the numbers of their lines."""

    values: dict[str, tuple[str, int]]

    def get(self, key: str) -> str:
        return self.values[key][0].strip() if key in self.values else ""

    def at(self, key: str) -> str:
        return f"line {self.values[key][1]}"

    def on(self, key: str, *, default: bool) -> bool:
        return self.get(key).lower() == "true" if self.get(key) else default


def claims(document: Document) -> bool:
    """Tell whether the content has lines that only a virtual machine's file has."""
    return document.opening not in ("", "{", "[", "<") and _SIGNATURE.search(document.text) is not None


def parse(document: Document) -> Parsed:
    """Read the machine and its adapters."""
    host = _host(document)
    parsed = Parsed(seen=[HostSeen(host, Place(document.file, ""), NAME)])
    keys = _keys(document.text)
    machine = _machine(keys, host, document)
    parsed.seen.append(machine)
    for key in keys.values:
        nic = _NIC.fullmatch(key)
        if nic and keys.on(key, default=False):
            parsed.seen += _adapter(keys, nic.group(1), machine, parsed.problems)
    return parsed


def _keys(text: str) -> _Keys:
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split(NEWLINE), start=1):
        entry = _LINE.fullmatch(line.rstrip("\r"))
        if entry is not None:
            value = _ESCAPE.sub(lambda code: chr(int(code.group(1), 16)), entry.group(2))
            found[entry.group(1).lower()] = (value, number)
    return _Keys(found)


def _host(document: Document) -> str:
    own = document.folder.casefold() == document.stem.casefold()
    return document.above[0] if own and document.above and document.above[0] else document.folder


def _machine(keys: _Keys, host: str, document: Document) -> MachineSeen:
    machine_id = spelled.uuid(keys.get("vc.uuid")) or spelled.uuid(keys.get("uuid.bios"))
    if document.file.lower().endswith(".vmtx"):
        running, state = False, "template"
    elif keys.get("checkpoint.vmstate"):
        running, state = False, "suspended"
    else:
        running, state = None, ""
    name = keys.get("displayname") or document.stem
    return MachineSeen(host, Place(document.file, ""), machine_id, name, running, state)


def _adapter(keys: _Keys, nic: str, machine: MachineSeen, problems: list[Problem]) -> Iterator[Seen]:
    """Read an adapter; one without an address gets it when the machine is first turned on."""
    kind = keys.get(f"{nic}.addresstype").lower()
    keyed = (f"{nic}.address", f"{nic}.generatedaddress")
    key = next((one for one in (keyed if kind in ("static", "") else keyed[::-1]) if keys.get(one)), "")
    if not key:
        return
    place = Place(machine.place.file, keys.at(key))
    mac = spelled.address(keys.get(key), place, problems)
    connection = keys.get(f"{nic}.connectiontype").lower()
    network = keys.get(f"{nic}.networkname") or keys.get(f"{nic}.dvs.portgroupid") or keys.get(f"{nic}.vnet")
    if connection in _CONFINED:
        network = connection
        yield SwitchSeen(host=machine.host, place=place, id="", name=connection, kind="internal")
    yield AdapterSeen(
        host=machine.host,
        place=place,
        kind="vm",
        name=nic,
        mac=mac or None,
        zeros=mac == 0,
        at_mac=place.at,
        dynamic=kind == "generated" if kind else key.endswith("generatedaddress"),
        machine_id=machine.id,
        machine=machine.name,
        switch=network or "bridged",
        linked=keys.on(f"{nic}.startconnected", default=True),
    )
