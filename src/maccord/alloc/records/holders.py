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
    "reservation",
    "exception",
)
"""Kinds of holders that maccord itself uses; any other word of small letters, digits and hyphens is taken as well."""


HAND_OVER_S = 86_400
"""So long a hand-over may take that says nothing else; then whoever was to take over is gone again."""


class Actor(Struct, frozen=True):
    """Who asks, for the audit: `name` such as `token:ops` or `cli:root`, and from where, such as an IP address.

    Idempotency keys belong to the actor's name: two actors may use the same key.
    """

    name: str
    origin: str = ""


class Holder(Struct, frozen=True):
    """Who holds an address: `kind` and `id` together name it; `host` says where it is, `note` is free text.

    `owner` is who answers for it, a person or a team. `until`, if there is one, is when it lets go by itself: the end
    of a reservation, of a declared exception, of a test.
    """

    kind: str
    id: str
    host: str = ""
    note: str = ""
    owner: str = ""
    until: datetime | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class HolderChange(Struct, frozen=True, kw_only=True):
    """What to change of a holder; None stays. `lasting` takes its end off: it holds until it is released."""

    host: str | None = None
    note: str | None = None
    owner: str | None = None
    until: datetime | None = None
    lasting: bool = False


class Held(Struct, frozen=True):
    """A holder and since when it holds. `replaces` is from whom it takes the address over, while that is under way."""

    holder: Holder
    since: datetime
    replaces: str = ""
