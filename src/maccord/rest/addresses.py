"""Addresses: asked for, given, looked up, released, and their past."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from maccord.alloc.kinds import parse, spell
from maccord.alloc.records import GLOBAL, Derived, Granted, Holder, Lease, Released, Tenure
from maccord.rest.holders import HolderDoc
from maccord.rest.texts import _PRINTABLE, ADDRESSES_MAX, Address, Asked, GroupPath, Identity, MacDoc, Word


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


class AllocateForGroup(Asked, frozen=True, kw_only=True):
    """A wish for addresses of whichever pool the group asks first that has enough: all from one pool, or none."""

    group: GroupPath
    holder: HolderDoc
    kind: Literal["mac", "wwn"] = "mac"
    count: Annotated[int, Meta(ge=1, le=ADDRESSES_MAX)] = 1


class Suspect(Asked, frozen=True, kw_only=True):
    """Why an address goes on probation, and for how many seconds; null: until it is cleared."""

    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]
    scope: Word = GLOBAL
    for_s: Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)] | None = None


class Reason(Asked, frozen=True, kw_only=True):
    """Why something is done."""

    reason: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_PRINTABLE)]


class LeaseDoc(Lease, frozen=True, kw_only=True):
    """What is known of one address now; `mac` is the address."""

    address: str = field(name="mac")


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


class TenureDoc(Tenure, frozen=True, kw_only=True):
    """A stretch of an address's past."""

    address: str = field(name="mac")


class HistoryDoc(Struct, frozen=True, kw_only=True):
    """Who had an address, oldest first."""

    mac: str
    items: tuple[TenureDoc, ...]


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
