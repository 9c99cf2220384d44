"""The shape of a device's table: the header it is known by, and how a row of it reads."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from maccord.collect.switch_told import Tell, of_table

NUMBERS = ("mac", "vlan", "ip", "vrf")
WORDS = ("own", "flags", "kind", "port", "svi")
"""What a row may tell: `svi` is the interface of a VLAN that stands before the port. Few rows differ in all WORDS."""

ADDRESS = (
    r"(?:h{4}\.h{4}\.h{4}|hh(?::hh){5}|hh(?:-hh){5}|h{4}-h{4}-h{4}|h{6}[-:]h{6}|h{4}:h{4}:h{4}|h{12})(?![-:.]?\w)"
).replace("h", "[0-9A-Fa-f]")
"""The spellings of an address that devices print; 64-bit ones and times of day are none."""

_WORDS = {
    "MAC": rf"(?P<mac>{ADDRESS})",
    "IP": r"(?P<ip>\d{1,3}(?:\.\d{1,3}){3})",
    "IP6": r"(?P<ip>(?=[0-9A-Fa-f]*+:)[0-9A-Fa-f:.]++(?:%\S++)?)",
    "ANYIP": r"(?P<ip>[0-9A-Fa-f]*+[:.][0-9A-Fa-f:.]++(?:%\S++)?)",
    "VLAN": r"(?P<vlan>\S++)",
    "TAG": r"(?P<vlan>\d++|All|N/A|-)",
    "KIND": r"(?P<kind>\S++)",
    "PORT": r"(?P<port>\S++)",
    "PORTS": r"(?P<port>\S.*+)",
    "SVI": r"(?P<svi>[^\s,]++)",
    "SVIPORT": r"(?P<svi>[^\s,]++)(?:,\s*+(?P<port>\S++(?:\s\S++)*+))?",
    "VRF": r"(?P<vrf>\S++)",
    "FLAGS": r"(?P<flags>[*+GRSDCO#~]++(?:\s++[*+GRSDCO#~]++)*+)",
    "AGE": r"(?:\d++ days?, )?\S++",
    "OWNAGE": r"(?:(?P<own>-)|\S++)",
    "STATE": r"(?:(?P<own>Interface)|\S++)",
    "N": r"\d++",
    "_": r"\S++",
}
_REST = {"...": r"(?:\s.*+)?", "KINDS": r"(?P<kind>(?:\s.*+)?)"}


@dataclass(frozen=True)
class Shape:
    """One kind of table.

    `headers` are the lines above its rows, in lower case and with single spaces; `rows` says how a row reads, word by
    word: a name of `_WORDS`, or a regular expression without white space in it; a word that ends in `?` may be missing.
    A shape that is `alone` is known by a row as well, where the header was cut off. `wraps` says that a list of ports
    may go on in the next line, `vlan_below` that the VLAN stands there, `vlan_above` that it stands over the header,
    `folds` that a long IP address stands in a line of its own.
    """

    name: str
    headers: tuple[str, ...]
    rows: str
    tell: Tell = of_table
    alone: bool = False
    wraps: bool = False
    vlan_below: bool = False
    vlan_above: bool = False
    folds: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled form of `rows`, for one whole line. No two parts of it can share a character: it is linear."""
        return re.compile(_compiled(self.rows), re.IGNORECASE)

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """The pattern's own match."""
        return self.pattern.match

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The groups of the pattern that hold NUMBERS; a group that never matches stands for what no row tells."""
        groups = self.pattern.groupindex
        return tuple(groups.get(name, groups["nothing"]) for name in NUMBERS)

    @cached_property
    def words(self) -> tuple[int, ...]:
        """The groups of the pattern that hold WORDS, likewise."""
        groups = self.pattern.groupindex
        return tuple(groups.get(name, groups["nothing"]) for name in WORDS)


def _compiled(rows: str) -> str:
    text, gap = r"\s*+", ""
    for word in rows.split():
        if word in _REST:
            text, gap = text + _REST[word], ""
            continue
        optional = word.endswith("?")
        part = _WORDS.get(word.rstrip("?"), word.rstrip("?"))
        if not optional:
            text, gap = f"{text}{gap}{part}", r"\s++"
        elif gap:
            text += f"(?:{gap}{part})?"
        else:
            text += rf"(?:{part}\s++)?"
    return text + r"(?P<nothing>(?!))?\s*+$"
