"""Ranges that hosts issue from by themselves."""

from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.records import Actor, Block, RangeSpec


class Blocks(Protocol):
    """Ranges that hosts issue from by themselves."""

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
        """Give a host its own range: a free run of `size` that begins at a multiple of `align`, or just `span`.

        Raises NoSuchPool, NoRoom, AddressTaken, NotInPool, KeyReused, BadRequest.
        """
        ...

    def return_block(self, block: int, *, actor: Actor) -> Block:
        """Take a block back: its addresses rest, and then are the pool's. Raises NoSuchBlock."""
        ...

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return blocks that are in force, in the order of their numbers."""
        ...
