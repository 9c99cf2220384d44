"""Blocks of hosts that are not there, or have no room."""

from maccord.alloc.errors.refusal import Refusal


class NoSuchBlock(Refusal):
    """There is no block of that number."""

    slug = "no-such-block"
    title = "There is no such block"
    category = "missing"

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.block = block

    def __str__(self) -> str:
        return f"there is no block {self.block}"


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
