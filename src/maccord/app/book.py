"""The authority as commands see it: a store of this machine, or a service over the network, by the same calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from maccord.alloc.authority import Blocks, Delegating, Domains, Evidence, Groups, Leases, Page, Pools, Transfer
from maccord.alloc.records import Actor, AuditRecord, AuditVerdict, NewToken, Role, Token


class Book(Pools, Groups, Leases, Blocks, Delegating, Domains, Evidence, Transfer, Protocol):
    """Everything that can be asked of an authority from outside."""

    def audit(
        self,
        *,
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
        action: str | None = None,
        subject: str | None = None,
        actor: str | None = None,
    ) -> Page[AuditRecord]:
        """Return records of changes in their order."""
        ...

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """Check every chain and anchor."""
        ...

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Make a token; its secret is in the answer only."""
        ...

    def token(self, name: str) -> Token:
        """Return a token, one that is revoked too."""
        ...

    def revoke_token(self, name: str, *, actor: Actor, expect: int | None = None) -> Token:
        """Make a token invalid from now on."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too."""
        ...

    def close(self, *, drain_s: float = 10.0) -> None:
        """Let go of it."""
        ...
