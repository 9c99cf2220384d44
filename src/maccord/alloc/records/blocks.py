"""Ranges that hosts issue from by themselves."""

from datetime import datetime

from msgspec import Struct

from maccord.alloc.kinds import AddressKind


class Block(Struct, frozen=True, kw_only=True):
    """A host's own range, carved from a pool: the host issues from it by itself, and the pool never does.

    One that is leased for a time ends at `expires_at`; `serial` counts how often it was leased, 0 for one without end.
    `until` is when it ended, `revoked_at` when it was taken back before its end: then its addresses rest from the end
    of the lease on, since its host may not have heard of it. `version` rises with every change. `install` is PowerShell
    that makes it the host's dynamic range.
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
    expires_at: datetime | None = None
    serial: int = 0
    revoked_at: datetime | None = None
    version: int = 1
