"""One address as it is now, and the answers to giving it and to letting it go."""

from datetime import datetime

from msgspec import Struct

from maccord.alloc.kinds import AddressKind, spell
from maccord.alloc.life import State
from maccord.alloc.records.holders import Held, Holder
from maccord.alloc.records.scopes import GLOBAL


class Lease(Struct, frozen=True, kw_only=True):
    """What is known of one address now.

    `state` free has no holders and version 0; excluded and block say in `note` why, and for which host. `range` is the
    range of the pool that it came from. `until` is when resting or probation ends, or when an unconfirmed lease
    expires; None where nothing ends by itself. `identity` is what it was derived from. `version` is another after every
    change, and in every life of an address that is given again: what `expect` is compared with, and the beginning of
    REST's ETag.
    """

    address: str
    kind: AddressKind = "mac"
    scope: str = GLOBAL
    pool: str | None = None
    range: str | None = None
    state: State = State.FREE
    since: datetime | None = None
    confirmed_at: datetime | None = None
    until: datetime | None = None
    holders: tuple[Held, ...] = ()
    block: int | None = None
    note: str = ""
    identity: str = ""
    version: int = 0


class Granted(Struct, frozen=True, kw_only=True):
    """The answer to an allocation: as many addresses as were asked for, in the order in which they were given.

    `runs` are the addresses as numbers, first and last of each run. `until` is when they expire unconfirmed. `replayed`
    is True when the idempotency key was known and this is the kept answer.
    """

    pool: str
    scope: str
    kind: AddressKind
    holder: Holder
    at: datetime
    until: datetime | None
    runs: tuple[tuple[int, int], ...]
    replayed: bool = False

    @property
    def count(self) -> int:
        """How many addresses were given."""
        return sum(last - first + 1 for first, last in self.runs)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses as text; a new tuple at each call."""
        kind = self.kind
        return tuple(spell(value, kind) for first, last in self.runs for value in range(first, last + 1))

    @property
    def spans(self) -> tuple[tuple[str, str], ...]:
        """The runs as text."""
        return tuple((spell(first, self.kind), spell(last, self.kind)) for first, last in self.runs)


class Released(Struct, frozen=True, kw_only=True):
    """The answer to a release: the lease as it is now (resting, or held by others), and who let go."""

    lease: Lease
    holder: Holder
    replayed: bool = False
