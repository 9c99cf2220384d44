"""Reads Incus and LXD: instances and networks, as `incus list` and `incus network list --format json` have them.

In a cluster an instance names the member it is on; otherwise the host is the one that the folder is named for. The
folder names the installation, which is the manager of all its addresses. An address stands in the device, where it
was set by hand, or in the instance's volatile configuration, where it was put when the device was made; it stays there.

Source: Incus documentation, "REST API" (/1.0/instances?recursion=2, /1.0/networks), "Type: nic" (nictype, network,
parent, hwaddr, vlan) and "Instance options" (volatile.<name>.hwaddr, volatile.uuid); LXD's is the same in this.
"""

from collections.abc import Iterator, Mapping

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen
from maccord.fleet.nics import IPVLAN

NAME = "incus"
_INSTANCE = {"name", "status", "expanded_devices"}
_NETWORK = {"name", "type", "managed", "config"}
_OWN_BRIDGES = ("incusbr", "lxdbr", "virbr", "docker")
_ROUTED = {"routed", "p2p"}
_WIRED = {"macvlan", "sriov", "physical"}
_CONFINED = {"bridge", "ovn"}


def claims(document: Document) -> bool:
    """Tell whether the content is a list of instances or of networks, or one of them."""
    if document.opening not in ("{", "["):
        return False
    found = document.json if isinstance(document.json, list) else [document.json]
    return any(isinstance(one, dict) and (one.keys() >= _INSTANCE or one.keys() >= _NETWORK) for one in found)


def parse(document: Document) -> Parsed:
    """Read instances and networks; objects that are broken are problems, the others count."""
    parsed = Parsed()
    hosts: dict[str, Place] = {}
    for row in rows_of(document.json, Place(document.file, ""), parsed.problems):
        if isinstance(document.json, dict):
            row = Fields(row.values, Place(document.file, ""), parsed.problems)  # noqa: PLW2901 - it stands at the top
        if row.values.keys() >= _INSTANCE:
            member = row.text("location")
            host = document.folder if member.casefold() in ("", "none") else member
            hosts.setdefault(host, row.place)
            parsed.seen += _instance(row, host, document.folder)
        elif row.values.keys() >= _NETWORK:
            members = [one for one in row.texts("locations") if one.casefold() != "none"] or [document.folder]
            for host in members:
                hosts.setdefault(host, row.place)
                parsed.seen += _network(row, host)
    hosts = hosts or {document.folder: Place(document.file, "")}
    parsed.seen += [HostSeen(host, place, NAME) for host, place in hosts.items()]
    return parsed


def _object(row: Fields, key: str) -> Fields:
    value = row.values.get(key)
    return row.below(key, value if isinstance(value, dict) else {})


def _instance(row: Fields, host: str, installation: str) -> Iterator[Seen]:
    project, name = row.text("project"), row.text("name")
    number = _object(row, "config").text("volatile.uuid") or f"{installation}/{project}"
    machine = MachineSeen(
        host,
        row.place,
        f"{number}/{name}",  # a copy made with the whole configuration has its original's UUID, and another name
        name if project in ("", "default") else f"{project}/{name}",
        {"running": True, "frozen": True, "stopped": False}.get(row.text("status").casefold()),
        row.text("status"),
        created=row.text("created_at"),
    )
    yield machine
    state = _object(row, "state")
    yield from _adapters(row, machine, "", dict(_entries(_object(state, "network"))), installation)
    for snapshot in row.rows("snapshots"):
        yield from _adapters(snapshot, machine, snapshot.text("name") or "snapshot", {}, installation)


def _entries(row: Fields) -> Iterator[tuple[str, Fields]]:
    for key in sorted(row.values):
        if isinstance(row.values[key], dict):
            yield key, row.below(key.replace("~", "~0").replace("/", "~1"), row.values[key])


def _adapters(
    row: Fields, machine: MachineSeen, snapshot: str, guests: Mapping[str, Fields], installation: str
) -> Iterator[Seen]:
    volatile = _object(row, "config")
    known = {one.mac("hwaddr"): one for one in guests.values() if one.has("hwaddr")}
    for device, nic in _entries(_object(row, "expanded_devices")):
        if nic.text("type") != "nic":
            continue
        inner = nic.text("name") or device
        seen = guests.get(inner)
        told = [(nic, "hwaddr"), (volatile, f"volatile.{device}.hwaddr"), (seen, "hwaddr")]
        spelled = next(((one, key) for one, key in told if one is not None and one.has(key)), None)
        if spelled is None:
            continue
        mac = spelled[0].mac(spelled[1])
        if mac is None:
            continue
        switch, kind, assumed = _switch(nic, f"{machine.name} {device}")
        yield AdapterSeen(
            host=machine.host,
            place=nic.place,
            kind="vm",
            name=device,
            mac=mac or None,
            zeros=mac == 0,
            at_mac=spelled[0].at(spelled[1]),
            dynamic=False,  # the configuration holds the address, and nobody issues it anew
            machine_id=machine.id,
            machine=machine.name,
            switch=switch,
            spoofing=False if nic.text("security.mac_filtering") == "true" else None,
            description=IPVLAN if nic.text("nictype") == "ipvlan" else "",
            ips=tuple(_ips(known.get(mac))),
            snapshot=snapshot,
            vlans=_vlans(nic),
            manager=installation,
        )
        if kind:
            yield SwitchSeen(host=machine.host, place=nic.place, id="", name=switch, kind=kind, assumed=assumed)


def _ips(guest: Fields | None) -> Iterator[str]:
    for address in guest.rows("addresses") if guest is not None else ():
        if address.text("scope") == "global" and address.text("address"):
            yield address.text("address")


def _switch(nic: Fields, alone: str) -> tuple[str, str, bool]:
    """Return what a device is plugged into, its kind, and whether that is a guess; no kind: it may lead anywhere.

    A managed network is a bridge behind the host unless the list of networks says otherwise.
    """
    kind, parent = nic.text("nictype"), nic.text("parent")
    if kind in _ROUTED:
        return f"{kind}:{alone}", "private", False
    if nic.has("network"):
        return nic.text("network"), "internal", True
    if kind == "bridged" and parent.startswith(_OWN_BRIDGES):
        return parent, "internal", True
    return parent or kind or "nic", "", False


def _vlans(nic: Fields) -> str | None:
    texts = [nic.text("vlan"), nic.text("vlan.tagged")]
    try:
        spans = [span for text in texts if text.casefold() != "none" for span in vlan.parse(text)]
    except ValueError:
        nic.complain("vlan", f"{' '.join(texts).strip()[:60]!r} is no set of VLANs")
        return None
    if nic.text("vlan.tagged") and not nic.text("vlan"):
        spans.append((0, 0))
    return vlan.text_of(spans) if spans else None


def _network(row: Fields, host: str) -> Iterator[Seen]:
    kind, name = row.text("type"), row.text("name")
    config: Mapping[str, Json] = _object(row, "config").values
    managed = row.flag("managed") is True
    if kind not in _WIRED | _CONFINED or not (managed or kind == "bridge"):
        return
    bridged_out = kind == "bridge" and (not managed or bool(config.get("bridge.external_interfaces")))
    tag = _object(row, "config").text("vlan")
    yield SwitchSeen(
        host=host,
        place=row.place,
        id="",
        name=name,
        kind="external" if kind in _WIRED or bridged_out else "private" if kind == "ovn" else "internal",
        vlans=str(int(tag)) if tag.isdecimal() and len(tag) < 5 and vlan.is_one(int(tag)) else None,
        segment=f"ovn {name}" if kind == "ovn" else "",
        in_file=kind == "ovn",
    )
    address = _object(row, "config")
    for key in ("bridge.hwaddr", "volatile.bridge.hwaddr"):
        mac = address.mac(key) if address.has(key) else None
        if mac:
            yield AdapterSeen(
                host=host,
                place=address.place,
                kind="management",
                name=name,
                mac=mac,
                at_mac=address.at(key),
                dynamic=False,
                switch=name,
            )
            return
