"""Reads `fleet.toml`: fabrics, and accepted faults."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime

from maccord.collect.document import Document, Unreadable
from maccord.collect.fields import Json
from maccord.collect.parsed import Parsed
from maccord.fleet.config import Allowance, Fabric
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value

NAME = "fleet.toml"
_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*(layer2|allow)[ \t]*\]\]", re.MULTILINE)
_QUOTED = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'')
_PARTS_MAX = 100
_LAYER2_KEYS = {"name", "hosts"}
_ALLOW_KEYS = {"cause", "hosts", "addresses", "reason", "until"}


def claims(document: Document) -> bool:
    """Tell whether the content has a [[layer2]] or [[allow]] table, or the file is called fleet.toml."""
    named = document.file.rpartition("/")[2] == NAME
    return document.opening not in ("{", "<") and (named or bool(_TABLE.search(document.text)))


def parse(document: Document) -> Parsed:
    """Read both lists; an entry that cannot be used is a problem and changes nothing."""
    for number, line in enumerate(document.text.splitlines(), 1):
        if _QUOTED.sub("", line).count(".") > _PARTS_MAX:  # reading such keys takes time with the square of the parts
            raise Unreadable(f"line {number}", f"a key of more than {_PARTS_MAX} parts")
    try:
        value = tomllib.loads(document.text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("", f"not readable as TOML: {error}") from error
    parsed = Parsed()
    reader = _Reader(document.file, parsed)
    for key in value.keys() - {"layer2", "allow", "plan"}:
        reader.complain(f"/{key}", "is not a table of fleet.toml, which has [[layer2]], [[allow]] and [plan]")
    for at, row in reader.tables(value, "layer2", _LAYER2_KEYS):
        reader.layer2(at, row)
    for at, row in reader.tables(value, "allow", _ALLOW_KEYS):
        reader.allow(at, row)
    return parsed


class _Reader:
    """Fills a Parsed from the tables of one file."""

    def __init__(self, file: str, parsed: Parsed) -> None:
        self._file, self._parsed = file, parsed

    def complain(self, at: str, reason: str) -> None:
        self._parsed.problems.append(Problem(self._file, at, reason))

    def tables(self, value: Mapping[str, Json], key: str, known: set[str]) -> list[tuple[str, Mapping[str, Json]]]:
        """Return the tables of one name with their pointers, and complain of keys that mean nothing."""
        rows = value.get(key, [])
        found: list[tuple[str, Mapping[str, Json]]] = []
        for at, row in enumerate(rows if isinstance(rows, list) else [rows]):
            if not isinstance(row, dict):
                self.complain(f"/{key}/{at}", f"write it as a table: [[{key}]]")
                continue
            for extra in sorted(row.keys() - known):
                self.complain(f"/{key}/{at}/{extra}", f"means nothing here; known are {', '.join(sorted(known))}")
            found.append((f"/{key}/{at}", row))
        return found

    def layer2(self, at: str, row: Mapping[str, Json]) -> None:
        hosts = _texts(row.get("hosts"))
        if not hosts or not isinstance(row.get("name"), str):
            self.complain(at, "a fabric needs a name and hosts, a list of globs")
            return
        self._parsed.fabrics.append(Fabric(row["name"], hosts, self._file))

    def allow(self, at: str, row: Mapping[str, Json]) -> None:
        cause, until = row.get("cause"), row.get("until")
        if not isinstance(cause, str) or not isinstance(row.get("reason"), str):
            self.complain(at, "an accepted fault needs a cause and a reason")
            return
        if isinstance(until, datetime):
            until = until.date()
        if until is not None and not isinstance(until, date):
            self.complain(f"{at}/until", "expected a date such as 2027-01-31, without quotes")
            return
        try:
            addresses = tuple(parse_value(one) for one in _texts(row.get("addresses")))
        except BadAddress as error:
            self.complain(f"{at}/addresses", str(error))
            return
        hosts = _texts(row.get("hosts")) if "hosts" in row else ("*",)
        self._parsed.allowances.append(Allowance(cause, hosts, addresses, row["reason"], until, self._file, at))


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
