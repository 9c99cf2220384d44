"""The request itself is wrong: a field, a version, an idempotency key."""

from maccord.alloc.errors.refusal import Refusal


class BadRequest(Refusal):
    """A part of the request cannot be: `field` names it."""

    slug = "bad-request"
    title = "The request cannot be understood"
    category = "invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field, self.why = field, why

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"

    def fields(self) -> dict[str, object]:
        """Return the field that is wrong."""
        return {"field": self.field}


class StaleVersion(Refusal):
    """The object was changed since it was read: `expected` is no longer its version."""

    slug = "stale-version"
    title = "The object was changed meanwhile"
    category = "stale"

    def __init__(self, what: str, expected: int, actual: int) -> None:
        super().__init__(what, expected, actual)
        self.what, self.expected, self.actual = what, expected, actual

    def __str__(self) -> str:
        return f"{self.what} has version {self.actual} now, not {self.expected}: read it again"

    def fields(self) -> dict[str, object]:
        """Return both versions."""
        return {"expected": self.expected, "actual": self.actual}


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    slug = "idempotency-key-reused"
    title = "The idempotency key belongs to another request"
    category = "invalid"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"the idempotency key {self.key[:64]!r} came with another request before"
