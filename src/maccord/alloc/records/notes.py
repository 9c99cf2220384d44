"""What subscribers are told."""

from datetime import datetime

from msgspec import Struct


class Note(Struct, frozen=True, kw_only=True):
    """Something that happened, told to subscribers after it was committed: for webhooks and counters.

    `name` is one of `allocated`, `released`, `confirmed`, `shared`, `expired`, `rested`, `conflict` (a refusal because
    an address is taken), `pool-low`, `pool-exhausted`, `pool-filling`, `pool-created`, `pool-changed`, `pool-deleted`,
    `block-carved`, `block-returned`, `group-set`, `group-deleted`, `group-exhausted`, `adopted`, `probation`,
    `excluded`, `included`.
    """

    name: str
    at: datetime
    pool: str | None
    count: int = 1
    facts: dict[str, object] | None = None
