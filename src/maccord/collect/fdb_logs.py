"""Reads logs of a Linux bridge's address table: what `bridge monitor fdb` prints, with times.

The log is the bridge's whose host the folder names. Each address at each port is one sighting, and every change is kept
as it is told.

Source: bridge(8) of iproute2; see `wire/fdb_log.py`.
"""

from maccord.collect.document import Document
from maccord.collect.leases import moment
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import HostSeen, Place, SightingSeen, WireSeen
from maccord.fleet.problem import Problem
from maccord.wire.fdb_log import LINE_MAX, FdbLog, is_fdb_log
from maccord.wire.records import TableChange

NAME = "fdb-logs"
PLATFORM = "switch"

CHANGES_MAX = 200_000
_SECOND = 10**9
_KINDS = {"learned": "dynamic", "static": "static", "own": "own"}


def claims(document: Document) -> bool:
    """Tell whether the first lines are those of such a log."""
    return is_fdb_log(document.text)


def parse(document: Document) -> Parsed:
    """Read every line."""
    log = FdbLog(document.folder)
    changes: list[TableChange] = []
    left_out = 0
    for line in document.text.split("\n"):
        change = log.feed(line.rstrip("\r")[: LINE_MAX + 1])
        if change is not None and len(changes) < CHANGES_MAX:
            changes.append(change)
        elif change is not None:
            left_out += 1
    parsed = Parsed([HostSeen(document.folder, Place(document.file, ""), PLATFORM)])
    parsed.seen += _sightings(document.file, changes)
    parsed.seen += [WireSeen(document.folder, Place(document.file, f"line {one.line}"), one) for one in changes]
    if left_out:
        parsed.problems.append(
            Problem(document.file, "", f"{left_out} changes after the first {CHANGES_MAX} are not used")
        )
    return parsed


def _sightings(file: str, changes: list[TableChange]) -> list[SightingSeen]:
    found: dict[tuple[str, int], SightingSeen] = {}
    for one in changes:
        if one.change != "aged":
            found[one.at.port, one.mac] = SightingSeen(
                host=one.at.observer,
                place=Place(file, f"line {one.line}"),
                mac=one.mac,
                kind=_KINDS[one.change],
                port=one.at.port,
                vlan=one.domain.vlan,
                segment=one.domain.name,
                seen_at=moment(one.time_ns // _SECOND),
            )
    return list(found.values())
