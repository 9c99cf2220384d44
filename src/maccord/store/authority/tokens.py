"""Calls about tokens."""

from collections.abc import Sequence
from datetime import datetime

from maccord.alloc import check
from maccord.alloc.authority import Tokens
from maccord.alloc.records import Actor, NewToken, Role, Token
from maccord.store import tokens
from maccord.store.authority.part import Part


class StoreTokens(Part, Tokens):
    """Tokens of a store."""

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """See Tokens."""
        check.actor(actor)
        return self._do(lambda tx: tokens.create(tx, name, role, pools, expires_at, actor))

    def check_token(self, secret: str) -> Token:
        """See Tokens."""
        now = self._clock()
        return self._ask(lambda reader: tokens.checked(reader, secret, now))

    def token(self, name: str) -> Token:
        """See Tokens."""
        return self._ask(lambda reader: tokens.find(reader, name))

    def revoke_token(self, name: str, *, actor: Actor, expect: int | None = None) -> Token:
        """See Tokens."""
        check.actor(actor)
        return self._do(lambda tx: tokens.revoke(tx, name, actor, expect))

    def tokens(self) -> tuple[Token, ...]:
        """See Tokens."""
        return self._ask(tokens.listed)
