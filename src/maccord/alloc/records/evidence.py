"""What evidence is held against: adoptions, questions before a start, and who had an address when."""

from datetime import datetime

from msgspec import Struct

from maccord.alloc.life import State
from maccord.alloc.records.domains import Admission
from maccord.alloc.records.holders import Holder
from maccord.alloc.records.scopes import GLOBAL


class Adoption(Struct, frozen=True, kw_only=True):
    """One address that evidence shows in use. `place` says where in the evidence: `HV01.json /VMNetworkAdapter/3`."""

    address: str
    holder: Holder
    place: str = ""
    scope: str = GLOBAL


class ForeignRange(Struct, frozen=True, kw_only=True):
    """A range of MAC addresses that somebody else issues from, such as a host: `owner` says who."""

    first: str
    last: str
    owner: str
    scope: str = GLOBAL


class Fenced(Struct, frozen=True, kw_only=True):
    """Addresses of a pool that an adoption excluded, because somebody else issues them."""

    pool: str
    first: str
    last: str
    reason: str


class Adopted(Struct, frozen=True, kw_only=True):
    """What an adoption did: rows read, addresses new, holders added to known addresses, rows that were known already.

    `outside` counts adopted addresses that lie in no pool: they are protected all the same. `excluded` is what was free
    in a pool, and lies in a range that somebody else issues from.
    """

    rows: int
    added: int
    joined: int
    known: int
    outside: int
    excluded: tuple[Fenced, ...] = ()
    preview: bool = False


class Question(Struct, frozen=True, kw_only=True):
    """One adapter of a preflight: may `holder` start with `address` here?"""

    address: str
    holder: Holder
    scope: str = GLOBAL


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer for one adapter. `allowed` False comes with a refusal, as REST shows it, in `problem`.

    `reason` is one of `holder` (it holds it), `free-of-pool` (free in a pool: allocate it first; not allowed unless the
    caller says so), `unknown` (in no pool and with no lease: nothing speaks against it), `taken`, `forbidden`, and
    `unchecked` where nobody could be asked. `decision` is what the policy of the domain makes of it: with `warn` and
    `allow` it may start although there is a refusal in `problem`.
    """

    address: str
    holder: Holder
    allowed: bool
    reason: str
    detail: str
    problem: dict[str, object] | None = None
    decision: Admission = "deny"


class Tenure(Struct, frozen=True, kw_only=True):
    """A stretch of an address's past or present: in `state`, by `holder` (None while it rested or was excluded).

    `since` is inside, `until` is not; None: it lasts. `host` of a block is in the holder, kind `block`.
    """

    address: str
    scope: str
    pool: str | None
    state: State
    holder: Holder | None
    since: datetime
    until: datetime | None
    confirmed_at: datetime | None = None
