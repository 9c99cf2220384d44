"""MAC address pools of VMM: ranges by host group, and the addresses granted from them.

Source: MicrosoftDocs, "Add MAC address pools to the VMM fabric" (vmm/network-mac): default pools, the rules for new
ones, the tab of inactive addresses; the references of New-SCMACAddressPool and Grant-SCMACAddress.
"""

from collections.abc import Container
from dataclasses import dataclass, field

from maccord.mac.address import Mac, show
from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv import Adapter

DEFAULT_POOL = ("Default MAC address pool", "00-1D-D8-B7-1C-00", "00-1D-D8-F4-1F-FF")
"""The same in every installation: 3,998,720 addresses."""
DEFAULT_VMWARE_POOL = ("Default VMware MAC address pool", "00-50-56-00-00-00", "00-50-56-3F-FF-FF")
"""The same in every installation: 4,194,304 addresses."""
AVOIDED = (
    0x0003FF, 0x000D3A, 0x00125A, 0x00155D, 0x0017FA, 0x0050F2, 0x001DD8, 0x000569, 0x000C29, 0x001C14, 0x005056,
)  # fmt: skip
"""Blocks that the documentation asks to avoid for new pools; of two of them a part is VMM's own."""


class BadPool(MaccordError):
    """A pool that VMM refuses: `name` and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


@dataclass(slots=True)
class Grant:
    """An address given to an adapter of a machine. `active`: VMM still knows the machine, on a host of its own."""

    mac: int
    adapter: Adapter
    active: bool = True


@dataclass(slots=True)
class Pool:
    """A range, both ends inside, and the host groups that may draw from it."""

    name: str
    first: int
    last: int
    groups: tuple[str, ...]
    platform: str = "HyperV"
    grants: dict[int, Grant] = field(default_factory=dict)
    latest: int = -1

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, mac: int) -> bool:
        return self.first <= mac <= self.last

    def next_free(self, *, onwards: bool, taken: Container[int] = ()) -> int | None:
        """Return the address that is granted next, none of those `taken`; None when all are granted or taken."""
        size = len(self)
        start = max(0, self.latest + 1 - self.first) if onwards else 0
        for step in range(size):
            at = self.first + (start + step) % size
            if at not in self.grants and at not in taken:
                return at
        return None


def checked_pool(
    name: str, first: str, last: str, *, groups: tuple[str, ...], others: list[Pool], platform: str = "HyperV"
) -> Pool:
    """Return a new pool; raises BadPool for what the documentation forbids."""
    low, high = Mac.parse(first).value, Mac.parse(last).value
    if low > high:
        raise BadPool(name, f"{show(low)} is above {show(high)}")
    if low >> 24 != high >> 24:
        raise BadPool(name, f"{show(low)} and {show(high)} differ in their first three octets")
    if low >> 40 & 1:
        raise BadPool(name, f"{show(low)} is a group address: the first octet has to be even")
    for other in others:
        if low <= other.last and other.first <= high:
            raise BadPool(name, f"it overlaps the pool {other.name}")
    own = any(_within(low, high, *pool[1:]) for pool in (DEFAULT_POOL, DEFAULT_VMWARE_POOL))
    if low >> 24 in AVOIDED and not own:
        raise BadPool(name, f"{show(low)[:8]} is a block that has to be avoided")
    return Pool(name, low, high, groups, platform)


def _within(low: int, high: int, first: str, last: str) -> bool:
    return Mac.parse(first).value <= low and high <= Mac.parse(last).value
