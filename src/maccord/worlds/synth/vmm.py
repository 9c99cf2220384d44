"""A VMM server as far as MAC pools go: pools, and addresses that it grants to adapters as static ones.

Source: MicrosoftDocs, "Set up MAC address pools in the VMM fabric"; the references of Get-SCMACAddressPool,
Grant-SCMACAddress and Get-SCMACAddress.
"""

from dataclasses import dataclass, field

from maccord.mac.address import show
from maccord.worlds.hyperv import Adapter, Range
from maccord.worlds.hyperv.export import moment

DEFAULT = Range(0x001DD8B71C00, 0x001DD8F41FFF)
"""The pool for Hyper-V hosts with which every installation of VMM begins."""


@dataclass(slots=True, kw_only=True)
class MacPool:
    """A pool: name, range, and what was granted of it, with the machine that has it."""

    name: str
    range: Range
    granted: dict[int, str] = field(default_factory=dict)

    def next_free(self) -> int:
        """Return the lowest address that is not granted."""
        mac = self.range.first
        while mac in self.granted:
            mac += 1
        assert mac in self.range, f"pool {self.name} is used up"
        return mac


@dataclass(slots=True, kw_only=True)
class VmmServer:
    """A server with its pools; it knows what it granted itself, and asks nobody."""

    name: str
    pools: list[MacPool] = field(default_factory=list)

    def pool(self, name: str, within: Range) -> MacPool:
        """Make a pool."""
        pool = MacPool(name=name, range=within)
        self.pools.append(pool)
        return pool

    def grant(self, adapter: Adapter, pool: MacPool, mac: int | None = None) -> int:
        """Grant an adapter the next address of a pool, or this one; its machine is off, and the address static."""
        given = pool.next_free() if mac is None else mac
        pool.granted[given] = adapter.machine.name
        adapter.set_static(show(given))
        return given

    def as_json(self, at_us: int) -> dict[str, object]:
        """Return the server's export, `maccord.vmm/1`."""
        return {
            "schema": "maccord.vmm/1",
            "collectedAt": moment(at_us),
            "ComputerName": self.name,
            "SCMACAddressPool": [
                {
                    "Name": pool.name,
                    "MACAddressRangeStart": show(pool.range.first),
                    "MACAddressRangeEnd": show(pool.range.last),
                    "VirtualizationPlatform": "HyperV",
                    "VMHostGroups": ["All Hosts"],
                }
                for pool in self.pools
            ],
            "SCMACAddress": [
                {"Address": show(mac), "VirtualNetworkAdapter": machine, "State": "Assigned"}
                for pool in self.pools
                for mac, machine in sorted(pool.granted.items())
            ],
        }
