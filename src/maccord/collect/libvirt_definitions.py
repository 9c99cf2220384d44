"""Reads one definition of libvirt, a domain or a network, into records.

Source of the elements: libvirt.org, "Domain XML format", "Network XML format" and, of vmware:datacenterpath, "VMware
ESX hypervisor driver".
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from maccord.collect.document import Document
from maccord.collect.xml_stream import Element
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, MachineSeen, Place, PortGroupSeen, Seen, SwitchSeen
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value

_BEHIND_THE_HOST = {"", "nat", "route", "open"}
_ALONE = {"user", "null", "udp"}
_SOCKETS = {"mcast": "mcast", "server": "tcp", "client": "tcp"}
_NOWHERE_WITHOUT_SOURCE = {"bridge", "network", "direct"}
_GENERATED = ("vnet", "vif", "macvtap", "macvlan")
"""Target names that begin so are libvirt's own: it makes another one whenever the machine starts."""
_GUARDS = {"no-mac-spoofing", "clean-traffic", "clean-traffic-gateway"}
DATACENTER = "vmware:datacenterpath"
"""An element of domains that a vCenter Server or an ESX host told of; the host's own path is always the same."""
_HOST_ALONE = "ha-datacenter"
_VLAN_ID = re.compile("[0-9]{1,4}")
_VLAN_TOP = 4095


def uuid_of(element: Element) -> str:
    """Return the UUID of a definition in lower case, or nothing."""
    return element.text("uuid").lower()


def is_running(definition: Element) -> bool:
    """Tell whether a domain has an `id`: libvirt gives one to active domains only."""
    return definition.attributes.get("id", "").strip() not in ("", "-1")


def domain(element: Element, document: Document, problems: list[Problem], snapshot: str = "") -> Iterator[Seen]:
    """Read a domain. One in a snapshot tells of adapters and of no machine."""
    running = is_running(element)
    manager = document.folder if element.text(DATACENTER) not in ("", _HOST_ALONE) else ""
    machine = MachineSeen(
        document.folder,
        Place(document.file, element.at),
        uuid_of(element),
        element.text("name"),
        running,
        "running" if running else "shut off",
    )
    if not snapshot:
        yield machine
    for number, nic in enumerate(element.all("devices/interface"), start=1):
        for seen in _interface(nic, number, machine, snapshot, problems):
            yield replace(seen, manager=manager) if manager and isinstance(seen, AdapterSeen) else seen


def _interface(
    nic: Element, number: int, machine: MachineSeen, snapshot: str, problems: list[Problem]
) -> Iterator[Seen]:
    """Read an interface. One without an address will get it when libvirt reads the definition: none yet."""
    place = Place(machine.place.file, nic.at)
    address = _address(nic, place.file, problems)
    if address is None:
        return
    mac, at_mac = address
    target = nic.get("target", "dev")
    switch, confined = _switch(nic, machine.id or machine.name)
    yield AdapterSeen(
        host=machine.host,
        place=place,
        kind="vm",
        name=f"interface {number}" if not target or target.startswith(_GENERATED) else target,
        mac=mac or None,
        zeros=mac == 0,
        at_mac=at_mac,
        dynamic=False,  # the definition holds the address, and nobody issues it anew
        machine_id=machine.id,
        machine=machine.name,
        switch_id=nic.get("source", "bridge"),
        switch=switch,
        spoofing=False if nic.get("filterref", "filter") in _GUARDS else None,
        description=target,
        snapshot=snapshot,
        vlans=_vlans(nic, place.file, problems),
        linked=nic.get("link", "state") != "down",
        group=nic.get("source", "portgroup"),
    )
    if confined:
        yield SwitchSeen(host=machine.host, place=place, id="", name=switch, kind="private")


def _switch(nic: Element, machine: str) -> tuple[str, bool]:
    """Return what an interface is plugged into, and whether that is known to reach no wire.

    User networking (slirp, passt) translates addresses within one machine; a socket joins the machines that
    name it. A tap that a script plugs in (`ethernet`), a virtual function or vhost-user port may lead anywhere.
    """
    kind = nic.attributes.get("type", "")
    if kind in _ALONE or nic.get("backend", "type") == "passt":
        return f"{kind}:{machine}", True
    if kind in _SOCKETS:
        return f"{_SOCKETS[kind]}:{nic.get('source', 'port')}", True
    if kind == "internal":
        return f"internal:{nic.get('source', 'name')}", True
    named = next(filter(None, (nic.get("source", one) for one in ("network", "bridge", "dev"))), "")
    if named or kind in _NOWHERE_WITHOUT_SOURCE:
        return named, False
    return nic.get("target", "dev") or kind or "interface", False


def _vlans(nic: Element, file: str, problems: list[Problem]) -> str | None:
    """Return the set of all tags: one is an access port, several a trunk, whichever of them goes untagged."""
    spans = []
    for tag in nic.all("vlan/tag"):
        text = tag.attributes.get("id", "").strip()
        number = int(text) if _VLAN_ID.fullmatch(text) else _VLAN_TOP + 1
        if number <= _VLAN_TOP:
            spans.append((number, number))
        else:
            problems.append(Problem(file, f"{tag.at}/@id", f"{text[:60]!r} is no VLAN: the tag is left out"))
    return vlan.text_of(spans) if spans else None


def network(element: Element, document: Document, problems: list[Problem]) -> Iterator[Seen]:
    """Read a network. Its switch goes by its bridge as well, which interfaces may name instead of it."""
    place = Place(document.file, element.at)
    name, bridge = element.text("name"), element.get("bridge", "name")
    forward = element.first("forward")
    mode = "" if forward is None else forward.attributes.get("mode", "nat")
    kind = "internal" if mode in _BEHIND_THE_HOST else "external"
    yield SwitchSeen(host=document.folder, place=place, id=bridge or uuid_of(element), name=name, kind=kind)
    yield from _port_groups(element, document, problems)
    address = _address(element, document.file, problems)
    if address is not None:
        mac, at_mac = address
        yield AdapterSeen(
            host=document.folder,
            place=place,
            kind="management",
            name=bridge or name,
            mac=mac or None,
            zeros=mac == 0,
            at_mac=at_mac,
            switch=name,
        )


def _port_groups(network: Element, document: Document, problems: list[Problem]) -> Iterator[Seen]:
    """Read the VLANs of a network and of its port groups; an interface's own count first, then its port group's."""
    for group in (network, *network.all("portgroup")):
        vlans = _vlans(group, document.file, problems)
        default = group is not network and group.attributes.get("default", "") == "yes"
        if vlans is not None or default:
            yield PortGroupSeen(
                host=document.folder,
                place=Place(document.file, group.at),
                switch=network.text("name"),
                group="" if group is network else group.attributes.get("name", "").strip(),
                vlans=vlans,
                default=default,
            )


def _address(element: Element, file: str, problems: list[Problem]) -> tuple[int | None, str] | None:
    """Return the address that `<mac>` spells, None in its stead when it is none, and its place."""
    mac = element.first("mac")
    if mac is None or not mac.attributes.get("address", "").strip():
        return None
    at = f"{mac.at}/@address"
    try:
        return parse_value(mac.attributes["address"]), at
    except BadAddress as error:
        problems.append(Problem(file, at, str(error)))
        return None, at
