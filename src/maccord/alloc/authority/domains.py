"""What is done in a domain with an adapter whose address is not its own."""

from typing import Protocol

from maccord.alloc.records import Actor, Admission, Domain, WhenDown


class Domains(Protocol):
    """Policies of scopes; one without a policy denies. `expect` is the version that the caller saw, 0: none."""

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
        """Give a scope a policy, or another one; the same again changes nothing. Raises StaleVersion, BadRequest."""
        ...

    def domain(self, scope: str) -> Domain:
        """Return the policy of a scope. Raises NoSuchDomain."""
        ...

    def domains(self) -> tuple[Domain, ...]:
        """Return all policies, in the order of their scopes."""
        ...

    def delete_domain(self, scope: str, *, actor: Actor, expect: int | None = None) -> None:
        """Take the policy of a scope away: it denies then. Raises NoSuchDomain, StaleVersion."""
        ...
