"""What two exports of one host tell otherwise, row by row."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from maccord.worlds.hyperv.overlay import key_of, keyed, plain, rows_of

_PASSING = frozenset({"collectedAt", "Event", "notes"})


class Difference(Struct, frozen=True, order=True, kw_only=True):
    """One property that is not as it was. `of` tells the row apart: the values of its key."""

    host: str
    list: str
    of: tuple[str, ...]
    property: str
    was: str
    now: str

    def __str__(self) -> str:
        row = f" {', '.join(self.of)}" if self.of else ""
        what = f"{self.list}{row}" + (f" {self.property}" if self.property else "")
        return f"{self.host}: {what}: was {self.was or 'nothing'}, is {self.now or 'nothing'}"


def differences(host: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs, apart from times and events, in order."""
    found: list[Difference] = []
    for name in sorted({*before, *after} - _PASSING):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if keyed(name):
            found += _rows(host, name, old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            found += _properties(host, name, (), old, new)
        elif plain(old) != plain(new):
            found.append(_one(host, name, (), "", old, new))
    return tuple(sorted(found))


def _rows(host: str, name: str, old: object, new: object) -> Iterator[Difference]:
    first = {key_of(name, row): row for row in rows_of(old)}
    last = {key_of(name, row): row for row in rows_of(new)}
    for key in {**first, **last}:
        if key not in last:
            yield _one(host, name, key, "", "there", "")
        elif key not in first:
            yield _one(host, name, key, "", "", "there")
        else:
            yield from _properties(host, name, key, first[key], last[key])


def _properties(
    host: str, name: str, key: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    for one in sorted({*old, *new}):
        if plain(old.get(one), one) != plain(new.get(one), one):
            yield _one(host, name, key, one, old.get(one), new.get(one))


def _one(  # noqa: PLR0917 - what a difference consists of
    host: str, name: str, key: tuple[str, ...], prop: str, old: object, new: object
) -> Difference:
    return Difference(host=host, list=name, of=key, property=prop, was=_short(old), now=_short(new))


def _short(value: object) -> str:
    return "" if value is None else str(value)[:80]
