"""Reads ISC DHCP: the lease file dhcpd.leases, and the reservations in dhcpd.conf.

The lease file is a journal: the server appends a lease whenever it changes, and the last entry of an IP address counts.
A `host` declaration with a hardware address is a reservation, in whatever group or subnet it stands. Leases of the
DHCPv6 server name clients by DUID and tell of no hardware address.

Source: dhcpd.leases(5), "The lease declaration"; dhcpd.conf(5), "Reference: declarations", the `host` statement.
"""

import re
from calendar import timegm
from collections.abc import Iterator, Sequence

from maccord.collect.dhcpd_text import Block, Statement, statements
from maccord.collect.document import Document
from maccord.collect.leases import Journal, NoAddress, hardware, lease, moment, plain_ip, server
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import Place, Seen
from maccord.fleet.problem import Problem

NAME = "dhcpd"
_SIGNATURE = re.compile(
    r"^[ \t]{0,40}(?:lease[ \t]{1,9}[0-9]{1,3}(?:\.[0-9]{1,3}){3}[ \t]{0,9}\{|(?:ia-na|ia-ta|ia-pd)[ \t]{1,9}\""
    r"|host[ \t]{1,9}[^\s{]{1,255}\s{0,9}\{\s{0,99}(?:dynamic;|hardware\s|fixed-address\s|option\s))",
    re.MULTILINE,
)
_MOMENT = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})")
_ETHERNET = "ethernet"


def claims(document: Document) -> bool:
    """Tell whether the content has a lease or a host declaration."""
    return bool(_SIGNATURE.search(document.text))


def parse(document: Document) -> Parsed:
    """Read all declarations; those that were complete before the text broke count."""
    parsed = Parsed(seen=[server(document.folder, document.file)])
    found, broken = statements(document.text)
    if broken:
        parsed.problems.append(Problem(document.file, broken.at, broken.reason))
    journal = Journal(document.folder)
    for block in _blocks(found):
        place = Place(document.file, f"line {block.line}")
        if block.words[0] == "lease":
            _enter(journal, block, document.folder, place, parsed.problems)
        else:
            parsed.seen += _reservation(block, document.folder, place, parsed.problems)
    parsed.seen += journal.entries()
    return parsed.shorten(document.file)


def _blocks(found: Sequence[Statement]) -> Iterator[Block]:
    """Yield leases and hosts, wherever they stand."""
    todo = list(reversed(found))
    while todo:
        one = todo.pop()
        if isinstance(one, Block):
            if one.words and one.words[0] in ("lease", "host") and len(one.words) > 1:
                yield one
            else:
                todo += reversed(one.inside)


def _enter(journal: Journal, block: Block, host: str, place: Place, problems: list[Problem]) -> None:
    address = plain_ip(block.words[1])
    if not address:
        problems.append(Problem(place.file, place.at, f"{block.words[1][:60]!r} is no IP address"))
        return
    mac = _hardware(block, place, problems)
    seen = _seconds(block.value("cltt")) or _seconds(block.value("starts"))
    name = (block.value("client-hostname") or [""])[0]
    says = (lease(host, place, mac, ip=address, name=name, seen_at=moment(seen)),) if mac is not None else ()
    journal.add(address, place, seen, says)


def _reservation(block: Block, host: str, place: Place, problems: list[Problem]) -> Iterator[Seen]:
    mac = _hardware(block, place, problems)
    if mac is None or block.value("deleted") is not None:
        return
    words = [word.strip(",") for word in block.value("fixed-address") or []]
    addresses = [ip for word in ",".join(words).split(",") if (ip := plain_ip(word))]
    for address in addresses or [""]:
        yield lease(host, place, mac, ip=address, name=block.words[1])


def _hardware(block: Block, place: Place, problems: list[Problem]) -> int | None:
    told = block.value("hardware")
    if told is None or len(told) < 2 or told[0] != _ETHERNET:
        return None
    try:
        return hardware(told[1])
    except NoAddress as wrong:
        problems.append(Problem(place.file, place.at, f"{str(wrong)!r} is no hardware address"))
        return None


def _seconds(words: Sequence[str] | None) -> int:
    """Return a moment in seconds since 1970: `4 2027/01/14 12:00:00`, in UTC, or `epoch 1800000000`."""
    told = " ".join(words or ())
    if told.startswith("epoch ") and told[6:].isdecimal() and len(told) <= 20:
        return int(told[6:])
    found = _MOMENT.search(told)
    if found is None:
        return 0
    year, month, day, hour, minute, second = map(int, found.groups())
    right = month in range(1, 13) and day in range(1, 32) and hour < 24 and minute < 60 and second < 61
    return timegm((year, month, day, hour, minute, second)) if right and year > 1969 else 0
