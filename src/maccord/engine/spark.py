"""Any endpoint of Spark Connect as the engine: a cluster of Apache Spark 4, or Sail.

The tables stay where the cluster reads them; the queries go there, and what comes back are findings and the rows that
incidents speak of. Sources: Apache Spark, "Spark Connect Overview"; Sail, "Getting Started".
"""

import itertools
import socket
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from maccord.engine.duck import columns_of, repeated_query
from maccord.engine.engine import Cell
from maccord.fleet.facts import Wanted
from maccord.fleet.records import TABLES, Row
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MaccordError

_TYPES = {"BIGINT": "BIGINT", "VARCHAR": "STRING", "BOOLEAN": "BOOLEAN"}
_PORT = 15002
_PATIENCE_S = 10
_LISTED = 2048
"""Up to so many numbers are written into a query; more go along as a table."""


class NoEndpoint(MaccordError):
    """The endpoint cannot be used, or says no."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where, self.why = where, why

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class SparkEngine:
    """An Engine over Spark Connect.

    Views are cached by the cluster, or written to a new folder below `scratch`, which may be emptied afterwards.
    """

    lanes = 4
    """A cluster has room for several queries at a time."""

    def __init__(self, connect: str, *, tables: str | None = None, scratch: str | None = None) -> None:
        """Connect to `sc://HOST:PORT`; `tables` and `scratch` are folders as the cluster spells them.

        Raises NoEndpoint when the client is not installed or the endpoint does not answer.
        """
        _reach(connect)
        self._connect = connect
        self._session = _session(connect)
        self._scratch = f"{scratch.rstrip('/')}/maccord-{uuid4().hex}" if scratch else None
        self._numbers = itertools.count()
        for name in (*TABLES, "about") if tables else ():
            self._table(name, f"{(tables or '').rstrip('/')}/{name}").createOrReplaceTempView(name)

    def lane(self) -> Self:
        """Return this engine: a session answers all threads."""
        return self

    def interrupt(self) -> None:
        """End every query of the session."""
        self._session.interruptAll()

    def load(self, snapshot: Snapshot) -> None:
        """Send every table to the cluster: for estates of moderate size, and tests."""
        for name, record in TABLES.items():
            columns = columns_of(record)
            rows = snapshot.tables.get(name, ())
            self._send(name, columns, {column: [getattr(row, column) for row in rows] for column in columns})

    def define(self, name: str, query: str) -> None:
        """Make the result of `query` available as `name`."""
        with self._answering(f"cannot prepare {name}"):
            frame = self._session.sql(query)
            if self._scratch:
                place = f"{self._scratch}/{name}"
                frame.write.mode("overwrite").parquet(place)
                frame = self._session.read.parquet(place)
            else:
                frame = frame.cache()
            frame.createOrReplaceTempView(name)

    def define_repeated(self, name: str, table: str, column: str) -> None:
        """Make the values that occur more than once in a column available as `name`."""
        self.define(name, repeated_query(table, column))

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[int]]) -> None:
        """Create a table of whole numbers and fill it."""
        listed = list(rows)
        cells = {column: [row[at] for row in listed] for at, column in enumerate(columns)}
        self._send(name, dict.fromkeys(columns, "BIGINT"), cells)

    def query(self, query: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Return the column names and the rows of a query's result."""
        with self._answering("cannot answer a query"):
            found = self._session.sql(query).toArrow()
        return found.column_names, list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def fetch(self, table: str, column: str, values: Iterable[int]) -> list[Row]:
        """Return the rows of a table whose `column` holds one of `values`, in the order of their ids."""
        wanted = sorted(set(values))
        if not wanted:
            return []
        record = TABLES[table]
        columns = ", ".join(f"t.{name}" for name in columns_of(record))
        if len(wanted) <= _LISTED:
            chosen = f"WHERE t.{column} IN ({', '.join(map(str, wanted))})"
        else:
            name = f"wanted_{next(self._numbers)}"
            self.insert(name, ("v",), ((value,) for value in wanted))
            chosen = f"LEFT SEMI JOIN {name} w ON t.{column} = w.v"
        _, rows = self.query(f"SELECT {columns} FROM {table} t {chosen}")
        make: Callable[..., Row] = record
        return sorted((make(*row) for row in rows), key=lambda row: row.id)

    def fetch_all(self, asked: Sequence[Wanted]) -> list[list[Row]]:
        """Return the rows of several fetches."""
        return [self.fetch(*one) for one in asked]

    def close(self) -> None:
        """Leave the endpoint."""
        self._session.stop()

    def _send(self, name: str, columns: dict[str, str], cells: dict[str, list[Any]]) -> None:
        import pyarrow as pa

        kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_()}
        if any(cells.values()):
            table = pa.table({column: pa.array(cells[column], kinds[kind]) for column, kind in columns.items()})
            frame = self._session.createDataFrame(table)
        else:
            nothing = ", ".join(f"CAST(NULL AS {_TYPES[kind]}) AS {column}" for column, kind in columns.items())
            frame = self._session.sql(f"SELECT {nothing} WHERE FALSE")
        frame.createOrReplaceTempView(name)

    def _table(self, name: str, place: str) -> Any:  # noqa: ANN401 - PySpark's frames have no types here
        """Open a table of maccord's; a folder that is not there reads as a table without columns."""
        with self._answering(f"cannot read the tables at {place}"):
            frame = self._session.read.parquet(place)
            there = set(frame.columns)
        lacking = [one for one in (columns_of(TABLES[name]) if name in TABLES else ("content",)) if one not in there]
        if lacking:
            raise NoEndpoint(
                self._connect, f"finds no column {lacking[0]} at {place}: is that what maccord tables wrote?"
            )
        return frame

    @contextmanager
    def _answering(self, what: str) -> Iterator[None]:
        """Say in one line what the endpoint complains of."""
        from pyspark.errors import PySparkException

        try:
            yield
        except PySparkException as error:
            reason = str(error).partition("\n")[0][:300]
            raise NoEndpoint(self._connect, f"{what}: {reason}") from error


def _reach(connect: str) -> None:
    """Find out whether anything listens, before the client tries again and again for minutes."""
    try:
        spelled = urlsplit(connect)
        host, port = spelled.hostname, spelled.port or _PORT
    except ValueError as error:
        raise NoEndpoint(connect, f"is no address of Spark Connect ({error}): write sc://HOST:PORT") from error
    if spelled.scheme != "sc" or not host:
        raise NoEndpoint(connect, "is no address of Spark Connect: write sc://HOST:PORT")
    try:
        socket.create_connection((host, port), timeout=_PATIENCE_S).close()
    except OSError as error:
        raise NoEndpoint(connect, f"does not answer: {error.strerror or error}") from error


def _session(connect: str) -> Any:  # noqa: ANN401 - PySpark's session has no types here
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about versions of pandas, which is not used here
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoEndpoint(connect, "needs the client of Spark Connect: pip install 'maccord[spark]'") from error
    from pyspark.errors import PySparkException

    try:
        session = SparkSession.builder.remote(connect).getOrCreate()
        session.version  # noqa: B018 - the first question finds out whether anybody answers
    except (PySparkException, OSError) as error:
        reason = str(error).partition("\n")[0][:300]
        raise NoEndpoint(connect, f"does not answer: {reason}") from error
    return session
