"""Reads OpenStack: the ports of Neutron, as the API, `openstack port list -f json` or `port show -f json` has them.

A port that names its compute node stands on that host; every other one on the host its folder is named for. The
folder names the cloud, which is the manager of all its addresses. Neutron gives an address once per network: where
one listing has it on several ports, these are on networks that do not hear each other, as a trunk's parent and
subports are, and each of them is confined to its own.

Source: OpenStack Networking API v2.0, "Ports" (mac_address, device_id, device_owner, binding:host_id, fixed_ips,
port_security_enabled), and python-openstackclient's columns of `port list` (ID, Name, MAC Address, Fixed IP Addresses,
Status; with --long Security Groups, Device Owner, Tags).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen

NAME = "openstack"
_ADDRESS = ("mac_address", "MAC Address")
_IPS = ("fixed_ips", "Fixed IP Addresses")
_OWNER = ("device_owner", "Device Owner")
_DEVICE = ("device_id", "Device ID")
_NODE = ("binding:host_id", "binding_host_id", "Binding Host ID")
_NETWORK = ("network_id", "Network ID")
_SECURED = ("port_security_enabled", "is_port_security_enabled", "Port Security Enabled")
_IN_TEXT = re.compile(r"ip_address='([0-9a-fA-F:.]{2,45})'")
_OWN = "network:"
"""Owners that begin so are Neutron's own: routers, DHCP, floating addresses."""


def claims(document: Document) -> bool:
    """Tell whether the content is a list of ports, or one port."""
    return document.opening in ("{", "[") and any(map(_is_port, _ports(document.json)[1]))


def _ports(value: Json) -> tuple[str, list[Json]]:
    """Return the key that holds the ports, if any, and the ports."""
    for key in ("ports", "port") if isinstance(value, dict) else ():
        if isinstance(value.get(key), list | dict):
            found = value[key]
            return f"/{key}", found if isinstance(found, list) else [found]
    return "", value if isinstance(value, list) else [value]


def _is_port(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    listed = {"MAC Address", "ID"} <= value.keys() and not value.keys().isdisjoint({*_IPS, *_OWNER, *_NETWORK})
    return listed or ({"mac_address", "id"} <= value.keys() and not value.keys().isdisjoint({*_IPS, *_OWNER}))


def parse(document: Document) -> Parsed:
    """Read all ports; those that are broken are problems, the others count."""
    parsed = Parsed()
    at, ports = _ports(document.json)
    rows = list(rows_of(ports, Place(document.file, at), parsed.problems))
    addresses = [row.mac(_key(row, _ADDRESS)) for row in rows]
    often = {mac for mac, count in Counter(filter(None, addresses)).items() if count > 1}
    hosts = {_host(row, document): row.place for row in reversed(rows)} or {document.folder: Place(document.file, "")}
    parsed.seen += [HostSeen(host, place, NAME) for host, place in hosts.items()]
    parsed.seen += _machines(rows, document)
    for row, mac in zip(rows, addresses, strict=True):
        if mac is not None:
            parsed.seen += _port(row, document, mac, alone=mac in often)
    return parsed


def _key(row: Fields, names: Iterable[str]) -> str:
    return next((name for name in names if row.has(name)), next(iter(names)))


def _text(row: Fields, names: Iterable[str]) -> str:
    found = row.text(_key(row, names))
    return "" if found.casefold() in ("none", "null", "n/a") else found


def _host(row: Fields, document: Document) -> str:
    return _text(row, _NODE) or document.folder


def _status(row: Fields) -> bool | None:
    """Tell whether the port is up; Neutron says ACTIVE once the instance runs and the port is plugged."""
    return {"active": True, "down": False, "build": False}.get(_text(row, ("status", "Status")).casefold())


def _device(row: Fields) -> str:
    """Return the id of the instance; a listing without it makes each port a machine of its own."""
    return (_text(row, _DEVICE) or _text(row, ("id", "ID"))).lower()


def _is_own(row: Fields) -> bool:
    return _text(row, _OWNER).startswith(_OWN)


def _label(row: Fields) -> str:
    return _text(row, ("name", "Name")) or _text(row, ("id", "ID"))


def _machines(rows: Iterable[Fields], document: Document) -> Iterator[MachineSeen]:
    """Yield each instance once; it runs if one of its ports is up."""
    found: dict[tuple[str, str], list[Fields]] = {}
    for row in rows:
        if not _is_own(row):
            found.setdefault((_host(row, document), _device(row)), []).append(row)
    for (host, device), ports in found.items():
        states = [_status(port) for port in ports]
        running = True if True in states else False if False in states else None
        name = _text(ports[0], _DEVICE) or _label(ports[0])
        state = _text(ports[0], ("status", "Status"))
        yield MachineSeen(host, ports[0].place, device, name, running, state, clustered=True)


def _port(row: Fields, document: Document, mac: int, *, alone: bool) -> Iterator[Seen]:
    host, own = _host(row, document), _is_own(row)
    network = _text(row, _NETWORK) or _text(row, ("id", "ID"))
    switch = f"network {network}" if alone else (_text(row, _NETWORK) or "network")
    secured = row.flag(_key(row, _SECURED))
    device = _text(row, _DEVICE) or _label(row)
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind="management" if own else "vm",
        name=_label(row),
        id=_text(row, ("id", "ID")).lower(),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=row.at(_key(row, _ADDRESS)),
        dynamic=False,  # Neutron keeps the address with the port
        machine_id="" if own else _device(row),
        machine="" if own else device,
        switch=switch,
        spoofing=None if secured is None else not secured,
        up=_status(row),
        description=_text(row, _OWNER),
        ips=tuple(_ips(row)),
        linked=own or bool(_text(row, _OWNER)) or not row.has(_key(row, _OWNER)),
        manager=document.folder,
    )
    if alone:
        yield SwitchSeen(host=host, place=row.place, id="", name=switch, kind="private", segment=f"neutron {network}")


def _ips(row: Fields) -> Iterator[str]:
    value = row.values.get(_key(row, _IPS))
    if isinstance(value, str):
        yield from _IN_TEXT.findall(value)
        return
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and isinstance(one.get("ip_address"), str):
            yield one["ip_address"]
