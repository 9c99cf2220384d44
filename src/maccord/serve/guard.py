"""Who asks: a bearer token becomes a principal, which says what it may do.

A token is trusted for a second after it was looked up, so that the database is not asked for every request; within
that time a revoked one may still be used. What is remembered is a digest of the token, never the token.

Source: RFC 6750 for the header and for what a refusal says.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from maccord.alloc.errors import BadToken
from maccord.alloc.records import ROLES, Role, Token
from maccord.serve.problem import Refused

_RANK = {role: rank for rank, role in enumerate(ROLES)}
_KNOWN_MAX = 4096
_TOKEN_MAX = 256
_CHALLENGE = ((b"www-authenticate", b'Bearer realm="maccord"'),)
_INVALID = ((b"www-authenticate", b'Bearer realm="maccord", error="invalid_token"'),)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody with a role, for some pools or, where `pools` is None, for all."""

    name: str
    role: Role
    pools: frozenset[str] | None = None

    @classmethod
    def of(cls, token: Token) -> "Principal":
        """Return who uses a token."""
        everywhere = token.role == "admin" or "*" in token.pools
        return cls(f"token:{token.name}", token.role, None if everywhere else frozenset(token.pools))

    def may(self, role: Role) -> bool:
        """Tell whether the role is enough, wherever."""
        return _RANK[self.role] >= _RANK[role]

    def sees(self, pool: str) -> bool:
        """Tell whether the pool is granted."""
        return self.pools is None or pool in self.pools

    def require(self, role: Role, pool: str | None = None) -> None:
        """Raise Refused unless the role is enough and the pool granted; no pool means that all must be."""
        if not self.may(role):
            raise Refused("forbidden", f"this takes the role {role}, and the token has {self.role}")
        if pool is not None and not self.sees(pool):
            raise Refused("forbidden", f"the token is not granted pool {pool[:64]!r}")

    def require_all(self, role: Role) -> None:
        """Raise Refused unless the role is enough and every pool is granted."""
        self.require(role)
        if self.pools is not None:
            raise Refused("forbidden", "this takes a token for all pools, and the token is granted some")


class Guard:
    """Finds the principal of a token; `check` asks the store, may block, and raises BadToken."""

    def __init__(self, check: Callable[[str], Token], *, trust_s: float) -> None:
        self._check, self._trust_s = check, trust_s
        self._known: dict[bytes, tuple[Principal, float]] = {}

    def known(self, authorization: bytes | None) -> Principal | None:
        """Return the principal of a header that was looked up a moment ago."""
        if authorization is None:
            return None
        found = self._known.get(hashlib.sha256(authorization).digest())
        return found[0] if found is not None and time.monotonic() < found[1] else None

    async def find(self, authorization: bytes | None) -> Principal:
        """Return the principal of a header; raises Refused."""
        if authorization is None:
            raise Refused("no-token", "send it as: Authorization: Bearer TOKEN", headers=_CHALLENGE)
        scheme, _, raw = authorization.partition(b" ")
        try:
            token = raw.strip().decode("ascii")
        except UnicodeDecodeError:
            token = ""
        if scheme.lower() != b"bearer" or not token or len(token) > _TOKEN_MAX or not token.isprintable():
            raise Refused("bad-token", "expected: Bearer TOKEN", headers=_INVALID)
        try:
            principal = Principal.of(await asyncio.to_thread(self._check, token))
        except BadToken:
            raise Refused("bad-token", headers=_INVALID) from None
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        self._known[hashlib.sha256(authorization).digest()] = (principal, time.monotonic() + self._trust_s)
        return principal

    def forget(self) -> None:
        """Trust no token any longer, because one was changed here."""
        self._known.clear()
