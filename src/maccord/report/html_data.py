"""What the page's script needs: ranges, overlaps and addresses for the map, and what a filter looks through."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

import msgspec

from maccord.mac import parse_value
from maccord.report.html_view import IN_BRIEF, IN_FULL, SEARCHED_MAX, kind_of
from maccord.report.illustration import Illustration
from maccord.report.model import FindingItem, IncidentItem, Report
from maccord.report.stack_drawing import clipped

OVERLAPS_MAX, MARKS_MAX = 20_000, 20_000
_NAME = 64
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def data_block(report: Report, drawn: Illustration) -> str:
    """Return JSON that may stand inside a script element: no character in it means anything to HTML.

    Addresses are 48-bit numbers, which JavaScript holds exactly. Columns of `map` have one value per range, in the
    order of their first addresses; `first` holds the step from the range before.
    """
    shown = report.incidents[: IN_FULL + IN_BRIEF]
    hosts: dict[str, int] = {}
    for name in chain((strip.host for strip in drawn.strips), (host for one in shown for host in one.hosts)):
        hosts.setdefault(name, len(hosts))
    overlaps, marks = iter(_overlaps(report)), iter(_marks(report))
    told = {
        "hosts": [clipped(name, _NAME) for name in hosts],
        "map": {**_columns(drawn, hosts), "shared": _shared(report, drawn)},
        "incidents": [{"id": one.id, "kind": kind_of(one), "cause": one.cause} for one in shown],
        "states": [one.state for one in shown],
        "overlaps": list(islice(overlaps, OVERLAPS_MAX)),
        "marks": list(islice(marks, MARKS_MAX)),
        "search": _searched(shown, hosts),
        "leftOut": {
            "strips": drawn.strips_left_out,
            "overlaps": sum(1 for _ in overlaps),
            "marks": sum(1 for _ in marks),
        },
    }
    return msgspec.json.encode(told).decode().translate(_ESCAPES)


def _columns(drawn: Illustration, hosts: dict[str, int]) -> dict[str, Any]:
    strips = drawn.strips
    names: dict[str, int] = {}
    kinds: dict[str, int] = {}
    befores = chain((0,), (strip.first for strip in strips))
    return {
        "first": [strip.first - before for strip, before in zip(strips, befores, strict=False)],
        "size": [strip.last - strip.first + 1 for strip in strips],
        "host": [hosts[strip.host] for strip in strips],
        "kind": [kinds.setdefault(strip.kind, len(kinds)) for strip in strips],
        "name": [names.setdefault(strip.name, len(names)) for strip in strips],
        "kinds": list(kinds),
        "names": [clipped(name, _NAME) for name in names],
    }


def _told(report: Report) -> Iterable[tuple[int, FindingItem]]:
    """Yield the findings with the number of their incident, worst incident first."""
    findings = {one.id: one for one in report.findings}
    for at, incident in enumerate(report.incidents):
        yield from ((at, findings[number]) for number in incident.findings)


def _overlaps(report: Report) -> Iterable[tuple[int, int, int]]:
    """Yield first, last and incident of each stretch that several pools share."""
    for at, one in _told(report):
        if sum(subject.kind == "pool" for subject in one.subjects) > 1:
            yield from ((parse_value(first), parse_value(last), at) for first, last in one.ranges)


def _shared(report: Report, drawn: Illustration) -> list[int]:
    """Return the numbers of the ranges that a finding says share addresses."""
    of: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, strip in enumerate(drawn.strips):
        of[strip.host, strip.name or strip.kind].append(at)
    found = set()
    for _, one in _told(report):
        pools = [subject for subject in one.subjects if subject.kind == "pool"]
        ends = [(parse_value(first), parse_value(last)) for first, last in one.ranges]
        for at in (at for pool in (pools if len(pools) > 1 else ()) for at in of[pool.host, pool.name]):
            strip = drawn.strips[at]
            if any(first <= strip.last and strip.first <= last for first, last in ends):
                found.add(at)
    return sorted(found)


def _marks(report: Report) -> Iterable[tuple[int, int, int]]:
    """Yield each address that an incident is about, the incident, and 1 where several adapters wear it."""
    twice = {
        (at, address)
        for at, one in _told(report)
        for address in one.addresses
        if sum(subject.kind == "adapter" for subject in one.subjects) > 1
    }
    for at, incident in enumerate(report.incidents):
        yield from ((parse_value(one), at, int((at, one) in twice)) for one in incident.addresses)


def _searched(shown: Iterable[IncidentItem], hosts: dict[str, int]) -> list[dict[str, Any]]:
    """Return, per incident, all its hosts, addresses and ranges, in a limit that a browser bears."""
    room = SEARCHED_MAX
    found = []
    for one in shown:
        told: dict[str, Any] = {
            "hosts": [hosts[name] for name in one.hosts[:room]],
            "addresses": [parse_value(address) for address in one.addresses[:room]],
            "ranges": [[parse_value(first), parse_value(last)] for first, last in one.ranges[:room]],
        }
        told["cut"] = len(one.hosts) > room
        room = max(0, room - len(one.hosts) - len(one.addresses) - len(one.ranges))
        found.append(told)
    return found
