"""What a switch writes about addresses that move: the lines, and what every vendor's way has in common."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from maccord.worlds.l2.ledger import Move

LINES_MAX = 20_000
"""So many lines of one switch are kept, the newest."""
WARNING = 4
"""The severity of all lines about moves. Source: RFC 5424, table 2."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as it reaches a syslog server: with its priority in angle brackets (RFC 3164, 4.1.1)."""

    at_us: int
    switch: str
    text: str


class Log:
    """A switch that writes nothing; vendors' ways override what differs.

    `start` is the time of day that microsecond 0 is, in whatever zone the switch is set to.
    """

    FACILITY = 23
    """local7, the default of Cisco's devices."""

    def __init__(self, switch: str, start: datetime) -> None:
        self.switch = switch
        self.start = start
        self.kept: deque[Line] = deque(maxlen=LINES_MAX)
        self.written = 0

    def moved(self, _move: Move) -> int:
        """Hear of a move. Returns for how many microseconds its VLAN now learns nothing: 0 with most vendors."""
        return 0

    def learns_again(self, at_us: int, vlan: int) -> None:
        """Hear that a VLAN learns again."""

    def lines(self, _now_us: int) -> list[Line]:
        """The lines so far, in order of time."""
        return sorted(self.kept, key=lambda line: line.at_us)

    def write(self, at_us: int, text: str, severity: int = WARNING) -> None:
        """Add a line."""
        self.written += 1
        self.kept.append(Line(at_us, self.switch, f"<{self.FACILITY * 8 + severity}>{text}"))

    def when(self, at_us: int) -> datetime:
        """The time of day of a moment."""
        return self.start + timedelta(microseconds=at_us)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_day(at: datetime) -> str:
    """A date as syslog has it: `Nov  1`, the day padded with a space. Source: RFC 3164, 4.1.2."""
    return f"{MONTHS[at.month - 1]} {at.day:2}"


def bsd_time(at: datetime) -> str:
    """A time stamp as syslog has it: `Nov  1 09:15:30`."""
    return f"{month_day(at)} {at:%H:%M:%S}"


def dotted(mac: int) -> str:
    """An address as Cisco and Arista write it in tables: 0015.5dc8.6a00."""
    return ".".join(f"{mac:012x}"[at : at + 4] for at in (0, 4, 8))


def colons(mac: int) -> str:
    """An address with colons: 00:15:5d:c8:6a:00."""
    digits = f"{mac:012x}"
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def hyphens(mac: int) -> str:
    """An address as Comware writes it: 0015-5dc8-6a00."""
    return dotted(mac).replace(".", "-")
