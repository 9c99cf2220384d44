"""Reads objects of a Network Controller, Microsoft's SDN: answers of its REST API, or its cmdlets' as JSON.

`networkInterfaces` are adapters as the controller configures them. The host has the same adapter with the same
address, so an interface is matched with it and counts by itself only where no host's evidence shows it. Interfaces in
a virtual network are heard in their own virtual subnet alone: the host carries their frames inside others.

`macPools` are ranges that the controller grants from, as a VMM server does from its own: they are pools of that kind.
An address with the allocation method Dynamic was granted from one. `servers` are hosts. Other objects, such as load
balancers and credentials, say nothing of addresses and are passed over.

Source: Microsoft, [MS-NCNBI] Network Controller Northbound Interface: networkInterfaces, macPools ("used internally by
the Network Controller", for overlay and underlay), servers.
"""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.document import Document
from maccord.collect.fields import Json
from maccord.collect.loose import Loose
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import AdapterSeen, GrantSeen, HostSeen, IpSeen, Place, RangeSeen, Seen
from maccord.mac import BadRange, show

NAME = "network-controller"
_INTERFACES, _POOLS, _SERVERS = "networkinterfaces", "macpools", "servers"
_VIRTUAL = "/virtualnetworks/"


def claims(document: Document) -> bool:
    """Tell whether the content is an object with a resource reference and properties, or a list of such."""
    if document.opening not in ("{", "["):
        return False
    rows, _ = _rows(document.json)
    first = next((one for one in rows if isinstance(one, dict)), {})
    row = Loose(first, Place(document.file, ""), [])
    return row.child("properties").has("provisioningstate") or (row.has("resourceref") and row.has("properties"))


def parse(document: Document) -> Parsed:
    """Read every object by the class that its reference names."""
    parsed = Parsed()
    rows, pointer = _rows(document.json)
    for at, one in enumerate(rows):
        if not isinstance(one, dict):
            continue
        row = Loose(one, Place(document.file, f"{pointer}/{at}" if pointer is not None else ""), parsed.problems)
        kind = row.text("resourceref").strip("/").partition("/")[0].casefold()
        if kind == _INTERFACES:
            parsed.seen += _interface(row, document.folder)
        elif kind == _POOLS:
            parsed.seen += _pool(row, document.folder)
        elif kind == _SERVERS and row.text("resourceref").count("/") == 2:
            parsed.seen += _server(row)
    return parsed


def _rows(value: Json) -> tuple[list[Json], str | None]:
    """Return the objects of a document, and the pointer to their list: None where one stands alone."""
    if isinstance(value, list):
        return value, ""
    if isinstance(value, dict):
        for key, one in value.items():
            if key.casefold() == "value" and isinstance(one, list):
                return one, f"/{key}"
        return [value], None
    return [], None


def _interface(row: Loose, controller: str) -> Iterator[Seen]:
    """Read an interface; one whose address the controller has not given yet tells nothing."""
    properties = row.child("properties")
    mac = properties.mac("privatemacaddress")
    if not mac:
        return
    name = row.child("resourcemetadata").text("resourcename") or row.text("resourceid")
    own_id = row.text("instanceid").lower() or row.text("resourceref").casefold()
    configurations = [one.child("properties") for one in properties.children("ipconfigurations")]
    subnet = next(filter(None, (one.child("subnet").text("resourceref") for one in configurations)), "")
    guard = properties.child("portsettings").text("macspoofingenabled").casefold()
    host = properties.child("server").text("resourceref").rpartition("/")[2] or controller
    vnic = properties.flag("ishostvirtualnetworkinterface") is True
    yield HostSeen(host, row.place, "hyperv")
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind="configured-vnic" if vnic else "configured",
        name=name,
        id=own_id,
        mac=mac,
        at_mac=properties.at("privatemacaddress"),
        dynamic=False,
        machine_id="" if vnic else f"network-controller/{own_id}",
        machine="" if vnic else name,
        switch=subnet or "SDN",
        spoofing={"enabled": True, "disabled": False}.get(guard),
        ips=tuple(filter(None, (one.text("privateipaddress") for one in configurations))),
        overlay=f"{controller}:{subnet}".casefold() if subnet.casefold().startswith(_VIRTUAL) else "",
    )
    if properties.text("privatemacallocationmethod").casefold() == "dynamic":
        yield HostSeen(controller, row.place, NAME)
        yield GrantSeen(controller, Place(row.place.file, properties.at("privatemacaddress")), mac, name)


def _pool(row: Loose, controller: str) -> Iterator[Seen]:
    properties = row.child("properties")
    first, last = properties.mac("startmacaddress"), properties.mac("endmacaddress")
    if first is None or last is None:
        return
    if first > last:
        properties.complain("startmacaddress", str(BadRange(show(first), show(last))))
        return
    yield HostSeen(controller, row.place, NAME)
    ends = (properties.at("startmacaddress"), properties.at("endmacaddress"))
    yield RangeSeen(controller, row.place, "vmm", row.text("resourceid"), first, last, *ends)


def _server(row: Loose) -> Iterator[Seen]:
    """Read a host, with the addresses the controller reaches it at."""
    host = row.text("resourceid") or row.text("resourceref").rpartition("/")[2]
    yield HostSeen(host, row.place, "hyperv")
    told: set[str] = set()
    for connection in row.child("properties").children("connections"):
        for at, text in enumerate(connection.texts("managementaddresses")):
            if text not in told and _is_ipv4(text):
                told.add(text)
                yield IpSeen(host, Place(row.place.file, f"{connection.at('managementaddresses')}/{at}"), text, "")


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
