"""Where the authority meets what evidence shows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.records import (
    Absences,
    Actor,
    Adopted,
    Adoption,
    ForeignRange,
    Leak,
    Lease,
    Missed,
    Question,
    Tenure,
    Verdict,
)


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

    def note_absences(
        self, scope: str, missed: Sequence[Missed], *, actor: Actor, seen: Sequence[str] = (), apart_s: int = 3600
    ) -> Absences:
        """Count leases that evidence should have shown and did not, and forget the absences of those that were seen.

        An observation that is nearer than `apart_s` to the one before is the same one. A lease that is another by now
        than the `version` that was compared is not counted, and what was counted of an earlier one is forgotten; nor is
        one that is held since after `at`, or by what no inventory shows.
        """
        ...

    def leaks(
        self,
        *,
        pool: str | None = None,
        scope: str | None = None,
        observations: int = 3,
        age_s: int = 604_800,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Leak]:
        """Return leases that were missed so often, the first and the last time so far apart, in their order."""
        ...

    def reclaim(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        observations: int = 3,
        age_s: int = 604_800,
        for_s: int | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Release all holders of a lease that is leaked, and put its address on probation for `for_s` seconds.

        None: as long as its pool lets addresses rest, and a week at least. It is never free at once: whoever has it all
        the same is seen meanwhile. Raises NoSuchLease, NotLeaked, ScopeNeeded, StaleVersion.
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
