"""Bearer tokens. Only SHA-256 of a secret is kept: it has 256 random bits, which nobody can guess from a hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from msgspec import json

from maccord.alloc import check
from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import BadRequest, BadToken, NoSuchPool, NoSuchToken, StaleVersion, TokenExists
from maccord.alloc.records import ROLES, Actor, NewToken, Role, Token
from maccord.store.database import Reader
from maccord.store.work import Tx, packed

PREFIX = "maccord_"
"""What secrets begin with, so that scanners of repositories can know them."""

_TOKEN = "SELECT name, role, pools, created_at, expires_at, revoked_at FROM token"  # noqa: S105 - a query


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _shown(row: Sequence[Any]) -> Token:
    name, role, pools, created, expires, revoked = row
    return Token(
        name=name,
        role=role,
        pools=tuple(json.decode(pools)),
        created_at=moment(created),
        expires_at=moment(expires) if expires is not None else None,
        revoked_at=moment(revoked) if revoked is not None else None,
        version=created if revoked is None else max(revoked, created + 1),
    )


def create(tx: Tx, name: str, role: Role, pools: Sequence[str], expires_at: datetime | None, actor: Actor) -> NewToken:
    """Make a token."""
    check.name("name", name)
    if role not in ROLES:
        raise BadRequest("role", f"expected one of {', '.join(ROLES)}")
    if not pools:
        raise BadRequest("pools", "name at least one pool, or * for all")
    if expires_at is not None and micros(expires_at) <= tx.now:
        raise BadRequest("expires_at", "it is past already")
    if tx.one("SELECT 1 FROM token WHERE name = ?", (name,)):
        raise TokenExists(name)
    for pool in pools:
        if pool != "*" and not tx.one("SELECT 1 FROM pool WHERE name = ?", (pool,)):
            raise NoSuchPool(pool)
    secret = PREFIX + secrets.token_urlsafe(32)
    expires = micros(expires_at) if expires_at is not None else None
    tx.db.run(
        "INSERT INTO token (name, hash, role, pools, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (name, _digest(secret), role, packed(list(pools)), tx.now, expires),
    )
    tx.record(actor, "create-token", name, {"role": role, "pools": list(pools), "expires": expires})
    row = tx.one(f"{_TOKEN} WHERE name = ?", (name,))
    assert row
    return NewToken(token=_shown(row), secret=secret)


def checked(reader: Reader, secret: str, now: int) -> Token:
    """Return the token of a secret; raises BadToken."""
    rows = reader.rows(f"{_TOKEN} WHERE hash = ?", (_digest(secret),)) if len(secret) <= 256 else []
    if not rows or rows[0][5] is not None or (rows[0][4] is not None and rows[0][4] <= now):
        raise BadToken
    return _shown(rows[0])


def find(reader: Reader, name: str) -> Token:
    """Return a token by its name; raises NoSuchToken."""
    rows = reader.rows(f"{_TOKEN} WHERE name = ?", (name,))
    if not rows:
        raise NoSuchToken(name)
    return _shown(rows[0])


def revoke(tx: Tx, name: str, actor: Actor, expect: int | None = None) -> Token:
    """Make a token invalid."""
    tx.one("SELECT 1 FROM token WHERE name = ?" + tx.db.for_update, (name,))  # noqa: S608 - ours
    before = find(tx.db, name)
    if expect is not None and expect != before.version:
        raise StaleVersion(f"token {name!r}", expect, before.version)
    if tx.db.run("UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (tx.now, name)):
        tx.record(actor, "revoke-token", name, {})
    row = tx.one(f"{_TOKEN} WHERE name = ?", (name,))
    assert row
    return _shown(row)


def listed(reader: Reader) -> tuple[Token, ...]:
    """Return all tokens by name."""
    return tuple(_shown(row) for row in reader.rows(f"{_TOKEN} ORDER BY name"))
