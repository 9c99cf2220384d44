"""The rows around findings, fetched at once: what causes decide from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Adapter, Event, Hba, Host, IpAddress, Member, Pool, Row, Switch, Uplink

Fetch = Callable[[str, str, Iterable[int]], list[Row]]
"""Returns the rows of a table whose column holds one of the values."""

T = TypeVar("T", bound=Row)
H = TypeVar("H", Pool, IpAddress)


class Facts:
    """Rows by id for every subject of the findings, and for the hosts they stand on: ranges, addresses, teams."""

    def __init__(self, fetch: Fetch, findings: Iterable[Finding]) -> None:
        self._fetch = fetch
        wanted: dict[str, set[int]] = defaultdict(set)
        for finding in findings:
            for ref in finding.refs:
                wanted[ref.table].add(ref.id)
        self.adapters = self._rows(Adapter, "adapter", "id", wanted["adapter"])
        self.events = self._rows(Event, "event", "id", wanted["event"])
        self.hbas = self._rows(Hba, "hba", "id", wanted["hba"])
        pools = self._rows(Pool, "pool", "id", wanted["pool"])
        on = {row.host_id for rows in (self.adapters, self.events, self.hbas, pools) for row in rows.values()}
        self.hosts = self._rows(Host, "host", "id", on | wanted["host"])
        self.pools = pools | self._rows(Pool, "pool", "host_id", self.hosts)
        self._pools_of: dict[int, list[Pool]] = _by_host(self.pools.values())
        self._ips_of = _by_host(self._rows(IpAddress, "ip_address", "host_id", self.hosts).values())
        self.switches = self._rows(Switch, "switch", "host_id", self.hosts)
        self._uplinks: dict[int, set[int]] = defaultdict(set)
        for uplink in self._rows(Uplink, "uplink", "switch_id", self.switches).values():
            self._uplinks[uplink.switch_id].add(uplink.adapter_id)
        teams = [row.id for row in self.adapters.values() if row.kind == "team"]
        self._members: dict[int, set[int]] = defaultdict(set)
        for member in self._rows(Member, "member", "team_id", teams).values():
            self._members[member.team_id].add(member.adapter_id)

    def _rows(self, record: type[T], table: str, column: str, ids: Iterable[int]) -> dict[int, T]:
        rows = self._fetch(table, column, ids)
        return {row.id: row for row in rows if isinstance(row, record)}

    def dynamic_pool(self, host_id: int) -> Pool | None:
        """Return the range that a host issues addresses of its own from, if it has one."""
        return next((pool for pool in self._pools_of.get(host_id, ()) if pool.kind == "dynamic"), None)

    def pools_of(self, host_id: int) -> list[Pool]:
        """Return all ranges of a host, its own, its containers' and a VMM server's."""
        return self._pools_of.get(host_id, [])

    def ips_of(self, host_id: int) -> list[IpAddress]:
        """Return the IPv4 addresses that a host holds now."""
        return self._ips_of.get(host_id, [])

    def uplinks_of(self, switch_id: int | None) -> set[int]:
        """Return the ids of the adapters that a switch is bound to."""
        return self._uplinks.get(switch_id, set()) if switch_id is not None else set()

    def members_of(self, team_id: int) -> set[int]:
        """Return the ids of the NICs that belong to the team which an adapter shows."""
        return self._members.get(team_id, set())


def _by_host(rows: Iterable[H]) -> dict[int, list[H]]:
    found: dict[int, list[H]] = defaultdict(list)
    for row in rows:
        found[row.host_id].append(row)
    return found
