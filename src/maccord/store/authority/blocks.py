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
        for_s: int | None = None,
    ) -> Block:
        """See Blocks."""
        actor, key = check.actor(actor), check.key(key)
        check.text("host", host, 256, empty=False)
        check.text("note", note, 1024)
        return self._do(lambda tx: blocks.carve(tx, pool, host, actor, size, span, align, note, key, for_s))

    def block(self, block: int) -> Block:
        """See Blocks."""
        return self._ask(lambda reader: asking.block(reader, block))

    def renew_block(
        self,
        block: int,
        *,
        actor: Actor,
        for_s: int | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Block:
        """See Blocks."""
        actor, key = check.actor(actor), check.key(key)
        return self._do(lambda tx: blocks.renew(tx, block, for_s, actor, key, expect))

    def return_block(self, block: int, *, actor: Actor, expect: int | None = None) -> Block:
        """See Blocks."""
        check.actor(actor)
        return self._do(lambda tx: blocks.give_up(tx, block, actor, expect))

    def revoke_block(self, block: int, *, reason: str, actor: Actor, expect: int | None = None) -> Block:
        """See Blocks."""
        check.actor(actor)
        check.text("reason", reason, 1024, empty=False)
        return self._do(lambda tx: blocks.revoke(tx, block, reason, actor, expect))

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """See Blocks."""
        check.limit(limit)
        return self._ask(lambda reader: asking.block_list(reader, pool, host, after, limit))
