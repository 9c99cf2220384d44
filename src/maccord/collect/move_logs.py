"""Reads logs in which devices tell of an address at two places: syslog files, and lines of Windows events among them.

Of a log, the lines that tell of addresses are read and all others passed over. A device is known by the name in the
line's header; lines without one are the device's that the folder names. A line that is a JSON object with a provider
and a number is a Windows event, as `Get-WinEvent | ConvertTo-Json -Compress` writes one to a line.

Source: see `wire/move_logs.py` for the vendors' messages; Microsoft, "Get-WinEvent".
"""

import msgspec

from maccord.collect.document import Document
from maccord.collect.fields import Fields
from maccord.collect.hyperv_lists import event
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import HostSeen, Place, Seen, WireSeen
from maccord.fleet.problem import Problem
from maccord.wire.move_logs import LINE_MAX, NO_YEAR, WORDS, MoveLog, is_move, year_in

NAME = "move-logs"
PLATFORM = "switch"

LINES_MAX = 200_000
_EVENT_MAX = 1 << 16
_KEYS, _NEAR = {"ProviderName", "Id"}, 200
_SIGNS = ('"ProviderName"', '"Id"')


def claims(document: Document) -> bool:
    """Tell whether some line is a message that tells of addresses, or an event of Windows."""
    text = document.text
    if any(word in text for word in WORDS):
        return any(is_move(line) for line in text.split("\n") if len(line) <= LINE_MAX)
    return all(sign in text for sign in _SIGNS) and any(_is_event(line) for line in text.split("\n"))


def parse(document: Document) -> Parsed:
    """Read the lines that tell of addresses."""
    lines = document.text.split("\n")
    year = next(filter(None, map(year_in, lines)), NO_YEAR)
    log = MoveLog(document.folder, year=year)
    parsed = Parsed()
    hosts: dict[str, HostSeen] = {}
    left_out = 0
    for number, line in enumerate(lines, start=1):
        place = Place(document.file, f"line {number}")
        told = log.feed(line.rstrip("\r")[: LINE_MAX + 1])
        if told is not None and len(parsed.seen) < LINES_MAX:
            host = told.at.observer
            hosts.setdefault(host, HostSeen(host, Place(document.file, ""), PLATFORM))
            parsed.seen.append(WireSeen(host, place, told))
        elif told is not None:
            left_out += 1
        elif _is_event(line):
            _add_event(line, place, document, hosts, parsed)
    if left_out:
        parsed.problems.append(Problem(document.file, "", f"{left_out} lines after the first {LINES_MAX} are not used"))
    parsed.seen[:0] = [hosts[name] for name in sorted(hosts)]
    return parsed


def _is_event(line: str) -> bool:
    """Tell whether a line is an event's object, or looks like the beginning of one that is broken."""
    if not line.startswith("{") or len(line) > _EVENT_MAX or not all(sign in line for sign in _SIGNS):
        return False
    try:
        value = msgspec.json.decode(line.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return line.find(_SIGNS[0]) < _NEAR
    return isinstance(value, dict) and value.keys() >= _KEYS


def _add_event(line: str, place: Place, document: Document, hosts: dict[str, HostSeen], parsed: Parsed) -> None:
    try:
        value = msgspec.json.decode(line.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        parsed.problems.append(Problem(place.file, place.at, "an event that is not readable as JSON"))
        return
    if not isinstance(value, dict):
        return
    row = Fields(value, place, parsed.problems)
    host = row.text("Computer") or row.text("MachineName") or document.folder
    found: list[Seen] = list(event(row, host))
    if found:
        hosts.setdefault(host, HostSeen(host, Place(document.file, ""), "hyperv"))
        parsed.seen += found
