"""What a whole fleet has only once: names, low octets, NICs, World Wide Names, planned ranges, static addresses.

Each cell of a fleet is a world of its own, so that a fleet of any size is written in bounded memory. What must not
meet by accident comes from here: counters, each run through a permutation of its space, so that nothing is kept and
nothing is given twice. Ranges and addresses that are shared on purpose are made by a story out of its own.

The low octets of hosts' IPv4 addresses, of which Hyper-V derives the ranges, are given once each. A story that needs
neighbours gets a block of sixteen, aligned. Those octets used up, hosts are given ranges of a fleet plan instead.
"""

from dataclasses import dataclass, field
from math import gcd

from maccord.worlds.hyperv import Range
from maccord.worlds.synth.refusals import CannotSynthesize

LOW_OCTETS = 254
"""Last octets that a host may have: 1 to 254."""
BLOCK = 16
_BLOCKS_EACH = 14
"""Blocks of sixteen in one third octet, without the two that hold .0 and .255."""
BLOCKS_MAX = _BLOCKS_EACH * 255
_PLANNED = 0x02A1 << 32
_STATIC = 0x02A000 << 24
_MAKERS = (0x001B21, 0x3CFDFE, 0x001320, 0x0010E0)
_NIC_SPACE, _NAME_SPACE = len(_MAKERS) << 24, 1 << 24
_STRIDE = 0x9E3779B1
"""The golden ratio of 32 bits, a prime: neighbours land far apart."""


def scattered(at: int, size: int, offset: int) -> int:
    """Return the place of `at` in a permutation of `size` places."""
    stride = _STRIDE % size or 1
    while gcd(stride, size) > 1:
        stride += 1
    return (at * stride + offset) % size


@dataclass(slots=True, kw_only=True)
class Numbers:
    """The counters of one fleet. hosts: how many hosts it has; blocks: how many blocks its stories ask for."""

    hosts: int
    blocks: int = 0
    offset: int = 0
    _given: dict[str, int] = field(default_factory=dict)
    _planned: int = _PLANNED

    @property
    def singles(self) -> int:
        """How many low octets are given one by one."""
        return (256 - self._third_octets_of_blocks) * LOW_OCTETS

    def name(self) -> str:
        """Return a host's name; in a listing by name, hosts of one story do not stand together."""
        number = scattered(self._next("name"), self.hosts, self.offset) + 1
        return f"HV{number:0{max(4, len(str(self.hosts)))}}"

    def server(self) -> str:
        """Return a VMM server's name."""
        return f"VMM{self._next('server') + 1:03}"

    def low(self) -> int | None:
        """Return the low 16 bits of an IPv4 address that no host has; None when they are used up."""
        at = self._given.get("low", 0)
        if at >= self.singles:
            return None
        self._next("low")
        place = scattered(at, self.singles, self.offset)
        return place // LOW_OCTETS << 8 | place % LOW_OCTETS + 1

    def block(self) -> int:
        """Return the first of sixteen neighbouring low 16 bits, none of which is given one by one."""
        at = self._next("block")
        if at >= self.blocks:
            raise CannotSynthesize(f"the fleet has no more than {self.blocks} blocks of neighbouring addresses")
        return (255 - at // _BLOCKS_EACH) << 8 | (at % _BLOCKS_EACH + 1) * BLOCK

    def nic(self) -> int:
        """Return a permanent address."""
        place = scattered(self._next("nic") % _NIC_SPACE, _NIC_SPACE, self.offset)
        return _MAKERS[place >> 24] << 24 | place & 0xFFFFFF

    def name_bytes(self) -> int:
        """Return a host's three octets of World Wide Port Names."""
        return scattered(self._next("wwn") % _NAME_SPACE, _NAME_SPACE, self.offset)

    def planned(self, size: int) -> Range:
        """Return a range of a fleet plan, apart from all that Hyper-V derives and from every other; size: at most."""
        first = self._planned
        self._planned += size
        return Range(first, first + size - 1)

    def static(self) -> int:
        """Return an address to set by hand, outside every range."""
        return _STATIC + self._next("static")

    def count(self, what: str) -> int:
        """Return how often this was asked before, for spaces that a story knows itself."""
        return self._next(what)

    @property
    def _third_octets_of_blocks(self) -> int:
        return -(-self.blocks // _BLOCKS_EACH)

    def _next(self, what: str) -> int:
        at = self._given.get(what, 0)
        self._given[what] = at + 1
        return at
