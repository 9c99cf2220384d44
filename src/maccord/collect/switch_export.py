"""Reads what `maccord collect switch` keeps: a switch's tables at one moment, `maccord.switch/1`.

Two files of one switch are two moments: an address that was learned at another port in between has moved.

Source: this project's own format, written by `reach/snmp.py`; what its values mean, the MIBs cited there say.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Literal

from maccord.collect.document import Document, Unreadable
from maccord.collect.fields import Fields
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import HostSeen, LinkSeen, Place, PortSeen, Seen, SightingSeen, WireSeen
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value
from maccord.wire.move_logs import time_of
from maccord.wire.records import At, Domain, TableChange
from maccord.wire.spelled import readable

NAME = "switch-export"
PLATFORM = "switch"
SCHEMA = "maccord.switch/1"

_KINDS = {"learned": "dynamic", "self": "own", "mgmt": "static"}
_CHANGES: dict[str, Literal["learned", "static", "own"]] = {"learned": "learned", "self": "own", "mgmt": "static"}


def claims(document: Document) -> bool:
    """Tell whether the document says that it is one."""
    if document.opening != "{" or SCHEMA not in document.text:
        return False
    return isinstance(document.json, dict) and document.json.get("schema") == SCHEMA


def parse(document: Document) -> Parsed:
    """Read every table; raise Unreadable where there is none."""
    whole = document.json
    if not isinstance(whole, dict):
        raise Unreadable("", "expected an object")
    parsed = Parsed()
    host = readable(str(whole.get("name") or "")) or document.folder
    moment = str(whole.get("collectedAt") or "")[:40]
    place = Place(document.file, "")
    parsed.seen.append(HostSeen(host, place, PLATFORM, moment))
    for row in _rows(document, "interfaces", parsed):
        if row.text("name"):
            part_of = row.text("partOf")
            parsed.seen.append(
                PortSeen(host=host, place=row.place, port=row.text("name"), role="port", part_of=part_of)
            )
    for row in _rows(document, "addresses", parsed):
        parsed.seen += _address(row, host, moment, parsed)
    for row in _rows(document, "neighbours", parsed):
        parsed.seen += _neighbour(row, host, moment, parsed)
    for row in _rows(document, "links", parsed):
        if row.text("port") and (row.text("system") or row.text("chassis")):
            peer = row.text("system") or row.text("chassis")
            parsed.seen.append(LinkSeen(host, row.place, row.text("port"), peer, row.text("peerPort")))
    return parsed


def _rows(document: Document, name: str, parsed: Parsed) -> Iterator[Fields]:
    rows = document.json.get(name)
    if rows is None:
        return
    if not isinstance(rows, list):
        parsed.problems.append(Problem(document.file, f"/{name}", "expected a list"))
        return
    for at, row in enumerate(rows):
        place = Place(document.file, f"/{name}/{at}")
        if isinstance(row, dict):
            yield Fields(row, place, parsed.problems)
        else:
            parsed.problems.append(Problem(document.file, place.at, "expected an object"))


def _mac(row: Fields, parsed: Parsed) -> int | None:
    try:
        return parse_value(row.text("mac"))
    except BadAddress as error:
        parsed.problems.append(Problem(row.place.file, f"{row.place.at}/mac", str(error)))
        return None


def _address(row: Fields, host: str, moment: str, parsed: Parsed) -> Iterator[Seen]:
    mac, vlan, status = _mac(row, parsed), row.number("vlan") or 0, row.text("status")
    if mac is None or status not in _KINDS:
        return
    port = row.text("port")
    yield SightingSeen(host=host, place=row.place, mac=mac, kind=_KINDS[status], port=port, vlan=vlan, seen_at=moment)
    time_ns = time_of(moment)
    if time_ns:
        told = TableChange(
            time_ns=time_ns,
            at=At(host, port),
            domain=Domain((vlan,) if 0 < vlan < 4095 else ()),
            line=0,
            mac=mac,
            change=_CHANGES[status],
        )
        yield WireSeen(host, row.place, told)


def _neighbour(row: Fields, host: str, moment: str, parsed: Parsed) -> Iterator[Seen]:
    mac = _mac(row, parsed)
    if not mac:
        return
    try:
        ip = str(ip_address(row.text("ip")))
    except ValueError:
        parsed.problems.append(Problem(row.place.file, f"{row.place.at}/ip", "no IP address"))
        return
    yield SightingSeen(
        host=host, place=row.place, mac=mac, kind="neighbour", port=row.text("port"), ip=ip, seen_at=moment
    )
