"""What a run read, before it was joined, as two more folders among the tables of a run.

    DIR/source/part-00000.parquet      one row for each file that was read, whether or not it gave anything
    DIR/seen/part-00000.parquet        rows that each hold a package of records (`fleet/packing.py`) as `content`

Ids, domains and machines of the other tables are numbered within a run; from these two the tables of several runs are
made anew as if all their files had been read in one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from maccord.fleet.evidence import Seen
from maccord.fleet.packing import RECORDS_MAX, pack, weight
from maccord.fleet.problem import Problem
from maccord.mac import MaccordError

FORM = 1
"""What `about` says of the form of these folders."""

SOURCE, SEEN = "source", "seen"
CONTENT_MAX = 128 * 2**20
"""No package has more bytes; only a single value of such a size could make one."""

PART_BYTES_MAX = CONTENT_MAX + 64 * 2**20
"""More bytes than this, unpacked, are not read of one part."""

PART_RECORDS_MAX = 1_000_000
"""More records than this are not read of one part."""

_PACKAGE_RECORDS = 1 << 15
_PACKAGE_BYTES = 16 * 2**20
_PART_BYTES = 32 * 2**20
_PART_PACKAGES = 8
_NAMES = 10_000

Copy = Callable[[str, Path], None]
"""Writes the result of a query to a file."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The names of all files that were read, the records of them, what could not be used, and how many gave something.

    The problems are those of reading: what is found when records are joined is found again where they are joined anew.
    """

    files: Sequence[str]
    seen: Sequence[Seen]
    problems: Sequence[Problem]
    used: int


class TooLarge(MaccordError):
    """A record that no table can hold."""

    def __init__(self, record: Seen, size: int) -> None:
        super().__init__(record, size)
        self.record, self.size = record, size

    def __str__(self) -> str:
        place = self.record.place
        return f"{place.file}: {place.at}: a value of {self.size // 2**20} MB is too large to be written"


def write_readings(readings: Readings, folder: Path, connection: duckdb.DuckDBPyConnection, copy: Copy) -> None:
    """Write both folders into one that holds neither."""
    (folder / SOURCE).mkdir()
    connection.execute("CREATE TABLE source (id BIGINT, file VARCHAR)")
    part = size = 0
    for start in range(0, len(readings.files), _NAMES):
        names = list(readings.files[start : start + _NAMES])
        connection.execute("INSERT INTO source SELECT $1 + generate_subscripts($2, 1) - 1, unnest($2)", [start, names])
        size += sum(map(len, names))
        if size > _PART_BYTES:
            _flush("source", part, folder, connection, copy)
            part, size = part + 1, 0
    _flush("source", part, folder, connection, copy)
    (folder / SEEN).mkdir()
    connection.execute("CREATE TABLE seen (id BIGINT, records BIGINT, content BLOB)")
    part = rows = size = at = 0
    for count, content in _packages(readings.seen):
        if rows and (size + len(content) > _PART_BYTES or rows >= _PART_PACKAGES):
            _flush("seen", part, folder, connection, copy)
            part, rows, size = part + 1, 0, 0
        connection.execute("INSERT INTO seen VALUES ($1, $2, $3)", [at, count, content])
        rows, size, at = rows + 1, size + len(content), at + 1
    _flush("seen", part, folder, connection, copy)


def _flush(table: str, number: int, folder: Path, connection: duckdb.DuckDBPyConnection, copy: Copy) -> None:
    copy(f"FROM {table} ORDER BY id", folder / table / f"part-{number:05}.parquet")
    connection.execute(f"DELETE FROM {table}")


def _packages(seen: Sequence[Seen]) -> Iterator[tuple[int, bytes]]:
    """Yield packages of records and how many each holds."""
    rest = iter(seen)
    while some := list(_some(rest)):
        yield from _packed(some)


def _some(rest: Iterator[Seen]) -> Iterator[Seen]:
    weighed = 0
    for record in islice(rest, _PACKAGE_RECORDS):
        yield record
        weighed += weight(record)
        if weighed >= _PACKAGE_RECORDS:
            return


def _packed(records: Sequence[Seen]) -> Iterator[tuple[int, bytes]]:
    content = pack(records)
    if len(records) > 1 and len(content) > _PACKAGE_BYTES:
        half = len(records) // 2
        yield from _packed(records[:half])
        yield from _packed(records[half:])
        return
    weighed = sum(map(weight, records))
    if len(content) > CONTENT_MAX or weighed > RECORDS_MAX:
        raise TooLarge(records[0], len(content))
    yield weighed, content
