"""Ranges that hosts issue from by themselves."""

from datetime import datetime

from msgspec import Struct

from maccord.alloc.kinds import AddressKind


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
