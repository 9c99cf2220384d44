"""Policies of domains that are not there."""

from maccord.alloc.errors.refusal import Refusal


class NoSuchDomain(Refusal):
    """The scope has no policy of its own: it denies."""

    slug = "no-such-domain"
    title = "The domain has no policy"
    category = "missing"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope

    def __str__(self) -> str:
        return f"scope {self.scope!r} has no policy of its own, so it denies: maccord domain set gives it one"

    def fields(self) -> dict[str, object]:
        """Return the scope."""
        return {"scope": self.scope}
