"""Reads lease files of ISC Kea's memfile backend, for DHCPv4 and DHCPv6.

The file is a journal: the server appends a row whenever a lease changes, and of several rows of one IP address the last
is the lease, as it is for the server when it starts. A row with a lifetime of 0 takes the lease away. A DUID is no
address of an interface, so a DHCPv6 lease counts where the server learned the hardware address.

Source: Kea Administrator Reference Manual, "Memfile - Basic Storage for Leases" and "kea-lfc"; kea-devel, "Lease file
format"; in values, a comma is written `&#x2c`.
"""

from collections.abc import Mapping

from maccord.collect.document import Document
from maccord.collect.leases import Journal, NoAddress, hardware, lease, moment, plain_ip, server
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import Place, Seen
from maccord.fleet.problem import Problem

NAME = "kea"
_HEADS = ("address,hwaddr,", "address,duid,")
_COMMA = "&#x2c"
_COLUMNS_MAX = 100
_PREFIX = "2"
"""The lease type of a delegated prefix: what it leases is no address that anybody answers under."""

_FOREVER = 0xFFFFFFFF


def claims(document: Document) -> bool:
    """Tell whether the content begins with the header of a lease file."""
    return document.text[:64].lstrip().startswith(_HEADS)


def parse(document: Document) -> Parsed:
    """Read all rows; those that are cut short are problems."""
    parsed = Parsed(seen=[server(document.folder, document.file)])
    journal = Journal(document.folder)
    columns: list[str] = []
    for number, line in enumerate(document.text.splitlines(), start=1):
        place = Place(document.file, f"line {number}")
        cells = line.strip().split(",", _COLUMNS_MAX)
        if line.strip().startswith(_HEADS):
            columns = cells  # again where files were put one behind the other
        elif not line.strip() or line.startswith("#"):
            continue
        elif len(cells) < min(len(columns), 8):
            parsed.problems.append(Problem(place.file, place.at, f"{len(cells)} of {len(columns)} columns: cut short"))
        else:
            row = dict(zip(columns, (cell.replace(_COMMA, ",") for cell in cells), strict=False))
            _enter(journal, row, document.folder, place, parsed.problems)
    parsed.seen += journal.entries()
    return parsed.shorten(document.file)


def _enter(journal: Journal, row: Mapping[str, str], host: str, place: Place, problems: list[Problem]) -> None:
    address = plain_ip(row.get("address", ""))
    if not address:
        problems.append(Problem(place.file, place.at, f"{row.get('address', '')[:60]!r} is no IP address"))
        return
    lifetime, expire = _number(row.get("valid_lifetime", "")), _number(row.get("expire", ""))
    seen = expire - lifetime if lifetime != _FOREVER else 0
    says: tuple[Seen, ...] = ()
    try:
        mac = hardware(row.get("hwaddr", ""), _number(row.get("hwtype", "")) or 1)
        if mac is not None and lifetime:
            ip = "" if row.get("lease_type") == _PREFIX else address
            name = row.get("hostname", "").rstrip(".")
            says = (lease(host, place, mac, ip=ip, name=name, seen_at=moment(seen)),)
    except NoAddress as wrong:
        problems.append(Problem(place.file, place.at, f"{str(wrong)!r} is no hardware address"))
    journal.add(address, place, seen, says)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 15 else 0
