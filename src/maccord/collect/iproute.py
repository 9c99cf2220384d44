"""Reads a Linux host's own interfaces, as `ip -j -d addr` or `ip -j -d link` has them.

The host is the one that the folder is named for. A bridge, a bond or a VLAN that wears the address of what lies below
is no owner of its own; one whose address is that of no port was given it by systemd or the kernel. What belongs to
machines or containers (taps, veth pairs, tunnels) is left to the evidence of those.

Source: ip-address(8), ip-link(8); iproute2's JSON: ifname, flags, link, master, link_type, address, permaddr,
linkinfo.info_kind, linkinfo.info_data.id, addr_info[].
"""

from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.document import Document
from maccord.collect.fields import Fields, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, IpSeen, Place, Seen, SwitchSeen, TeamSeen
from maccord.fleet.nics import IPVLAN, LINUX_DEVICE

NAME = "linux"
_BONDS = {"bond", "team"}
_OWNERS = {"bridge", "vlan", "macvlan", "ipvlan", *_BONDS}
"""Kinds of virtual links that may own an address on the wire; all others are left out."""
_LOCAL = 1 << 41
_DEEP = 8


def claims(document: Document) -> bool:
    """Tell whether the content is a list of network interfaces."""
    if document.opening != "[":
        return False
    value = document.json
    return isinstance(value, list) and any(
        isinstance(one, dict) and "ifname" in one and ("link_type" in one or "addr_info" in one or "operstate" in one)
        for one in value
    )


def parse(document: Document) -> Parsed:
    """Read all interfaces; those that are broken are problems, the others count."""
    host = document.folder
    parsed = Parsed(seen=[HostSeen(host, Place(document.file, ""), NAME)])
    links: dict[str, _Link] = {}
    for row in rows_of(document.json, Place(document.file, ""), parsed.problems):
        if row.text("ifname"):  # ip prints an empty object for each interface that a filter left out
            links.setdefault(row.text("ifname"), _Link(row))
    for link in links.values():
        link.ports = [one for one in links.values() if one.master == link.name]
    for name, link in links.items():
        parsed.seen += _addresses(link, host)
        if link.kind(links) != "":
            parsed.seen += _interface(name, link, links, host)
    return parsed


class _Link:
    """One interface, with the ones that are its ports."""

    def __init__(self, row: Fields) -> None:
        told = row.values.get("linkinfo")
        self.info = row.below("linkinfo", told if isinstance(told, dict) else {})
        self.row, self.name, self.master = row, row.text("ifname"), row.text("master")
        self.below = row.text("link")
        self.flags = {one.upper() for one in row.texts("flags")}
        self.ether = row.text("link_type") in ("ether", "") and "LOOPBACK" not in self.flags
        self.mac = row.mac("address") if self.ether else None
        self.ports: list[_Link] = []

    def kind(self, links: Mapping[str, "_Link"]) -> str:
        """Return physical, bridge, bond, vlan, macvlan, ipvlan, or nothing for what is not looked at.

        Without -d, ip does not say; then ports tell a bridge or a bond, and what stands on another link or has a
        locally administered address is left out.
        """
        if not self.ether or not self.mac:
            return ""
        told = self.info.text("info_kind")
        if told:
            return "bond" if told in _BONDS else told if told in _OWNERS else ""
        if self.ports:
            return "bond" if "MASTER" in self.flags else "bridge"
        virtual = self.below or self.row.has("link_index") or self.row.has("link_netnsid")
        enslaved = "SLAVE" in self.flags or (self.master in links and "MASTER" in links[self.master].flags)
        local = bool(self.mac & _LOCAL) and not self.row.has("permaddr") and not enslaved
        detailed = any(one.info.has("info_kind") for one in links.values())
        return "" if virtual or (local and not detailed) else "physical"

    def wires(self, links: Mapping[str, "_Link"], deep: int = _DEEP) -> set[str]:
        """Return the NICs and bonds that frames of this interface leave by."""
        kind = self.kind(links)
        if kind in ("physical", "bond"):
            return {self.name}
        lower = self.ports if kind == "bridge" else [links[self.below]] if self.below in links else []
        return {name for one in lower for name in one.wires(links, deep - 1)} if deep else set()

    def inherited(self, links: Mapping[str, "_Link"], deep: int = _DEEP) -> bool:
        """Tell whether the address is that of a port, or of the link below."""
        lower = [*self.ports, *([links[self.below]] if self.below in links else [])]
        return any(one.mac == self.mac for one in lower) or (
            bool(deep) and any(one.mac == self.mac for name in self.wires(links) for one in [links[name]])
        )

    def tags(self, links: Mapping[str, "_Link"], deep: int = _DEEP) -> str | None:
        """Return the VLAN that frames of this interface have on the wire."""
        if self.kind(links) == "vlan":
            told = self.info.values.get("info_data")
            number = told.get("id") if isinstance(told, dict) else None
            if type(number) is int and vlan.is_one(number):
                return vlan.text_of([(number, number)])
            return None
        if not deep:
            return None
        lower = self.ports if self.kind(links) == "bridge" else [links[self.below]] if self.below in links else []
        told_below = [one.tags(links, deep - 1) for one in lower if one.wires(links)]
        return next(filter(None, told_below), None)


def _addresses(link: _Link, host: str) -> Iterator[Seen]:
    for row in link.row.rows("addr_info"):
        if row.text("family") in ("inet", ""):
            try:
                yield IpSeen(host, row.place, str(IPv4Address(row.text("local"))), link.name)
            except AddressValueError:
                continue


def _interface(name: str, link: _Link, links: Mapping[str, _Link], host: str) -> Iterator[Seen]:
    kind, place = link.kind(links), link.row.place
    wires = sorted(link.wires(links))
    if kind == "bridge":
        sort = "external" if wires else "internal"
        yield SwitchSeen(host=host, place=place, id="", name=name, kind=sort, uplinks=tuple(wires))
    if kind in ("physical", "bond") and not (kind == "physical" and _in_bond(link, links)):
        yield SwitchSeen(host=host, place=place, id="", name=name, kind="external", uplinks=(name,))
    if kind == "bond":
        yield TeamSeen(host, place, "nic", name, name, "")
        for port in link.ports:
            yield TeamSeen(host, port.row.place, "member", name, port.name, "")
    if kind in ("bridge", "vlan") and link.inherited(links):
        return
    physical = kind == "physical"
    permanent = link.row.mac("permaddr") if link.row.has("permaddr") else link.mac if physical else None
    made = kind in ("bridge", "bond", "vlan") and not any(port.mac == _own(port) == link.mac for port in link.ports)
    yield AdapterSeen(
        host=host,
        place=place,
        kind="physical" if physical else "team" if kind == "bond" else "management",
        name=name,
        mac=link.mac,
        at_mac=link.row.at("address"),
        permanent=permanent or None,
        dynamic=False if not physical else None,
        switch="" if physical or kind == "bond" else name if kind == "bridge" else (wires[0] if wires else ""),
        up="UP" in link.flags if link.flags else None,
        description=name if physical else IPVLAN if kind == "ipvlan" else LINUX_DEVICE if made else f"{kind} {name}",
        vlans=link.tags(links),
    )


def _in_bond(link: _Link, links: Mapping[str, _Link]) -> bool:
    return link.master in links and links[link.master].kind(links) == "bond"


def _own(link: _Link) -> int | None:
    """Return the address that an interface was built with."""
    return link.row.mac("permaddr") if link.row.has("permaddr") else link.mac
