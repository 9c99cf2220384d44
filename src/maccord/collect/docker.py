"""Reads Docker and Podman: containers and networks, as `docker inspect` and `docker network inspect` have them.

The host is the one that the folder is named for. Containers on a bridge network live behind their host; macvlan puts
them on the wire; ipvlan gives all of them the address of the parent; an overlay is a segment of its own that spans
hosts. Only the network tells its driver: without `docker network inspect` a network is taken for a bridge, which is
the default driver.

Source: Docker Engine API v1.47, ContainerInspect and NetworkInspect; Docker documentation, "Networking drivers";
podman-inspect(1), podman-network-inspect(1).
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen

NAME = "docker"
_NOT_PLUGGED = ("host", "none", "container:")
_ON_THE_WIRE = {"macvlan", "ipvlan", "transparent", "l2bridge", "l2tunnel"}
_WITHOUT_NETWORK = {"host", "null", "none"}
_ID = re.compile("[0-9a-f]{64}")
_TAGGED = re.compile(r"[^.]{1,15}\.([0-9]{1,4})")
_FROM_IP = (0x0242, 0x0A58)


def claims(document: Document) -> bool:
    """Tell whether the content is a list of containers or of container networks, or one of them."""
    return document.opening in ("{", "[") and any(
        _is_container(one) or _is_network(one) for one in _objects(document.json)
    )


def _objects(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _is_container(value: Json) -> bool:
    return isinstance(value, dict) and {"Id", "NetworkSettings"} <= value.keys() and "Config" in value


def _is_network(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    return {"Name", "Id", "Driver", "IPAM"} <= value.keys() or {"name", "id", "driver", "ipam_options"} <= value.keys()


def parse(document: Document) -> Parsed:
    """Read containers and networks; objects that are broken are problems, the others count."""
    host = document.folder
    parsed = Parsed(seen=[HostSeen(host, Place(document.file, ""), NAME)])
    for row in rows_of(document.json, Place(document.file, ""), parsed.problems):
        if isinstance(document.json, dict):
            row = Fields(row.values, Place(document.file, ""), parsed.problems)  # noqa: PLW2901 - it stands at the top
        if _is_container(row.values):
            parsed.seen += _container(row, host)
        elif _is_network(row.values):
            parsed.seen += _network(row, host)
    return parsed


def _object(row: Fields, key: str) -> Fields:
    value = row.values.get(key)
    return row.below(key, value if isinstance(value, dict) else {})


def _entries(row: Fields, key: str) -> Iterator[tuple[str, Fields]]:
    """Yield the objects of a mapping by name; in pointers a slash of a name is spelled ~1 (RFC 6901)."""
    around = _object(row, key)
    for name in sorted(around.values):
        if isinstance(around.values[name], dict):
            yield name, around.below(name.replace("~", "~0").replace("/", "~1"), around.values[name])


def _container(row: Fields, host: str) -> Iterator[Seen]:
    state, settings = _object(row, "State"), _object(row, "NetworkSettings")
    number, running = row.text("Id").lower(), state.flag("Running")
    name = row.text("Name").lstrip("/") or _object(row, "Config").text("Hostname")
    yield MachineSeen(host, row.place, number, name, running, state.text("Status"), created=row.text("Created"))
    mode = _object(row, "HostConfig").text("NetworkMode")
    if mode.startswith(_NOT_PLUGGED):
        return  # it has the host's network, another container's, or none
    set_by_hand = _object(row, "Config").mac("MacAddress")
    for network, endpoint in _entries(settings, "Networks"):
        mac = endpoint.mac("MacAddress")
        if mac is None and running is not True and network == mode and set_by_hand:
            mac = set_by_hand
        if mac is None:
            continue
        ips = tuple(filter(None, (endpoint.text("IPAddress"), endpoint.text("GlobalIPv6Address"))))
        yield AdapterSeen(
            host=host,
            place=endpoint.place,
            kind="vm",
            name=network,
            id=endpoint.text("EndpointID").lower(),
            mac=mac or None,
            zeros=mac == 0,
            at_mac=endpoint.at("MacAddress"),
            dynamic=_is_issued(mac, ips),
            machine_id=number,
            machine=name,
            switch_id=_network_id(endpoint.text("NetworkID")),
            switch=network,
            ips=ips,
        )
        yield SwitchSeen(host=host, place=endpoint.place, id="", name=network, kind="internal", assumed=True)


def _is_issued(mac: int, ips: tuple[str, ...]) -> bool | None:
    """Tell whether the address was made from the container's IPv4 address; of any other nobody says who chose it."""
    for text in ips:
        try:
            if mac & 0xFFFFFFFF == int(IPv4Address(text)) and mac >> 32 in _FROM_IP:
                return True
        except AddressValueError:
            continue
    return None


def _network_id(text: str) -> str:
    """Return a network's id; Podman gives the name in its place, which is no id."""
    return text.lower() if _ID.fullmatch(text.lower()) else ""


def _network(row: Fields, host: str) -> Iterator[Seen]:
    podman = "driver" in row.values
    name, number, driver = (row.text(key.lower() if podman else key) for key in ("Name", "Id", "Driver"))
    driver = driver.casefold()
    if driver in _WITHOUT_NETWORK:
        return
    number = _network_id(number)
    options = _object(row, "options" if podman else "Options")
    parent = options.text("parent") or (row.text("network_interface") if podman else "")
    inside = row.flag("internal" if podman else "Internal") is True
    kind = "private" if driver == "overlay" or inside else "external" if driver in _ON_THE_WIRE else "internal"
    yield SwitchSeen(
        host=host,
        place=row.place,
        id=number,
        name=name,
        kind=kind,
        uplinks=(parent.partition(".")[0],) if parent and kind == "external" else (),
        vlans=_vlan(parent, options.text("vlan")),
        ipvlan=driver == "ipvlan",
        segment=f"overlay {number}" if driver == "overlay" and number else "",
    )
    for key, endpoint in _entries(row, "containers" if podman else "Containers"):
        yield from _endpoint(endpoint, host, (name, number), key, podman=podman)


def _vlan(parent: str, option: str) -> str | None:
    """Return the VLAN of a parent such as eth0.10, or of Podman's option."""
    tagged = _TAGGED.fullmatch(parent)
    text = option or (tagged.group(1) if tagged else "")
    return (
        vlan.text_of([(int(text), int(text))]) if re.fullmatch("[0-9]{1,4}", text) and vlan.is_one(int(text)) else None
    )


def _endpoint(row: Fields, host: str, network: tuple[str, str], key: str, *, podman: bool) -> Iterator[Seen]:
    """Read what a network tells of a container: the same endpoint that the container tells of, if that was gathered."""
    name, number = network
    container = key.lower() if _ID.fullmatch(key.lower()) else ""
    machine = row.text("name" if podman else "Name") or key
    for at in _entries(row, "interfaces") if podman else [("", row)]:
        endpoint = at[1]
        spelled = "mac_address" if podman else "MacAddress"
        mac = endpoint.mac(spelled)
        if mac is None:
            continue
        ips = tuple(filter(None, (endpoint.text("IPv4Address").partition("/")[0],)))
        yield AdapterSeen(
            host=host,
            place=endpoint.place,
            kind="vm",
            name=name,
            id=endpoint.text("EndpointID").lower(),
            mac=mac or None,
            zeros=mac == 0,
            at_mac=endpoint.at(spelled),
            dynamic=_is_issued(mac, ips),
            machine_id=container,
            machine=machine,
            switch_id=number,
            switch=name,
            up=True,  # a network lists the endpoints that are plugged in now
            ips=ips,
        )
