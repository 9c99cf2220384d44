"""One row of a table of SuzieQ, with the host it is about."""

from dataclasses import dataclass

from maccord.collect.parquet import Cell
from maccord.fleet import vlan
from maccord.fleet.evidence import Place
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value

_NOTHING = {"", "-", "None"}
"""How devices, and programs in between, spell that there is no address."""


@dataclass(slots=True)
class Row:
    """Values by column; `host` is the name in records, `fabric` its namespace, `place` the row in its file."""

    values: dict[str, Cell]
    host: str
    fabric: str
    place: Place
    problems: list[Problem]

    def text(self, column: str) -> str:
        """Return a text without surrounding blanks, or nothing."""
        value = self.values.get(column)
        return value.strip() if isinstance(value, str) else ""

    def number(self, column: str) -> int:
        """Return a whole number; 0 when there is none."""
        value = self.values.get(column)
        return value if isinstance(value, int) else 0

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(column)
        return tuple(one for one in value if one) if isinstance(value, list) else ()

    def vlan(self, column: str = "vlan") -> int:
        """Return a VLAN's number, 0 when none is told; note one that is none."""
        number = self.number(column)
        if vlan.is_one(number):
            return number
        self._complain(column, f"{number} is no VLAN")
        return 0

    def mac(self, column: str) -> int | None:
        """Return an address, None for all zeros or nothing; note what is none."""
        text = self.text(column)
        if text in _NOTHING:
            return None
        try:
            return parse_value(text) or None
        except BadAddress as error:
            self._complain(column, str(error))
            return None

    def _complain(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.place.file, f"{self.place.at}/{column}", reason))
