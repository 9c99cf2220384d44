"""Tokens, and the record of changes."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from maccord.alloc.records import AuditRecord, Role, Token
from maccord.rest.texts import Asked, Word


class TokenNew(Asked, frozen=True, kw_only=True):
    """A token to make: for the pools that are named, or for all (`*`). An admin has all."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    role: Role
    pools: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=1000)] = ("*",)
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class AuditDoc(AuditRecord, frozen=True, kw_only=True):
    """One change: who, from where, when, what, before and after.

    `hash` is SHA-256 over the record and the hash before it in the same chain.
    """

    details: dict[str, Any]


class TokensDoc(Struct, frozen=True, kw_only=True):
    """All tokens, revoked and expired ones too; without their secrets."""

    items: tuple[Token, ...]
