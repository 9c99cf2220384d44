"""Calls that hold the service against evidence."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from maccord import rest
from maccord.alloc.authority import Evidence, Page
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
from maccord.client.connection import every, part
from maccord.client.leases import ClientLeases


class ClientEvidence(ClientLeases, Evidence):
    """A service, held against evidence."""

    def adopt(
        self,
        rows: Iterable[Adoption],
        *,
        actor: Actor | None = None,
        ranges: Iterable[ForeignRange] = (),
        preview: bool = False,
    ) -> Adopted:
        """Take over what is in use, and keep off what others issue from: all of it, or nothing.

        At most as much as the service takes in one request (its `--max-bulk`).
        """
        del actor
        told = [
            {"mac": one.address, "holder": one.holder, "place": one.place, "scope": one.scope} for one in rows
        ]  # fmt: skip
        return self._ask(
            "POST",
            "/v1/adoptions",
            Adopted,
            body={"rows": told, "ranges": tuple(ranges), "preview": preview},
            again=True,
        )

    def note_absences(
        self,
        scope: str,
        missed: Sequence[Missed],
        *,
        actor: Actor | None = None,
        seen: Sequence[str] = (),
        apart_s: int = 3600,
    ) -> Absences:
        """Count leases that evidence should have shown and did not, and forget those that were seen."""
        del actor
        told = [{"mac": one.address, "version": one.version, "at": one.at} for one in missed]
        body = {"scope": scope, "missed": told, "seen": tuple(seen), "apart_s": apart_s}
        return self._ask("POST", "/v1/absences", Absences, body=body, again=True)

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
        """Return leases that were missed so often, the first and the last time so far apart."""
        query = {
            "pool": pool, "scope": scope, "observations": observations, "age_s": age_s, "after": after, "limit": limit,
        }  # fmt: skip
        found = self._ask("GET", "/v1/leaks", Page[rest.LeakDoc], query=query)
        return Page(items=found.items, next=found.next)

    def reclaim(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        observations: int = 3,
        age_s: int = 604_800,
        for_s: int | None = None,
        expect: int | None = None,
    ) -> Lease:
        """Release all holders of a lease that is leaked, and put its address on probation."""
        del actor
        body = {"observations": observations, "age_s": age_s, "for_s": for_s}
        path = f"/v1/addresses/{part(address)}/reclaim"
        return self._ask("POST", path, rest.LeaseDoc, query={"scope": scope}, body=body, expect=expect)

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """Return every lease that has holders."""
        return (one for one in every(self.leases, scope=scope) if one.holders)

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """Answer whether adapters may start, in the order of the questions."""
        asked = [{"mac": one.address, "holder": one.holder, "scope": one.scope} for one in questions]
        found = self._ask("POST", "/v1/preflight", rest.PreflightDoc, body={"adapters": asked}, again=True)
        return found.verdicts

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """Return who had an address and when, oldest first."""
        query = {"scope": scope, "at": None if at is None else at.isoformat()}
        return self._ask("GET", f"/v1/addresses/{part(address)}/history", rest.HistoryDoc, query=query).items
