"""The record of all changes."""

from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.records import Actor, AuditRecord, AuditVerdict


class Audit(Protocol):
    """The record of all changes."""

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
        """Return records in the order of their numbers. `subject` is a pool's name, an address, a token's name."""
        ...

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """Check every chain and anchor. `head` is the hash of an anchor that was kept elsewhere: it must be there."""
        ...

    def append_audit(self, action: str, subject: str, details: dict[str, object], *, actor: Actor) -> None:
        """Record what another part of the program did (a plan applied, an import)."""
        ...

    def anchor(self) -> str:
        """Anchor the heads of all chains now; return the anchor's hash."""
        ...
