"""Who asks for addresses, and who holds them."""

from datetime import datetime

from msgspec import Struct

HOLDER_KINDS = (
    "vm-adapter",
    "host-adapter",
    "team",
    "template",
    "snapshot",
    "replica",
    "gateway",
    "exception",
)
"""Kinds of holders that maccord itself uses; any other word of small letters, digits and hyphens is taken as well."""


class Actor(Struct, frozen=True):
    """Who asks, for the audit: `name` such as `token:ops` or `cli:root`, and from where, such as an IP address.

    Idempotency keys belong to the actor's name: two actors may use the same key.
    """

    name: str
    origin: str = ""


class Holder(Struct, frozen=True):
    """Who holds an address: `kind` and `id` together name it; `host` says where it is, `note` is free text."""

    kind: str
    id: str
    host: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Held(Struct, frozen=True):
    """A holder and since when it holds."""

    holder: Holder
    since: datetime
