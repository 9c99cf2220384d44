"""What `bridge monitor fdb` prints: each entry of a Linux bridge's table that comes, moves or goes.

    Timestamp: Sat Nov 21 10:28:53 2026 544987 usec
    00:15:5d:c8:6a:00 dev p-a master br0
    [2026-11-21T10:28:54.001122] Deleted 00:15:5d:0a:00:03 dev p-c vlan 10 master br0

With `-t` times stand on a line before, with `-ts` before each; they are of the bridge's own time zone, which nobody
says, and read as UTC. An address that is learned at another port is printed at that port, without a word of the old
one. What tunnels know of the far end (`dst`) is told of at `DEV/ADDRESS`.

Source: bridge(8) of iproute2, and what `print_fdb` and `print_timestamp` there print.
"""

import re
from calendar import timegm
from typing import Literal

from maccord.wire.records import At, Domain, TableChange

LINE_MAX = 512
_ENTRY = re.compile(
    r"(?:\[(?P<day>\d{4}-\d\d-\d\d)T(?P<clock>\d\d:\d\d:\d\d)\.(?P<micro>\d{6})\]\s)?\s?(?P<gone>Deleted\s)?"
    r"(?P<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})\s(?=(?:.{0,200}\s)?dev\s)(?P<rest>.*)$"
)
_TIME = re.compile(
    r"Timestamp: \w{3} (?P<month>\w{3}) {1,2}(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d) (?P<year>\d{4}) "
    r"(?P<micro>\d{1,6}) usec\s*$"
)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_VALUED = {"dev", "vlan", "master", "dst", "vni", "src_vni", "port", "via", "nhid", "link-netnsid", "used"}


class FdbLog:
    """Reads the log line by line; `observer` is the bridge's host."""

    def __init__(self, observer: str) -> None:
        self._observer = observer
        self._time_ns = 0
        self._line = 0

    def feed(self, line: str) -> TableChange | None:
        """Return what a line says of an entry; None for any other line."""
        self._line += 1
        if len(line) > LINE_MAX:
            return None
        if time := _TIME.match(line):
            self._time_ns = _told_time(time)
            return None
        found = _ENTRY.match(line)
        return None if found is None else self._change(found)

    def _change(self, found: re.Match[str]) -> TableChange | None:
        if found["day"]:
            year, month, day = (int(part) for part in found["day"].split("-"))
            self._time_ns = ns_of(year, month, day, found["clock"], int(found["micro"]))
        words = found["rest"].split()
        told = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word in _VALUED}
        vlan, vni = _number(told.get("vlan")), _number(told.get("src_vni") or told.get("vni"))
        port = told.get("dev", "")
        if "dst" in told:
            port = f"{port}/{told['dst']}"
        domain = Domain((), "vxlan", vni) if vni and not vlan else Domain((vlan,) if vlan else ())
        return TableChange(
            time_ns=self._time_ns,
            at=At(self._observer, port),
            domain=domain,
            line=self._line,
            mac=int(found["mac"].replace(":", ""), 16),
            change="aged" if found["gone"] else _change_of(words),
        )


def _change_of(words: list[str]) -> Literal["learned", "static", "own"]:
    if "permanent" in words:
        return "own"
    return "static" if "static" in words or ("self" in words and "dst" not in words) else "learned"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _told_time(found: re.Match[str]) -> int:
    month = MONTHS.get(found["month"], 0)
    return ns_of(int(found["year"]), month, int(found["day"]), found["clock"], int(found["micro"])) if month else 0


def ns_of(year: int, month: int, day: int, clock: str, micro: int = 0) -> int:
    """Return a time in UTC as nanoseconds since 1970, 0 for one that no calendar has."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    if not (1970 <= year < 2262 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return 0
    return (timegm((year, month, day, hour, minute, second)) * 10**6 + micro) * 1000


def is_fdb_log(text: str) -> bool:
    """Tell whether a text is such a log, and not the table that `bridge fdb show` prints, which has no times."""
    timed = False
    for line in text[:4096].splitlines()[:64]:
        found = _ENTRY.match(line[:LINE_MAX])
        if found:
            return bool(timed or found["day"] or found["gone"])
        timed = timed or bool(_TIME.match(line))
        if line.strip() and not timed:
            return False
    return False
