"""The IEEE's registry of prefixes: which organization an address is of.

Prefixes are of 24 bits (MA-L, and CID for local addresses), 28 (MA-M) or 36 (MA-S, and the closed IAB). The longest
that fits counts. The registry is kept as text and searched as such, so that a look-up need not read 60,000 names.

Sources: IEEE Registration Authority, "Guidelines for Use of EUI, OUI, and CID"; its public listings oui.csv, mam.csv,
oui36.csv, cid.csv and iab.csv, with the columns Registry, Assignment, Organization Name, Organization Address; and
Wireshark's list `manuf` ("tshark -G manuf": prefix with its length, short name, name), weekly made of these.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maccord.mac.errors import MaccordError

DIGITS = {"MA-L": 6, "CID": 6, "MA-M": 7, "MA-S": 9, "IAB": 9}
"""The registries, and how many hexadecimal digits a prefix of each has."""
HEADER = "# maccord registry 1\n"
_COLUMNS = ["Registry", "Assignment", "Organization Name"]
_IAB = ("0050C2", "40D855")
_NAME_MAX = 200
_MANUF = re.compile(rb"^([0-9A-F]{2}(?::[0-9A-F]{2}){2,5})(?:/([0-9]{2}))? *\t[^\t\n]*\t([^\n]*)$", re.MULTILINE)


class BadRegistry(MaccordError):
    """A listing of prefixes that cannot be used."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where, self.why = where, why

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """A prefix, in upper-case hexadecimal digits, the registry it stands in, and who has it."""

    registry: str
    prefix: str
    name: str


class Registry:
    """Prefixes as text, one a line: registry, prefix, name, with tabs between them."""

    def __init__(self, text: bytes) -> None:
        """Take a text that `as_text` made."""
        if not text.startswith(HEADER.encode()):
            raise BadRegistry("registry", "not written by maccord whois --update-registry")
        self._text = text

    def find(self, value: int) -> Assignment | None:
        """Return the assignment with the longest prefix that an address begins with."""
        digits = f"{value & ~(1 << 40):012X}"  # the I/G bit is no part of a prefix
        for registry in sorted(DIGITS, key=lambda name: (-DIGITS[name], name != "CID", name)):
            prefix = digits[: DIGITS[registry]]
            name = self._line(f"\n{registry}\t{prefix}\t".encode())
            if name is not None:
                return Assignment(registry, prefix, name)
        return None

    def _line(self, key: bytes) -> str | None:
        at = self._text.find(key)
        if at < 0:
            return None
        end = self._text.find(b"\n", at + len(key))
        return self._text[at + len(key) : end if end >= 0 else None].decode("utf-8", "replace")

    def assignments(self) -> Iterator[Assignment]:
        """Yield every assignment."""
        for line in self._text.decode("utf-8", "replace").split("\n")[1:]:
            registry, tab, rest = line.partition("\t")
            prefix, tab, name = rest.partition("\t")
            if tab and registry in DIGITS:
                yield Assignment(registry, prefix, name)


class Manuf:
    """Wireshark's list as text, searched as it is."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def find(self, value: int) -> Assignment | None:
        """Return the assignment with the longest prefix that an address begins with."""
        digits = f"{value & ~(1 << 40):012X}"
        for count in (9, 7, 6):
            prefix = digits[:count]
            padded = prefix if count == 6 else prefix + "0"
            spelled = ":".join(padded[at : at + 2] for at in range(0, len(padded), 2))
            key = f"\n{spelled}".encode() + (b"" if count == 6 else f"/{count * 4}".encode())
            at = self._text.find(key)
            while at >= 0:
                found = _MANUF.match(self._text, at + 1)
                if found and _prefix(found) == prefix:
                    return _assignment(found)
                at = self._text.find(key, at + 1)
        return None

    def assignments(self) -> Iterator[Assignment]:
        """Yield every assignment."""
        return (_assignment(found) for found in _MANUF.finditer(self._text))


def _prefix(found: re.Match[bytes]) -> str:
    digits = found[1].decode().replace(":", "")
    return digits[: int(found[2] or 24) // 4]


def _assignment(found: re.Match[bytes]) -> Assignment:
    prefix = _prefix(found)
    return Assignment(_registry_of(prefix), prefix, _tidy(found[3].decode("utf-8", "replace")))


def _registry_of(prefix: str) -> str:
    """Return the registry that a prefix stands in, by its length and bits: the list does not name it."""
    if len(prefix) == 9:
        return "IAB" if prefix.startswith(_IAB) else "MA-S"
    if len(prefix) == 7:
        return "MA-M"
    return "CID" if prefix[1] == "A" and not prefix.startswith("AA00") else "MA-L"  # AA-00: DEC, older than the rule


def parse_csv(text: str, where: str) -> list[Assignment]:
    """Return what a listing of the IEEE holds; raise BadRegistry, with the line, for anything else.

    Some prefixes were given away more than once; their names stand together.
    """
    rows = csv.reader(io.StringIO(text), strict=True)
    found: dict[tuple[str, str], list[str]] = {}
    try:
        if next(rows, [])[:3] != _COLUMNS:
            raise BadRegistry(where, f"line 1: expected the columns {', '.join(_COLUMNS)}")
        for row in rows:
            if row:
                key, name = _row(row, f"{where}, line {rows.line_num}")
                names = found.setdefault(key, [])
                names += [] if name in names else [name]
    except csv.Error as error:
        raise BadRegistry(where, f"line {rows.line_num}: {error}") from error
    if not found:
        raise BadRegistry(where, "it holds no assignment")
    return [Assignment(registry, prefix, " / ".join(sorted(names))) for (registry, prefix), names in found.items()]


def _row(row: list[str], where: str) -> tuple[tuple[str, str], str]:
    registry, prefix, name = ([cell.strip() for cell in row] + ["", "", ""])[:3]
    if registry not in DIGITS:
        raise BadRegistry(where, f"{registry[:40]!r} is no registry; known are {', '.join(DIGITS)}")
    if not re.fullmatch(f"[0-9A-Fa-f]{{{DIGITS[registry]}}}", prefix):
        raise BadRegistry(where, f"{prefix[:40]!r} is no prefix of {registry}: {DIGITS[registry]} hexadecimal digits")
    return (registry, prefix.upper()), _tidy(name)


def _tidy(name: str) -> str:
    """Return a name on one line, without tabs or anything else that is not printed."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:_NAME_MAX]


def as_text(assignments: Iterable[Assignment]) -> bytes:
    """Return assignments as the text that Registry takes, in one order."""
    lines = (f"{one.registry}\t{one.prefix}\t{one.name}\n" for one in sorted(assignments))
    return (HEADER + "".join(lines)).encode()
