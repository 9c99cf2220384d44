"""Owners of one address: which of its adapters are one thing by design, and which collide."""

from collections.abc import Iterable
from dataclasses import dataclass

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Adapter


@dataclass(frozen=True, slots=True)
class Owner:
    """Adapters that are one owner: a machine, or a host's NIC, team and vNIC together."""

    adapters: tuple[Adapter, ...]

    @property
    def main(self) -> Adapter:
        """The adapter that stands for the owner: the one that can answer, else one that runs, if any does."""
        return max(self.adapters, key=lambda adapter: (adapter.live, adapter.running is True))

    @property
    def hosts(self) -> set[int]:
        """The hosts that know the owner: a clustered machine is known to several."""
        return {adapter.host_id for adapter in self.adapters}

    @property
    def live(self) -> bool:
        """Tell whether the owner can answer now."""
        return any(adapter.live for adapter in self.adapters)

    @property
    def is_machine(self) -> bool:
        """Tell whether the owner is a virtual machine's adapter."""
        return self.main.kind == "vm"

    @property
    def issued(self) -> bool:
        """Tell whether a host issued the address: a dynamic adapter, or a vNIC, of which nothing says it was set."""
        return self.main.dynamic is True or (self.main.kind == "management" and self.main.dynamic is None)

    @property
    def static(self) -> bool:
        """Tell whether the owner is a machine whose address was set by hand or by a manager."""
        return self.is_machine and self.main.dynamic is False


@dataclass(frozen=True, slots=True)
class Collision:
    """One address with several owners in one layer-2 domain, and the finding that saw it."""

    finding: Finding
    address: int
    owners: tuple[Owner, ...]

    @property
    def active(self) -> bool:
        """Tell whether two owners can answer now."""
        return sum(owner.live for owner in self.owners) > 1

    @property
    def hosts(self) -> set[int]:
        """The hosts of all owners."""
        return {host for owner in self.owners for host in owner.hosts}


def addresses_of(collisions: Iterable[Collision]) -> tuple[int, ...]:
    """Return the addresses of collisions, each once, in order: one address may collide in several VLANs."""
    return tuple(sorted({collision.address for collision in collisions}))
