"""The rows of a snapshot, found by what repairs ask for."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeVar, cast

from maccord.fleet.records import (
    OBSERVERS,
    Adapter,
    Granted,
    Hba,
    Host,
    IpAddress,
    Member,
    Pool,
    Row,
    Sighting,
    Switch,
)
from maccord.fleet.snapshot import Snapshot

T = TypeVar("T", bound=Row)


class Estate:
    """What stands where in one snapshot. Ids are those of its tables, which number their rows from 0."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.hosts = _rows(snapshot, "host", Host)
        self.pools = _rows(snapshot, "pool", Pool)
        self.adapters = _rows(snapshot, "adapter", Adapter)
        self.switches = _rows(snapshot, "switch", Switch)
        self.sightings = _rows(snapshot, "sighting", Sighting)
        self.ips = _rows(snapshot, "ip_address", IpAddress)
        self.hbas = _rows(snapshot, "hba", Hba)
        self.members = _rows(snapshot, "member", Member)
        self.granted = {row.mac: row.host_id for row in _rows(snapshot, "granted", Granted)}
        self._adapters_of: dict[int, list[Adapter]] | None = None
        self._seen: dict[int, list[Sighting]] | None = None
        self._firsts: list[int] | None = None
        self._sorted: list[Pool] = []
        self._reach: list[int] = []
        self._dynamic = {pool.host_id: pool for pool in self.pools if pool.kind == "dynamic"}

    def adapters_of(self, host: int) -> list[Adapter]:
        """Return the adapters that one host knows."""
        if self._adapters_of is None:
            found: dict[int, list[Adapter]] = defaultdict(list)
            for adapter in self.adapters:
                found[adapter.host_id].append(adapter)
            self._adapters_of = found
        return self._adapters_of.get(host, [])

    def dynamic_pool(self, host: int) -> Pool | None:
        """Return the range that a host issues addresses from."""
        return self._dynamic.get(host)

    def dynamic_pools(self) -> Iterable[Pool]:
        """Return the ranges that hosts issue from."""
        return self._dynamic.values()

    def seen_at(self, mac: int) -> list[Sighting]:
        """Return the sightings of an address."""
        if self._seen is None:
            found: dict[int, list[Sighting]] = defaultdict(list)
            for sighting in self.sightings:
                found[sighting.mac].append(sighting)
            self._seen = found
        return self._seen.get(mac, [])

    def pools_at(self, mac: int) -> list[Pool]:
        """Return the ranges of hosts, as the evidence has them, that an address lies in."""
        if self._firsts is None:
            self._sorted = sorted(self._dynamic.values(), key=lambda one: one.first)
            self._firsts = [one.first for one in self._sorted]
            self._reach = list(accumulate((one.last for one in self._sorted), max))
        at = bisect_right(self._firsts, mac) - 1
        found = []
        while at >= 0 and self._reach[at] >= mac:
            if self._sorted[at].last >= mac:
                found.append(self._sorted[at])
            at -= 1
        return found

    def name(self, host: int) -> str:
        """Return a host's name."""
        return self.hosts[host].name

    def platform(self, host: int) -> str:
        """Return what a host is: hyperv, vmm, libvirt and so on."""
        return self.hosts[host].platform or "hyperv"

    def machines(self, host: int) -> list[Adapter]:
        """Return the adapters of a host's machines that are no snapshots."""
        return [row for row in self.adapters_of(host) if row.kind == "vm" and not row.snapshot]

    def drawn(self, host: int) -> list[Adapter]:
        """Return the adapters of a host's machines whose address a host issues."""
        return [row for row in self.machines(host) if row.dynamic is not False and not row.manager]

    def members_of(self, team: int) -> tuple[Adapter, ...]:
        """Return the NICs that belong to the team which an adapter shows."""
        return tuple(self.adapters[row.adapter_id] for row in self.members if row.team_id == team)

    def counted(self) -> int:
        """Return how many hosts there are that are not mere observers."""
        return sum(host.platform not in OBSERVERS for host in self.hosts)

    def counted_machines(self) -> int:
        """Return how many machines there are."""
        return len({row.machine_no for row in self.adapters if row.kind == "vm"})


def _rows(snapshot: Snapshot, table: str, record: type[T]) -> Sequence[T]:
    del record
    return cast("Sequence[T]", snapshot.tables[table])
