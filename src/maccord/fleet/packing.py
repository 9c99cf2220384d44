r"""Records of evidence as bytes and back: a column for each field of each kind of record, each value of it once.

A package is MessagePack, a map of two: `told` has the records, `said` those that the records of a history hold (see
`StateSeen`). Both are maps from the name of a kind to its columns:

    {"AdapterSeen": {"count": 100, "host": [["HV01"], b"\0\0..."], "at": [["/VMNetworkAdapter/0", ...], b""], ...}}

A column is its values and, for each record, which of them it has: an unsigned number of one, two or four bytes, least
first; without these numbers each record has a value of its own, in order. A column that is missing has the default of
its field. `file` and `at` are the two halves of `place`, and `says` has numbers of records in `said`, counted through
its kinds in the order of their names.

Packages come from elsewhere and are not to be trusted: what is unpacked is of the types that the records declare,
whatever the bytes are, and there is never more of it than `RECORDS_MAX`.

Source: MessagePack specification.
"""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from itertools import repeat
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast, get_args

import msgspec
from msgspec import NODEFAULT, Raw, Struct
from msgspec.structs import fields

from maccord.fleet import vlan
from maccord.fleet.evidence import Place, RangeSeen, Seen, StateSeen

RECORDS_MAX = 1 << 17
"""More records than this are in no package; those that a record of a history holds count as well."""

KINDS: Mapping[str, type[Seen]] = {kind.__name__: kind for kind in get_args(Seen)}

T = TypeVar("T")
_Values = Sequence[Any]


class Unpackable(Exception):
    """Bytes that are no package of records, and why."""


class _Column(Struct, Generic[T], array_like=True, frozen=True):
    values: list[T]
    picks: bytes = b""


class _Package(Struct, forbid_unknown_fields=True):
    told: dict[str, Raw]
    said: dict[str, Raw] = {}


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of record is laid out: the fields, in the order of a call, and a type for its columns."""

    kind: type[Seen]
    defaults: Mapping[str, Any]
    columns: type[Struct]
    named: bool
    """True where fields may only be given by name."""

    def made(self, columns: Mapping[str, Iterable[Any]]) -> list[Seen]:
        """Return the records that columns, one for each field, make up."""
        rows = [columns[name] for name in self.defaults]
        if self.named:  # those of defaults go on for ever
            return [self.kind(**dict(zip(self.defaults, row, strict=True))) for row in zip(*rows, strict=False)]
        return list(map(self.kind, *rows))


@cache
def _form(kind: type[Seen]) -> _Form:
    told = fields(kind)
    defaults = {field.name: field.default for field in told}
    columns: list[tuple[str, Any] | tuple[str, Any, Any]] = [("count", int)]
    for field in told:
        if field.name == "place":
            columns += [("file", _Column[str]), ("at", _Column[str])]
        elif field.name == "says":
            columns.append((field.name, _Column[tuple[int, ...]]))
        elif field.default is NODEFAULT:
            columns.append((field.name, _Column[field.type]))  # type: ignore[name-defined]  # see above
        else:
            columns.append((field.name, _Column[field.type] | None, None))  # type: ignore[name-defined]  # see above
    wire = msgspec.defstruct(f"{kind.__name__}Columns", columns, forbid_unknown_fields=True, kw_only=True)
    named = any(one.kind is one.KEYWORD_ONLY for one in inspect.signature(kind).parameters.values())
    return _Form(kind, defaults, wire, named)


# Packing -------------------------------------------------------------------------------------------------------


def weight(record: Seen) -> int:
    """Return how many records this one counts for."""
    return 1 + len(record.says) if isinstance(record, StateSeen) else 1


def pack(records: Iterable[Seen]) -> bytes:
    """Return a package of records; they weigh no more than RECORDS_MAX."""
    told = _by_kind(records)
    states = cast("list[StateSeen]", told.get(StateSeen.__name__, []))
    said = _by_kind(one for state in states for one in state.says)
    assert StateSeen.__name__ not in said, "a history holds no history"
    next_of: dict[str, int] = {}
    start = 0
    for name, some in said.items():
        next_of[name] = start
        start += len(some)
    numbers = []
    for state in states:
        mine = []
        for one in state.says:
            mine.append(next_of[type(one).__name__])
            next_of[type(one).__name__] += 1
        numbers.append(tuple(mine))
    package: dict[str, object] = {"told": {name: _columns(some, numbers) for name, some in told.items()}}
    if said:
        package["said"] = {name: _columns(some, ()) for name, some in said.items()}
    return msgspec.msgpack.encode(package)


def _by_kind(records: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for record in records:
        found[type(record).__name__].append(record)
    return {name: found[name] for name in sorted(found)}


def _columns(records: Sequence[Seen], says: _Values) -> dict[str, object]:
    """Return the columns of records of one kind."""
    columns: dict[str, object] = {"count": len(records)}
    for name, default in _form(type(records[0])).defaults.items():
        if name == "place":
            columns["file"] = _column(list(map(attrgetter("place.file"), records)))
            columns["at"] = _column(list(map(attrgetter("place.at"), records)))
            continue
        values = says if name == "says" else list(map(attrgetter(name), records))
        if default is NODEFAULT or any(value != default for value in values):
            columns[name] = _column(values)
    return columns


def _column(values: _Values) -> tuple[_Values, bytes]:
    known: dict[Any, int] = {}
    picks = [known.setdefault(value, len(known)) for value in values]
    if len(known) == len(values):
        return values, b""
    import numpy as np  # noqa: PLC0415 - it takes a moment, and reading evidence needs none of it

    return list(known), np.array(picks, dtype=_width(len(known))).tobytes()


def _width(count: int) -> str:
    """Return NumPy's word for the numbers that tell so many values apart."""
    return "<u1" if count <= 1 << 8 else "<u2" if count <= 1 << 16 else "<u4"


# Unpacking -----------------------------------------------------------------------------------------------------


def unpack(package: bytes, names: Mapping[str, str]) -> list[Seen]:
    """Return the records of a package; raise Unpackable for bytes that are none.

    `names` has every file that the records may stand in, with the name that it is to have.
    """
    try:
        whole = msgspec.msgpack.decode(package, type=_Package)
        said = [one for _, some in _unpacked(whole.said, names, (), RECORDS_MAX) for one in some]
        told = dict(_unpacked(whole.told, names, said, RECORDS_MAX - len(said)))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unpackable(str(error)) from error
    return [record for some in told.values() for record in some]


def _unpacked(
    packed: Mapping[str, Raw], names: Mapping[str, str], said: Sequence[Seen], most: int
) -> Iterator[tuple[str, list[Seen]]]:
    for name in packed:
        if name not in KINDS:
            raise Unpackable(f"{name[:60]!r} is no kind of record that this maccord knows")
    for name in sorted(packed):
        form = _form(KINDS[name])
        columns: Any = msgspec.msgpack.decode(packed[name], type=form.columns)
        most -= columns.count
        if columns.count < 0 or most < 0:
            raise Unpackable(f"more than {RECORDS_MAX} records")
        yield name, _records(form, columns, names, said)


def _records(form: _Form, columns: Any, names: Mapping[str, str], said: Sequence[Seen]) -> list[Seen]:  # noqa: ANN401 - a type made at run time
    found: dict[str, Iterable[Any]] = {}
    count = columns.count
    for name, default in form.defaults.items():
        if name == "place":
            files = _spread(_mapped(columns.file, lambda file: _one_of(names, file)), count)
            found[name] = map(Place, files, _spread(columns.at, count))
        elif name == "says":
            found[name] = _spread(_mapped(columns.says, lambda numbers: _held(numbers, said)), count)
        elif (column := getattr(columns, name)) is None:
            found[name] = repeat(default)
        else:
            _look_at(form.kind, name, column.values)
            found[name] = _spread(column, count)
    made = form.made(found)
    if form.kind is RangeSeen and any(isinstance(one, RangeSeen) and one.first > one.last for one in made):
        raise Unpackable("a range that ends before it begins")
    return made


def _mapped(column: _Column[T], change: Callable[[T], Any]) -> _Column[Any]:
    return _Column([change(value) for value in column.values], column.picks)


def _one_of(names: Mapping[str, str], file: str) -> str:
    try:
        return names[file]
    except KeyError:
        raise Unpackable(f"a record of {file[:60]!r}, which is not among the files that were read") from None


def _held(numbers: tuple[int, ...], said: Sequence[Seen]) -> tuple[Seen, ...]:
    if any(not 0 <= number < len(said) for number in numbers):
        raise Unpackable("a history of records that are not there")
    return tuple(said[number] for number in numbers)


def _spread(column: _Column[T], count: int) -> Iterable[T]:
    """Return the value of each record."""
    if not column.picks:
        if len(column.values) != count:
            raise Unpackable("columns of different lengths")
        return column.values
    import numpy as np  # noqa: PLC0415 - see above

    kind = np.dtype(_width(len(column.values)))
    if len(column.picks) != count * kind.itemsize:
        raise Unpackable("columns of different lengths")
    picks = np.frombuffer(column.picks, kind)
    if int(picks.max()) >= len(column.values):
        raise Unpackable("a column that misses a value")
    return map(column.values.__getitem__, picks.tolist())


# What the types do not say -------------------------------------------------------------------------------------


def _look_at(kind: type[Seen], name: str, values: _Values) -> None:
    """Raise Unpackable for a value that a collector would not have let through."""
    for test in (_TESTS.get((kind.__name__, name)), _TESTS.get(("", name))):
        for value in values if test else ():
            try:
                fine = value is None or not test or test(value)
            except ValueError:
                fine = False
            if not fine:
                raise Unpackable(f"{str(value)[:60]!r} is no {name} of {kind.__name__}")


def _is_set_of_vlans(text: str) -> bool:
    return vlan.text_of(vlan.parse(text)) == text


def _is_ipv4(text: str) -> bool:
    return str(IPv4Address(text)) == text


def _is_wwn(text: str) -> bool:
    return len(text) == 16 and all(one in "0123456789ABCDEF" for one in text)


_TESTS: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("", "vlans"): _is_set_of_vlans,
    ("IpSeen", "address"): _is_ipv4,
    ("HostSeen", "wwpn_first"): _is_wwn,
    ("HostSeen", "wwpn_last"): _is_wwn,
    ("HbaSeen", "wwpn"): _is_wwn,
}
"""By kind and field, or by field alone: whether a value is one that could have been read."""
