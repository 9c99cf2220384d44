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
        for_s: int | None = None,
    ) -> Block:
        """Give a host its own range: a free run of `size` that begins at a multiple of `align`, or just `span`.

        With `for_s` it is leased for so many seconds, and ends by itself then: its addresses rest, and are the pool's.
        Raises NoSuchPool, NoRoom, AddressTaken, NotInPool, KeyReused, BadRequest, PoolEnded.
        """
        ...

    def block(self, block: int) -> Block:
        """Return a block, one that is past too. Raises NoSuchBlock."""
        ...

    def renew_block(
        self,
        block: int,
        *,
        actor: Actor,
        for_s: int | None = None,
        key: str | None = None,
        expect: int | None = None,
    ) -> Block:
        """Lease a block anew from now on, for as long as before or for `for_s`; never for less than it has already.

        Raises NoSuchBlock, BlockWithoutEnd, StaleVersion, KeyReused, BadRequest, PoolEnded.
        """
        ...

    def return_block(self, block: int, *, actor: Actor, expect: int | None = None) -> Block:
        """Take a block back that its host has given back: its addresses rest from now on, and then are the pool's.

        `expect` is the version that the caller saw. Raises NoSuchBlock, StaleVersion.
        """
        ...

    def revoke_block(self, block: int, *, reason: str, actor: Actor, expect: int | None = None) -> Block:
        """Take a leased block back although its host may be away: its addresses rest from the end of the lease on.

        Raises NoSuchBlock, StaleVersion, and BlockWithoutEnd, since nothing ends the use of one that has no end.
        """
        ...

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return blocks that are in force, in the order of their numbers."""
        ...
