"""Bearer tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from maccord.alloc.records import Actor, NewToken, Role, Token


class Tokens(Protocol):
    """Bearer tokens: 256 random bits, kept as SHA-256."""

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Make a token; its secret is in the answer only. Raises TokenExists, BadRequest, NoSuchPool."""
        ...

    def check_token(self, secret: str) -> Token:
        """Return the token that a secret is of; raises BadToken. One indexed read; ask once per request."""
        ...

    def token(self, name: str) -> Token:
        """Return a token, one that is revoked too. Raises NoSuchToken."""
        ...

    def revoke_token(self, name: str, *, actor: Actor, expect: int | None = None) -> Token:
        """Make a token invalid from now on. `expect` is the version that the caller saw.

        Raises NoSuchToken, StaleVersion.
        """
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too, by name."""
        ...
