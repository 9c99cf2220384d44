"""Calls about the audit."""

from maccord.alloc import check
from maccord.alloc.authority import Audit, Page
from maccord.alloc.records import Actor, AuditRecord, AuditVerdict
from maccord.store import auditing
from maccord.store.authority.part import Part


class StoreAudit(Part, Audit):
    """The audit of a store."""

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
        """See Audit."""
        check.limit(limit)
        filters = {"action": action, "subject": subject, "actor": actor}
        return self._ask(
            lambda reader: auditing.listed(reader, after, limit, newest_first=newest_first, filters=filters)
        )

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """See Audit."""
        return self._ask(lambda reader: auditing.verify(reader, head))

    def append_audit(self, action: str, subject: str, details: dict[str, object], *, actor: Actor) -> None:
        """See Audit."""
        check.actor(actor)
        check.name("action", action)
        check.text("subject", subject, 256)
        self._do(lambda tx: tx.record(actor, action, subject, details))

    def anchor(self) -> str:
        """See Audit."""
        return self._do(lambda tx: auditing.anchor(tx, force=True))
