"""Calls about blocks of hosts."""

from uuid import uuid4

from maccord.alloc.authority import Blocks, Page
from maccord.alloc.records import Actor, Block, RangeSpec
from maccord.client.connection import every, part
from maccord.client.pools import ClientPools


class ClientBlocks(ClientPools, Blocks):
    """Blocks of a service, which lists them pool by pool."""

    def carve_block(
        self,
        pool: str,
        host: str,
        *,
        actor: Actor | None = None,
        size: int | None = None,
        span: RangeSpec | None = None,
        align: int = 1,
        note: str = "",
        key: str | None = None,
        for_s: int | None = None,
    ) -> Block:
        """Give a host its own range, for a time or until it is returned."""
        del actor
        body = {"host": host, "size": size, "align": align, "note": note, "for_s": for_s}
        if span is not None:
            body |= {"first": span.first, "last": span.last}
        return self._ask("POST", f"/v1/pools/{part(pool)}/blocks", Block, body=body, key=key or uuid4().hex)

    def block(self, block: int) -> Block:
        """Return a block, one that is past too."""
        return self._ask("GET", f"/v1/blocks/{block}", Block)

    def renew_block(
        self,
        block: int,
        *,
        actor: Actor | None = None,
        for_s: int | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Block:
        """Lease a block anew from now on."""
        del actor
        path, body = f"/v1/blocks/{block}/renew", {"for_s": for_s}
        return self._ask("POST", path, Block, body=body, key=key or uuid4().hex, expect=expect)

    def return_block(self, block: int, *, actor: Actor | None = None, expect: int | None = None) -> Block:
        """Take a block back that its host has given back."""
        del actor
        return self._ask("DELETE", f"/v1/blocks/{block}", Block, expect=expect)

    def revoke_block(self, block: int, *, reason: str, actor: Actor | None = None, expect: int | None = None) -> Block:
        """Take a leased block back although its host may be away."""
        del actor
        return self._ask("POST", f"/v1/blocks/{block}/revoke", Block, body={"reason": reason}, expect=expect)

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return blocks that are in force. Without `pool`, those of all pools come at once."""
        if pool is None:
            found = [one for each in every(self.pools) for one in every(self.blocks, pool=each.name, host=host)]
            return Page(items=tuple(sorted(found, key=lambda one: one.id)))
        query = {"host": host, "after": after, "limit": limit}
        return self._ask("GET", f"/v1/pools/{part(pool)}/blocks", Page[Block], query=query)
