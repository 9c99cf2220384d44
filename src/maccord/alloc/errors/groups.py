"""Groups that are not there, have no pools, or whose pools cannot give; pools that groups still ask."""

from collections.abc import Sequence

from maccord.alloc.errors.refusal import Refusal


class NoSuchGroup(Refusal):
    """There is no group of that path with a row of its own."""

    slug = "no-such-group"
    title = "There is no such group"
    category = "missing"

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"there is no group {self.path!r} of its own; what it inherits is told by explaining it"

    def fields(self) -> dict[str, object]:
        """Return the path that was asked for."""
        return {"group": self.path}


class NoPoolForGroup(Refusal):
    """Neither the group nor any above it that is asked has a pool of this kind."""

    slug = "no-pool-for-group"
    title = "No pool is bound to the group"
    category = "missing"

    def __init__(self, path: str, kind: str, ended_at: str | None) -> None:
        super().__init__(path, kind, ended_at)
        self.path, self.kind, self.ended_at = path, kind, ended_at

    def __str__(self) -> str:
        upto = f"up to {self.ended_at!r}, which does not inherit," if self.ended_at else "up to the root"
        what = "World Wide Names" if self.kind == "wwn" else "MAC addresses"
        return f"no pool of {what} is bound to {self.path!r} or a group above it, {upto}: bind one to it"

    def fields(self) -> dict[str, object]:
        """Return the group, the kind of addresses, and where the search ended."""
        return {"group": self.path, "kind": self.kind, "endedAt": self.ended_at}


class GroupNotGranted(Refusal):
    """Pools are bound, and whoever asks is granted none of them."""

    slug = "group-not-granted"
    title = "None of the group's pools is granted"
    category = "denied"

    def __init__(self, path: str, pools: Sequence[str]) -> None:
        super().__init__(path, tuple(pools))
        self.path, self.pools = path, tuple(pools)

    def __str__(self) -> str:
        return f"group {self.path!r} asks {', '.join(self.pools)}, and the token is granted none of them"

    def fields(self) -> dict[str, object]:
        """Return the group and the pools that it asks."""
        return {"group": self.path, "pools": list(self.pools)}


class GroupExhausted(Refusal):
    """No pool that the group asks has as many free addresses; `told` is each pool and why it cannot."""

    slug = "group-exhausted"
    title = "No pool of the group has enough free addresses"

    def __init__(self, path: str, wanted: int, told: Sequence[tuple[str, str]]) -> None:
        super().__init__(path, wanted, tuple(told))
        self.path, self.wanted, self.told = path, wanted, tuple(told)

    def __str__(self) -> str:
        each = "; ".join(f"{pool}: {why}" for pool, why in self.told)
        return f"no pool of group {self.path!r} can give {self.wanted}: {each}"

    def fields(self) -> dict[str, object]:
        """Return the group, how many were asked for, and why each pool cannot give them."""
        told = [{"pool": pool, "why": why} for pool, why in self.told]
        return {"group": self.path, "wanted": self.wanted, "candidates": told}


class PoolBound(Refusal):
    """A pool cannot go while groups ask it."""

    slug = "pool-bound"
    title = "Groups are bound to the pool"

    def __init__(self, pool: str, groups: Sequence[str]) -> None:
        super().__init__(pool, tuple(groups))
        self.pool, self.groups = pool, tuple(groups)

    def __str__(self) -> str:
        return f"pool {self.pool!r} is bound to {', '.join(self.groups)}: set those groups without it first"

    def fields(self) -> dict[str, object]:
        """Return the pool and the groups that it is bound to."""
        return {"pool": self.pool, "groups": list(self.groups)}
