"""What the allocator takes and gives: plain frozen values. Times are in UTC; ends of ranges are both inside."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from maccord.alloc.kinds import AddressKind, spell
from maccord.alloc.life import State

GLOBAL = "global"
"""The scope of pools that say nothing: every address once, wherever it is. Other scopes are layer-2 domains."""

Policy = Literal["sequential", "lowest", "random"]
"""`sequential`: on from the last one given, round at the end. `lowest`: the lowest free. `random`: any."""

POLICIES: tuple[Policy, ...] = get_args(Policy)

Role = Literal["reader", "allocator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

HOLDER_KINDS = (
    "vm-adapter",
    "host-adapter",
    "team",
    "template",
    "snapshot",
    "replica",
    "gateway",
    "exception",
)
"""Kinds of holders that maccord itself uses; any other word of small letters, digits and hyphens is taken as well."""


class Actor(Struct, frozen=True):
    """Who asks, for the audit: `name` such as `token:ops` or `cli:root`, and from where, such as an IP address.

    Idempotency keys belong to the actor's name: two actors may use the same key.
    """

    name: str
    origin: str = ""


class Holder(Struct, frozen=True):
    """Who holds an address: `kind` and `id` together name it; `host` says where it is, `note` is free text."""

    kind: str
    id: str
    host: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Held(Struct, frozen=True):
    """A holder and since when it holds."""

    holder: Holder
    since: datetime


class Lease(Struct, frozen=True, kw_only=True):
    """What is known of one address now.

    `state` free has no holders and version 0; excluded and block say in `note` why, and for which host. `range` is the
    range of the pool that it came from. `until` is when resting or probation ends, or when an unconfirmed lease
    expires; None where nothing ends by itself. `version` rises with every change: REST's ETag.
    """

    address: str
    kind: AddressKind = "mac"
    scope: str = GLOBAL
    pool: str | None = None
    range: str | None = None
    state: State = State.FREE
    since: datetime | None = None
    confirmed_at: datetime | None = None
    until: datetime | None = None
    holders: tuple[Held, ...] = ()
    block: int | None = None
    note: str = ""
    version: int = 0


class Granted(Struct, frozen=True, kw_only=True):
    """The answer to an allocation: as many addresses as were asked for, in the order in which they were given.

    `runs` are the addresses as numbers, first and last of each run. `until` is when they expire unconfirmed. `replayed`
    is True when the idempotency key was known and this is the kept answer.
    """

    pool: str
    scope: str
    kind: AddressKind
    holder: Holder
    at: datetime
    until: datetime | None
    runs: tuple[tuple[int, int], ...]
    replayed: bool = False

    @property
    def count(self) -> int:
        """How many addresses were given."""
        return sum(last - first + 1 for first, last in self.runs)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses as text; a new tuple at each call."""
        kind = self.kind
        return tuple(spell(value, kind) for first, last in self.runs for value in range(first, last + 1))

    @property
    def spans(self) -> tuple[tuple[str, str], ...]:
        """The runs as text."""
        return tuple((spell(first, self.kind), spell(last, self.kind)) for first, last in self.runs)


class Released(Struct, frozen=True, kw_only=True):
    """The answer to a release: the lease as it is now (resting, or held by others), and who let go."""

    lease: Lease
    holder: Holder
    replayed: bool = False


class RangeSpec(Struct, frozen=True):
    """A range of a pool as it is asked for: two addresses in any spelling."""

    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


class PoolRange(Struct, frozen=True, kw_only=True):
    """A range of a pool. From one that is draining nothing is issued; what is held there stays."""

    first: str
    last: str
    size: int
    draining: bool = False


class Exclusion(Struct, frozen=True, kw_only=True):
    """Addresses of a pool that are never issued."""

    first: str
    last: str
    size: int
    reason: str
    since: datetime


class PoolSpec(Struct, frozen=True, kw_only=True):
    """A pool to be made.

    `rest_s`: seconds that a released address rests; the default, a day, is longer than usual DHCP leases, ARP caches
    and switches' tables live. `confirm_s`: seconds after which an unconfirmed lease expires into rest; None, never.
    `excluded`: ranges never issued. `allow_foreign`: accept ranges in blocks which other products issue by themselves
    (VMware's generated addresses, Docker's and so on), which are refused otherwise. `low_percent`: free addresses below
    this raise the event `pool-low`.
    """

    name: str
    ranges: tuple[RangeSpec, ...]
    kind: AddressKind = "mac"
    scope: str = GLOBAL
    policy: Policy = "sequential"
    rest_s: int = 86_400
    confirm_s: int | None = None
    excluded: tuple[RangeSpec, ...] = ()
    note: str = ""
    allow_foreign: bool = False
    low_percent: int = 10


class PoolChange(Struct, frozen=True, kw_only=True):
    """What to change of a pool; None leaves a thing as it is.

    `ranges`, when given, are all ranges that the pool has then: new ones are added, missing ones are taken away, one
    whose ends differ is moved. Leases in what goes are *stranded*: kept, protected, and of no range; this is refused
    unless `strand` is True. `drain` and `undrain` name ranges by any address in them. `confirm_s` 0 switches it off.
    """

    ranges: tuple[RangeSpec, ...] | None = None
    policy: Policy | None = None
    rest_s: int | None = None
    confirm_s: int | None = None
    note: str | None = None
    low_percent: int | None = None
    drain: tuple[str, ...] = ()
    undrain: tuple[str, ...] = ()
    allow_foreign: bool = False
    strand: bool = False


class Pool(Struct, frozen=True, kw_only=True):
    """A pool as it is. `version` rises with every change of the pool itself: the ETag. `warnings` are for people."""

    name: str
    kind: AddressKind
    scope: str
    policy: Policy
    rest_s: int
    confirm_s: int | None
    low_percent: int
    note: str
    ranges: tuple[PoolRange, ...]
    excluded: tuple[Exclusion, ...]
    size: int
    created_at: datetime
    version: int
    warnings: tuple[str, ...] = ()


class Stranded(Struct, frozen=True, kw_only=True):
    """What a change leaves outside the pool's ranges: how many leases, and the first hundred of them.

    `blocks` are the numbers of hosts' ranges there. They cannot be stranded: a change that has any is refused.
    """

    count: int = 0
    leases: tuple[Lease, ...] = ()
    blocks: tuple[int, ...] = ()


class PoolChanged(Struct, frozen=True, kw_only=True):
    """A pool after a change (or as it would be, for a preview), and what the change strands."""

    pool: Pool
    stranded: Stranded


class Usage(Struct, frozen=True, kw_only=True):
    """The counters of one pool. size = free + reserved + held + in_use + resting + probation + excluded + blocks.

    `reserved` lie in chunks that service processes have taken and not yet given: they are free for whoever asks there.
    `next_free_at` is when the first resting address has rested. `runs` is the number of free extents. Drained
    addresses are in `free` and not in `available`.
    """

    pool: str
    kind: AddressKind
    scope: str
    size: int
    free: int
    reserved: int
    held: int
    in_use: int
    resting: int
    probation: int
    excluded: int
    blocks: int
    drained: int
    runs: int
    next_free_at: datetime | None = None

    @property
    def allocated(self) -> int:
        """How many addresses of its ranges are held by somebody."""
        return self.held + self.in_use

    @property
    def available(self) -> int:
        """How many can be given at once."""
        return self.free + self.reserved - self.drained


class Block(Struct, frozen=True, kw_only=True):
    """A host's own range, carved from a pool: the host issues from it by itself, and the pool never does.

    `install` is PowerShell that makes it the host's dynamic range.
    """

    id: int
    pool: str
    scope: str
    kind: AddressKind
    host: str
    first: str
    last: str
    size: int
    note: str
    since: datetime
    until: datetime | None = None
    install: str = ""


class Adoption(Struct, frozen=True, kw_only=True):
    """One address that evidence shows in use. `place` says where in the evidence: `HV01.json /VMNetworkAdapter/3`."""

    address: str
    holder: Holder
    place: str = ""
    scope: str = GLOBAL


class ForeignRange(Struct, frozen=True, kw_only=True):
    """A range of MAC addresses that somebody else issues from, such as a host: `owner` says who."""

    first: str
    last: str
    owner: str
    scope: str = GLOBAL


class Fenced(Struct, frozen=True, kw_only=True):
    """Addresses of a pool that an adoption excluded, because somebody else issues them."""

    pool: str
    first: str
    last: str
    reason: str


class Adopted(Struct, frozen=True, kw_only=True):
    """What an adoption did: rows read, addresses new, holders added to known addresses, rows that were known already.

    `outside` counts adopted addresses that lie in no pool: they are protected all the same. `excluded` is what was free
    in a pool, and lies in a range that somebody else issues from.
    """

    rows: int
    added: int
    joined: int
    known: int
    outside: int
    excluded: tuple[Fenced, ...] = ()
    preview: bool = False


class Question(Struct, frozen=True, kw_only=True):
    """One adapter of a preflight: may `holder` start with `address` here?"""

    address: str
    holder: Holder
    scope: str = GLOBAL


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer for one adapter. `allowed` False comes with a refusal, as REST shows it, in `problem`.

    `reason` is one of `holder` (it holds it), `free-of-pool` (free in a pool: allocate it first; not allowed unless the
    caller says so), `unknown` (in no pool and with no lease: nothing speaks against it), `taken`, `forbidden`.
    """

    address: str
    holder: Holder
    allowed: bool
    reason: str
    detail: str
    problem: dict[str, object] | None = None


class Tenure(Struct, frozen=True, kw_only=True):
    """A stretch of an address's past or present: in `state`, by `holder` (None while it rested or was excluded).

    `since` is inside, `until` is not; None: it lasts. `host` of a block is in the holder, kind `block`.
    """

    address: str
    scope: str
    pool: str | None
    state: State
    holder: Holder | None
    since: datetime
    until: datetime | None
    confirmed_at: datetime | None = None


class AuditRecord(Struct, frozen=True, kw_only=True):
    """One change: who, from where, when, what, before and after. `number` orders the records of a store.

    `hash` is SHA-256 over the record and the hash before it in the same chain; `chain` is one process's run.
    """

    number: int
    chain: int
    seq: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    details: dict[str, object]
    key: str | None
    hash: str


class AuditFault(Struct, frozen=True, kw_only=True):
    """Where the audit does not hold: which chain, which record (0: the chain as a whole), and what is wrong."""

    chain: int
    seq: int
    reason: str


class AuditVerdict(Struct, frozen=True, kw_only=True):
    """What `verify` found: counts, the last anchor's hash (keep it elsewhere and compare), and faults."""

    records: int
    chains: int
    anchors: int
    head: str
    faults: tuple[AuditFault, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing was changed, taken out or put in."""
        return not self.faults


class Token(Struct, frozen=True, kw_only=True):
    """A token without its secret. `pools` are the pools it is granted, `*` for all; an admin has all."""

    name: str
    role: Role
    pools: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, role: Role, pool: str | None = None) -> bool:
        """Return whether the token allows what `role` may do, in `pool` if one is named."""
        enough = ROLES.index(self.role) >= ROLES.index(role)
        return enough and (self.role == "admin" or pool is None or "*" in self.pools or pool in self.pools)


class NewToken(Struct, frozen=True, kw_only=True):
    """A token just made. `secret` is the text to give to its owner; it is nowhere else, and not in `repr`."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.token!r})"


class Note(Struct, frozen=True, kw_only=True):
    """Something that happened, told to subscribers after it was committed: for webhooks and counters.

    `name` is one of `allocated`, `released`, `confirmed`, `shared`, `expired`, `rested`, `conflict` (a refusal because
    an address is taken), `pool-low`, `pool-exhausted`, `pool-created`, `pool-changed`, `pool-deleted`, `block-carved`,
    `block-returned`, `adopted`, `probation`, `excluded`, `included`.
    """

    name: str
    at: datetime
    pool: str | None
    count: int = 1
    facts: dict[str, object] | None = None
