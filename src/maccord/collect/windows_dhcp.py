"""Reads Windows DHCP servers: the XML of Export-DhcpServer, and leases and reservations as JSON or CSV.

The client's identifier is its hardware address where it has six octets, or seven of which the first is 1 for Ethernet.
Others (remote access, declined addresses) are none. When a lease was made is not told.

Source: Microsoft's reference of Export-DhcpServer, Get-DhcpServerv4Lease and Get-DhcpServerv4Reservation; class
DhcpServerv4Lease of the provider DhcpServerPSProvider; RFC 2132, section 9.14.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from maccord.collect.document import NEWLINE, Document, Unreadable
from maccord.collect.leases import NoAddress, lease, octets, plain_ip, server
from maccord.collect.parsed import Parsed
from maccord.collect.xml_stream import elements
from maccord.fleet.evidence import Place, Seen
from maccord.fleet.problem import Problem

NAME = "windows-dhcp"
_SIGNS = {"IPAddress", "ScopeId", "ClientId"}
_V6_SIGNS = {"IPAddress", "ClientDuid"}
_SERVERS = ("PSComputerName", "ServerName", "ServerIP")
_HERE = {"", "localhost", "127.0.0.1", "::1"}
_XML = re.compile(r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?<DHCPServer[\s>]")
_WANTED = ("Lease", "Reservation")
_KEPT = ("IPAddress", "ClientId", "HostName", "Name")
_COLUMNS_MAX = 200
_TYPE_LINE = "#TYPE "


def claims(document: Document) -> bool:
    """Tell whether the content is an export of a server, or a list of leases as PowerShell writes it."""
    if document.opening == "<":
        return bool(_XML.match(document.text[:1000]))
    if document.opening in ("{", "["):
        first = next((one for one in _rows(document.json)), None)
        return first is not None and (first.keys() >= _SIGNS or first.keys() >= _V6_SIGNS)
    columns = set(_columns(document.text)[1])
    return columns >= _SIGNS or columns >= _V6_SIGNS


def parse(document: Document) -> Parsed:
    """Read all leases and reservations; a row that is broken is a problem."""
    parsed = Parsed()
    if document.opening == "<":
        rows = _of_xml(document, parsed.problems)
    elif document.opening in ("{", "["):
        rows = _of_json(document)
    else:
        rows = _of_csv(document, parsed.problems)
    hosts = set()
    for place, row in rows:
        host = next(
            (name for key in _SERVERS if (name := _text(row.get(key))).casefold() not in _HERE), document.folder
        )
        hosts.add(host)
        parsed.seen += _lease(row, host, place, parsed.problems)
    parsed.seen += (server(host, document.file) for host in sorted(hosts or {document.folder}))
    return parsed.shorten(document.file)


def _lease(row: Mapping[str, Any], host: str, place: Place, problems: list[Problem]) -> Iterator[Seen]:
    try:
        client = octets(_text(row.get("ClientId")))
    except NoAddress:
        problems.append(Problem(place.file, place.at, "the client's identifier is no row of hexadecimal octets"))
        return
    if len(client) == 7 and client[0] == 1:
        client = client[1:]
    mac = int.from_bytes(client, "big") if len(client) == 6 else 0
    if mac:
        name = _text(row.get("HostName")) or _text(row.get("Name"))
        yield lease(host, place, mac, ip=plain_ip(_text(row.get("IPAddress"))), name=name.rstrip("."))


def _text(value: object) -> str:
    """Return a text; an IP address is an object in PowerShell, and ConvertTo-Json writes its properties."""
    if isinstance(value, dict):
        value = value.get("IPAddressToString")
    return value.strip() if isinstance(value, str) else ""


def _of_xml(document: Document, problems: list[Problem]) -> Iterator[tuple[Place, dict[str, Any]]]:
    found, broken = elements(document.text, _WANTED, _KEPT)
    if broken:
        if not found:
            raise broken
        problems.append(Problem(document.file, broken.at, broken.reason))
    for one in found:
        yield Place(document.file, one.at), {key: one.text(key) for key in _KEPT}


def _of_json(document: Document) -> Iterator[tuple[Place, dict[str, Any]]]:
    many = isinstance(document.json, list)
    for number, row in enumerate(_rows(document.json)):
        yield Place(document.file, f"/{number}" if many else ""), row


def _rows(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def _columns(text: str) -> tuple[str, list[str], int]:
    """Return the separator, the columns and the number of the header's line of CSV; no columns where it is none."""
    number, at = 1, 0
    if text.startswith(_TYPE_LINE):
        at, number = text.find(NEWLINE) + 1, 2
    end = text.find(NEWLINE, at, at + 10_000)
    header = text[at:end].strip("\r \ufeff") if end > 0 else ""
    for separator in ",;\t":
        columns = [column.strip().strip('"') for column in header.split(separator)]
        if 2 < len(columns) <= _COLUMNS_MAX:
            return separator, columns, number
    return ",", [], number


def _of_csv(document: Document, problems: list[Problem]) -> Iterator[tuple[Place, dict[str, Any]]]:
    separator, columns, skipped = _columns(document.text)
    reader = csv.reader(io.StringIO(document.text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            place = Place(document.file, f"line {reader.line_num}")
            if reader.line_num <= skipped or not cells:
                continue
            if len(cells) != len(columns):
                problems.append(Problem(place.file, place.at, f"{len(cells)} of {len(columns)} columns"))
                continue
            yield place, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num}", f"not readable as CSV: {error}") from error
