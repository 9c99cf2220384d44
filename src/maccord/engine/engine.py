"""What an analytic engine has to offer so that rules run on it."""

from collections.abc import Iterable, Sequence
from typing import Protocol, Self

from maccord.fleet.facts import Wanted
from maccord.fleet.records import Row
from maccord.fleet.snapshot import Snapshot

Cell = str | int | float | bool | list[int] | None


class Engine(Protocol):
    """Holds the tables of one snapshot and answers queries in the SQL that DuckDB and Spark share."""

    @property
    def lanes(self) -> int:
        """How many queries it should be given at a time."""

    def lane(self) -> Self:
        """Return a handle on the same tables that another thread may use."""

    def interrupt(self) -> None:
        """End the query that runs on this handle, from another thread."""

    def load(self, snapshot: Snapshot) -> None:
        """Create every table of TABLES and fill it."""

    def define(self, name: str, query: str) -> None:
        """Make the result of `query` available as `name`."""

    def define_repeated(self, name: str, table: str, column: str) -> None:
        """Make the values that occur more than once in a column of whole numbers available as `name`."""

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[int]]) -> None:
        """Create a table of whole numbers and fill it."""

    def query(self, query: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Return the column names and the rows of a query's result."""

    def fetch(self, table: str, column: str, values: Iterable[int]) -> list[Row]:
        """Return the rows of a table whose `column` holds one of `values`, in the order of their ids."""

    def fetch_all(self, asked: Sequence[Wanted]) -> list[list[Row]]:
        """Return the rows of several fetches."""
