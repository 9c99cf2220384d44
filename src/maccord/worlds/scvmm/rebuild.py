"""VMM servers made from their exports: the pools they have, and what was granted from them.

An export does not list hosts. A rebuilt server manages every host of its world that it is asked about, or that has a
machine with an address of its pools.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from maccord.worlds.hyperv import Host, World
from maccord.worlds.hyperv.export_rows import Json
from maccord.worlds.hyperv.overlay import rows_of
from maccord.worlds.hyperv.told import Told
from maccord.worlds.scvmm.pools import Grant, Pool
from maccord.worlds.scvmm.server import ALL_HOSTS, Server

_POOL, _GRANT = "SCMACAddressPool", "SCMACAddress"


@dataclass(frozen=True, slots=True)
class RebuiltServer:
    """A VMM server, the export it was made from, and what it told of itself right after.

    `unheld`: addresses that were granted to adapters which no host of the world has; they stay in later exports.
    """

    server: Server
    evidence: Json
    at_first: Json
    unheld: tuple[str, ...]

    def export(self) -> Json:
        """Return the server's export now: what the evidence said, with what has changed since."""
        now: Json = json.loads(self.server.export())
        found = dict(self.evidence)
        found["collectedAt"] = now["collectedAt"]
        for name, key in ((_POOL, "Name"), (_GRANT, "Address")):
            if now[name] != self.at_first[name]:
                found[name] = _changed(self.evidence.get(name), self.at_first[name], now[name], key)
        if now[_POOL] != self.at_first[_POOL]:
            found[_GRANT] = [row for row in rows_of(found.get(_GRANT)) if not self._revoked(row)]
        return found

    def _revoked(self, row: Json) -> bool:
        """Tell whether an address was granted from a pool that is no more."""
        mac = Told(row).mac("Address")
        before = [pool for one in Told(self.at_first).rows(_POOL) if (pool := _pool(one)) is not None]
        had = any(mac in pool for pool in before) if mac is not None else False
        return had and not any(mac in pool for pool in self.server.pools if mac is not None)


def rebuild_server(world: World, export: Mapping[str, object]) -> RebuiltServer:
    """Make a VMM server of a world from its export `maccord.vmm/1`; hosts of the world come first."""
    told = Told(export)
    server = Server(world, told.text("ComputerName") or "VMM")
    server.pools = [pool for row in told.rows(_POOL) if (pool := _pool(row)) is not None]
    server.accepted = frozenset((pool.first, pool.last) for pool in server.pools)
    static = {
        one.mac: one for host in world.hosts for machine in host.machines for one in machine.adapters if not one.dynamic
    }
    unheld, taken = [], set()
    for at, row in enumerate(told.rows(_GRANT)):
        mac = row.mac("Address")
        pool = next((one for one in server.pools if mac is not None and mac in one), None)
        adapter = static.get(mac or 0)
        if mac is None or pool is None or adapter is None:
            unheld.append(f"{_GRANT} is not lived: /{_GRANT}/{at}")
            taken |= set() if mac is None else {mac}
            continue
        manage(server, adapter.machine.host)
        pool.grants[mac] = Grant(mac, adapter)
        pool.latest = max(pool.latest, mac)
    server.taken = frozenset(taken)
    at_first: Json = json.loads(server.export())
    return RebuiltServer(server, dict(export), at_first, tuple(unheld))


def manage(server: Server, host: Host) -> None:
    """Take a host under management that the server, by all that is told, has long had."""
    if host.name not in server.hosts:
        known = len(server.world.journal.entries)
        at_us = server.world.now_us
        server.add(host, ALL_HOSTS)
        del server.world.journal.entries[known:]
        server.world.now_us = at_us


def _pool(row: Told) -> Pool | None:
    first, last = row.mac("MACAddressRangeStart"), row.mac("MACAddressRangeEnd")
    if first is None or last is None or first > last:
        return None
    platform = row.text("VirtualizationPlatform") or "HyperV"
    return Pool(row.text("Name"), first, last, tuple(row.texts("VMHostGroups")) or (ALL_HOSTS,), platform)


def _changed(told: object, before: object, after: object, key: str) -> list[Json]:
    rows = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else [told] if told else []
    first = {row[key]: row for row in before} if isinstance(before, list) else {}
    last = {row[key]: row for row in after} if isinstance(after, list) else {}
    found: list[Json] = []
    for row in rows:
        if not isinstance(row, dict):
            continue
        name = row.get(key)
        if name not in first or last.get(name) == first[name]:
            found.append(row)
        elif name in last:
            found.append({**row, **last[name]})
    return found + [row for name, row in last.items() if name not in first]
