"""SuzieQ's tables `interfaces` and `device`: what a device talks with, and what the device is.

Source: SuzieQ's documentation, "interfaces" and "device" tables; Cumulus Linux, "VLAN-aware Bridge Mode" and "Virtual
Router Redundancy - VRR" (the interface `vlan10-v0` on top of `vlan10`); Junos OS, "Interface Naming Overview"
(interfaces inside the chassis); Cisco NX-OS, "Interfaces Configuration Guide".
"""

import re
from collections.abc import Iterator

from maccord.collect.suzieq_row import Row
from maccord.fleet.evidence import AdapterSeen, HostSeen, PortSeen, Seen, TeamSeen

COLUMNS = {
    "ifname": "text",
    "macaddr": "text",
    "type": "text",
    "master": "text",
    "vlan": "number",
    "state": "text",
    "adminState": "text",
    "ipAddressList": "texts",
    "ip6AddressList": "texts",
}
DEVICE_COLUMNS = {"os": "text", "status": "text"}

_KINDS = {
    "ethernet": "physical",
    "bond_slave": "physical",
    "bond": "team",
    "vlan": "interface",
    "subinterface": "interface",
    "bridge": "interface",
    "macvlan": "interface",
}
_INSIDE = {
    *("vrf", "loopback", "null", "internal", "mgmt-vlan"),
    *("vxlan", "vtep", "gre", "tunnel", "ipip", "flexible-tunnel-interface"),
}
_TUNNELS = {"vxlan", "vtep", "gre", "tunnel", "ipip", "flexible-tunnel-interface"}
_VRR = re.compile(r"(.+)-v\d{1,4}")
_SYSTEMS_OF_SERVERS = {"linux", "ubuntu", "debian", "centos", "rhel", "windows", "esxi"}


def says(row: Row) -> Iterator[Seen]:
    """Yield what one interface is: a port that leads somewhere, and an adapter where it has an address."""
    name, kind = row.text("ifname"), row.text("type").casefold()
    if not name:
        return
    role, bound_to = _stacked(name, kind, row.text("master"))
    if kind == "bond":
        yield TeamSeen(row.host, row.place, "nic", name, name, "")
    if kind == "bond_slave":
        yield TeamSeen(row.host, row.place, "member", row.text("master"), name, "")
    yield _port(row, name, kind, role, bound_to)
    mac = row.mac("macaddr")
    if mac is not None:
        told = row.vlan() if role in ("svi", "subinterface") else 0
        yield AdapterSeen(
            host=row.host,
            place=row.place,
            kind="virtual" if kind in _INSIDE and role != "svi" else _KINDS.get(kind, "interface"),
            name=name,
            id=name,
            mac=mac,
            at_mac=f"{row.place.at}/macaddr",
            up=row.text("state").casefold() == "up" and row.text("adminState").casefold() == "up",
            ips=(*row.texts("ipAddressList"), *row.texts("ip6AddressList")),
            vlans=str(told),
            role=role,
            bound_to=bound_to,
        )


def _stacked(name: str, kind: str, master: str) -> tuple[str, str]:
    """Return the role of an interface among those of its device, and the one that it is stacked on."""
    parent, dot, _ = name.rpartition(".")
    vrr = _VRR.fullmatch(name)
    if kind == "macvlan" and vrr:
        return "vrr", vrr[1]
    if kind in ("vlan", "subinterface", "internal") and dot and parent != "irb":
        return "subinterface", parent
    if kind in ("vlan", "irb") or name == "irb" or (dot and parent == "irb"):
        return "svi", ""
    if kind == "bridge":
        return "bridge", ""
    return "", "" if kind == "bond_slave" else master


def _port(row: Row, name: str, kind: str, role: str, bound_to: str) -> PortSeen:
    part_of = row.text("master") if kind == "bond_slave" else bound_to if role == "subinterface" else ""
    told = row.number("vlan") if kind in _TUNNELS else 0
    if kind in _TUNNELS:
        role = "tunnel"
    elif kind in _INSIDE or role in ("svi", "bridge", "vrr"):
        role = "inner"
    else:
        role = "aggregate" if kind == "bond" else "port"
    return PortSeen(host=row.host, place=row.place, port=name, role=role, part_of=part_of, vlan=told)


def device(row: Row) -> Iterator[Seen]:
    """Yield what kind of system a device is: a server is a host, a switch or router only tells of others."""
    system = row.text("os").casefold()
    platform = "linux" if system in _SYSTEMS_OF_SERVERS else "switch"
    yield HostSeen(row.host, row.place, platform, fabric=row.fabric)
