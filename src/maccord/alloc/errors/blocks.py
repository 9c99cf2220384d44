"""Blocks of hosts that are not there, are over, have no end, or have no room."""

from datetime import datetime

from maccord.alloc.errors.refusal import Refusal


class NoSuchBlock(Refusal):
    """There is no block of that number in force; `ended` says since when, if there was one."""

    slug = "no-such-block"
    title = "There is no such block"
    category = "missing"

    def __init__(self, block: int, ended: datetime | None = None) -> None:
        super().__init__(block, ended)
        self.block, self.ended = block, ended

    def __str__(self) -> str:
        if self.ended is None:
            return f"there is no block {self.block}"
        return f"block {self.block} ended at {self.ended:%Y-%m-%dT%H:%M:%SZ}: carve another"

    def fields(self) -> dict[str, object]:
        """Return the block, and since when it is no longer in force."""
        return {"block": self.block, "ended": self.ended.isoformat() if self.ended else None}


class BlockWithoutEnd(Refusal):
    """A block was not leased for a time: there is no end to move, and none to wait for."""

    slug = "block-without-end"
    title = "The block has no end"

    def __init__(self, block: int, host: str) -> None:
        super().__init__(block, host)
        self.block, self.host = block, host

    def __str__(self) -> str:
        return (
            f"block {self.block} has no end, so host {self.host} may issue from it for ever without asking: let the"
            f" host have another range, and when it has, return this one (maccord block return {self.block})"
        )

    def fields(self) -> dict[str, object]:
        """Return the block and its host."""
        return {"block": self.block, "host": self.host}


class NoRoom(Refusal):
    """No run of that many free addresses, so aligned, is left in the pool; `largest` is the longest there is."""

    slug = "no-room"
    title = "The pool has no free run that long"

    def __init__(self, pool: str, wanted: int, largest: int) -> None:
        super().__init__(pool, wanted, largest)
        self.pool, self.wanted, self.largest = pool, wanted, largest

    def __str__(self) -> str:
        return f"pool {self.pool!r} has no free run of {self.wanted} addresses; the longest has {self.largest}"

    def fields(self) -> dict[str, object]:
        """Return what was wanted and what there is."""
        return {"pool": self.pool, "wanted": self.wanted, "largest": self.largest}
