"""Where the authority meets what evidence shows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from maccord.alloc.records import Actor, Adopted, Adoption, ForeignRange, Lease, Question, Tenure, Verdict


class Evidence(Protocol):
    """Where the authority meets what evidence shows."""

    def adopt(
        self, rows: Iterable[Adoption], *, actor: Actor, ranges: Iterable[ForeignRange] = (), preview: bool = False
    ) -> Adopted:
        """Take over what is in use: all of it, or nothing. Raises AdoptionConflicts, with every row in the way.

        A row conflicts when another holder of the same kind has the address (in the store, or in another row), when it
        is excluded, in a host's block of another host, or no adapter may wear it. A row whose address is free, resting
        or on probation is taken. Adopted addresses are in use and never expire.

        `ranges` are what others issue from: what is free of them is excluded from our pools in the same transaction,
        and so is what becomes free there later, and what a later pool has of them. They are kept until somebody
        includes them again. An address in one of them that is in use by now is taken out of the exclusion.
        """
        ...

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """Return every lease that has holders, in the order of scope and address: for reconciling with evidence."""
        ...

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """Answer whether adapters may start, in the order of the questions. Changes nothing."""
        ...

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """Return who had an address and when, oldest first; with `at` only what held at that moment."""
        ...
