"""Records side by side: a column per field, which is quicker to fill and to hand on than one record after another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, repeat
from typing import Any

from msgspec import NODEFAULT
from msgspec.structs import fields

from maccord.fleet.evidence import Place, Seen

Column = Any
"""A list with one value a row, or any other value, which all rows share."""

Origin = tuple[str, str]
"""The host that rows speak of, and the file they stand in."""

_SPOTS_MAX = 10_000


@dataclass(slots=True)
class Columns:
    """Records of one class, read from lists of one name in several files.

    `origins` and `counts` tell how many rows come from which file. `at` is the pointer of the list in each of them, and
    `rows` has the number of each row there; None: they are counted from 0, and where `alone` is set, a file has one,
    at the pointer itself. `spots` names fields that hold the place of a property, such as `at_mac` that of
    `MacAddress`. Fields that no column names have their default.
    """

    kind: type[Seen]
    origins: Sequence[Origin]
    counts: Sequence[int]
    at: str
    values: Mapping[str, Column]
    spots: Mapping[str, str]
    rows: Sequence[int] | None = None
    alone: bool = False

    def records(self) -> Iterator[Seen]:
        """Return the records, in the order of files and rows."""
        columns = dict(_defaults(self.kind))  # the order of its keys is the order of the fields
        files = chain.from_iterable(map(repeat, [file for _, file in self.origins], self.counts))
        columns["host"] = chain.from_iterable(map(repeat, [host for host, _ in self.origins], self.counts))
        columns["place"] = map(Place, files, self._spots(""))
        for field, step in self.spots.items():
            columns[field] = self._spots(f"/{step}")
        for field, value in self.values.items():
            columns[field] = value if isinstance(value, list) else repeat(value)
        last = max(map(list(columns).index, ("place", *self.spots, *self.values)))  # the rest have their defaults
        return map(self.kind, *islice(columns.values(), last + 1))

    def _spots(self, step: str) -> Iterator[str]:
        """Return the pointers of rows, or of a property of them; equal ones in different files are one object."""
        if self.alone:
            return repeat(self.at + step)
        known = _known_spots(self.at, step)
        top = max(self.rows if self.rows is not None else self.counts, default=0)
        for number in range(len(known), min(top + 1, _SPOTS_MAX)):
            known.append(f"{self.at}/{number}{step}")
        if top >= _SPOTS_MAX:
            known = [*known, *(f"{self.at}/{number}{step}" for number in range(_SPOTS_MAX, top + 1))]
        if self.rows is not None:
            return map(known.__getitem__, self.rows)
        return chain.from_iterable(known[:count] for count in self.counts)


@cache
def _defaults(kind: type[Seen]) -> dict[str, Any]:
    """Return a column of each field's default; one that must be given is None, and no column."""
    return {field.encode_name: None if field.default is NODEFAULT else repeat(field.default) for field in fields(kind)}


@cache
def _known_spots(at: str, step: str) -> list[str]:
    """Return the list that pointers below `at` are kept in; the names come from maccord, not from evidence."""
    del at, step
    return []
