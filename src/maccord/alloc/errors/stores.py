"""The store itself: it cannot be used, or not now."""

from typing import Literal

from maccord.alloc.errors.refusal import Refusal


class StoreUnavailable(Refusal):
    """The store did not do it: disk full, read only, connection lost, closing, or too many requests wait.

    `outcome` is `not-done`, or `unknown` when the connection broke while it was told to commit: repeat the request with
    the same idempotency key, and the answer tells.
    """

    slug = "store-unavailable"
    title = "The store is not available"
    category = "unavailable"

    def __init__(self, why: str, outcome: Literal["not-done", "unknown"] = "not-done") -> None:
        super().__init__(why, outcome)
        self.why: str = why
        self.outcome: Literal["not-done", "unknown"] = outcome

    def __str__(self) -> str:
        done = "nothing was changed" if self.outcome == "not-done" else "whether it was done is not known"
        return f"the store is not available ({self.why}); {done}"

    def fields(self) -> dict[str, object]:
        """Return whether the change was made."""
        return {"outcome": self.outcome}


class BadStore(Refusal):
    """A store URL that cannot be used, a file that is no store of ours, or one of a newer maccord."""

    slug = "bad-store"
    title = "The store cannot be used"
    category = "unavailable"

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url, self.why = url, why

    def __str__(self) -> str:
        return f"cannot use the store {self.url}: {self.why}"
