"""Reads the fields of one JSON object: the value if it is what it should be, else nothing and a problem."""

from collections.abc import Iterator, Mapping
from typing import Any

from maccord.fleet.evidence import Place
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, from_octets, parse_value, parse_wwn

Json = Any
_TOP, _DIGITS = 1 << 63, 40
"""Whole numbers are those of 64 bits; more digits than this, leading zeros too, are no number."""


class Fields:
    """One object of a JSON document, at its place, with the list that its problems go to."""

    __slots__ = ("_problems", "place", "values")

    def __init__(self, values: Mapping[str, Json], place: Place, problems: list[Problem]) -> None:
        self.values, self.place, self._problems = values, place, problems

    def complain(self, key: str, reason: str) -> None:
        """Note that the value under `key` is unusable."""
        self._problems.append(Problem(self.place.file, f"{self.place.at}/{key}" if key else self.place.at, reason))

    def at(self, key: str) -> str:
        """Return the JSON pointer of a field."""
        return f"{self.place.at}/{key}"

    def has(self, key: str) -> bool:
        """Tell whether the field is there and not null."""
        return self.values.get(key) is not None

    def text(self, key: str) -> str:
        """Return a text without surrounding blanks; nothing for null, and numbers as they are written."""
        value = self.values.get(key)
        if isinstance(value, str):
            return value.strip()
        if value is None or isinstance(value, bool | list | dict):
            return ""
        return str(value)

    def guid(self, key: str) -> str:
        """Return a GUID in lower case without braces; nothing when absent or all zeros."""
        value = self.text(key).strip("{}").lower()
        return "" if not value.strip("0-") else value

    def flag(self, key: str) -> bool | None:
        """Return a Boolean; None when absent or not one."""
        value = self.values.get(key)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        return None

    def number(self, key: str) -> int | None:
        """Return a whole number; None when absent or not one."""
        value = self.values.get(key)
        if isinstance(value, bool):
            return None
        if isinstance(value, str) and value.strip().isdecimal() and len(value) <= _DIGITS:
            value = int(value)
        if isinstance(value, int) and -_TOP <= value < _TOP:
            return value
        return None

    def choice(self, key: str, names: Mapping[int, str]) -> str:
        """Return the name of an enumeration's value, given as integer or as name; `?` and the value if unknown."""
        number = self.number(key)
        if number is not None:
            return names.get(number, f"?{number}")
        text = self.text(key)
        return next(
            (name for name in names.values() if name.casefold() == text.casefold()),
            f"?{text}" if text else "",
        )

    def mac(self, key: str) -> int | None:
        """Return an address, 0 when it is printed as all zeros, None when absent; complain when it is none."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        try:
            if isinstance(value, str):
                return parse_value(value)
            if isinstance(value, list):
                return from_octets(value)
        except BadAddress as error:
            self.complain(key, str(error))
            return None
        self.complain(key, f"expected a MAC address, found {_named(value)}")
        return None

    def wwn(self, key: str) -> str | None:
        """Return a World Wide Name, None when absent or all zeros; complain when it is none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return parse_wwn(text)
        except BadAddress as error:
            self.complain(key, str(error))
            return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, given as list or as one text."""
        value = self.values.get(key)
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        if isinstance(value, list):
            return tuple(one.strip() for one in value if isinstance(one, str) and one.strip())
        return ()

    def guids(self, key: str) -> tuple[str, ...]:
        """Return a list of GUIDs in lower case without braces."""
        return tuple(one.strip("{}").lower() for one in self.texts(key))

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return the whole numbers of a field that is a number or a list of them."""
        value = self.values.get(key)
        return tuple(
            one for one in (value if isinstance(value, list) else [value]) if type(one) is int and -_TOP <= one < _TOP
        )

    def below(self, key: str, values: Mapping[str, Json]) -> "Fields":
        """Return an object that stands under `key`, with the same list of problems."""
        return Fields(values, self.place.down(key), self._problems)

    def rows(self, key: str, *, alone: bool = False) -> Iterator["Fields"]:
        """Yield the objects of a list that may be missing, null, one object or an array."""
        place = Place(self.place.file, f"{self.place.at}/{key}")
        return rows_of(self.values.get(key), place, self._problems, alone=alone)


def rows_of(value: Json, place: Place, problems: list[Problem], *, alone: bool = False) -> Iterator[Fields]:
    """Yield the objects of `value`: one object counts as a list of one, so that its pointer is the same either way.

    `alone` is for what a host has one of, such as Get-VMHost: one object then stands at `place` itself.
    """
    if value is None or value == "":
        return
    if alone and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if alone and isinstance(value, dict):
        yield Fields(value, place, problems)
        return
    for at, one in enumerate(value if isinstance(value, list) else [value]):
        spot = place.down(str(at))
        if isinstance(one, dict):
            yield Fields(one, spot, problems)
        elif one is not None:
            problems.append(Problem(spot.file, spot.at, f"expected an object, found {_named(one)}"))


def _named(value: Json) -> str:
    """Return what a value is in words of JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")
