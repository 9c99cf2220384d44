"""What was lived: the cause, who took part, and which addresses. Read off the hosts, never off rules."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from maccord.worlds.hyperv import Adapter, Host, Machine, Vnic


@dataclass(frozen=True, slots=True)
class Lived:
    """One cause that a story lived: its name, the hosts' names and the addresses, both sorted."""

    cause: str
    hosts: tuple[str, ...]
    addresses: tuple[int, ...] = ()


def lived(cause: str, hosts: Iterable[Host | str], addresses: Iterable[int] = ()) -> Lived:
    """Return what was lived, in order."""
    names = {one if isinstance(one, str) else one.name for one in hosts}
    return Lived(cause, tuple(sorted(names)), tuple(sorted(set(addresses))))


def issued_twice(hosts: Collection[Host]) -> list[int]:
    """Return the addresses that several of these hosts issued to owners who can hear each other.

    One machine that two hosts know, of which at most one copy runs, is one owner.
    """
    owners: dict[tuple[int, int], dict[str, list[tuple[str, bool]]]] = {}
    for host in hosts:
        for key, owner, runs in _issued(host):
            owners.setdefault(key, {}).setdefault(owner, []).append((host.name, runs))
    return sorted({mac for (mac, _), of in owners.items() if _several(of)})


def _several(owners: dict[str, list[tuple[str, bool]]]) -> bool:
    hosts = {host for copies in owners.values() for host, _ in copies}
    if len(hosts) < 2:
        return False
    return len(owners) > 1 or sum(runs for copies in owners.values() for _, runs in copies) > 1


def _issued(host: Host) -> Iterator[tuple[tuple[int, int], str, bool]]:
    for machine, adapter in adapters(host):
        if adapter.dynamic and adapter.mac and outward(host, adapter):
            yield (adapter.mac, adapter.vlan), machine.id, machine.has_power
    for vnic in host.vnics:
        if vnic.source == "pool" and vnic.switch.kind == "external":
            yield (vnic.mac, vnic.vlan), vnic.guid, True


def adapters(host: Host) -> Iterator[tuple[Machine, Adapter]]:
    """Yield a host's machines with their adapters."""
    for machine in host.machines:
        for adapter in machine.adapters:
            yield machine, adapter


def outward(host: Host, adapter: Adapter | Vnic) -> bool:
    """Tell whether an adapter is on a switch that leads out."""
    if isinstance(adapter, Vnic):
        return adapter.switch.kind == "external"
    return any(one.id == adapter.switch_id and one.kind == "external" for one in host.switches)
