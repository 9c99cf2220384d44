"""A VMM server: host groups, pools, deployments, and a database that a refresh brings up to date."""

import json
from collections.abc import Iterator, Sequence

from maccord.mac.address import Mac, show
from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv import Adapter, Host, MustBeOff, Nic, World
from maccord.worlds.hyperv.export import moment
from maccord.worlds.scvmm import logical_switch
from maccord.worlds.scvmm.bare_metal import PhysicalComputerProfile
from maccord.worlds.scvmm.logical_switch import Deployed, LogicalSwitch
from maccord.worlds.scvmm.pools import DEFAULT_POOL, DEFAULT_VMWARE_POOL, BadPool, Grant, Pool, checked_pool
from maccord.worlds.scvmm.record import Record
from maccord.worlds.scvmm.unverified import Unverified

ALL_HOSTS = "All Hosts"
SCHEMA = "maccord.vmm/1"


class NotManaged(MaccordError):
    """VMM was asked about a host, group or pool that it does not have."""

    def __init__(self, server: str, what: str) -> None:
        super().__init__(server, what)
        self.server, self.what = server, what

    def __str__(self) -> str:
        return f"{self.server} has no {self.what}"


class Server:
    """One VMM server and its database. `version`: "2012 R2", "2016", "2019", "2022" or "2025".

    `taken`: addresses that are granted to adapters on hosts that are not of this world. `accepted`: ranges that it had
    as pools once, and takes again, though the documentation asks to avoid them.
    """

    def __init__(
        self, world: World, name: str, *, version: str = "2012 R2", unverified: Unverified | None = None
    ) -> None:
        self.world, self.name, self.version = world, name, version
        self.unverified = unverified or Unverified()
        self.groups: dict[str, str] = {ALL_HOSTS: ""}
        self.hosts: dict[str, tuple[Host, str]] = {}
        self.records: dict[str, Record] = {}
        self.pools: list[Pool] = []
        self.taken: frozenset[int] = frozenset()
        self.accepted: frozenset[tuple[int, int]] = frozenset()
        for platform, default in (("HyperV", DEFAULT_POOL), ("VMWareESX", DEFAULT_VMWARE_POOL)):
            self.pools.append(checked_pool(*default, groups=(ALL_HOSTS,), others=self.pools, platform=platform))

    # Hosts -------------------------------------------------------------------------------------------------------

    def add_group(self, name: str, parent: str = ALL_HOSTS) -> None:
        """Make a host group below another one."""
        self._group(parent)
        self.groups[name] = parent

    def add(self, host: Host, group: str = ALL_HOSTS) -> None:
        """Take a host under management; what it has is read."""
        self._group(group)
        self.hosts[host.name] = host, group
        self.records[host.name] = Record.of(host)
        self._note("add host", host, group=group)

    def remove(self, host: Host) -> None:
        """Let a host go. Addresses of its machines become inactive."""
        self._managed(host)
        del self.hosts[host.name], self.records[host.name]
        self._settle()
        self._note("remove host", host)

    def bare_metal(self, name: str, profile: PhysicalComputerProfile, *, ip: str, group: str = ALL_HOSTS) -> Host:
        """Install a host on new hardware, and manage it."""
        self._group(group)
        host = profile.install(self.world, name, ip)
        self.add(host, group)
        return host

    def refresh(self, host: Host) -> tuple[str, ...]:
        """Read a host again: what is found is adopted. Returns, in words, what the database did not know."""
        self._managed(host)
        found = Record.of(host)
        told = self.records[host.name].differs(found)
        self.records[host.name] = found
        self._settle()
        self._note("refresh host", host)
        return told

    # Logical switches --------------------------------------------------------------------------------------------

    def deploy(self, switch: LogicalSwitch, host: Host, nics: Sequence[Nic], *, management: bool = True) -> Deployed:
        """Deploy a logical switch on NICs of a host; with `management`, the host's own traffic goes through it."""
        self._managed(host)
        made = logical_switch.deploy(host, switch, nics, management=management, inherits=self.inherits)
        self._note("deploy logical switch", host, switch=switch.name)
        self.records[host.name] = Record.of(host)
        return made

    @property
    def inherits(self) -> bool:
        """Whether the management vNIC of a deployed logical switch takes the address of the team below it."""
        wanted = self.unverified.inherits
        return wanted == "always" or (wanted == "2012 R2 only" and self.version == "2012 R2")

    # Pools -------------------------------------------------------------------------------------------------------

    def add_pool(self, name: str, first: str, last: str, groups: Sequence[str] = (ALL_HOSTS,)) -> Pool:
        """Make a pool. Raises BadPool for what the documentation forbids."""
        for group in groups:
            self._group(group)
        ends = Mac.parse(first).value, Mac.parse(last).value
        if ends in self.accepted and not any(ends[0] <= one.last and one.first <= ends[1] for one in self.pools):
            pool = Pool(name, *ends, tuple(groups))
        else:
            pool = checked_pool(name, first, last, groups=tuple(groups), others=self.pools)
        if self.unverified.checks_hosts_ranges:
            for host, _ in self.hosts.values():
                if host.range and host.range.first <= pool.last and pool.first <= host.range.last:
                    raise BadPool(name, f"it overlaps the dynamic range of {host.name}")
        self.pools.append(pool)
        return pool

    def delete_pool(self, name: str) -> None:
        """Delete a pool. Addresses that were granted from it stay with their machines."""
        self.pools.remove(self.pool(name))

    def pool(self, name: str) -> Pool:
        """Return the pool of a name."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise NotManaged(self.name, f"pool {name}")

    def grant(self, adapter: Adapter, pool: Pool | None = None) -> int:
        """Grant an adapter an address, which it gets as a static one; without `pool`, of the first that has any."""
        host = adapter.machine.host
        self._managed(host)
        if adapter.machine.state != "Off":
            raise MustBeOff(adapter.machine.name, "its address can be changed while the machine is off, and it is not")
        for one in [pool] if pool else list(self._pools_of(host)):
            mac = one.next_free(onwards=self.unverified.grant_order == "onwards", taken=self.taken)
            if mac is not None:
                adapter.set_static(str(Mac(mac)))
                one.grants[mac] = Grant(mac, adapter)
                one.latest = mac
                self._note("grant address", host, mac, pool=one.name, machine=adapter.machine.name)
                return mac
        raise BadPool(pool.name if pool else host.name, "no pool for it has an address left")

    def revoke(self, mac: int) -> None:
        """Take an address back. The machine keeps it until it gets another one."""
        for pool in self.pools:
            if pool.grants.pop(mac, None) is not None:
                return
        raise NotManaged(self.name, f"grant of {show(mac)}")

    def inactive(self) -> list[Grant]:
        """Return what the tab of inactive addresses lists."""
        self._settle()
        return [grant for pool in self.pools for grant in pool.grants.values() if not grant.active]

    def release_inactive(self) -> int:
        """Release all inactive addresses; returns how many."""
        gone = [grant.mac for grant in self.inactive()]
        for mac in gone:
            self.revoke(mac)
        return len(gone)

    # Evidence ----------------------------------------------------------------------------------------------------

    def export(self) -> bytes:
        """Return what the collector script writes on the server: `maccord.vmm/1`."""
        self._settle()
        grants = sorted((mac, grant) for pool in self.pools for mac, grant in pool.grants.items())
        return json.dumps(
            {
                "schema": SCHEMA,
                "collectedAt": moment(self.world.now_us),
                "ComputerName": self.name,
                "SCMACAddressPool": [
                    {
                        "Name": pool.name,
                        "MACAddressRangeStart": show(pool.first),
                        "MACAddressRangeEnd": show(pool.last),
                        "VirtualizationPlatform": pool.platform,
                        "VMHostGroups": list(pool.groups),
                    }
                    for pool in self.pools
                ],
                "SCMACAddress": [
                    {
                        "Address": show(mac),
                        "VirtualNetworkAdapter": grant.adapter.machine.name,
                        "State": "Assigned" if grant.active else "Inactive",
                    }
                    for mac, grant in grants
                ],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()

    # Within ------------------------------------------------------------------------------------------------------

    def _group(self, name: str) -> None:
        if name not in self.groups:
            raise NotManaged(self.name, f"host group {name}")

    def _managed(self, host: Host) -> None:
        if host.name not in self.hosts:
            raise NotManaged(self.name, f"host {host.name}")

    def _pools_of(self, host: Host) -> Iterator[Pool]:
        """Yield the pools for a host: those of its own group first, then those of the groups above."""
        group = self.hosts[host.name][1]
        while group:
            yield from (pool for pool in self.pools if group in pool.groups and pool.platform == "HyperV")
            group = self.groups[group]

    def _settle(self) -> None:
        """See which machines with granted addresses VMM still knows."""
        known = {id(machine) for host, _ in self.hosts.values() for machine in host.machines}
        for pool in self.pools:
            for mac, grant in list(pool.grants.items()):
                grant.active = id(grant.adapter.machine) in known
                if not grant.active and not self.unverified.keeps_addresses_of_missing:
                    del pool.grants[mac]

    def _note(self, operation: str, host: Host, *addresses: int, **told: str) -> None:
        self.world.note(f"VMM: {operation}", host.name, {"server": self.name} | told, addresses)
