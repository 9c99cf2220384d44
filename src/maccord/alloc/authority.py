"""What an authority offers, whichever store it stands on.

Every change is durable when the call returns, carries an `Actor`, and is in the audit. Every refusal is a `Refusal`
that changed nothing. Addresses are taken in any spelling; `scope` None means: the only scope in which the address is
known, else ScopeNeeded. All methods may be called from any thread.

An idempotency `key` makes a repeated call the same change: the kept answer comes back, `replayed` is True. The same key
with another request is KeyReused. Keys belong to the actor's name and are kept with the audit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from maccord.alloc.life import State
from maccord.alloc.records import (
    GLOBAL,
    Actor,
    Adopted,
    Adoption,
    AuditRecord,
    AuditVerdict,
    Block,
    ForeignRange,
    Granted,
    Holder,
    Lease,
    NewToken,
    Note,
    Pool,
    PoolChange,
    PoolChanged,
    PoolSpec,
    Question,
    RangeSpec,
    Released,
    Role,
    Tenure,
    Token,
    Usage,
    Verdict,
)

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some items in a stable order, and the cursor that continues after them; None at the end.

    A cursor is an opaque text; one that was made up or belongs to another list is a BadRequest. Items that are added or
    removed meanwhile make no other item appear twice or get lost.
    """

    items: tuple[T, ...]
    next: str | None = None


class Counters(Struct, frozen=True, kw_only=True):
    """How the store is doing, for metrics. Since this process opened it; `queue` is what waits now.

    `commits` and `requests` give the mean size of a group commit; `commit_s` has one (upper bound, count) per bucket,
    not cumulative, and the last bound is infinite.
    """

    requests: int
    commits: int
    replays: int
    conflicts: int
    queue: int
    allocated: int
    released: int
    commit_s: tuple[tuple[float, int], ...]


class Pools(Protocol):
    """Pools, their ranges and their counters."""

    def create_pool(self, spec: PoolSpec, *, actor: Actor) -> Pool:
        """Make a pool; leases that are in its ranges already (adopted ones) become its own.

        Raises PoolExists, RangeOverlap (the database says so), ForbiddenAddress (a group address, zero, broadcast or
        a protocol's block lies inside a range), BadRequest, BadAddress, BadRange.
        """
        ...

    def pool(self, name: str) -> Pool:
        """Return a pool; raises NoSuchPool."""
        ...

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """Return pools in the order of their names."""
        ...

    def change_pool(
        self, name: str, change: PoolChange, *, actor: Actor, expect: int | None = None, preview: bool = False
    ) -> PoolChanged:
        """Change a pool, or say what the change would do. `expect` is the version that the caller saw.

        Raises NoSuchPool, StaleVersion, PoolInUse (unless `strand`; a preview tells instead), and what `create_pool`
        raises.
        """
        ...

    def delete_pool(self, name: str, *, actor: Actor, expect: int | None = None) -> None:
        """Remove a pool. Raises NoSuchPool, StaleVersion, PoolInUse while anything of it is held, rests or is a block.

        Its past stays in history and audit.
        """
        ...

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """Return the counters of one pool, or of all in the order of their names; raises NoSuchPool."""
        ...

    def exclude(self, pool: str, span: RangeSpec, *, reason: str, actor: Actor) -> Pool:
        """Never issue these addresses. Raises NoSuchPool, NotInPool, AddressTaken (held by somebody, or resting)."""
        ...

    def include(self, pool: str, span: RangeSpec, *, actor: Actor) -> Pool:
        """Take exclusions within `span` back. Raises NoSuchPool, NotInPool."""
        ...


class Leases(Protocol):
    """Addresses given, confirmed, shared and released."""

    def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """Give `count` addresses, or the one that is named; all or none. At most 1,000,000 in one call.

        An address that the holder has already is given again, and nothing changes. Raises NoSuchPool, PoolExhausted,
        AddressTaken, NotInPool, ForbiddenAddress, KeyReused, BadRequest, StoreUnavailable.
        """
        ...

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """Return free addresses of a pool, and reserve or move nothing; at most 1,000. Raises NoSuchPool."""
        ...

    def share(
        self, address: str, holder: Holder, *, actor: Actor, scope: str | None = None, key: str | None = None
    ) -> Lease:
        """Add a holder to an address that is held: a template, snapshot, replica, cluster twin, declared exception.

        Raises NoSuchLease, WrongState, ScopeNeeded, KeyReused.
        """
        ...

    def confirm(self, address: str, *, actor: Actor, scope: str | None = None, holder: str | None = None) -> Lease:
        """Say that the address is at work: it no longer expires. Confirming twice is no fault.

        `holder` is an id, or `kind:id`. Raises NoSuchLease, NotHolder, ScopeNeeded.
        """
        ...

    def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
    ) -> Released:
        """One holder lets go; when it was the last, the address rests for the pool's `rest_s`, and then is free.

        `holder` is an id, or `kind:id`; it may be left out when there is one only. Raises NoSuchLease, NotHolder,
        HolderNeeded, ScopeNeeded, KeyReused.
        """
        ...

    def look_up(self, address: str, *, scope: str | None = None) -> Lease:
        """Return what is known of an address, free ones too. Raises ScopeNeeded, BadAddress."""
        ...

    def leases(
        self,
        *,
        pool: str | None = None,
        scope: str | None = None,
        state: State | None = None,
        holder: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Lease]:
        """Return addresses that have a row (held, in use, resting, on probation), in their order, filtered."""
        ...

    def probation(
        self, address: str, *, reason: str, actor: Actor, scope: str = GLOBAL, for_s: int | None = None
    ) -> Lease:
        """Put an address that was seen in conflict on probation: not issued for `for_s` seconds, None: until cleared.

        A held one stays with its holders, and goes on probation instead of to rest when the last of them lets go.
        """
        ...

    def end_rest(self, address: str, *, reason: str, actor: Actor, scope: str | None = None) -> Lease:
        """Free a resting address, or one on probation, before its time. Raises NoSuchLease, WrongState."""
        ...


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


class Evidence(Protocol):
    """Where the authority meets what evidence shows."""

    def adopt(
        self, rows: Iterable[Adoption], *, actor: Actor, ranges: Iterable[ForeignRange] = (), preview: bool = False
    ) -> Adopted:
        """Take over what is in use: all of it, or nothing. Raises AdoptionConflicts, with every row in the way.

        A row conflicts when another holder of the same kind has the address (in the store, or in another row), when it
        is excluded, in a host's block of another host, or no adapter may wear it. A row whose address is free, resting
        or on probation is taken. Adopted addresses are in use and never expire.

        `ranges` are what others issue from: what is free of them is excluded from our pools in the same transaction,
        and so is what becomes free there later, and what a later pool has of them. They are kept until somebody
        includes them again. An address in one of them that is in use by now is taken out of the exclusion.
        """
        ...

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """Return every lease that has holders, in the order of scope and address: for reconciling with evidence."""
        ...

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """Answer whether adapters may start, in the order of the questions. Changes nothing."""
        ...

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """Return who had an address and when, oldest first; with `at` only what held at that moment."""
        ...


class Audit(Protocol):
    """The record of all changes."""

    def audit(
        self,
        *,
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
        action: str | None = None,
        subject: str | None = None,
        actor: str | None = None,
    ) -> Page[AuditRecord]:
        """Return records in the order of their numbers. `subject` is a pool's name, an address, a token's name."""
        ...

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """Check every chain and anchor. `head` is the hash of an anchor that was kept elsewhere: it must be there."""
        ...

    def append_audit(self, action: str, subject: str, details: dict[str, object], *, actor: Actor) -> None:
        """Record what another part of the program did (a plan applied, an import)."""
        ...

    def anchor(self) -> str:
        """Anchor the heads of all chains now; return the anchor's hash."""
        ...


class Tokens(Protocol):
    """Bearer tokens: 256 random bits, kept as SHA-256."""

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Make a token; its secret is in the answer only. Raises TokenExists, BadRequest, NoSuchPool."""
        ...

    def check_token(self, secret: str) -> Token:
        """Return the token that a secret is of; raises BadToken. One indexed read; ask once per request."""
        ...

    def revoke_token(self, name: str, *, actor: Actor) -> Token:
        """Make a token invalid from now on. Raises NoSuchToken."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too, by name."""
        ...


class Transfer(Protocol):
    """Everything out, and everything in."""

    def export(self) -> Iterator[dict[str, object]]:
        """Return the whole store as plain rows for JSON lines, of one moment; the first names format and version."""
        ...

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor) -> int:
        """Fill an empty store with exported rows, all or none; return how many. Raises BadRequest with the row."""
        ...


class Running(Protocol):
    """The authority as a part of a program."""

    def subscribe(self, listener: Callable[[Note], None]) -> None:
        """Have `listener` called after each commit of this process, in order; it must return at once and not raise."""
        ...

    def tick(self) -> None:
        """Do what is due: free what has rested, expire, take over from dead processes, anchor. Cheap when idle.

        A background thread does it once a second, unless the authority was opened with `background=False`.
        """
        ...

    def counters(self) -> Counters:
        """Return the figures of this process."""
        ...

    def held_in_ranges(self, pool: str) -> dict[str, int]:
        """Return how many addresses of each range are held, by the range's first address; raises NoSuchPool."""
        ...

    def ready(self) -> None:
        """Return if the store can be read and written now; raises StoreUnavailable."""
        ...

    def close(self, *, drain_s: float = 10.0) -> None:
        """Take no new work, finish what was taken, hand chunks back, anchor the audit, and let go of the store."""
        ...

    def now(self) -> datetime:
        """Return the authority's time: that of the clock, but never backwards, and with no leap while it runs."""
        ...


class Authority(Pools, Leases, Blocks, Evidence, Audit, Tokens, Transfer, Running, Protocol):
    """All of it."""

    @property
    def aio(self) -> "AsyncAuthority":
        """The same for asyncio."""
        ...


class AsyncAuthority(Protocol):
    """The busy calls for asyncio: same meaning, same refusals. Requests of one loop share commits.

    All else: `await run(authority.create_pool, spec, actor=actor)`.
    """

    async def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor,
        count: int = 1,
        address: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """See Leases.allocate. If the caller is cancelled, the change may be made all the same: use a key."""
        ...

    async def release(
        self,
        address: str,
        *,
        actor: Actor,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
    ) -> Released:
        """See Leases.release."""
        ...

    async def confirm(
        self, address: str, *, actor: Actor, scope: str | None = None, holder: str | None = None
    ) -> Lease:
        """See Leases.confirm."""
        ...

    async def run(self, call: Callable[..., T], /, *args: object, **named: object) -> T:
        """Call a method of the authority in a thread."""
        ...

    async def close(self, *, drain_s: float = 10.0) -> None:
        """See Running.close."""
        ...
