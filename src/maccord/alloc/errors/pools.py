"""Pools that are not there, are there already, are in each other's way, in use or empty."""

from collections.abc import Sequence
from datetime import datetime

from maccord.alloc.errors.refusal import Refusal


class NoSuchPool(Refusal):
    """There is no pool of that name."""

    slug = "no-such-pool"
    title = "There is no such pool"
    category = "missing"

    def __init__(self, pool: str) -> None:
        super().__init__(pool)
        self.pool = pool

    def __str__(self) -> str:
        return f"there is no pool {self.pool!r}"

    def fields(self) -> dict[str, object]:
        """Return the name that was asked for."""
        return {"pool": self.pool}


class PoolExists(Refusal):
    """A pool of that name is there already."""

    slug = "pool-exists"
    title = "The pool exists"

    def __init__(self, pool: str) -> None:
        super().__init__(pool)
        self.pool = pool

    def __str__(self) -> str:
        return f"there is a pool {self.pool!r} already"

    def fields(self) -> dict[str, object]:
        """Return the pool's name."""
        return {"pool": self.pool}


class RangeOverlap(Refusal):
    """A range has addresses in common with one that is there: of pool `pool`, from `first` to `last`."""

    slug = "range-overlap"
    title = "Ranges of pools in one scope cannot overlap"

    def __init__(self, wanted: str, pool: str, first: str, last: str, scope: str) -> None:
        super().__init__(wanted, pool, first, last, scope)
        self.wanted, self.pool, self.first, self.last, self.scope = wanted, pool, first, last, scope

    def __str__(self) -> str:
        return f"{self.wanted} overlaps {self.first} to {self.last} of pool {self.pool!r} in scope {self.scope!r}"

    def fields(self) -> dict[str, object]:
        """Return the range that was asked for and the one in its way."""
        return {"wanted": self.wanted, "pool": self.pool, "first": self.first, "last": self.last, "scope": self.scope}


class PoolInUse(Refusal):
    """A pool, or a part of it, cannot go: addresses of it are held. `stranded` counts them, `examples` names some.

    `blocks` are hosts' ranges in what is to go. They cannot be stranded: their hosts issue from them.
    """

    slug = "pool-in-use"
    title = "Addresses of the pool are held"

    def __init__(self, pool: str, stranded: int, examples: Sequence[str], blocks: Sequence[int] = ()) -> None:
        super().__init__(pool, stranded, tuple(examples), tuple(blocks))
        self.pool, self.stranded, self.examples, self.blocks = pool, stranded, tuple(examples), tuple(blocks)

    def __str__(self) -> str:
        told = []
        if self.blocks:
            many = ", ".join(map(str, self.blocks))
            told.append(f"block {many} lies there: let its host have another range, return it, and let it rest")
        if self.stranded:
            some = f", among them {', '.join(self.examples)}" if self.examples else ""
            told.append(f"{self.stranded} addresses are held or rest{some}: release them, or say `strand`")
        return f"pool {self.pool!r}: {'; '.join(told)}"

    def fields(self) -> dict[str, object]:
        """Return how many addresses would be stranded, some of them, and the blocks in the way."""
        return {
            "pool": self.pool,
            "stranded": self.stranded,
            "examples": list(self.examples),
            "blocks": list(self.blocks),
        }


class PoolExhausted(Refusal):
    """No address of the pool is free, or not as many as were asked for. `next_free_at`: when the next has rested."""

    slug = "pool-exhausted"
    title = "The pool has too few free addresses"

    def __init__(
        self, pool: str, *, size: int, wanted: int, free: int, resting: int, next_free_at: datetime | None = None
    ) -> None:
        super().__init__(pool)
        self.pool, self.size, self.wanted, self.free, self.resting = pool, size, wanted, free, resting
        self.next_free_at = next_free_at

    def __str__(self) -> str:
        told = f"pool {self.pool!r} cannot give {self.wanted}: {self.free} of {self.size} addresses are free"
        if self.resting:
            told += f", {self.resting} rest"
        if self.next_free_at:
            told += f", the next until {self.next_free_at:%Y-%m-%dT%H:%M:%SZ}"
        if not self.resting:
            told += "; release some, include what is excluded, or give it another range"
        return told

    def fields(self) -> dict[str, object]:
        """Return the counts, and when the next address is free."""
        at = self.next_free_at.isoformat() if self.next_free_at else None
        return {
            "pool": self.pool,
            "size": self.size,
            "wanted": self.wanted,
            "free": self.free,
            "resting": self.resting,
            "nextFreeAt": at,
        }
