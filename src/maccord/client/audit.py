"""Calls about the audit."""

from maccord.alloc.authority import Page
from maccord.alloc.records import AuditRecord, AuditVerdict
from maccord.client.connection import Connection


class ClientAudit(Connection):
    """The audit of a service, as far as it is told."""

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
        query = {
            "after": after, "limit": limit, "newest_first": "true" if newest_first else None, "action": action,
            "subject": subject, "actor": actor,
        }  # fmt: skip
        return self._ask("GET", "/v1/audit", Page[AuditRecord], query=query)

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """Check every chain and anchor."""
        return self._ask("GET", "/v1/audit/verification", AuditVerdict, query={"head": head})
