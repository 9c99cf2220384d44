"""DuckDB as the engine: in the process, in memory, no server."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from typing import Any, Self, get_args, get_type_hints

import duckdb

from maccord.engine.engine import Cell
from maccord.fleet.facts import Wanted
from maccord.fleet.records import TABLES, Row
from maccord.fleet.snapshot import Snapshot

_TYPES = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN"}
_LARGE = 100_000
_SMALL = 4096
"""Below this many rows a query's own parameters load a table faster than NumPy's import takes."""


class DuckEngine:
    """An Engine on DuckDB. Nothing outside the process is opened: extensions and external files are off."""

    def __init__(self, *, tables: Path | None = None) -> None:
        """Open an empty engine, or one on a folder that holds every table as NAME/*.parquet."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
        self.connection = duckdb.connect(":memory:", config=config)
        if tables:
            self.connection.execute("SET allowed_directories = $1", [[f"{tables}/"]])
        self.connection.execute("SET enable_external_access = false")
        self._large = False
        if tables:
            for name in (*TABLES, "about"):
                files = f"{tables}/{name}/*.parquet".replace("'", "''")
                self.connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files}')")
            self._large = max(self._count("adapter"), self._count("pool")) >= _LARGE

    @property
    def lanes(self) -> int:
        """Two for an estate that is worth it: what one query does on one core leaves another one idle."""
        return 2 if self._large else 1

    def lane(self) -> Self:
        """Return a handle on the same tables that another thread may use."""
        other = copy(self)
        other.connection = self.connection.cursor()
        return other

    def interrupt(self) -> None:
        """End the query that runs on this handle, from another thread."""
        self.connection.interrupt()

    def load(self, snapshot: Snapshot) -> None:
        """Create every table and fill it."""
        for name, record in TABLES.items():
            columns = columns_of(record)
            spelled = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.connection.execute(f"CREATE TABLE {name} ({spelled})")
            rows = snapshot.tables.get(name, ())
            self._large = self._large or len(rows) >= _LARGE
            if rows:
                self._fill(name, {column: [getattr(row, column) for row in rows] for column in columns})

    def define(self, name: str, query: str) -> None:
        """Materialise a query's result as a table: most views are read several times, and by all lanes."""
        self.connection.execute(f"CREATE TABLE {name} AS {query}")

    def define_repeated(self, name: str, table: str, column: str) -> None:
        """Find the values that occur more than once: sorting a large column in NumPy takes a third of grouping it."""
        if self._count(table) < _LARGE:
            self.define(name, repeated_query(table, column))
            return
        import numpy as np

        query = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
        values = np.asarray(self.connection.execute(query).fetchnumpy()[column])
        values.sort()
        repeated = np.unique(values[1:][values[1:] == values[:-1]])
        self.connection.execute(f"CREATE TABLE {name} ({column} BIGINT)")
        self._append(name, {column: repeated})

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[int]]) -> None:
        """Create a table of whole numbers and fill it."""
        spelled = ", ".join(f"{column} BIGINT" for column in columns)
        self.connection.execute(f"CREATE TABLE {name} ({spelled})")
        listed = list(rows)
        if listed:
            self._fill(name, {column: [row[at] for row in listed] for at, column in enumerate(columns)})

    def query(self, query: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Return the column names and the rows of a query's result."""
        cursor = self.connection.execute(query)
        names = [str(column[0]) for column in cursor.description or ()]
        kinds = {str(column[1]) for column in cursor.description or ()}
        if not self._large or "BIGINT[]" not in kinds or "HUGEINT" in kinds:  # NumPy has no wider numbers
            return names, cursor.fetchall()
        columns = cursor.fetchnumpy()  # lists of a hundred thousand numbers take a tenth of the time this way
        return names, list(zip(*(_cells(columns[name]) for name in names), strict=True))

    def fetch(self, table: str, column: str, values: Iterable[int]) -> list[Row]:
        """Return the rows of a table whose `column` holds one of `values`, in the order of their ids."""
        wanted = sorted(set(values))
        if not wanted:
            return []
        record = TABLES[table]
        columns = ", ".join(f"t.{name}" for name in columns_of(record))
        query = (
            f"SELECT {columns} FROM {table} t SEMI JOIN (SELECT unnest($1) AS v) w ON t.{column} = w.v ORDER BY t.id"
        )
        return [record(*row) for row in self.connection.execute(query, [wanted]).fetchall()]

    def fetch_all(self, asked: Sequence[Wanted]) -> list[list[Row]]:
        """Return the rows of several fetches, which run side by side where the tables are large."""
        if self.lanes == 1:
            return [self.fetch(*one) for one in asked]
        with ThreadPoolExecutor(self.lanes) as workers:
            return list(workers.map(lambda one: self.lane().fetch(*one), asked))

    def _fill(self, name: str, columns: dict[str, list[Any]]) -> None:
        count = len(next(iter(columns.values())))
        if count < _SMALL:
            marks = ", ".join(f"unnest(${at})" for at in range(1, len(columns) + 1))
            self.connection.execute(f"INSERT INTO {name} SELECT {marks}", list(columns.values()))
            return
        import numpy as np

        self._append(name, {column: np.array(values, dtype=object) for column, values in columns.items()})

    def _append(self, name: str, arrays: dict[str, Any]) -> None:
        self.connection.register("incoming", arrays)
        self.connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def _count(self, table: str) -> int:
        ((count,),) = self.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchall()
        return int(count)


def _cells(column: Any) -> list[Cell]:  # noqa: ANN401 - an array of NumPy, which is imported where it is used
    return [one if one is None or isinstance(one, str | int | float) else one.tolist() for one in column.tolist()]


def repeated_query(table: str, column: str) -> str:
    """Return the query for the values that occur more than once in a column, as any engine understands it."""
    return f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY {column} HAVING COUNT(*) > 1"


def columns_of(record: type[Row]) -> dict[str, str]:
    """Return the column names and SQL types of a table, as its class tells them."""
    found: dict[str, str] = {}
    for name, hint in get_type_hints(record).items():
        plain = next((one for one in get_args(hint) if one is not type(None)), hint)
        found[name] = _TYPES[plain]
    return found
