"""The documents of REST v1: what the service takes and gives, and the client gives and takes.

Most answers are the allocator's own records. Where those say `address`, documents say `mac`, of World Wide Names too.
Requests have types of their own, with the bounds that hold before the allocator looks at anything.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct, convert, field

from maccord.alloc.kinds import parse, spell
from maccord.alloc.records import (
    GLOBAL,
    Admission,
    Adoption,
    AuditRecord,
    Delegation,
    Derived,
    Domain,
    Envelope,
    ForeignRange,
    Granted,
    Holder,
    HolderChange,
    Leak,
    Lease,
    Missed,
    Policy,
    Pool,
    PoolChanged,
    Question,
    Released,
    Role,
    SigningKey,
    Stranded,
    Tenure,
    Token,
    Usage,
    Verdict,
    WhenDown,
)

T = TypeVar("T")
_PRINTABLE = r"^[^\u0000-\u001F\u007F]*$"

Word = Annotated[str, Meta(min_length=1, max_length=128, pattern=_PRINTABLE)]
Short = Annotated[str, Meta(max_length=255, pattern=_PRINTABLE)]
Long = Annotated[str, Meta(max_length=1024, pattern=_PRINTABLE)]
Address = Annotated[
    str,
    Meta(
        min_length=6,
        max_length=40,
        pattern=_PRINTABLE,
        description="An address in any usual spelling; answers spell it 00-15-5D-C8-6A-00.",
        examples=["00-15-5D-C8-6A-00"],
    ),
]
Identity = Annotated[str, Meta(min_length=1, max_length=512, pattern=_PRINTABLE)]
Seconds = Annotated[int, Meta(ge=0, le=10 * 366 * 86_400)]
Span = Annotated[
    str,
    Meta(
        min_length=6,
        max_length=84,
        pattern=_PRINTABLE,
        description="FIRST..LAST, both inside.",
        examples=["02-4D-43-00-00-00..02-4D-43-00-FF-FF"],
    ),
]
GroupPath = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        pattern=r"^/$|^/?[A-Za-z0-9._-]{1,63}(/[A-Za-z0-9._-]{1,63}){0,15}/?$",
        description="A group's path: parts with slashes between them, or / for the root.",
        examples=["emea/ams1/cluster7"],
    ),
]
ADDRESSES_MAX = 1_000_000
ROWS_MAX = 1_000_000


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request has in common: a name that is not known is refused and not passed over."""


class HolderDoc(Asked, frozen=True, kw_only=True):
    """Who holds an address: `kind` and `id` together name it; `host` says where it is, `note` is free text.

    `owner` is who answers for it, a person or a team. At `until` it lets go by itself, as if it had released. Kinds are
    vm-adapter, host-adapter, team, template, snapshot, replica, gateway, reservation, exception, or words of your own.
    """

    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    id: Annotated[str, Meta(min_length=1, max_length=255, pattern=_PRINTABLE)]
    host: Short = ""
    note: Long = ""
    owner: Short = ""
    until: Annotated[datetime, Meta(tz=True)] | None = None

    def record(self) -> Holder:
        """Return the holder as the allocator knows it."""
        return Holder(self.kind, self.id, self.host, self.note, self.owner, self.until)


class HandOver(Asked, frozen=True, kw_only=True):
    """Who takes an address over, and from whom: an id, or kind:id; needed when there are several holders.

    `to.until` is by when that must be completed; null: within a day.
    """

    to: HolderDoc
    leaving: Short | None = None


class HolderPatch(Asked, frozen=True, kw_only=True):
    """What to change of a holder; what is left out or null stays.

    `until`: when it lets go by itself. `lasting`: it has no end any more.
    """

    host: Short | None = None
    note: Long | None = None
    owner: Short | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    lasting: bool = False

    def record(self) -> HolderChange:
        """Return the change as the allocator knows it."""
        return HolderChange(host=self.host, note=self.note, owner=self.owner, until=self.until, lasting=self.lasting)


class RangeDoc(Asked, frozen=True, kw_only=True):
    """Addresses from `first` to `last`, both inside."""

    first: Address
    last: Address


class PoolRangeDoc(RangeDoc, frozen=True, kw_only=True):
    """A range of a pool: those of a lower `place` are issued from first, those of one place in proportion to `weight`.

    What is left out stays as it is; for a new range, place 0 and weight 1.
    """

    place: Annotated[int, Meta(ge=0, le=1000)] | None = None
    weight: Annotated[int, Meta(ge=1, le=1000)] | None = None


class Allocate(Asked, frozen=True, kw_only=True):
    """A wish for addresses: `count` of them, or the one that is named.

    With `at_least`, as many of `count` as there are, when there are that many; `count` of the answer says how many.
    With `identity`, such as prod/web-01/nic0, the address is derived from it, and the same holder gets the same again.

    With `preview`, free addresses are named and nothing is given: they may be gone a moment later.
    """

    holder: HolderDoc
    count: Annotated[int, Meta(ge=1, le=ADDRESSES_MAX)] = 1
    address: Address | None = None
    at_least: Annotated[int, Meta(ge=1, le=ADDRESSES_MAX)] | None = None
    identity: Identity | None = None
    preview: bool = False


class GroupPut(Asked, frozen=True, kw_only=True):
    """What a group is to be: all pools of its own, in the order in which they are asked.

    With `inherit`, pools of the groups above are asked when its own are exhausted.
    """

    pools: Annotated[tuple[Word, ...], Meta(max_length=100)] = ()
    inherit: bool = True
    note: Long = ""


class AllocateForGroup(Asked, frozen=True, kw_only=True):
    """A wish for addresses of whichever pool the group asks first that has enough: all from one pool, or none."""

    group: GroupPath
    holder: HolderDoc
    kind: Literal["mac", "wwn"] = "mac"
    count: Annotated[int, Meta(ge=1, le=ADDRESSES_MAX)] = 1


class PoolNew(Asked, frozen=True, kw_only=True):
    """A pool to make.

    `rest_s`: how long a released address rests. `confirm_s`: after how long an unconfirmed lease expires; null, never.
    `allow_foreign`: accept ranges of blocks that other products issue from by themselves. `low_percent`: below this
    share of free addresses the pool is reported as low. `seed`: what addresses by identity are derived with.
    """

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    ranges: Annotated[tuple[PoolRangeDoc | Span, ...], Meta(min_length=1, max_length=1000)]
    kind: Literal["mac", "wwn"] = "mac"
    scope: Word = GLOBAL
    policy: Policy = "sequential"
    rest_s: Seconds = 86_400
    confirm_s: Seconds | None = None
    excluded: Annotated[tuple[RangeDoc | Span, ...], Meta(max_length=1000)] = ()
    note: Long = ""
    allow_foreign: bool = False
    low_percent: Annotated[int, Meta(ge=0, le=100)] = 10
    seed: Annotated[str, Meta(max_length=256, pattern=_PRINTABLE)] = ""


class PoolPatch(Asked, frozen=True, kw_only=True):
    """What to change of a pool; what is left out or null stays.

    `ranges` are all ranges that the pool has then. Leases in what goes are stranded: kept, and of no range; that is
    refused unless `strand` says so. `drain` and `undrain` name ranges by an address in them. `confirm_s` 0 switches
    expiry off. With `preview`, nothing is changed, and the answer says what would be stranded.
    """

    ranges: Annotated[tuple[PoolRangeDoc | Span, ...], Meta(min_length=1, max_length=1000)] | None = None
    policy: Policy | None = None
    rest_s: Seconds | None = None
    confirm_s: Seconds | None = None
    note: Long | None = None
    low_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    drain: Annotated[tuple[Address, ...], Meta(max_length=1000)] = ()
    undrain: Annotated[tuple[Address, ...], Meta(max_length=1000)] = ()
    allow_foreign: bool = False
    strand: bool = False
    preview: bool = False


class Exclude(Asked, frozen=True, kw_only=True):
    """Addresses of a pool that are never to be issued, and why."""

    first: Address
    last: Address
    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]


class Suspect(Asked, frozen=True, kw_only=True):
    """Why an address goes on probation, and for how many seconds; null: until it is cleared."""

    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]
    scope: Word = GLOBAL
    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


class Reason(Asked, frozen=True, kw_only=True):
    """Why something is done."""

    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]


class BlockNew(Asked, frozen=True, kw_only=True):
    """A host's own range: `size` addresses in a row, beginning at a multiple of `align`, or just those named.

    `for_s`: lease it for so many seconds; null: it has no end, and stays until it is returned.
    """

    host: Annotated[str, Meta(min_length=1, max_length=255, pattern=_PRINTABLE)]
    size: Annotated[int, Meta(ge=1, le=1 << 40)] | None = None
    first: Address | None = None
    last: Address | None = None
    align: Annotated[int, Meta(ge=1, le=1 << 40)] = 1
    note: Long = ""
    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


class Renew(Asked, frozen=True, kw_only=True):
    """For how many seconds, from now on, a block is leased; null: for as long as before."""

    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


PublicKey = Annotated[
    str, Meta(min_length=1, max_length=16_384, description="A public key of Ed25519: SubjectPublicKeyInfo, PEM.")
]


class KeyNew(Asked, frozen=True, kw_only=True):
    """A key that is to sign leases of ranges, by its public part."""

    public: PublicKey


class KeysDoc(Struct, frozen=True, kw_only=True):
    """Public keys, retired ones too, the oldest first."""

    items: tuple[SigningKey, ...]


class AcceptLease(Asked, frozen=True, kw_only=True):
    """A signed lease of a range, and the public keys that are trusted to sign one.

    `name` is that of the pool, by default the one that it had where it comes from. Nothing is issued later than
    `allowance_s` before the end of the lease.
    """

    lease: Envelope
    keys: Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=16)]
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")] | None = None
    allowance_s: Annotated[int, Meta(ge=0, le=43_200)] = 300
    rest_s: Seconds = 86_400


class HeedRevocations(Asked, frozen=True, kw_only=True):
    """A signed list of leases that were taken back, and the public keys that are trusted to sign one."""

    revocations: Envelope
    keys: Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=16)]


class DelegationsDoc(Struct, frozen=True, kw_only=True):
    """Leases of ranges that were accepted, or are known to be taken back."""

    items: tuple[Delegation, ...]


class AdoptionDoc(Asked, frozen=True, kw_only=True):
    """An address that evidence shows in use, by whom, and where the evidence says so."""

    mac: Address
    holder: HolderDoc
    place: Long = ""
    scope: Word = GLOBAL

    def record(self) -> Adoption:
        """Return the row as the allocator knows it."""
        return Adoption(address=self.mac, holder=self.holder.record(), place=self.place, scope=self.scope)


class ForeignDoc(Asked, frozen=True, kw_only=True):
    """A range of MAC addresses that somebody else issues from: `owner` says who."""

    first: Address
    last: Address
    owner: Annotated[str, Meta(min_length=1, max_length=1000, pattern=_PRINTABLE)]
    scope: Word = GLOBAL

    def record(self) -> ForeignRange:
        """Return the range as the allocator knows it."""
        return ForeignRange(first=self.first, last=self.last, owner=self.owner, scope=self.scope)


class Adopt(Asked, frozen=True, kw_only=True):
    """Addresses to take over: all of them, or none. With `preview`, nothing is changed.

    `ranges` are what others issue from: what is free of them is excluded from pools, in the same transaction.
    """

    rows: Annotated[tuple[AdoptionDoc, ...], Meta(max_length=ROWS_MAX)]
    ranges: Annotated[tuple[ForeignDoc, ...], Meta(max_length=ROWS_MAX)] = ()
    preview: bool = False


class MissedDoc(Asked, frozen=True, kw_only=True):
    """A lease, by the version that was compared, which evidence of the moment `at` should have shown and did not."""

    mac: Address
    version: int
    at: Annotated[datetime, Meta(tz=True)]

    def record(self) -> Missed:
        """Return it as the allocator knows it."""
        return Missed(address=self.mac, version=self.version, at=self.at)


class NoteAbsences(Asked, frozen=True, kw_only=True):
    """Leases that evidence missed, and addresses of the same scope that it showed.

    Observations that are nearer than `apart_s` to the one before count once.
    """

    missed: Annotated[tuple[MissedDoc, ...], Meta(max_length=ROWS_MAX)]
    scope: Word = GLOBAL
    seen: Annotated[tuple[Address, ...], Meta(max_length=ROWS_MAX)] = ()
    apart_s: Seconds = 3600


class Reclaim(Asked, frozen=True, kw_only=True):
    """How often and over how many seconds a lease must have been missed, and how long its address is on probation.

    `for_s` null: as long as its pool lets addresses rest, and a week at least.
    """

    observations: Annotated[int, Meta(ge=1, le=1000)] = 3
    age_s: Seconds = 604_800
    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


class QuestionDoc(Asked, frozen=True, kw_only=True):
    """An adapter that is to start."""

    mac: Address
    holder: HolderDoc
    scope: Word = GLOBAL

    def record(self) -> Question:
        """Return the question as the allocator knows it."""
        return Question(address=self.mac, holder=self.holder.record(), scope=self.scope)


class Preflight(Asked, frozen=True, kw_only=True):
    """Adapters that are to start here."""

    adapters: Annotated[tuple[QuestionDoc, ...], Meta(min_length=1, max_length=10_000)]


class DomainPut(Asked, frozen=True, kw_only=True):
    """The whole policy of a domain; what is left out is as by default."""

    admission: Admission = "deny"
    when_down: WhenDown = "deny"
    note: Long = ""


class DomainsDoc(Struct, frozen=True, kw_only=True):
    """The policies of all domains that have one."""

    items: tuple[Domain, ...]


class TokenNew(Asked, frozen=True, kw_only=True):
    """A token to make: for the pools that are named, or for all (`*`). An admin has all."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    role: Role
    pools: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=1000)] = ("*",)
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class LeaseDoc(Lease, frozen=True, kw_only=True):
    """What is known of one address now; `mac` is the address."""

    address: str = field(name="mac")


class LeakDoc(Leak, frozen=True, kw_only=True):
    """A lease that is probably held by nobody any more: how often evidence missed it, first and last."""

    lease: LeaseDoc


class MacDoc(Struct, frozen=True):
    """One address of an answer."""

    mac: str


class GrantedDoc(Struct, frozen=True, kw_only=True):
    """Addresses given: each in `addresses`, and as runs in `spans`. `mac` is the address where there is one only.

    `until` is when they expire unconfirmed. `replayed`: the idempotency key was known, and this is the first answer.
    """

    mac: str | None
    addresses: tuple[MacDoc, ...]
    spans: tuple[tuple[str, str], ...]
    count: int
    pool: str
    scope: str
    kind: str
    holder: Holder
    at: datetime
    until: datetime | None
    replayed: bool = False

    def record(self) -> Granted:
        """Return the answer as the allocator gave it."""
        kind: Literal["mac", "wwn"] = "wwn" if self.kind == "wwn" else "mac"
        return Granted(
            pool=self.pool, scope=self.scope, kind=kind, holder=self.holder, at=self.at, until=self.until,
            runs=tuple((parse(first, kind), parse(last, kind)) for first, last in self.spans), replayed=self.replayed,
        )  # fmt: skip


class Derive(Asked, frozen=True, kw_only=True):
    """Identities, for each of which the address is asked that it would get."""

    identities: Annotated[tuple[Identity, ...], Meta(min_length=1, max_length=1000)]


class DerivedDoc(Derived, frozen=True, kw_only=True):
    """The address that an identity would get now."""

    address: str | None = field(name="mac")


class DerivationsDoc(Struct, frozen=True, kw_only=True):
    """Addresses of identities, in the order in which these were asked; nothing is reserved."""

    pool: str
    items: tuple[DerivedDoc, ...]


class PreviewDoc(Struct, frozen=True, kw_only=True):
    """Addresses that were free a moment ago, and are not reserved."""

    pool: str
    addresses: tuple[MacDoc, ...]
    preview: bool = True


class ReleasedDoc(Released, frozen=True, kw_only=True):
    """The address as it is after a holder let go, and who that was."""

    lease: LeaseDoc


class StrandedDoc(Stranded, frozen=True, kw_only=True):
    """What a change leaves outside the pool's ranges."""

    leases: tuple[LeaseDoc, ...] = ()


class PoolChangedDoc(PoolChanged, frozen=True, kw_only=True):
    """A pool after a change, or as it would be, and what is stranded by it."""

    stranded: StrandedDoc


class TenureDoc(Tenure, frozen=True, kw_only=True):
    """A stretch of an address's past."""

    address: str = field(name="mac")


class HistoryDoc(Struct, frozen=True, kw_only=True):
    """Who had an address, oldest first."""

    mac: str
    items: tuple[TenureDoc, ...]


class VerdictDoc(Verdict, frozen=True, kw_only=True):
    """The answer for one adapter; `problem` is the refusal, where there is one, as this service shows them."""

    address: str = field(name="mac")
    problem: dict[str, Any] | None = None


class AuditDoc(AuditRecord, frozen=True, kw_only=True):
    """One change: who, from where, when, what, before and after.

    `hash` is SHA-256 over the record and the hash before it in the same chain.
    """

    details: dict[str, Any]


class PreflightDoc(Struct, frozen=True, kw_only=True):
    """Whether all adapters may start, and the answer for each, in the order of the questions.

    `checked` is False where a client could ask nobody, and each answer is the policy of its domain for that.
    """

    allowed: bool
    verdicts: tuple[VerdictDoc, ...]
    checked: bool = True


class UsageDoc(Struct, frozen=True, kw_only=True):
    """How many addresses of a pool are in which state; `reserved` are free, in the hands of a service process."""

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
    next_free_at: datetime | None = None


class PoolDoc(Pool, frozen=True, kw_only=True):
    """A pool and its counters."""

    usage: UsageDoc


class TokensDoc(Struct, frozen=True, kw_only=True):
    """All tokens, revoked and expired ones too; without their secrets."""

    items: tuple[Token, ...]


def granted(answer: Granted) -> GrantedDoc:
    """Return the document of an allocation."""
    if len(answer.runs) == 1 and answer.runs[0][0] == answer.runs[0][1]:  # the usual case, and so the quick one
        mac = spell(answer.runs[0][0], answer.kind)
        macs: tuple[MacDoc, ...] = (MacDoc(mac),)
        spans: tuple[tuple[str, str], ...] = ((mac, mac),)
    else:
        macs, spans = tuple(map(MacDoc, answer.addresses)), answer.spans
    return GrantedDoc(
        mac=macs[0].mac if len(macs) == 1 else None,
        addresses=macs,
        spans=spans,
        count=len(macs),
        pool=answer.pool,
        scope=answer.scope,
        kind=answer.kind,
        holder=answer.holder,
        at=answer.at,
        until=answer.until,
        replayed=answer.replayed,
    )


def document(record: object, kind: type[T]) -> T:
    """Return a record as the document `kind`, whose fields have the record's names."""
    return convert(record, kind, from_attributes=True)


def pool_document(pool: Pool, usage: Usage) -> PoolDoc:
    """Return a pool's document, with its counters."""
    fields = {name: getattr(pool, name) for name in Pool.__struct_fields__}
    return PoolDoc(**fields, usage=document(usage, UsageDoc))
