"""Virtual Fibre Channel: a host's World Wide Names, and the virtual adapters (HBAs) that have them.

Source: the Hyper-V WMI provider's reference (GenerateWwpn: exhaustion is success with zeros); samples of Set-VMHost's
reference and of live machines (C0-03-FF, three octets of the host, a counter of two; sets A and B one after the other).
"""

from dataclasses import dataclass

NODE = 0xC003FF0000FFFF00
"""The node name, the same on every host that was seen."""


@dataclass(slots=True, kw_only=True)
class Names:
    """A host's range of World Wide Port Names, both ends inside. next: the name that is generated next."""

    first: int
    last: int
    next: int
    node: int = NODE

    @classmethod
    def of_host(cls, octets: int) -> "Names":
        """Return the range of 65,536 names that a host gives itself. How it finds its three octets is not known."""
        first = 0xC003FF << 40 | octets << 16
        return cls(first=first, last=first + 0xFFFF, next=first)

    def generate(self) -> int:
        """Return the next name; 0 when there is none left, which is no error."""
        if not self.first <= self.next <= self.last:
            return 0
        self.next += 1
        return self.next - 1


@dataclass(slots=True, kw_only=True)
class Hba:
    """A virtual HBA: two port names, of which a running machine uses one. A name of 0 was not to be had."""

    id: str
    san: str
    node: int
    port_a: int
    port_b: int
    active: str = "A"
