"""A ping, and what the physical switch did meanwhile."""

from dataclasses import dataclass

from maccord.mac.address import show
from maccord.worlds.l2 import L2, PingSeen, Station
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


def watch(wires: Wires, asker: Station, ip: str, mac: int, *, title: str, count: int) -> Watched:
    """Ping from a station, let time pass, and tell what was to be seen."""
    net, core = wires.net, wires.core
    began_us = net.now_us
    before = net.moves(core, mac).total
    seen: PingSeen = net.ping(asker, ip, count=count)
    spells = tuple(_spells(net, wires, mac, began_us))
    lines = [line.text for line in net.syslog(core) if line.at_us >= began_us]
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
        moves=net.moves(core, mac).total - before,
        spells=spells,
        table=net.address_table(core),
        syslog=tuple(lines[:LINES_SHOWN]),
        lines_all=len(lines),
    )


def _spells(net: L2, wires: Wires, mac: int, began_us: int) -> list[Spell]:
    """Return where the switch had an address from a moment until now; where it had it nowhere is left out."""
    changes = net.table_over_time(wires.core, mac).changes
    spells = []
    for at, change in enumerate(changes):
        end_us = changes[at + 1].at_us if at + 1 < len(changes) else net.now_us
        if change.port is not None and end_us > began_us:
            place = wires.places.get(change.port, change.port)
            spells.append(Spell(max(change.at_us, began_us) - began_us, end_us - began_us, change.port, place))
    return spells
