"""Calls about policies of domains."""

from maccord.alloc import check
from maccord.alloc.authority import Domains
from maccord.alloc.records import Actor, Admission, Domain, WhenDown
from maccord.store import domains
from maccord.store.authority.part import Part


class StoreDomains(Part, Domains):
    """Policies of a store."""

    def set_domain(
        self,
        scope: str,
        *,
        actor: Actor,
        admission: Admission = "deny",
        when_down: WhenDown = "deny",
        note: str = "",
        expect: int | None = None,
    ) -> Domain:
        """See Domains."""
        check.actor(actor)
        return self._do(lambda tx: domains.put(tx, scope, admission, when_down, note, actor, expect))

    def domain(self, scope: str) -> Domain:
        """See Domains."""
        return self._ask(lambda reader: domains.find(reader, scope))

    def domains(self) -> tuple[Domain, ...]:
        """See Domains."""
        return self._ask(domains.every)

    def delete_domain(self, scope: str, *, actor: Actor, expect: int | None = None) -> None:
        """See Domains."""
        check.actor(actor)
        self._do(lambda tx: domains.delete(tx, scope, actor, expect))
