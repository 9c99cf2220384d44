"""Whether one machine stands behind an address, or two: what packets give away of who made them.

Two machines behind one address at one vantage point show by what they say of themselves in turns: they claim two IP
addresses to and fro, and differ where one machine cannot: in the initial TTL (64, 128, 255), in the rate of the TCP
timestamp clock, in DHCP client id and host name, in the IPv6 link-local address. One sign alone is little: a machine
may well have two IP addresses. IP identifications that run on from one port to the next are of one machine.

Sources: T. Kohno et al., "Remote physical device fingerprinting" (2005); S. Bellovin, "A technique for counting NATted
hosts" (2002); RFC 7323 section 5.4; RFC 4291 section 2.5.6; RFC 2131 section 4.2.
"""

from itertools import pairwise

from msgspec import Struct, field

from maccord.wire.track.settings import SECOND_NS

IPS_MAX = 8
"""An address with more IP addresses than this is a router's, and other machines' packets carry it."""
_TURNS = 2
_SAMPLES = 5
_INITIAL = (64, 128, 255)
_CLOCK_SPAN_NS = 2 * SECOND_NS
_RATES = (10, 100, 250, 1000)
_NEAR_NS = 2 * SECOND_NS
_STEP_MAX = 32
_NAMES_MAX = 4
_TURNS_NS, _NAMED_NS = 180 * SECOND_NS, 600 * SECOND_NS
"""A machine with two systems, or that changes its IP address, takes longer to come back."""
_RUN, _RUN_SHARE = 3, 20
"""Of two machines one identification in 200 or so seems to run on, of one machine a good part."""


class IpMind(Struct):
    """What is known of packets from one IP address of a MAC address."""

    hops: dict[int, int] = field(default_factory=dict)
    clock_first: tuple[int, int] | None = None
    clock_last: tuple[int, int] | None = None
    claims: int = 0

    @property
    def initial(self) -> int | None:
        """The TTL that its packets start with, where nearly all of them have it and no router took from it."""
        count = sum(self.hops.values())
        best = max(self.hops, key=lambda hops: self.hops[hops], default=None)
        return best if best in _INITIAL and count >= _SAMPLES and self.hops[best] * 10 >= count * 9 else None

    @property
    def rate(self) -> int | None:
        """How many steps a second its TCP timestamp clock makes, to the nearest rate in use."""
        if self.clock_first is None or self.clock_last is None:
            return None
        (start, low), (end, high) = self.clock_first, self.clock_last
        if end - start < _CLOCK_SPAN_NS:
            return None
        measured = ((high - low) % (1 << 32)) / ((end - start) / SECOND_NS)
        near = min(_RATES, key=lambda rate: abs(measured - rate))
        return near if abs(measured - near) <= near / 10 else None


class Minds(Struct):
    """Signs of who stands behind one address."""

    ips: dict[str, IpMind] = field(default_factory=dict)
    turns: list[tuple[int, str]] = field(default_factory=list)
    """IP addresses in the order in which they were claimed, repeats left out, the last few with their times."""
    link_local: list[tuple[int, str]] = field(default_factory=list)
    names: list[tuple[int, str, str]] = field(default_factory=list)
    """DHCP client id and host name as they took turns, the last few with their times."""
    runs: int = 0
    """How often an IP identification ran on from one place to another, of `tried` times that it could have."""
    tried: int = 0
    crowded: bool = False

    def claim(self, ip: str, time_ns: int) -> None:
        """Note that the address claims an IP address: by ARP or neighbour discovery."""
        if not ip:
            return
        if ip.casefold().startswith("fe80:"):
            _turn(self.link_local, ip, time_ns)
            return
        mind = self._mind(ip)
        if mind is not None and ":" not in ip:
            mind.claims += 1
            _turn(self.turns, ip, time_ns)

    def sample(self, ip: str, time_ns: int, hops: int, clock: int | None) -> None:
        """Note what a packet from one of the IP addresses gave away."""
        mind = self.ips.get(ip)
        if mind is None or not mind.claims:
            return  # not claimed by the address itself: it may have been passed on
        if hops in mind.hops or len(mind.hops) < IPS_MAX:
            mind.hops[hops] = mind.hops.get(hops, 0) + 1
        if clock is not None:
            mind.clock_first = mind.clock_first or (time_ns, clock)
            mind.clock_last = (time_ns, clock)

    def name(self, client_id: str, host_name: str, time_ns: int) -> None:
        """Note how a DHCP client of this address calls itself."""
        told = (client_id, host_name.casefold())
        if any(told) and (not self.names or self.names[-1][1:] != told):
            self.names.append((time_ns, *told))
            del self.names[: -2 * _NAMES_MAX]

    def _mind(self, ip: str) -> IpMind | None:
        known = self.ips.get(ip)
        if known is None:
            if len(self.ips) >= IPS_MAX:
                self.crowded = True
                return None
            known = self.ips[ip] = IpMind()
        return known

    @property
    def runs_on(self) -> bool:
        """Tell whether identifications run on from place to place more often than chance would have it."""
        return self.runs >= _RUN and self.runs * _RUN_SHARE >= self.tried

    def contradictions(self) -> list[str]:
        """Return what cannot be of one machine, in words, strongest first; empty while it may well be one."""
        if self.crowded:
            return []
        found = []
        pair = _in_turns(self.turns)
        if pair is not None:
            one, other = (self.ips[ip] for ip in pair)
            if one.initial and other.initial and one.initial != other.initial:
                found.append(
                    f"packets of {pair[0]} start with TTL {one.initial}, those of {pair[1]} with {other.initial}"
                )
            if one.rate and other.rate and one.rate != other.rate:
                found.append(
                    f"the TCP clock of {pair[0]} makes {one.rate} steps a second, that of {pair[1]} {other.rate}"
                )
        local = _in_turns(self.link_local)
        if local is not None:
            found.append(f"two IPv6 link-local addresses take turns, {local[0]} and {local[1]}")
        named = self._named_twice()
        if named:
            found.append(named)
        if not found:
            return []
        return [f"{pair[0]} and {pair[1]} take turns", *found] if pair is not None else found if len(found) > 1 else []

    def _named_twice(self) -> str:
        """Return the two names of which one comes back soon after the other: both client id and host name differ."""
        for at, (time_ns, client, name) in enumerate(self.names[:-2]):
            _, other, other_name = self.names[at + 1]
            back = next((then for then, *told in self.names[at + 2 :] if told == [client, name]), None)
            if back is None or back - time_ns > _NAMED_NS or "" in (client, name, other, other_name):
                continue
            if client != other and name != other_name:
                return f"DHCP clients named {name} and {other_name} take turns"
        return ""


def _turn(turns: list[tuple[int, str]], ip: str, time_ns: int) -> None:
    if not turns or turns[-1][1] != ip:
        turns.append((time_ns, ip))
        del turns[:-IPS_MAX]


def _in_turns(turns: list[tuple[int, str]]) -> tuple[str, str] | None:
    """Return the first two values that come after each other to and fro, soon enough for no machine to restart."""
    counted: dict[tuple[str, str], list[int]] = {}
    for (_, one), (time_ns, other) in pairwise(turns):
        times = counted.setdefault((min(one, other), max(one, other)), [])
        times.append(time_ns)
        if len(times) > _TURNS and time_ns - times[-_TURNS - 1] <= _TURNS_NS:
            return min(one, other), max(one, other)
    return None


def runs_on(idents: list[tuple[int, int]], time_ns: int, ident: int) -> bool:
    """Tell whether an IP identification follows one of those seen elsewhere a moment ago."""
    return any(
        0 <= time_ns - then <= _NEAR_NS and 1 <= (ident - before) % (1 << 16) <= _STEP_MAX for then, before in idents
    )
