"""Calls about blocks of hosts."""

from uuid import uuid4

from maccord.alloc.authority import Blocks, Page
from maccord.alloc.records import Actor, Block, RangeSpec
from maccord.client.connection import every, part
from maccord.client.errors import Refused
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
    ) -> Block:
        """Give a host its own range."""
        del actor
        body = {"host": host, "size": size, "align": align, "note": note}
        if span is not None:
            body |= {"first": span.first, "last": span.last}
        return self._ask("POST", f"/v1/pools/{part(pool)}/blocks", Block, body=body, key=key or uuid4().hex)

    def return_block(self, block: int, *, actor: Actor | None = None) -> Block:
        """Take a block back."""
        del actor
        for pool in every(self.pools):
            for one in every(self.blocks, pool=pool.name):
                if one.id == block:
                    return self._ask("DELETE", f"/v1/pools/{part(one.pool)}/blocks/{block}", Block)
        raise Refused(404, {"type": "urn:maccord:problem:no-such-block", "detail": f"there is no block {block}"})

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return blocks that are in force. Without `pool`, those of all pools come at once."""
        if pool is None:
            found = [one for each in every(self.pools) for one in every(self.blocks, pool=each.name, host=host)]
            return Page(items=tuple(sorted(found, key=lambda one: one.id)))
        query = {"host": host, "after": after, "limit": limit}
        return self._ask("GET", f"/v1/pools/{part(pool)}/blocks", Page[Block], query=query)
