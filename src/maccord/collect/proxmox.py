"""Reads Proxmox VE: the configuration files of virtual machines and containers.

They lie in /etc/pve/nodes/HOST/qemu-server and .../lxc, one per guest, named by its number. What stands before the
first section is what the guest has; `[PENDING]` (containers: `[pve:pending]`) has what it will have after its next
start, a section of another name is a snapshot, and `[special:...]` is bookkeeping. The files do not say whether the
guest runs: `pvesh get /nodes/HOST/qemu` does, see `proxmox_lists`.

Proxmox makes up an address when a network device is created or a guest is cloned, writes it into the file, and does
not issue it anew: such an address is read as static. Restoring a backup keeps it unless `unique` is asked for.

Whether a port refuses foreign addresses is not known where `firewall=1` stands: the option macfilter of the guest's
own firewall file, and that firewall being on at all, decide.

Source: Proxmox VE, manual pages qm.conf(5), pct.conf(5) and pve-firewall(8); "Proxmox Cluster File System".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from maccord.collect import spelled
from maccord.collect.document import NEWLINE, Document
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen
from maccord.fleet.problem import Problem

NAME = "proxmox"
PENDING = "pending changes"
"""The name under which an address shows that the guest will have after its next start."""

_MODELS = {
    *("e1000", "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "i82551", "i82557b", "i82559er"),
    *("ne2k_isa", "ne2k_pci", "pcnet", "rtl8139", "virtio", "vmxnet3"),
}
_ADDRESS_KEYS = {*_MODELS, "macaddr", "hwaddr"}
_NIC = re.compile(
    rf"^net[0-9]{{1,3}}:[ \t]*(?:model=|name=|(?:{'|'.join(sorted(_MODELS))})(?:[=,]|[ \t]*$))",
    re.MULTILINE,
)
_OWN_KEY = re.compile(
    r"^(?:ostype|scsihw|vmgenid|smbios1|bootdisk|boot|numa|sockets|cores|memory|machine|rootfs|unprivileged|arch):\s",
    re.MULTILINE,
)
_OWN_KEYS_MIN = 3
_LINE = re.compile(r"([a-z][a-z0-9_.-]{0,60}):[ \t]*(.*)", re.IGNORECASE)
_SECTION = re.compile(r"\[([^\[\]]{1,80})\]")
_NET = re.compile(r"net[0-9]{1,3}")
_NUMBER = re.compile(r"([0-9]{1,9})\.conf\b.*", re.DOTALL)
_PARTS_MAX = 64
_GUEST_FOLDERS = ("qemu-server", "lxc")


@dataclass(slots=True)
class _Guest:
    """The guest that a file tells of, the list of its problems, and the cluster that issues addresses."""

    machine: MachineSeen
    problems: list[Problem]
    manager: str


@dataclass(slots=True)
class _Section:
    """The keys of one part of a file, each with its value and the number of its line."""

    name: str
    values: dict[str, tuple[str, int]] = field(default_factory=dict)

    def get(self, key: str) -> str:
        return self.values[key][0] if key in self.values else ""


def claims(document: Document) -> bool:
    """Tell whether the content has a guest's network device, or several keys that only such a file has together."""
    text = document.text
    if document.opening in ("", "{", "[", "<") or "apiVersion:" in text[:4096]:
        return False
    if _NIC.search(text):
        return True
    found: set[str] = set()
    for key in _OWN_KEY.finditer(text):
        found.add(key.group())
        if len(found) >= _OWN_KEYS_MIN:
            return True
    return False


def host_of(document: Document) -> str:
    """Return the host: the folder, or that around it where the file lies as it does in /etc/pve on the host."""
    folders = (document.folder, *document.above)
    if folders[0] not in _GUEST_FOLDERS or len(folders) == 1:
        return folders[0]
    if folders[1:3] == ("pve", "etc") and len(folders) > 3 and folders[3]:
        return folders[3]
    return folders[1] or folders[0]


def _cluster_of(document: Document) -> str:
    """Return the cluster, where the file lies among those of all nodes: a number is one guest there, once."""
    in_nodes = document.folder in _GUEST_FOLDERS and document.above[1:2] == ("nodes",)
    return "/".join(("nodes", *document.above[2:])) if in_nodes else ""


def _manager_of(document: Document) -> str:
    """Return what the cluster is called: by the folder around its `nodes`, where it was copied to."""
    around = document.above[2:3] if _cluster_of(document) else ()
    return "" if around in ((), ("pve",)) else around[0]


def parse(document: Document) -> Parsed:
    """Read one guest, its snapshots and what is pending for it."""
    host = host_of(document)
    parsed = Parsed(seen=[HostSeen(host, Place(document.file, ""), NAME)])
    top, *others = _sections(document.text)
    numbered = _NUMBER.fullmatch(document.file.rpartition("/")[2])
    number = numbered.group(1) if numbered else document.stem
    machine = _machine(top, document, number, _cluster_of(document))
    parsed.seen.append(machine)
    guest = _Guest(machine, parsed.problems, _manager_of(document))
    now = list(_adapters(top, guest, ""))
    parsed.seen += now
    addresses = {one.mac for one in now if isinstance(one, AdapterSeen)}
    for section in others:
        name = section.name.lower()
        if name in ("pending", "pve:pending"):
            coming = _adapters(section, guest, PENDING)
            parsed.seen += (one for one in coming if isinstance(one, AdapterSeen) and one.mac not in addresses)
        elif not name.startswith("special:"):
            parsed.seen += _adapters(section, guest, section.name)
    return parsed


def _sections(text: str) -> list[_Section]:
    sections = [_Section("")]
    for number, line in enumerate(text.split(NEWLINE), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = _SECTION.fullmatch(stripped)
            if header:
                sections.append(_Section(header.group(1).strip()))
        elif (entry := _LINE.fullmatch(stripped)) is not None:
            sections[-1].values[entry.group(1)] = (entry.group(2), number)
    return sections


def _machine(top: _Section, document: Document, number: str, cluster: str) -> MachineSeen:
    host, place = host_of(document), Place(document.file, "")
    name = top.get("name") or top.get("hostname")
    if top.get("template") == "1":
        running, state = False, "template"
    elif top.get("lock") == "suspended":
        running, state = False, "suspended"
    else:
        running, state = None, ""
    machine_id = _id(top, number, name)
    return MachineSeen(host, place, machine_id, name or number, running, state, number=number, home=cluster)


def _id(top: _Section, number: str, name: str) -> str:
    """Return what a guest is known by on every node of its cluster.

    A number is unique in a cluster only, and a restored copy keeps the UUID under another number: both count. A
    container has no UUID, so its name has to do.
    """
    uuid = spelled.uuid(_options(top.get("smbios1")).get("uuid", ""))
    if uuid:
        return f"{uuid}/{number}"
    return f"proxmox/{number}/{name.casefold()}" if name else ""


def _options(text: str) -> dict[str, str]:
    """Return `a=1,b=2` as a dictionary; a word without a value has none."""
    parts = (part.partition("=") for part in text.split(",", _PARTS_MAX)[:_PARTS_MAX])
    return {key.strip(): value.strip() for key, _, value in parts}


def _adapters(section: _Section, guest: _Guest, snapshot: str) -> Iterator[Seen]:
    """Read the network devices of a section; one without an address gets it when Proxmox reads the file."""
    for key, (text, line) in section.values.items():
        if _NET.fullmatch(key):
            place = Place(guest.machine.place.file, f"line {line}")
            yield from _adapter(key, _options(text), place, guest, snapshot)


def _adapter(name: str, options: dict[str, str], place: Place, guest: _Guest, snapshot: str) -> Iterator[Seen]:
    told = next((options[key] for key in options if key in _ADDRESS_KEYS and options[key]), "")
    if not told:
        return
    machine = guest.machine
    mac = spelled.address(told, place, guest.problems)
    container = "hwaddr" in options
    switch = options.get("bridge", "")
    if not switch and not container:  # QEMU's user networking translates addresses inside the host
        switch = f"user:{machine.id or machine.name}"
        yield SwitchSeen(host=machine.host, place=place, id="", name=switch, kind="private")
    yield AdapterSeen(
        host=machine.host,
        place=place,
        kind="vm",
        name=name,
        mac=mac or None,
        zeros=mac == 0,
        at_mac=place.at,
        dynamic=False,
        machine_id=machine.id,
        machine=machine.name,
        switch=switch,
        spoofing=None if options.get("firewall") == "1" else True,
        ips=tuple(one for one in (options.get("ip", "").partition("/")[0],) if one[:1].isdigit()),
        snapshot=snapshot,
        vlans=_vlans(options, place, guest.problems),
        linked=options.get("link_down") != "1",
        manager=guest.manager,
    )


def _vlans(options: dict[str, str], place: Place, problems: list[Problem]) -> str | None:
    """Return the VLAN that goes untagged and those of the trunk, which are joined by semicolons."""
    tag, trunks = options.get("tag", ""), options.get("trunks", "")
    if not tag and not trunks:
        return None
    return spelled.vlans(f"{tag or 0};{trunks}", place, problems)
