"""What both databases offer to the authority, and what can go wrong in them.

SQL is written once, with `?` for parameters. Where the two differ, the difference has a name here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct

Row = tuple[Any, ...]


class Trouble(Exception):
    """A statement failed; what it is about is the class. Nothing of this leaves the store: it becomes a Refusal.

    `unknown`: the database was told to commit, and whether it did is not known.
    """

    unknown = False


class Duplicate(Trouble):
    """A unique key was there already."""


class Overlap(Trouble):
    """An interval has numbers in common with one that is there."""


class HandGone(Trouble):
    """The right to issue from chunks was taken back by another process."""


class Busy(Trouble):
    """Another process is writing; nothing was done."""


class Lost(Trouble):
    """The connection broke."""

    def __init__(self, why: str, *, unknown: bool) -> None:
        super().__init__(why)
        self.unknown = unknown


class Unwilling(Trouble):
    """The database cannot write: disk full, read only, out of memory, input and output errors."""


class GrantRow(Struct, frozen=True, gc=False):
    """One lease of a group commit."""

    space: int
    address: int
    pool: int
    due: int | None
    holders: str


class JournalRow(Struct, frozen=True, gc=False):
    """One record of the audit, without chain and time."""

    seq: int
    actor: str
    origin: str
    action: str
    subject: str
    details: str
    key: str | None
    hash: bytes


class Reader(Protocol):
    """A view on one moment of the store."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        ...

    def stream(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """Return rows as they come; for much."""
        ...


class Database(Reader, Protocol):
    """One connection that writes, and others that read. The writing one has one user at a time."""

    url: str
    on_loop: bool
    """True when a statement is so quick that it may run on an event loop; a commit never is."""
    for_update: str
    skip_locked: str
    any_of: str
    """`column {any_of}` with one parameter from `ints`: the column is one of the numbers."""
    pairs: str
    """A table of columns lo, hi from one parameter: JSON text, an array of arrays."""

    def stay(self) -> None:
        """Prepare for a long time of work, as a service does."""
        ...

    def ints(self, values: Iterable[int]) -> object:
        """Return the parameter for `any_of`."""
        ...

    def begin(self, *, wait_s: float) -> None:
        """Begin to write; raises Busy when somebody else still does after `wait_s`."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def rollback(self) -> None:
        """Undo what was not committed; never raises. A broken connection is opened anew later."""
        ...

    def savepoint(self) -> None:
        """Begin a part that can be undone on its own."""
        ...

    def keep(self) -> None:
        """End that part, and keep it."""
        ...

    def undo(self) -> None:
        """End that part, and undo it."""
        ...

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Execute a statement; return how many rows it changed."""
        ...

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row."""
        ...

    def lock_space(self, space: int) -> None:
        """Keep other processes from changing extents of this space until the transaction ends."""
        ...

    def take_over(self, hand: int) -> bool:
        """Wait for those who issue from a hand right now, and lock it; False when it is gone."""
        ...

    def grant(
        self, hands: Sequence[int], at: int, chain: int, leases: Sequence[GrantRow], records: Sequence[JournalRow]
    ) -> None:
        """Write a group of allocations. Raises HandGone, Duplicate. Part of the transaction, or one of its own."""
        ...

    def other_range(self, space: int, lo: int, hi: int) -> Row | None:
        """Return a range in the way of lo to hi: lo, hi, pool; asked after the statement that it refused."""
        ...

    def series(self, lo: int, hi: int) -> tuple[str, tuple[object, ...]]:
        """Return a query of one column `address` with all numbers from lo to hi, and its parameters."""
        ...

    def synchronise(self, tables: Sequence[str]) -> None:
        """After rows with numbers of their own were inserted: count on from the highest."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """Return a view of one moment, on another connection than the writing one."""
        ...

    def single_trip(self, addresses: int, requests: int) -> bool:
        """Return whether `grant` can write so many at once without begin and commit."""
        ...

    def reopened(self) -> bool:
        """Open the writing connection anew if it broke; return whether that was so. Raises Lost."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...
