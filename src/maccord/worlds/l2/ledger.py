"""What became of the address table of a switch: changes and moves, bounded, with exact totals."""

from collections import Counter, deque
from dataclasses import dataclass

HISTORY_MAX = 100_000
"""So many changes of a table are kept, the newest."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a table's history: from `at_us` on, `mac` in `vlan` was at `port`; None: nowhere (aged or flushed)."""

    at_us: int
    vlan: int
    mac: int
    port: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """An address heard at `new` while the table had it at `old`."""

    at_us: int
    vlan: int
    mac: int
    old: str
    new: str


class Ledger:
    """What became of a table: changes and moves, bounded; totals are exact however many there were."""

    __slots__ = ("changes", "changes_all", "moves", "moves_all", "per_minute")

    def __init__(self, kept_max: int = HISTORY_MAX) -> None:
        self.changes: deque[Change] = deque(maxlen=kept_max)
        self.moves: deque[Move] = deque(maxlen=kept_max)
        self.changes_all = 0
        self.moves_all: Counter[tuple[int, int]] = Counter()
        self.per_minute: Counter[tuple[int, int, int]] = Counter()

    def changed(self, at_us: int, vlan: int, mac: int, port: str | None) -> None:
        """Note where an address is from now on."""
        self.changes_all += 1
        self.changes.append(Change(at_us, vlan, mac, port))

    def moved(self, move: Move) -> None:
        """Note and count a move."""
        self.moves.append(move)
        self.moves_all[move.vlan, move.mac] += 1
        self.per_minute[move.at_us // 60_000_000, move.vlan, move.mac] += 1
        self.changed(move.at_us, move.vlan, move.mac, move.new)
