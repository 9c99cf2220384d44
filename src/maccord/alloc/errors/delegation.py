"""Leases of ranges that cannot be trusted, are over, or were taken back; keys that sign nothing."""

from datetime import datetime

from maccord.alloc.errors.refusal import Refusal


class BadKey(Refusal):
    """A text is no key that is used here."""

    slug = "bad-key"
    title = "This is no key of Ed25519"
    category = "invalid"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the key cannot be used: {self.why}"


class NoSuchKey(Refusal):
    """There is no signing key of that name."""

    slug = "no-such-key"
    title = "There is no such signing key"
    category = "missing"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"there is no signing key {self.key[:64]!r}"


class CannotSign(Refusal):
    """The authority has no private key, or one that it may not use."""

    slug = "cannot-sign"
    title = "Nothing can be signed here"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"nothing can be signed: {self.why}"


class BadLease(Refusal):
    """A signed document is not what it should be, or none of the given keys has signed it."""

    slug = "bad-lease"
    title = "The signed document cannot be trusted"
    category = "invalid"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the document cannot be trusted: {self.why}"


class LeaseRefused(Refusal):
    """A lease of a range is genuine, and must not be used: over, taken back, older than one that is known."""

    slug = "lease-refused"
    title = "The lease of a range must not be used"

    def __init__(self, block: int, serial: int, why: str) -> None:
        super().__init__(block, serial, why)
        self.block, self.serial, self.why = block, serial, why

    def __str__(self) -> str:
        return f"lease {self.serial} of block {self.block}: {self.why}"

    def fields(self) -> dict[str, object]:
        """Return the block and the serial of the lease."""
        return {"block": self.block, "serial": self.serial}


class PoolEnded(Refusal):
    """A pool stands on a lease of a range that is over, or that was taken back: nothing is issued from it."""

    slug = "pool-ended"
    title = "The lease that the pool stands on is over"

    def __init__(self, pool: str, at: datetime) -> None:
        super().__init__(pool, at)
        self.pool, self.at = pool, at

    def __str__(self) -> str:
        return (
            f"pool {self.pool!r} stands on a lease of a range, from which nothing is issued since"
            f" {self.at:%Y-%m-%dT%H:%M:%SZ}: have it renewed (maccord block renew, where the range comes from), and"
            " accept the new lease (maccord pool accept FILE --key PUBLIC.pem)"
        )

    def fields(self) -> dict[str, object]:
        """Return the pool, and since when nothing is issued from it."""
        return {"pool": self.pool, "at": self.at.isoformat()}
