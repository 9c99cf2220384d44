"""How likely hosts get one and the same range from Hyper-V's D(ip): exact, by counting, without a sample.

D(ip) keeps the low 16 bits of a host's IPv4 address, so two hosts share a range exactly when those bits are equal
(`default_pool`). Hosts of a subnet hold different addresses, any set of them as likely as any other.

The count needs no search. The low bits that the usable addresses of a subnet take form an interval, and two such
intervals are nested or apart, because subnets are aligned. Whoever is placed inside a smaller interval is therefore
inside or outside a larger one for certain. Placed from the smallest interval up, each subnet has a known number of
free ranges left, and the ways in which nobody meets are a product of binomial coefficients. Two classes of low bits
break the pattern: all zeros and all ones, where a subnet wider than the low bits loses its network and its broadcast
address. Who stands there is tried out.

Source: J. Howard, "Hyper-V: MAC Address allocation and apparent network issues" (2008), for D(ip); RFC 950 and RFC 3021
for the addresses of a subnet that no host can have.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from ipaddress import IPv4Network
from itertools import pairwise
from math import comb, prod

from maccord.mac.errors import MaccordError

LOW_BITS = 16
"""How many bits of the address D(ip) keeps."""
SUBNETS_MAX = 128
"""How many subnets one question may name."""
_WIDE_MAX, _HALVED_MAX = 16, 4
"""How many subnets may be wider than the low bits, and how many may be /31: for these, cases are tried one by one."""


class BadSubnet(MaccordError):
    """A subnet and a number of hosts that cannot be."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(text, why)
        self.text, self.why = text, why

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        return f"{shown!r}: {self.why}"


@dataclass(frozen=True)
class Draw:
    """A subnet, how many hosts will draw an address in it, and the addresses there that are taken already."""

    network: IPv4Network
    hosts: int
    taken: frozenset[int] = frozenset()
    low_bits: int = LOW_BITS

    def __post_init__(self) -> None:
        if self.hosts < 0 or self.hosts > self.free:
            why = f"has {self.free:,} addresses for hosts, not {self.hosts:,}"
            raise BadSubnet(str(self.network), f"the subnet {why}")

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last address that a host can have."""
        first, last = int(self.network.network_address), int(self.network.broadcast_address)
        return (first + 1, last - 1) if last - first > 1 else (first, last)

    @property
    def size(self) -> int:
        """How many addresses a host can have, taken ones included."""
        return self.ends[1] - self.ends[0] + 1

    @cached_property
    def free(self) -> int:
        """How many addresses are left to draw from."""
        return self.size - sum(self.holds(address) for address in self.taken)

    def holds(self, address: int) -> bool:
        """Tell whether a host could have this address here."""
        return self.ends[0] <= address <= self.ends[1]

    @property
    def interval(self) -> tuple[int, int]:
        """The smallest and the largest low bits that occur."""
        top = (1 << self.low_bits) - 1
        return (0, top) if self.size > top else (self.ends[0] & top, self.ends[1] & top)

    def untaken(self, low: int) -> int:
        """Return how many free addresses have these low bits."""
        top = (1 << self.low_bits) - 1
        first, last = (self.ends[0] - low + top) >> self.low_bits, (self.ends[1] - low) >> self.low_bits
        return max(last - first + 1, 0) - self._taken_of[low]

    @cached_property
    def _taken_of(self) -> Counter[int]:
        return Counter(address & ((1 << self.low_bits) - 1) for address in self.taken if self.holds(address))

    @property
    def odd(self) -> frozenset[int]:
        """Low bits of which the subnet has another number of free addresses than of the rest."""
        top = (1 << self.low_bits) - 1
        return frozenset({0, top, *self._taken_of})

    @property
    def weight(self) -> int:
        """How many addresses share low bits, away from the odd ones."""
        return max(1, self.network.num_addresses >> self.low_bits)


def chance(draws: Sequence[Draw], known: Iterable[int] = ()) -> Fraction:
    """Return the exact probability that a drawn host shares its low bits with another one, or with a known address.

    Args:   draws: subnets that do not overlap. known: addresses of hosts that are there, in these subnets or not.
    Raises: BadSubnet for subnets that overlap, and for more of them than can be counted through.
    """
    _refuse_overlaps(draws)
    drawn = [one for one in draws if one.hosts]
    if not drawn:
        return Fraction(0)
    low_bits = drawn[0].low_bits
    there = {*known, *(address for one in drawn for address in one.taken)}
    fixed = sorted({address & ((1 << low_bits) - 1) for address in there})
    if sum(one.hosts for one in drawn) > (1 << low_bits) - len(fixed):
        return Fraction(1)
    apart = _ways_halved(drawn, fixed)
    return 1 - Fraction(apart, prod(comb(one.free, one.hosts) for one in drawn))


def _refuse_overlaps(draws: Sequence[Draw]) -> None:
    if len(draws) > SUBNETS_MAX:
        raise BadSubnet(f"{len(draws)} subnets", f"more than {SUBNETS_MAX} in one question")
    ordered = sorted(draws, key=lambda one: (one.network.network_address, one.network.prefixlen))
    for one, other in pairwise(ordered):
        if one.network.overlaps(other.network):
            raise BadSubnet(str(other.network), f"it lies in {one.network}: name every address once")


def _ways_halved(draws: list[Draw], fixed: list[int]) -> int:
    """Count the ways apart; the two addresses of a /31 are tried one by one, since /31 keeps both (RFC 3021)."""
    pairs = [one for one in draws if one.network.prefixlen == 31]
    if len(pairs) > _HALVED_MAX:
        raise BadSubnet(f"{len(pairs)} subnets of /31", "too many: a /31 joins two routers and holds no fleet")
    for pair in pairs:
        rest = [one for one in draws if one is not pair]
        halves = [half for half in pair.network.subnets() if int(half.network_address) not in pair.taken]
        usable = [replace(pair, network=half, hosts=1) for half in halves]
        if pair.hosts == len(usable):
            return _ways_halved([*rest, *usable], fixed)
        return sum(_ways_halved([*rest, half], fixed) for half in usable)
    return _ways_tried(draws, fixed)


def _ways_tried(draws: list[Draw], fixed: list[int]) -> int:
    """Count the ways in which all low bits differ, for each of the ways to stand on all zeros and on all ones."""
    top = (1 << draws[0].low_bits) - 1
    if sum(one.size > top for one in draws) > _WIDE_MAX:
        raise BadSubnet(f"{len(draws)} subnets", f"more than {_WIDE_MAX} of them are wider than /{32 - LOW_BITS}")
    odd = [low for low in (0, top) if not _between(fixed, low, low)]
    able = {low: [at for at, one in enumerate(draws) if one.untaken(low)] for low in odd}
    standing = [[None, *able.get(low, ())] for low in (0, top)]
    ways = 0
    for first in standing[0]:
        for last in standing[1]:
            left = [one.hosts - (at == first) - (at == last) for at, one in enumerate(draws)]
            if min(left) < 0:
                continue
            stood = [draws[at].untaken(low) for at, low in ((first, 0), (last, top)) if at is not None]
            ways += prod(stood) * _ways_inside(draws, left, fixed)
    return ways


def _between(ordered: list[int], low: int, high: int) -> int:
    """Return how many of some ordered numbers lie between two ends, both inside."""
    return max(bisect_right(ordered, high) - bisect_left(ordered, low), 0)


def _ways_inside(draws: list[Draw], hosts: list[int], fixed: list[int]) -> int:
    """Count the ways apart from the two odd classes: the smallest interval first, each among what is left of it."""
    top = (1 << draws[0].low_bits) - 1
    ways = 1
    placed: list[tuple[int, int, int]] = []
    for one, count in sorted(zip(draws, hosts, strict=True), key=lambda pair: pair[0].size):
        low, high = max(one.interval[0], 1), min(one.interval[1], top - 1)
        inside = sum(number for first, last, number in placed if low <= first and last <= high)
        room = max(high - low + 1, 0) - _between(fixed, low, high)
        ways *= _choices(max(room - inside, 0), count, one.weight)
        placed.append((low, high, count))
    return ways


@lru_cache(maxsize=1024)
def _choices(room: int, count: int, weight: int) -> int:
    """Count the sets of `count` among `room` low bits, each held by `weight` addresses; asked often for the same."""
    return comb(room, count) * int(weight**count)


def shared_ranges(one: Draw, other: Draw) -> int:
    """Return how many ranges hosts of both subnets could get; for one subnet, how many two of its hosts could."""
    if one is other:
        return sum_over(one, lambda low: one.untaken(low) > 1)
    return sum_over(one, lambda low: one.untaken(low) > 0 and other.untaken(low) > 0, other)


def expected_pairs(one: Draw, other: Draw) -> Fraction:
    """Return the expected number of pairs of hosts, one of each subnet or both of one, that share a range."""
    if one is other:
        if one.hosts < 2:
            return Fraction(0)
        pairs = sum_over(one, lambda low: one.untaken(low) * (one.untaken(low) - 1))
        return Fraction(comb(one.hosts, 2) * pairs, one.free * (one.free - 1))
    if not one.hosts or not other.hosts:
        return Fraction(0)
    pairs = sum_over(one, lambda low: one.untaken(low) * other.untaken(low), other)
    return Fraction(one.hosts * other.hosts * pairs, one.free * other.free)


def sum_over(one: Draw, value: Callable[[int], int], *others: Draw) -> int:
    """Return the sum of a value over all low bits that can occur in every one of some subnets.

    The value is worked out once for all low bits of which each subnet has its regular number of addresses.
    """
    low, high = max(d.interval[0] for d in (one, *others)), min(d.interval[1] for d in (one, *others))
    if low > high:
        return 0
    odd = {bits for draw in (one, *others) for bits in draw.odd if low <= bits <= high}
    regular = next((bits for bits in range(low, high + 1) if bits not in odd), None)
    usual = 0 if regular is None else value(regular) * (high - low + 1 - len(odd))
    return usual + sum(value(bits) for bits in odd)


def chance_to_meet(one: Draw, address: int) -> Fraction:
    """Return the probability that some host of the subnet gets the range of a known address."""
    return _met(one.free, one.untaken(address & ((1 << one.low_bits) - 1)), one.hosts)


@lru_cache(maxsize=1024)
def _met(free: int, twins: int, hosts: int) -> Fraction:
    """Return the probability that `hosts` out of `free` addresses hold one of `twins`; asked for each known host."""
    return 1 - Fraction(comb(free - twins, hosts), comb(free, hosts))


def meetings(one: Draw, address: int) -> Fraction:
    """Return the expected number of hosts of the subnet that get the range of a known address."""
    return (
        Fraction(one.hosts * one.untaken(address & ((1 << one.low_bits) - 1)), one.free) if one.hosts else Fraction(0)
    )
