"""The address cannot be given: nobody may wear it, somebody has it, or it is another pool's."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from maccord.alloc.errors.refusal import Refusal


class ForbiddenAddress(Refusal):
    """An address that no adapter may be given: multicast, broadcast, zero, or of a block that a protocol owns.

    `block` names the block, `source` the document that says so. For a range, `address` is the first such address in it.
    """

    slug = "forbidden-address"
    title = "The address must not be issued"
    category = "invalid"

    def __init__(self, address: str, block: str, source: str, advice: str = "") -> None:
        super().__init__(address, block, source, advice)
        self.address, self.block, self.source, self.advice = address, block, source, advice

    def __str__(self) -> str:
        tail = f"; {self.advice}" if self.advice else ""
        return f"{self.address} must not be issued: {self.block} ({self.source}){tail}"

    def fields(self) -> dict[str, object]:
        """Return the address, the block that it is of, and its source."""
        return {"address": self.address, "block": self.block, "source": self.source}


class AddressTaken(Refusal):
    """The address is not free: who has it (`holders`), on which `host`, since when, in which state.

    `state` is one of `held`, `in-use`, `resting`, `probation`, `excluded`, `block`. `until` is when it will be free,
    where that is known. `alternative` is a free address of the same pool, if there is one; it is not reserved.
    """

    slug = "address-taken"
    title = "The address is not free"

    def __init__(
        self,
        address: str,
        *,
        scope: str,
        state: str,
        pool: str | None = None,
        holders: Sequence[str] = (),
        host: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        alternative: str | None = None,
    ) -> None:
        super().__init__(address)
        self.address, self.scope, self.state, self.pool = address, scope, state, pool
        self.holders, self.host, self.since, self.until = tuple(holders), host, since, until
        self.alternative = alternative

    def __str__(self) -> str:
        who = f" by {', '.join(self.holders)}" if self.holders else ""
        where = f" on {self.host}" if self.host else ""
        since = f" since {self.since:%Y-%m-%dT%H:%M:%SZ}" if self.since else ""
        until = f" until {self.until:%Y-%m-%dT%H:%M:%SZ}" if self.until else ""
        free = f"; {self.alternative} is free" if self.alternative else ""
        state = self.state.replace("-", " ")
        if state == "block":
            state, who, where = f"of the block of host {self.host}", "", ""
        elif state == "excluded":
            who = f" ({', '.join(self.holders)})" if self.holders else ""
        elif state == "probation":
            state = "on probation"
        return f"{self.address} is {state}{who}{where}{since}{until}{free}"

    def fields(self) -> dict[str, object]:
        """Return who, where, since when, in which state, and the alternative."""
        return {
            "address": self.address,
            "scope": self.scope,
            "state": self.state,
            "pool": self.pool,
            "holders": list(self.holders),
            "host": self.host,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "alternative": self.alternative,
        }


class NotInPool(Refusal):
    """The address that was asked for lies in no range of the pool; `pool_of` names the pool that it lies in, if any."""

    slug = "not-in-pool"
    title = "The address is not the pool's"
    category = "invalid"

    def __init__(self, address: str, pool: str, pool_of: str | None = None) -> None:
        super().__init__(address, pool, pool_of)
        self.address, self.pool, self.pool_of = address, pool, pool_of

    def __str__(self) -> str:
        other = f"; it is of pool {self.pool_of!r}" if self.pool_of else ""
        return f"{self.address} lies in no range of pool {self.pool!r}{other}"

    def fields(self) -> dict[str, object]:
        """Return the address and both pools."""
        return {"address": self.address, "pool": self.pool, "poolOf": self.pool_of}


class AdoptionConflicts(Refusal):
    """Rows to adopt contradict each other, or what is leased; nothing was adopted. `conflicts` has one text per row."""

    slug = "adoption-conflicts"
    title = "Nothing was adopted: there are conflicts"

    def __init__(self, conflicts: Iterable[AddressTaken | ForbiddenAddress], total: int) -> None:
        self.conflicts, self.total = tuple(conflicts), total
        super().__init__(self.conflicts, total)

    def __str__(self) -> str:
        return f"{self.total} conflicts, nothing was adopted; the first: {self.conflicts[0]}"

    def fields(self) -> dict[str, object]:
        """Return the conflicts, at most as many as are kept, and their number."""
        told = [{"type": each.slug, "detail": str(each), **each.fields()} for each in self.conflicts]
        return {"conflicts": told, "total": self.total}
