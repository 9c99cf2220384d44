"""Ranges that are leased to another store for a time: what is signed, and what says that it was taken back."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from maccord.alloc.kinds import AddressKind

_Text = Annotated[str, Meta(max_length=1024)]
_Number = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
_Moment = Annotated[datetime, Meta(tz=True)]


class Signature(Struct, frozen=True, kw_only=True):
    """One signature: `keyid` is a hint which key it is of, and nothing is decided by it. `sig` is base64."""

    sig: Annotated[str, Meta(max_length=256)]
    keyid: Annotated[str, Meta(max_length=256)] = ""


class Envelope(Struct, frozen=True, kw_only=True):
    """A signed document: the bytes themselves (base64), what they are, and who says so.

    Source: DSSE 1.0.2 (Dead Simple Signing Envelope), its JSON envelope.
    """

    payload: Annotated[str, Meta(max_length=1 << 24)]
    payload_type: Annotated[str, Meta(max_length=128)] = field(name="payloadType")
    signatures: Annotated[tuple[Signature, ...], Meta(max_length=16)]


class RangeLease(Struct, frozen=True, kw_only=True):
    """What is signed: `delegate` may issue from `first` to `last`, both inside, and not after `not_after`.

    `store` and `block` say what it is a lease of; of two leases of one block the one with the higher `serial` counts.
    """

    schema: Annotated[str, Meta(max_length=64)] = "maccord.range-lease/1"
    store: Annotated[str, Meta(min_length=1, max_length=64)]
    block: _Number
    serial: _Number
    pool: _Text
    scope: Annotated[str, Meta(min_length=1, max_length=128)]
    kind: AddressKind
    delegate: _Text
    first: Annotated[str, Meta(max_length=40)]
    last: Annotated[str, Meta(max_length=40)]
    issued: _Moment
    not_after: _Moment


class RevokedLease(Struct, frozen=True, kw_only=True):
    """A lease that was taken back, or given back, before its end: nothing may be issued from it since `revoked_at`."""

    block: _Number
    serial: _Number
    revoked_at: _Moment
    not_after: _Moment


class Revocations(Struct, frozen=True, kw_only=True):
    """All leases of a store that were taken back and are not over yet: what is signed."""

    schema: Annotated[str, Meta(max_length=64)] = "maccord.revocations/1"
    store: Annotated[str, Meta(min_length=1, max_length=64)]
    issued: _Moment
    leases: Annotated[tuple[RevokedLease, ...], Meta(max_length=100_000)] = ()


class SigningKey(Struct, frozen=True, kw_only=True):
    """The public part of a key: `public` is PEM. After `until` nothing is signed with it any more."""

    id: str
    public: str
    since: datetime
    until: datetime | None = None


class Delegation(Struct, frozen=True, kw_only=True):
    """A lease of a range as a pool stands on it: which it is, until when the pool issues, and when it was revoked."""

    store: str
    block: int
    serial: int
    pool: str
    ends_at: datetime
    revoked_at: datetime | None = None


class ReportRow(Struct, frozen=True, kw_only=True):
    """An address that a delegate gave, and one of its holders."""

    mac: Annotated[str, Meta(max_length=40)]
    kind: Annotated[str, Meta(max_length=32)]
    id: Annotated[str, Meta(max_length=256)]
    host: Annotated[str, Meta(max_length=256)] = ""
    note: _Text = ""
    owner: Annotated[str, Meta(max_length=256)] = ""
    until: _Moment | None = None


class RangeReport(Struct, frozen=True, kw_only=True):
    """Everything that a delegate has given of a leased range: for the centre, so that it knows who holds what."""

    schema: Annotated[str, Meta(max_length=64)] = "maccord.range-report/1"
    store: Annotated[str, Meta(min_length=1, max_length=64)]
    block: _Number
    serial: _Number
    at: _Moment
    rows: Annotated[tuple[ReportRow, ...], Meta(max_length=1_000_000)] = ()


class Reported(Struct, frozen=True, kw_only=True):
    """What a report changed: rows read, addresses new, holders added, rows known already, holders that let go."""

    block: int
    rows: int
    added: int
    joined: int
    known: int
    gone: int
