"""Hash chains of the audit: each record's hash covers the one before it, so nothing can be changed in between."""

from hashlib import sha256

from msgspec import json

START = bytes(32)
"""What stands before the first record of a chain, and before the first anchor."""

_encode = json.Encoder().encode


def link(
    before: bytes,
    chain: int,
    seq: int,
    at: int,
    actor: str,
    origin: str,
    action: str,
    subject: str,
    details: str,
    key: str | None,
) -> bytes:
    """Return the hash of a record: SHA-256 over the hash before it and a JSON array of its fields in this order."""
    return sha256(before + _encode((chain, seq, at, actor, origin, action, subject, details, key))).digest()


def anchored(before: bytes, at: int, heads: str) -> bytes:
    """Return the hash of an anchor: over the anchor before it, its time, and the heads of chains as JSON text."""
    return sha256(before + _encode((at, heads))).digest()
