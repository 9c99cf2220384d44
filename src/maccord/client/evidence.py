"""Calls that hold the service against evidence."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from maccord import rest
from maccord.alloc.authority import Evidence
from maccord.alloc.records import Actor, Adopted, Adoption, ForeignRange, Lease, Question, Tenure, Verdict
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
