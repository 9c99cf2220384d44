"""Calls about blocks of hosts."""

from maccord.alloc import check
from maccord.alloc.authority import Blocks, Page
from maccord.alloc.records import Actor, Block, RangeSpec
from maccord.store import asking, blocks
from maccord.store.authority.part import Part


class StoreBlocks(Part, Blocks):
    """Blocks of a store."""

    def carve_block(
        self,
        pool: str,
        host: str,
        *,
        actor: Actor,
        size: int | None = None,
        span: RangeSpec | None = None,
        align: int = 1,
        note: str = "",
        key: str | None = None,
    ) -> Block:
        """See Blocks."""
        actor, key = check.actor(actor), check.key(key)
        check.text("host", host, 256, empty=False)
        check.text("note", note, 1024)
        return self._do(lambda tx: blocks.carve(tx, pool, host, actor, size, span, align, note, key))

    def return_block(self, block: int, *, actor: Actor) -> Block:
        """See Blocks."""
        check.actor(actor)
        return self._do(lambda tx: blocks.give_up(tx, block, actor))

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """See Blocks."""
        check.limit(limit)
        return self._ask(lambda reader: asking.block_list(reader, pool, host, after, limit))
