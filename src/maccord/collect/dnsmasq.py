"""Reads the lease file of dnsmasq.

One lease a line: when it ends, hardware address, IP address, name, client identifier; `*` stands for none. A hardware
type other than Ethernet is written before the address (`06-`). After a line `duid` come the DHCPv6 leases, whose second
word is no hardware address: they tell of no MAC address.

Source: dnsmasq, src/lease.c, and its author's and users' descriptions of the format on the list dnsmasq-discuss (2014,
2016).
"""

import re
from collections.abc import Iterator

from maccord.collect.document import Document
from maccord.collect.leases import hardware, lease, plain_ip, server
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import Place, Seen
from maccord.fleet.problem import Problem

NAME = "dnsmasq"
_LINE_MAX = 2000
_WORD = r"[^ ]{1,300}"
_V4 = re.compile(
    r"[0-9]{1,12} (?:(?P<type>[0-9a-fA-F]{2})-)?(?P<mac>(?:[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){0,15})?)"
    rf" (?P<ip>[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}) (?P<name>{_WORD})(?: {_WORD})?"
)
_V6 = re.compile(rf"[0-9]{{1,12}} T?[0-9]{{1,10}} [0-9a-fA-F:.]{{2,45}} {_WORD}(?: {_WORD})?")
_DUID = re.compile(r"duid [0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){0,130}")


def claims(document: Document) -> bool:
    """Tell whether the first line is a lease, or the server's own identifier."""
    first = document.text[:_LINE_MAX].lstrip().partition("\n")[0].strip()
    return any(form.fullmatch(first) for form in (_V4, _V6, _DUID))


def parse(document: Document) -> Parsed:
    """Read all lines; those that are none are problems."""
    parsed = Parsed(seen=[server(document.folder, document.file)])
    for number, line in enumerate(document.text.splitlines(), start=1):
        words = line[:_LINE_MAX].strip()
        if words:
            parsed.seen += _lease(words, document.folder, Place(document.file, f"line {number}"), parsed.problems)
    return parsed.shorten(document.file)


def _lease(line: str, host: str, place: Place, problems: list[Problem]) -> Iterator[Seen]:
    found = _V4.fullmatch(line)
    if found is None:
        if not _V6.fullmatch(line) and not _DUID.fullmatch(line):
            problems.append(Problem(place.file, place.at, "no lease of dnsmasq: when it ends, address, IP, name"))
        return
    mac = hardware(found["mac"], int(found["type"] or "01", 16))
    if mac is not None:
        yield lease(host, place, mac, ip=plain_ip(found["ip"]), name="" if found["name"] == "*" else found["name"])
