"""Reads NetBox: lists of interfaces as its REST API serves them, and the addresses that they document.

A list is `{"count": .., "results": [..]}`, or the bare rows, of `/api/dcim/interfaces/` or
`/api/virtualization/interfaces/`; the `url` of each row tells which. Since NetBox 4.2 addresses are objects of their
own: `mac_addresses` has all of an interface, `mac_address` repeats the primary one. Before that there is `mac_address`.
A row names its device or machine in short; `maccord collect netbox` adds `site`, `cluster`, `device` and
`virtual_chassis` of it where NetBox has them, which say where it is.

What is documented is nobody's adapter: it is compared with what else is documented, never with what hosts tell. The
members of a virtual chassis are one owner, and so is whatever carries one name in two NetBoxes.

Source: NetBox documentation, "REST API Overview", "Interfaces", "VM Interfaces" and "MAC Addresses".
"""

from collections.abc import Iterator

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import DeclaredSeen, HostSeen, Place

NAME = "netbox"
_LISTS = {"/api/dcim/interfaces/": "device", "/api/virtualization/interfaces/": "virtual_machine"}
_EMPTY = {"count", "next", "previous", "results"}


def claims(document: Document) -> bool:
    """Tell whether the content is a list of interfaces: the first row's URL says so; an empty list is one of NetBox."""
    if document.opening not in ("{", "["):
        return False
    rows, _ = _rows(document.json)
    first = next((one for one in rows if isinstance(one, dict)), None) if isinstance(rows, list) else None
    if first is None:
        return isinstance(document.json, dict) and document.json.keys() >= _EMPTY
    return _list_of(first.get("url")) is not None


def parse(document: Document) -> Parsed:
    """Read every interface; addresses that are none are problems, the others count."""
    parsed = Parsed()
    rows, pointer = _rows(document.json)
    hosts: set[str] = set()
    for row in rows_of(rows, Place(document.file, pointer), parsed.problems):
        named = _list_of(row.values.get("url"))
        if named is None:
            row.complain("url", "is the address of no interface in NetBox: the row is left out")
            continue
        for one in _interface(row, *named, parsed, document.folder):
            if one.host not in hosts:
                hosts.add(one.host)
                parsed.seen.append(HostSeen(one.host, row.place, NAME))
            parsed.seen.append(one)
    return parsed


def _rows(value: Json) -> tuple[Json, str]:
    return (value.get("results"), "/results") if isinstance(value, dict) else (value, "")


def _list_of(url: Json) -> tuple[str, str] | None:
    """Return a NetBox and the key of an interface's owner, from the interface's URL."""
    if not isinstance(url, str):
        return None
    for path, owner in _LISTS.items():
        before, found, _ = url.partition(path)
        if found:
            return before.partition("://")[2] or before, owner
    return None


def _interface(row: Fields, netbox: str, key: str, parsed: Parsed, folder: str) -> Iterator[DeclaredSeen]:
    owner = _object(row, key, parsed)
    if owner is None:
        return
    chassis = _object(owner, "virtual_chassis", parsed)
    name = _name(chassis or owner) or f"{key} {owner.text('id')}"
    kind = "virtual-chassis" if chassis else key
    host = _name(owner) if key == "device" else _whereabouts(owner, parsed)
    for mac, at in _addresses(row, parsed):
        yield DeclaredSeen(
            host=host or folder,
            place=row.place,
            mac=mac,
            at_mac=at,
            source=f"{netbox}/{kind}",
            owner_id=(chassis or owner).text("id"),
            owner=name,
            name=row.text("name"),
        )


def _addresses(row: Fields, parsed: Parsed) -> Iterator[tuple[int, str]]:
    """Yield each address of an interface once, with its place; all zeros are no address."""
    told: set[int] = set()
    for one in (row, *row.rows("mac_addresses"), *filter(None, [_object(row, "primary_mac_address", parsed)])):
        mac = one.mac("mac_address")
        if mac and mac not in told:
            told.add(mac)
            yield mac, one.at("mac_address")


def _whereabouts(machine: Fields, parsed: Parsed) -> str:
    """Return the most that is known of where a machine runs: its host, its cluster or its site."""
    around = (_object(machine, key, parsed) for key in ("device", "cluster", "site"))
    return next((_name(one) for one in around if one is not None and _name(one)), "")


def _object(row: Fields, key: str, parsed: Parsed) -> Fields | None:
    """Return the object under `key`, if one is there."""
    value = row.values.get(key)
    return Fields(value, row.place.down(key), parsed.problems) if isinstance(value, dict) else None


def _name(one: Fields) -> str:
    return one.text("name") or one.text("display")
