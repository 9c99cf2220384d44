"""Container networks of the Host Networking Service (HNS): an allocator of its own beside that of the machines.

Source: output of Get-HnsNetwork in microsoft/SDN: 4,096 addresses under 00-15-5D, apart from the machines' range.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from maccord.worlds.hyperv.pool import counted
from maccord.worlds.hyperv.ranges import Range
from maccord.worlds.hyperv.refusals import NoAddressAvailable

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

NetworkKind = Literal["nat", "internal", "transparent", "l2bridge", "overlay"]
_PREFIX = 0x00155D << 24
_SIZE = 1 << 12


@dataclass(eq=False, slots=True, kw_only=True)
class ContainerNetwork:
    """A container network: its pool, and the address of each running container by name."""

    id: str
    name: str
    kind: NetworkKind
    pool: Range
    uplink: str = ""
    containers: dict[str, int] = field(default_factory=dict)


def create_network(host: "Host", name: str, kind: NetworkKind, uplink: str) -> ContainerNetwork:
    """Make a container network. Its pool is stored on the disk, and an image carries it."""
    host.need("containers", "container networks")
    source = counted(host)
    if host.contested.container_pool == "address" and source is not None and source.ipv4 is not None:
        slot = (int(source.ipv4.address) & 0xFFFF) >> 4
    else:
        slot = host.world.ids.below(_SIZE)
    first = _PREFIX + slot * _SIZE
    network = ContainerNetwork(
        id=host.world.ids.guid(), name=name, kind=kind, pool=Range(first, first + _SIZE - 1), uplink=uplink
    )
    host.container_networks.append(network)
    told = {"network": name, "kind": kind}
    host.note("create container network", told, network.pool.first, network.pool.last)
    return network


def start_container(host: "Host", network: ContainerNetwork, name: str) -> int:
    """Start a container: it gets the lowest address of the pool that no running container has."""
    taken = set(network.containers.values())
    mac = next((mac for mac in range(network.pool.first, network.pool.last + 1) if mac not in taken), None)
    if mac is None:
        raise NoAddressAvailable(name, f"no address of container network {network.name} is free")
    network.containers[name] = mac
    host.note("start container", {"network": network.name, "container": name}, mac)
    return mac
