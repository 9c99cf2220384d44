"""Everything out, and everything in."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from maccord.alloc.records import Actor


class Transfer(Protocol):
    """Everything out, and everything in."""

    def export(self) -> Iterator[dict[str, object]]:
        """Return the whole store as plain rows for JSON lines, of one moment; the first names format and version."""
        ...

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor) -> int:
        """Fill an empty store with exported rows, all or none; return how many. Raises BadRequest with the row."""
        ...
