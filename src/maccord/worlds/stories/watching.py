"""A ping, and what the physical switch did meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from maccord.mac.address import show
from maccord.worlds.l2 import PingSeen, Place, Station
from maccord.worlds.wired import Wires

SECOND_US = 1_000_000
LINES_SHOWN = 4
"""So many lines of the switch's log are kept of one watch; how many there were is told."""


@dataclass(frozen=True, slots=True)
class Spell:
    """From `from_us` to `to_us`, counted from the first echo, the switch had the address at `port`; `place`: whose."""

    from_us: int
    to_us: int
    port: str
    place: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A run of ping from `asker` to `target`, whose address is `mac`, and where the switch had that address.

    moves counts those of `mac` while the ping ran; syslog holds the first lines of that time, lines_all their number.
    forgotten: so many changes of the table, the oldest of the run, are counted and no longer in `spells`.
    """

    title: str
    asker: str
    target: str
    mac: str
    transcript: str
    sent: int
    lost: int
    took_us: int
    echoes: tuple[tuple[int, str, int], ...]
    """(microseconds since the first, outcome, round trip in microseconds) of each echo."""
    moves: int
    spells: tuple[Spell, ...]
    forgotten: int
    table: str
    syslog: tuple[str, ...]
    lines_all: int

    @property
    def loss(self) -> float:
        """Lost of sent, from 0 to 1."""
        return self.lost / self.sent

    @property
    def moves_per_minute(self) -> float:
        """How often the address moved, for each minute of the ping."""
        return self.moves * 60 * SECOND_US / self.took_us if self.took_us else 0.0

    @property
    def summary(self) -> str:
        """The figures in a sentence."""
        lost = f"{self.lost} of {self.sent} echoes {'is' if self.lost == 1 else 'are'} lost"
        if not self.lost:
            lost = f"No echo of {self.sent} is lost"
        rate = f", {self.moves_per_minute:.0f} times a minute" if self.moves else ""
        moves = "does not move" if not self.moves else f"moves {self.moves} times meanwhile{rate}"
        return f"{lost}; on the switch {self.mac} {moves}."


def watch(
    wires: Wires,
    asker: Station,
    ip: str,
    mac: int,
    *,
    title: str,
    count: int,
    vlan: int = 1,
    lines_shown: int = LINES_SHOWN,
    whole_log: bool = False,
) -> Watched:
    """Ping from a station, let time pass, and tell what was to be seen.

    vlan: where the address is looked for. whole_log: show the switch's log from its beginning, not from the first echo.
    """
    net, core = wires.net, wires.core
    began_us = net.now_us
    before = net.moves(core, mac, vlan=vlan).total
    seen: PingSeen = net.ping(asker, ip, count=count)
    history = net.table_over_time(core, mac)
    changes = [one for one in history.changes if one.vlan == vlan]
    lines = [line.text for line in net.syslog(core) if whole_log or line.at_us >= began_us]
    return Watched(
        title=title,
        asker=asker.name,
        target=ip,
        mac=show(mac),
        transcript=seen.text(),
        sent=len(seen.echoes),
        lost=seen.lost,
        took_us=seen.took_us,
        echoes=tuple((echo.at_us, echo.outcome, echo.rtt_us) for echo in seen.echoes),
        moves=net.moves(core, mac, vlan=vlan).total - before,
        spells=tuple(_spells(changes, wires.places, began_us, net.now_us)),
        forgotten=history.left_out,
        table=net.address_table(core),
        syslog=tuple(lines[:lines_shown]),
        lines_all=len(lines),
    )


def _spells(changes: Sequence[Place], places: Mapping[str, str], began_us: int, now_us: int) -> Iterator[Spell]:
    """Yield where the switch had an address from a moment until now; where it had it nowhere is left out."""
    ends = [one.at_us for one in changes[1:]] + [now_us]
    for change, end_us in zip(changes, ends, strict=False):
        if change.port is not None and end_us > began_us:
            place = places.get(change.port, change.port)
            yield Spell(max(change.at_us, began_us) - began_us, end_us - began_us, change.port, place)
