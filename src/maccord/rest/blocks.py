"""Ranges of hosts, leases of them, and keys."""

from typing import Annotated

from msgspec import Meta, Struct

from maccord.alloc.records import Delegation, Envelope, SigningKey
from maccord.rest.texts import _PRINTABLE, Address, Asked, Long, Seconds


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
