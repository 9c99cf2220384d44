"""A run of MAC addresses, both ends inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from maccord.mac.address import Mac, show
from maccord.mac.errors import BadRange

MICROSOFT = 0x00155D
"""The OUI from which Hyper-V issues dynamic addresses (KB2804678)."""


@dataclass(frozen=True, slots=True, order=True)
class MacRange:
    """The addresses from `first` to `last`, both inside; ordered by `first`."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadRange(show(self.first), show(self.last))

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.first <= value <= self.last

    def __iter__(self) -> Iterator[Mac]:
        return (Mac(value) for value in range(self.first, self.last + 1))

    def __str__(self) -> str:
        return f"{show(self.first)} to {show(self.last)}"

    @property
    def is_default_shaped(self) -> bool:
        """True for 00-15-5D-xx-yy-00 to -FF: what Hyper-V derives from an address, whichever it was."""
        return self.first >> 24 == MICROSOFT and self.first & 0xFF == 0 and self.last == self.first + 0xFF


def default_pool(ipv4: IPv4Address) -> MacRange:
    """The range a Hyper-V host gives itself when its first machine is created.

    Args:    ipv4: the host's first IPv4 address, in adapter enumeration order.
    Returns: 256 addresses, 00-15-5D-yy-zz-00 to -FF, yy.zz being the low two octets of `ipv4`.
    Source:  J. Howard, "Hyper-V: MAC Address allocation and apparent network issues" (2008); KB2804678.

    >>> str(default_pool(IPv4Address("192.168.200.106")))
    '00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-FF'
    """
    first = MICROSOFT << 24 | (int(ipv4) & 0xFFFF) << 8
    return MacRange(first, first + 0xFF)
