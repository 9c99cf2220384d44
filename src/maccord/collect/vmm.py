"""Reads VMM servers: the export `maccord.vmm/1`, and the JSON of Get-SCMACAddressPool or Get-SCMACAddress alone.

Source of the properties: Microsoft's reference of the VirtualMachineManager module (previous versions hh801358 ff.).
"""

from collections.abc import Iterator

from maccord.collect.document import Document
from maccord.collect.fields import Fields, rows_of
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import GrantSeen, HostSeen, Place, RangeSeen, Seen
from maccord.mac import BadRange, show

NAME = "vmm"
SCHEMA = "maccord.vmm/1"
_POOL_KEYS = {"MACAddressRangeStart", "MACAddressRangeEnd"}
_GRANT_KEYS = {"Address", "VirtualNetworkAdapter"}


def claims(document: Document) -> bool:
    """Tell whether the content is a VMM export or the JSON of one of its two cmdlets."""
    if document.opening not in ("{", "["):
        return False
    value = document.json
    first = next((one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)), {})
    return first.get("schema") == SCHEMA or first.keys() >= _POOL_KEYS or first.keys() >= _GRANT_KEYS


def parse(document: Document) -> Parsed:
    """Read the document; rows that are broken are problems, the others count."""
    parsed = Parsed()
    value = document.json
    for row in rows_of(value, Place(document.file, ""), parsed.problems):
        if row.text("schema") == SCHEMA:
            pointer = row.place.at if isinstance(value, list) else ""
            export = Fields(row.values, Place(document.file, pointer), parsed.problems)
            parsed.seen += _export(export, export.text("ComputerName") or document.folder)
        else:
            server = row.text("PSComputerName") or document.folder
            parsed.seen.append(HostSeen(server, row.place, NAME))
            parsed.seen += _pool(row, server) if row.has("MACAddressRangeStart") else _grant(row, server)
    return parsed


def _export(export: Fields, server: str) -> Iterator[Seen]:
    yield HostSeen(server, export.place, NAME, export.text("collectedAt"), whole=True)
    for row in export.rows("SCMACAddressPool"):
        yield from _pool(row, server)
    for row in export.rows("SCMACAddress"):
        yield from _grant(row, server)


def _pool(row: Fields, server: str) -> Iterator[Seen]:
    first, last = row.mac("MACAddressRangeStart"), row.mac("MACAddressRangeEnd")
    if first is None or last is None:
        return
    if first > last:
        row.complain("MACAddressRangeStart", str(BadRange(show(first), show(last))))
        return
    ends = (row.at("MACAddressRangeStart"), row.at("MACAddressRangeEnd"))
    yield RangeSeen(server, row.place, "vmm", row.text("Name"), first, last, *ends)


def _grant(row: Fields, server: str) -> Iterator[Seen]:
    mac = row.mac("Address")
    if mac:
        yield GrantSeen(server, row.place.down("Address"), mac, row.text("VirtualNetworkAdapter"))
