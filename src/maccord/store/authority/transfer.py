"""Calls that carry a whole store."""

from collections.abc import Iterable, Iterator

from maccord.alloc import check
from maccord.alloc.authority import Transfer
from maccord.alloc.records import Actor
from maccord.store import schemas, transfer
from maccord.store.authority.part import Part
from maccord.store.work import Tx


class StoreTransfer(Part, Transfer):
    """A whole store, out and in."""

    def export(self) -> Iterator[dict[str, object]]:
        """See Transfer."""
        return self._stream(lambda reader: transfer.exported(reader, schemas.HEAD))

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor) -> int:
        """See Transfer."""
        check.actor(actor)

        def work(tx: Tx) -> int:
            count = transfer.loaded(tx, rows)
            chain = self._engine.chain
            chain.id, chain.seq, chain.head = transfer.own_process(tx), 0, b"\0" * 32
            tx.record(actor, "import", "store", {"rows": count})
            return count

        return self._do(work)
