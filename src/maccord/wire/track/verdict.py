"""What the engine concludes of an address that moves, or of an IP address that two answer for."""

from typing import Literal

from msgspec import Struct

from maccord.wire.records import At, Domain

Kind = Literal["duplicate", "two-minds", "lag-mismatch", "loop", "ip-conflict", "unexplained", "moved", "twin"]
"""`duplicate`: two owners at two places; `two-minds`: two owners at one place. `moved` is a migration or a failover,
`twin` a protocol's virtual address; these two are by design and no fault."""

FAULTS: tuple[Kind, ...] = ("duplicate", "two-minds", "lag-mismatch", "loop", "ip-conflict", "unexplained")
"""The kinds that make incidents."""


class Post(Struct, frozen=True, gc=False):
    """One place in a verdict: the port, how often the address came there, for how long in all, and as which IPs."""

    at: At
    first_ns: int
    last_ns: int
    visits: int
    held_ns: int
    ips: tuple[str, ...] = ()
    edge: bool | None = None
    mac: int | None = None


class Verdict(Struct, frozen=True, kw_only=True, gc=False):
    """A verdict on one address (`mac`), on one IP address (`ip`), or on two ports (a loop) of one domain.

    `macs` are all addresses concerned, `posts` the places, those that count first. `moves` counts all, `fast` the most
    within the sliding window, `returns` those back to a port. `reasons` say what proves it, `undecided` what would,
    `seen_by` which features of switches and hosts would have noticed. `certainty` is between 0 and 1.
    """

    kind: Kind
    fabric: int
    domain: Domain
    macs: tuple[int, ...]
    posts: tuple[Post, ...]
    first_ns: int
    last_ns: int
    ip: str = ""
    moves: int = 0
    fast: int = 0
    returns: int = 0
    reasons: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    seen_by: tuple[str, ...] = ()
    certainty: float = 0.9
    needed: int = 0
    """After how many moves it was certain."""

    @property
    def places(self) -> tuple[At, ...]:
        """The ports, in the order of `posts`."""
        return tuple(one.at for one in self.posts)

    @property
    def key(self) -> tuple[object, ...]:
        """What stays the same while a verdict changes: its subject, and who saw it first by name."""
        observer = min((one.at.observer for one in self.posts), default="")
        if self.kind == "loop":
            ports = tuple(sorted((one.at.observer, one.at.port) for one in self.posts))
            return ("loop", self.fabric, self.domain, ports)
        if self.ip:
            return ("ip", self.fabric, self.domain, self.ip, observer)
        return ("mac", self.fabric, self.domain, self.macs[0], observer)
