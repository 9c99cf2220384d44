"""A host's dynamic range: how it is derived, and how the next address is found in it."""

from collections.abc import Container
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

from maccord.mac.address import show

_PREFIX = 0x00155D


@dataclass(frozen=True, slots=True)
class Range:
    """The addresses from `first` to `last`, both inside; `first` is not above `last`."""

    first: int
    last: int

    def __contains__(self, mac: object) -> bool:
        return isinstance(mac, int) and self.first <= mac <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{show(self.first)} to {show(self.last)}"


def derived(ipv4: IPv4Address | int) -> Range:
    """Return what a host gives itself: 00-15-5D, the low two octets of an IPv4 address, then 00 to FF.

    Source: KB2804678; J. Howard, "Hyper-V: MAC Address allocation and apparent network issues" (2008).

    >>> str(derived(IPv4Address("192.168.200.106")))
    '00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-FF'
    """
    first = (_PREFIX << 16 | int(ipv4) & 0xFFFF) << 8
    return Range(first, first + 0xFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How the cursor goes: see the parameters of the same names in `Contested`."""

    names: Literal["next", "last"] = "next"
    after_last: Literal["first", "one past"] = "first"
    outside: Literal["first", "walks on"] = "first"

    def issue(self, within: Range, cursor: int | None, held: Container[int]) -> tuple[int, int] | None:
        """Return the next free address and the cursor after it; None when all are held.

        The search goes upward from the cursor, to the end of the range, and then from its beginning.
        """
        start = self._start(within, cursor)
        if start not in within:
            return self._beyond(start, held)
        size = len(within)
        at = start - within.first
        for step in range(size):
            mac = within.first + (at + step) % size
            if mac not in held:
                return mac, self._after(within, mac)
        return None

    def _start(self, within: Range, cursor: int | None) -> int:
        if cursor is None:
            return within.first
        start = cursor if self.names == "next" else cursor + 1
        if start in within:
            return start
        if self.names == "last" and start == within.last + 1:
            return within.first
        past_end = start == within.last + 1 and self.after_last == "one past"
        return within.first if self.outside == "first" or past_end else start

    def _after(self, within: Range, mac: int) -> int:
        if self.names == "last":
            return mac
        return within.first if mac == within.last and self.after_last == "first" else mac + 1

    def _beyond(self, start: int, held: Container[int]) -> tuple[int, int]:
        mac = start
        while mac in held:
            mac += 1
        return mac, mac if self.names == "last" else mac + 1
