"""Numbers that stand for layer-2 domains, VLAN sets and machines in the tables."""

from collections.abc import Iterator

from maccord.fleet.records import VlanSet


class Numbering:
    """Gives out numbers in the order of asking; the same questions in the same order get the same numbers."""

    def __init__(self) -> None:
        self._confined: dict[tuple[str, ...], int] = {}
        self._vlans: dict[str, int] = {}
        self._machines: dict[tuple[str, ...], int] = {}

    def confined(self, host: str, switch: str) -> int:
        """Return the domain, below 0, of what one switch of one host confines; no switch means the whole host."""
        return self._confined.setdefault((host, switch), -1 - len(self._confined))

    def overlay(self, name: str) -> int:
        """Return the domain, below 0, of a virtual network that hosts carry for each other inside other frames."""
        return self._confined.setdefault((name,), -1 - len(self._confined))

    def vlan_set(self, vlans: str) -> int:
        """Return the number of a set of VLANs, given in its one spelling."""
        return self._vlans.setdefault(vlans, len(self._vlans))

    def machine(self, machine_id: str, host: str, name: str) -> int:
        """Return the number of a machine: by its id, which is the same on every host, else by host and name."""
        key = (machine_id,) if machine_id else (host, name.casefold())
        return self._machines.setdefault(key, len(self._machines))

    def vlan_sets(self) -> Iterator[VlanSet]:
        """Yield the table of all VLAN sets asked for."""
        return (VlanSet(number, vlans) for vlans, number in self._vlans.items())
