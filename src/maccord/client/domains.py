"""Calls about policies of domains."""

from maccord import rest
from maccord.alloc.authority import Domains
from maccord.alloc.records import Actor, Admission, Domain, WhenDown
from maccord.client.connection import Connection, part


class ClientDomains(Connection, Domains):
    """Policies of a service."""

    def set_domain(
        self,
        scope: str,
        *,
        actor: Actor | None = None,
        admission: Admission = "deny",
        when_down: WhenDown = "deny",
        note: str = "",
        expect: int | None = None,
    ) -> Domain:
        """Give a scope a policy, or another one."""
        del actor
        body = {"admission": admission, "when_down": when_down, "note": note}
        return self._ask("PUT", f"/v1/domains/{part(scope)}", Domain, body=body, expect=expect, again=expect is None)

    def domain(self, scope: str) -> Domain:
        """Return the policy of a scope."""
        return self._ask("GET", f"/v1/domains/{part(scope)}", Domain)

    def domains(self) -> tuple[Domain, ...]:
        """Return all policies."""
        return self._ask("GET", "/v1/domains", rest.DomainsDoc).items

    def delete_domain(self, scope: str, *, actor: Actor | None = None, expect: int | None = None) -> None:
        """Take the policy of a scope away."""
        del actor
        self._ask("DELETE", f"/v1/domains/{part(scope)}", type(None), expect=expect)
