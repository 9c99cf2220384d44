"""Calls that hold the store against evidence."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from maccord.alloc import check
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
from maccord.store import absences, adopting, asking
from maccord.store.authority.part import Part, Preview
from maccord.store.work import Tx


class StoreEvidence(Part, Evidence):
    """A store, held against evidence."""

    def adopt(
        self, rows: Iterable[Adoption], *, actor: Actor, ranges: Iterable[ForeignRange] = (), preview: bool = False
    ) -> Adopted:
        """See Evidence."""
        check.actor(actor)
        taken, theirs = tuple(rows), tuple(ranges)  # a transaction may have to be repeated

        def work(tx: Tx) -> Adopted:
            done = adopting.adopt(tx, taken, theirs, actor)
            if preview:
                raise Preview(done)
            return done

        try:
            return self._do(work)
        except Preview as e:
            done: Adopted = e.result
            return replace(done, preview=True)

    def note_absences(
        self, scope: str, missed: Sequence[Missed], *, actor: Actor, seen: Sequence[str] = (), apart_s: int = 3600
    ) -> Absences:
        """See Evidence."""
        check.actor(actor)
        check.text("scope", scope, 128, empty=False)
        check.span_s("apart_s", apart_s)
        return self._do(lambda tx: absences.note_absences(tx, scope, missed, seen, apart_s, actor))

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
        """See Evidence."""
        check.limit(limit)
        check.thresholds(observations, age_s)
        return self._ask(lambda reader: asking.leaks(reader, pool, scope, observations, age_s, after, limit))

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
        """See Evidence."""
        check.actor(actor)
        check.thresholds(observations, age_s)
        if for_s is not None:
            check.span_s("for_s", for_s, least=1)
        return self._do(lambda tx: absences.reclaim(tx, address, scope, observations, age_s, for_s, actor, expect))

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """See Evidence."""
        return self._stream(lambda reader: asking.holdings(reader, scope))

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.preflight(reader, questions))

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.history(reader, address, scope, at))
