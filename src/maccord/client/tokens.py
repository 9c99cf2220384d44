"""Calls about tokens."""

from collections.abc import Sequence
from datetime import datetime

from maccord import rest
from maccord.alloc.records import Actor, NewToken, Role, Token
from maccord.client.connection import Connection, part


class ClientTokens(Connection):
    """Tokens of a service; it checks them itself."""

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor | None = None,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Make a token; its secret is in the answer only."""
        del actor
        body = {"name": name, "role": role, "pools": tuple(pools), "expires_at": expires_at}
        return self._ask("POST", "/v1/tokens", NewToken, body=body)

    def token(self, name: str) -> Token:
        """Return a token, one that is revoked too."""
        return self._ask("GET", f"/v1/tokens/{part(name)}", Token)

    def revoke_token(self, name: str, *, actor: Actor | None = None, expect: int | None = None) -> Token:
        """Make a token invalid from now on."""
        del actor
        return self._ask("DELETE", f"/v1/tokens/{part(name)}", Token, expect=expect)

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too."""
        return self._ask("GET", "/v1/tokens", rest.TokensDoc).items
