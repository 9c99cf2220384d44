"""Reads the table in a Parquet file: few columns, few rows, short values, whatever the file claims to hold.

The reader is DuckDB's, in the process and shut off: it may open the one folder of temporary files that bytes are put
into for it (it reads Parquet from files alone), loads no extension, and has a small memory of its own, so that a file
that unpacks to more than that is refused and not unpacked.

Source: Apache Parquet, "File Format"; DuckDB, "Securing DuckDB" and "Reading Parquet files".
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from maccord.collect.document import Unreadable

if TYPE_CHECKING:
    import duckdb

MAGIC = b"PAR1"
ROWS_MAX = 1_000_000
TEXT_MAX = 256
ITEMS_MAX = 4096
_MEMORY = "512MB"
_COLUMNS_MAX, _BATCH = 1000, 10_000

Cell = str | int | bool | list[str] | None
_TYPES = {"text": "VARCHAR", "number": "BIGINT", "flag": "BOOLEAN"}
_SPECIAL = ("STRUCT", "MAP", "UNION", "BLOB")
_BYTES = {"BLOB": ("one", "octet_length(one)"), "VARCHAR": ("encode(one)", "strlen(one)")}
"""For a column's type, what gives the bytes of a value, and how many they are."""


class Table:
    """An open Parquet file: its columns by name, with DuckDB's words for their types."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", path: str) -> None:
        self._connection, self._path = connection, path
        told = self._ask("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {file})")
        if len(told) > _COLUMNS_MAX:
            raise Unreadable("", f"the table has more than {_COLUMNS_MAX} columns")
        self.columns = {str(name): str(kind) for name, kind in told}

    def rows(self, wanted: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
        """Yield the number of each row, from 0, and its values of the columns `wanted`, in the file's order.

        `wanted` gives the form of each column: text, number, flag or texts (a list). A column that the file does not
        have, and a value that is not of the form, is None. Texts are cut to TEXT_MAX characters and lists to
        ITEMS_MAX. Raises Unreadable, at the latest at the row too much, for a table of more than ROWS_MAX rows.
        """
        count = self._told()
        values = [self._value(name, form) for name, form in wanted.items()]
        query = f"SELECT file_row_number, {', '.join(values)} FROM {{file}} LIMIT {ROWS_MAX + 1}"  # noqa: S608 - names are quoted
        for number, row in enumerate(self._each(query) if count <= ROWS_MAX else ()):
            if number == ROWS_MAX:
                count = number + 1
                break
            yield row
        if count > ROWS_MAX:
            raise Unreadable("", f"the table has more than {ROWS_MAX} rows: not read")

    def contents(self, name: str, *, bytes_max: int) -> Iterator[bytes]:
        """Yield the values of one column as bytes, in the file's order; those of texts are UTF-8.

        Raises Unreadable for a column that is not there, is of neither bytes nor texts, lacks a value, or has more than
        ROWS_MAX values, or more than `bytes_max` bytes in all: a value that the file holds once may be that of a
        million rows.
        """
        form, size = _BYTES.get(self.columns.get(name, ""), ("", ""))
        if not form:
            raise Unreadable("", f"has no column {name} of bytes or texts")
        if self._told() > ROWS_MAX:
            raise Unreadable("", f"the table has more than {ROWS_MAX} rows: not read")
        column = _quoted(name)
        some = f"FROM (SELECT {column} AS one FROM {{file}} LIMIT {ROWS_MAX})"  # noqa: S608 - names are quoted
        ((large, whole),) = self._ask(f"SELECT CAST(SUM({size}) AS DOUBLE) > {bytes_max}, COUNT(*) = COUNT(one) {some}")
        if large:
            raise Unreadable("", f"unpacks to more than {bytes_max // 2**20} MB: not read")
        if not whole:
            raise Unreadable("", f"a row has no {name}")
        for (value,) in self._each(f"SELECT {form} {some}"):
            yield value

    def _told(self) -> int:
        """Return how many rows the file says it has."""
        ((told,),) = self._ask("SELECT num_rows FROM {about}")
        return told if isinstance(told, int) else 0

    def _value(self, name: str, form: str) -> str:
        kind = self.columns.get(name, "")
        column = _quoted(name)
        many = kind.endswith("]")
        if not kind or kind.startswith(_SPECIAL) or many != (form == "texts"):
            return "NULL"
        if many:
            return f"list_transform({column}[1:{ITEMS_MAX}], lambda x: left(CAST(x AS VARCHAR), {TEXT_MAX}))"
        if form == "text":
            return f"left(CAST({column} AS VARCHAR), {TEXT_MAX})"
        return f"TRY_CAST({column} AS {_TYPES[form]})"

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        return list(self._each(query))

    def _each(self, query: str) -> Iterator[tuple[Any, ...]]:
        import duckdb

        file = f"read_parquet('{self._path}', hive_partitioning = false, file_row_number = true)"
        about = f"parquet_file_metadata('{self._path}')"
        try:
            found = self._connection.execute(query.replace("{file}", file).replace("{about}", about))
            while rows := found.fetchmany(_BATCH):
                yield from rows
        except duckdb.OutOfMemoryException:
            raise Unreadable("", f"unpacks to more than {_MEMORY}: not read") from None
        except (duckdb.FatalException, duckdb.InternalException) as error:
            _reader.cache_clear()  # this one answers nothing any more
            _refuse(error)
        except (duckdb.Error, UnicodeDecodeError, OverflowError) as error:
            _refuse(error)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _refuse(error: Exception) -> NoReturn:
    del error  # its text has the path of a temporary file, and numbers that no person can use
    raise Unreadable("", "not readable as Parquet: the file is damaged, or of a form that is not known") from None


@contextmanager
def opened(raw: bytes) -> Iterator[Table]:
    """Yield the table in a Parquet file; raise Unreadable where it is none."""
    if len(raw) < 12 or not raw.endswith(MAGIC):
        raise Unreadable("", "the Parquet file was cut off: its end is missing")
    connection, folder = _reader(os.getpid())
    handle, path = tempfile.mkstemp(suffix=".parquet", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        with connection.cursor() as cursor:
            yield Table(cursor, path)
    finally:
        Path(path).unlink(missing_ok=True)


@cache
def _reader(process: int) -> tuple["duckdb.DuckDBPyConnection", str]:
    """Return a shut-off DuckDB of this process, and the one folder that it may open."""
    import duckdb

    folder = _folder(process)
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": _MEMORY,
            "temp_directory": "",
            "threads": 1,
        },
    )
    connection.execute("SET allowed_directories = $1", [[f"{folder}/"]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection, folder


_folders: dict[int, "tempfile.TemporaryDirectory[str]"] = {}


def _folder(process: int) -> str:
    """Return a folder for this process alone, which goes with it."""
    _folders[process] = tempfile.TemporaryDirectory(prefix="maccord-")
    return _folders[process].name
