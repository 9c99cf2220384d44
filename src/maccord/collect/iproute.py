"""Reads a Linux host's own interfaces, as `ip -j -d addr` or `ip -j -d link` has them.

The host is the one that the folder is named for. A bridge, a bond or a VLAN that wears the address of what lies below
is no owner of its own; one whose address is that of no port was given it by systemd or the kernel. What belongs to
machines or containers (taps, veth pairs, tunnels) is left to the evidence of those.

Source: ip-address(8), ip-link(8); iproute2's JSON: ifname, flags, link, master, link_type, address, permaddr,
linkinfo.info_kind, linkinfo.info_data.id, addr_info[].
"""

from collections.abc import Iterable, Iterator
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.document import Document
from maccord.collect.fields import Fields, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, IpSeen, Place, Seen, SwitchSeen, TeamSeen
from maccord.fleet.nics import IPVLAN, LINUX_DEVICE
from maccord.fleet.problem import Problem

NAME = "linux"
_BONDS = {"bond", "team"}
_OWNERS = {"bridge", "vlan", "macvlan", "ipvlan", *_BONDS}
"""Kinds of virtual links that may own an address on the wire; all others are left out."""
_LOCAL = 1 << 41
_DEEP, _WIRES_MAX = 16, 64
LINKS_MAX = 10_000
"""No host has more interfaces than this; a listing of more is cut off there."""


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
    rows = list(rows_of(document.json, Place(document.file, ""), parsed.problems))
    if len(rows) > LINKS_MAX:
        at = f"/{LINKS_MAX}"
        parsed.problems.append(Problem(document.file, at, f"more than {LINKS_MAX} interfaces: the rest is not read"))
    links = _Links(rows[:LINKS_MAX])
    for link in links.all.values():
        parsed.seen += _addresses(link, host)
        if links.kind(link):
            parsed.seen += _interface(link, links, host)
    return parsed


class _Link:
    """One interface."""

    def __init__(self, row: Fields) -> None:
        told = row.values.get("linkinfo")
        self.info = row.below("linkinfo", told if isinstance(told, dict) else {})
        self.row, self.name, self.master = row, row.text("ifname"), row.text("master")
        self.below = row.text("link")
        self.flags = {one.upper() for one in row.texts("flags")}
        self.ether = row.text("link_type") in ("ether", "") and "LOOPBACK" not in self.flags
        self.mac = row.mac("address") if self.ether else None

    @property
    def own(self) -> int | None:
        """The address that the interface was built with."""
        return self.row.mac("permaddr") if self.row.has("permaddr") else self.mac

    @property
    def tag(self) -> str | None:
        """The VLAN of a link of that kind."""
        told = self.info.values.get("info_data")
        number = told.get("id") if isinstance(told, dict) else None
        return vlan.text_of([(number, number)]) if type(number) is int and vlan.is_one(number) else None


class _Links:
    """The interfaces of a host, by name, and how they stand on one another."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self.all: dict[str, _Link] = {}
        for row in rows:
            if row.text("ifname"):  # ip prints an empty object for each interface that a filter left out
                self.all.setdefault(row.text("ifname"), _Link(row))
        self._ports: dict[str, list[_Link]] = {}
        for link in self.all.values():
            self._ports.setdefault(link.master, []).append(link)
        self._detailed = any(link.info.has("info_kind") for link in self.all.values())
        self._below: dict[str, tuple[frozenset[str], str | None]] = {}
        self._way: list[str] = []

    def ports(self, link: _Link) -> list[_Link]:
        """Return the interfaces whose master a link is."""
        return self._ports.get(link.name, [])

    def in_bond(self, link: _Link) -> bool:
        """Tell whether a link is a member of a bond."""
        return link.master in self.all and self.kind(self.all[link.master]) == "bond"

    def kind(self, link: _Link) -> str:
        """Return physical, bridge, bond, vlan, macvlan, ipvlan, or nothing for what is not looked at.

        Without -d, ip does not say; then ports tell a bridge or a bond, and what stands on another link or has a
        locally administered address is left out.
        """
        if not link.ether or not link.mac:
            return ""
        told = link.info.text("info_kind")
        if told:
            return "bond" if told in _BONDS else told if told in _OWNERS else ""
        if self.ports(link):
            return "bond" if "MASTER" in link.flags else "bridge"
        virtual = link.below or link.row.has("link_index") or link.row.has("link_netnsid")
        enslaved = "SLAVE" in link.flags or (link.master in self.all and "MASTER" in self.all[link.master].flags)
        local = bool(link.mac & _LOCAL) and not link.row.has("permaddr") and not enslaved
        return "" if virtual or (local and not self._detailed) else "physical"

    def lower(self, link: _Link) -> list[_Link]:
        """Return what a link stands on: a bridge on its ports, others on the link below."""
        if self.kind(link) == "bridge":
            return self.ports(link)
        return [self.all[link.below]] if link.below in self.all else []

    def wires(self, link: _Link) -> frozenset[str]:
        """Return the NICs and bonds that frames of a link leave by."""
        return self._way_down(link)[0]

    def tags(self, link: _Link) -> str | None:
        """Return the VLAN that frames of a link have on the wire."""
        return self._way_down(link)[1]

    def _way_down(self, link: _Link) -> tuple[frozenset[str], str | None]:
        """Return NICs and VLAN below a link, each link looked at once; one that stands on itself ends the way."""
        if link.name not in self._below:
            self._below[link.name] = (frozenset(), None)
            if self.kind(link) in ("physical", "bond"):
                self._below[link.name] = (frozenset({link.name}), None)
            elif len(self._way) < _DEEP:
                self._way.append(link.name)
                ways = [self._way_down(one) for one in self.lower(link)]
                self._way.pop()
                names = sorted({name for wires, _ in ways for name in wires})[:_WIRES_MAX]
                below = next((tag for wires, tag in ways if wires and tag), None)
                self._below[link.name] = (frozenset(names), link.tag if self.kind(link) == "vlan" else below)
        return self._below[link.name]

    def inherited(self, link: _Link) -> bool:
        """Tell whether a link wears the address of a port, or of what lies below."""
        near = [*self.ports(link), *self.lower(link), *(self.all[name] for name in self.wires(link))]
        return any(one.mac == link.mac for one in near)


def _addresses(link: _Link, host: str) -> Iterator[Seen]:
    for row in link.row.rows("addr_info"):
        if row.text("family") in ("inet", ""):
            try:
                yield IpSeen(host, row.place, str(IPv4Address(row.text("local"))), link.name)
            except AddressValueError:
                continue


def _interface(link: _Link, links: _Links, host: str) -> Iterator[Seen]:
    kind, name, place = links.kind(link), link.name, link.row.place
    wires = tuple(sorted(links.wires(link)))
    physical = kind == "physical"
    if kind == "bridge":
        yield SwitchSeen(
            host=host, place=place, id="", name=name, kind="external" if wires else "internal", uplinks=wires
        )
    if kind == "bond" or (physical and not links.in_bond(link)):
        yield SwitchSeen(host=host, place=place, id="", name=name, kind="external", uplinks=(name,))
    if kind == "bond":
        yield TeamSeen(host, place, "nic", name, name, "")
        for port in links.ports(link):
            yield TeamSeen(host, port.row.place, "member", name, port.name, "")
    if kind in ("bridge", "vlan") and links.inherited(link):
        return
    made = kind in ("bridge", "bond", "vlan") and all(port.own != link.mac for port in links.ports(link))
    yield AdapterSeen(
        host=host,
        place=place,
        kind="physical" if physical else "team" if kind == "bond" else "management",
        name=name,
        mac=link.mac,
        at_mac=link.row.at("address"),
        permanent=(link.own or None) if physical else None,
        dynamic=None if physical else False,
        switch=name if kind == "bridge" else "" if physical or kind == "bond" else next(iter(wires), link.below),
        up="UP" in link.flags if link.flags else None,
        description=name if physical else IPVLAN if kind == "ipvlan" else LINUX_DEVICE if made else f"{kind} {name}",
        vlans=links.tags(link),
    )
