"""Refusals of the allocator: each with a stable name, and with its facts as fields.

`slug` never changes: it is the last part of `type` in an `application/problem+json` answer (RFC 9457). `category` says
which kind of refusal it is, and so which status of HTTP: `invalid` 422, `missing` 404, `conflict` 409, `stale` 412,
`denied` 403, `unavailable` 503. `fields()` are the members that the answer has beside `title` and `detail`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from maccord.mac import MaccordError

Category = Literal["invalid", "missing", "conflict", "stale", "denied", "unavailable"]


class Refusal(MaccordError):
    """The allocator does not do what it was asked; nothing was changed."""

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"
    category: ClassVar[Category] = "conflict"

    def fields(self) -> dict[str, object]:
        """Return what an answer says beside the text: plain values, all of JSON."""
        return {}

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[Refusal], args: tuple[object, ...], facts: dict[str, object]) -> Refusal:
    """Return a refusal that was pickled: some take their facts by name, so none is made by calling it."""
    refusal = kind.__new__(kind, *args)
    refusal.__dict__.update(facts)
    return refusal


class BadRequest(Refusal):
    """A part of the request cannot be: `field` names it."""

    slug = "bad-request"
    title = "The request cannot be understood"
    category = "invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field, self.why = field, why

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"

    def fields(self) -> dict[str, object]:
        """Return the field that is wrong."""
        return {"field": self.field}


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


class NoSuchLease(Refusal):
    """Nobody holds the address, so there is nothing to release or confirm."""

    slug = "no-such-lease"
    title = "Nobody holds the address"
    category = "missing"

    def __init__(self, address: str, scope: str | None, state: str = "free") -> None:
        super().__init__(address, scope, state)
        self.address, self.scope, self.state = address, scope, state

    def __str__(self) -> str:
        where = f" in scope {self.scope!r}" if self.scope else ""
        return f"nobody holds {self.address}{where}: it is {self.state}"

    def fields(self) -> dict[str, object]:
        """Return the address, the scope, and the state that it is in."""
        return {"address": self.address, "scope": self.scope, "state": self.state}


class NotHolder(Refusal):
    """The holder that was named does not hold the address; `holders` do."""

    slug = "not-holder"
    title = "The address has other holders"

    def __init__(self, address: str, holder: str, holders: Sequence[str]) -> None:
        super().__init__(address, holder, tuple(holders))
        self.address, self.holder, self.holders = address, holder, tuple(holders)

    def __str__(self) -> str:
        return f"{self.holder} does not hold {self.address}; {', '.join(self.holders)} does"

    def fields(self) -> dict[str, object]:
        """Return who was named, and who holds it."""
        return {"address": self.address, "holder": self.holder, "holders": list(self.holders)}


class HolderNeeded(Refusal):
    """The address has several holders, and the release does not say which one lets go."""

    slug = "holder-needed"
    title = "The address has several holders: name one"

    def __init__(self, address: str, holders: Sequence[str]) -> None:
        super().__init__(address, tuple(holders))
        self.address, self.holders = address, tuple(holders)

    def __str__(self) -> str:
        return f"{self.address} has {len(self.holders)} holders ({', '.join(self.holders)}): name the one that lets go"

    def fields(self) -> dict[str, object]:
        """Return the holders to choose from."""
        return {"address": self.address, "holders": list(self.holders)}


class ScopeNeeded(Refusal):
    """The address is known in several scopes, and the request names none."""

    slug = "scope-needed"
    title = "The address is known in several scopes: name one"

    def __init__(self, address: str, scopes: Sequence[str]) -> None:
        super().__init__(address, tuple(scopes))
        self.address, self.scopes = address, tuple(scopes)

    def __str__(self) -> str:
        return f"{self.address} is known in the scopes {', '.join(self.scopes)}: name one"

    def fields(self) -> dict[str, object]:
        """Return the scopes to choose from."""
        return {"address": self.address, "scopes": list(self.scopes)}


class WrongState(Refusal):
    """The address is in a state from which the table of its life knows no such step."""

    slug = "wrong-state"
    title = "The address is in another state"

    def __init__(self, address: str, state: str, event: str) -> None:
        super().__init__(address, state, event)
        self.address, self.state, self.event = address, state, event

    def __str__(self) -> str:
        return f"{self.address} is {self.state.replace('-', ' ')}: it cannot be {self.event}"

    def fields(self) -> dict[str, object]:
        """Return the state and the step."""
        return {"address": self.address, "state": self.state, "event": self.event}


class StaleVersion(Refusal):
    """The object was changed since it was read: `expected` is no longer its version."""

    slug = "stale-version"
    title = "The object was changed meanwhile"
    category = "stale"

    def __init__(self, what: str, expected: int, actual: int) -> None:
        super().__init__(what, expected, actual)
        self.what, self.expected, self.actual = what, expected, actual

    def __str__(self) -> str:
        return f"{self.what} has version {self.actual} now, not {self.expected}: read it again"

    def fields(self) -> dict[str, object]:
        """Return both versions."""
        return {"expected": self.expected, "actual": self.actual}


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    slug = "idempotency-key-reused"
    title = "The idempotency key belongs to another request"
    category = "invalid"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"the idempotency key {self.key[:64]!r} came with another request before"


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


class BadToken(Refusal):
    """A token that is unknown, revoked or expired. The text does not say which."""

    slug = "bad-token"
    title = "The token is not valid"
    category = "denied"

    def __str__(self) -> str:
        return "the token is not valid"


class NoSuchToken(Refusal):
    """There is no token of that name."""

    slug = "no-such-token"
    title = "There is no such token"
    category = "missing"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"there is no token {self.name!r}"


class TokenExists(Refusal):
    """A token of that name is there already."""

    slug = "token-exists"
    title = "The token exists"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"there is a token {self.name!r} already"


class StoreUnavailable(Refusal):
    """The store did not do it: disk full, read only, connection lost, closing, or too many requests wait.

    `outcome` is `not-done`, or `unknown` when the connection broke while it was told to commit: repeat the request with
    the same idempotency key, and the answer tells.
    """

    slug = "store-unavailable"
    title = "The store is not available"
    category = "unavailable"

    def __init__(self, why: str, outcome: Literal["not-done", "unknown"] = "not-done") -> None:
        super().__init__(why, outcome)
        self.why: str = why
        self.outcome: Literal["not-done", "unknown"] = outcome

    def __str__(self) -> str:
        done = "nothing was changed" if self.outcome == "not-done" else "whether it was done is not known"
        return f"the store is not available ({self.why}); {done}"

    def fields(self) -> dict[str, object]:
        """Return whether the change was made."""
        return {"outcome": self.outcome}


class BadStore(Refusal):
    """A store URL that cannot be used, a file that is no store of ours, or one of a newer maccord."""

    slug = "bad-store"
    title = "The store cannot be used"
    category = "unavailable"

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url, self.why = url, why

    def __str__(self) -> str:
        return f"cannot use the store {self.url}: {self.why}"
