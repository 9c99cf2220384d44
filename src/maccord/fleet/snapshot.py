"""The estate at one moment, as the tables that rules query."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from maccord.fleet.problem import Problem
from maccord.fleet.records import TABLES, Row


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows by table; `fabrics` names the layer-2 domains 0 and up; `files` counts the files that gave something.

    `frames` counts the packets of captures, and the ARP packets in them.
    """

    tables: dict[str, Sequence[Row]]
    fabrics: tuple[str, ...] = ("",)
    files: int = 0
    problems: tuple[Problem, ...] = field(default=())
    frames: tuple[int, int] = (0, 0)

    @classmethod
    def empty(cls) -> "Snapshot":
        """An estate without anything in it."""
        return cls(dict.fromkeys(TABLES, ()))
