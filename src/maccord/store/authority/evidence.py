"""Calls that hold the store against evidence."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from maccord.alloc import check
from maccord.alloc.authority import Evidence
from maccord.alloc.records import Actor, Adopted, Adoption, ForeignRange, Lease, Question, Tenure, Verdict
from maccord.store import adopting, asking
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

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """See Evidence."""
        return self._stream(lambda reader: asking.holdings(reader, scope))

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.preflight(reader, questions))

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """See Evidence."""
        return self._ask(lambda reader: asking.history(reader, address, scope, at))
