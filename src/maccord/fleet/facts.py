"""The rows around findings, fetched from the engine as causes ask for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any, Generic, Protocol, TypeVar

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import (
    Adapter,
    Declared,
    Event,
    GuestIp,
    Hba,
    Host,
    IpAddress,
    Issuer,
    Member,
    MlagPeer,
    Pool,
    Row,
    Sighting,
    Switch,
    Unrest,
    Uplink,
)

Wanted = tuple[str, str, Iterable[int]]
"""The rows that are wanted: a table, a column of it, and the values that the column is to hold."""


class Source(Protocol):
    """Where rows come from: an engine that holds the tables."""

    def fetch(self, table: str, column: str, values: Iterable[int]) -> list[Row]:
        """Return the rows of a table whose `column` holds one of `values`."""

    def fetch_all(self, asked: Sequence[Wanted]) -> list[list[Row]]:
        """Return the rows of several fetches, which may run side by side."""


_LARGE, _NAMED = 256, 8
"""Of findings that stand on more rows than `_LARGE` only the first `_NAMED` are fetched ahead: those get named."""

T = TypeVar("T", bound=Row)
H = TypeVar("H", Pool, IpAddress)


class Rows(Mapping[int, T], Generic[T]):
    """Rows of one table by id, fetched when they are first asked for."""

    def __init__(self, source: Source, table: str, record: type[T]) -> None:
        self._source, self._table, self._record = source, table, record
        self._known: dict[int, T] = {}

    def __getitem__(self, number: int) -> T:
        if number not in self._known:
            self.need((number,))
        return self._known[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def need(self, numbers: Iterable[int]) -> None:
        """Fetch, in one go, those of the rows that are not here yet."""
        missing = [number for number in numbers if number not in self._known]
        if missing:
            self.add(self._source.fetch(self._table, "id", missing))

    def add(self, rows: Iterable[Row]) -> None:
        """Take in rows that were fetched by another column."""
        self._known.update({row.id: row for row in rows if isinstance(row, self._record)})


class Facts:
    """Rows by id for the subjects of findings, and for the hosts they stand on: ranges, addresses, teams."""

    def __init__(self, source: Source, findings: Iterable[Finding]) -> None:
        self._source = source
        self.adapters = Rows(source, "adapter", Adapter)
        self.declared = Rows(source, "declared", Declared)
        self.events = Rows(source, "event", Event)
        self.hbas = Rows(source, "hba", Hba)
        self.hosts = Rows(source, "host", Host)
        self.issuers = Rows(source, "issuer", Issuer)
        self.pools = Rows(source, "pool", Pool)
        self.sightings = Rows(source, "sighting", Sighting)
        self.unrest = Rows(source, "unrest", Unrest)
        wanted: dict[str, set[int]] = defaultdict(set)
        for finding in findings:
            for table, numbers in finding.rows.items():
                wanted[table].update(numbers if len(numbers) <= _LARGE else numbers[:_NAMED])
        told: dict[str, Rows[Any]] = {
            "adapter": self.adapters,
            "pool": self.pools,
            "declared": self.declared,
            "event": self.events,
            "hba": self.hbas,
            "issuer": self.issuers,
            "sighting": self.sightings,
            "unrest": self.unrest,
        }
        found = source.fetch_all([(table, "id", wanted[table]) for table in told])
        for rows, fetched in zip(told.values(), found, strict=True):
            rows.add(fetched)
        self._around({row.host_id for rows in told.values() for row in rows.values()} | wanted["host"])

    def _around(self, hosts: set[int]) -> None:
        """Fetch some hosts, and what stands around their adapters and pools."""
        tables = ("pool", "ip_address", "switch")
        told, pools, addresses, switches = self._source.fetch_all(
            [("host", "id", hosts), *((table, "host_id", hosts) for table in tables)]
        )
        self.hosts.add(told)
        self.pools.add(pools)
        self._pools_of = _by_host(pools, Pool)
        self._ips_of = _by_host(addresses, IpAddress)
        self.switches = {row.id: row for row in switches if isinstance(row, Switch)}
        self._uplinks: dict[int, set[int]] = defaultdict(set)
        for uplink in self._rows(Uplink, "uplink", "switch_id", self.switches):
            self._uplinks[uplink.switch_id].add(uplink.adapter_id)
        teams = [row.id for row in self.adapters.values() if row.kind == "team"]
        self._members: dict[int, set[int]] = defaultdict(set)
        for member in self._rows(Member, "member", "team_id", teams):
            self._members[member.team_id].add(member.adapter_id)
        devices = {row.host_id for row in self.adapters.values() if row.kind == "interface"}
        self._peers = {row.host_id: row for row in self._rows(MlagPeer, "mlag_peer", "host_id", devices)}

    def _rows(self, record: type[T], table: str, column: str, ids: Iterable[int]) -> list[T]:
        return [row for row in self._source.fetch(table, column, ids) if isinstance(row, record)]

    def holders(self, findings: Iterable[Finding]) -> set[int]:
        """Return the hosts whose pools some findings stand on, without fetching the pools of large ones."""
        found: set[int] = set()
        for finding in findings:
            found.update(finding.hosts or (self.pools[number].host_id for number in finding.of("pool")))
        return found

    def dynamic_pool(self, host_id: int) -> Pool | None:
        """Return the range that a host issues addresses of its own from, if it has one."""
        return next((pool for pool in self._pools_of.get(host_id, ()) if pool.kind == "dynamic"), None)

    def ips_of(self, host_id: int) -> list[IpAddress]:
        """Return the IPv4 addresses that a host holds now."""
        return self._ips_of.get(host_id, [])

    def uplinks_of(self, switch_id: int | None) -> set[int]:
        """Return the ids of the adapters that a switch is bound to."""
        return self._uplinks.get(switch_id, set()) if switch_id is not None else set()

    def guest_ips_of(self, adapters: Iterable[int]) -> dict[str, int]:
        """Return which adapter's guest reports which IPv4 address; one that several report is left out."""
        found: dict[str, set[int]] = defaultdict(set)
        for row in self._rows(GuestIp, "guest_ip", "adapter_id", adapters):
            found[str(IPv4Address(row.address))].add(row.adapter_id)
        return {ip: min(numbers) for ip, numbers in found.items() if len(numbers) == 1}

    def mlag_peer_of(self, host_id: int, system: int | None) -> int | None:
        """Return the other half of a host's MLAG pair, if `system` is the address that the two share."""
        one = self._peers.get(host_id)
        return one.peer_id if one is not None and one.system == system else None

    def members_of(self, team_id: int) -> set[int]:
        """Return the ids of the NICs that belong to the team which an adapter shows."""
        return self._members.get(team_id, set())

    def fetch_ahead(self, findings: Iterable[Finding]) -> None:
        """Fetch every row that findings stand on, for whoever spells them all out."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for finding in findings:
            for table, numbers in finding.rows.items():
                wanted[table].update(numbers)
        self.pools.need(wanted["pool"])
        self.adapters.need(wanted["adapter"])
        self.sightings.need(wanted["sighting"])
        self.unrest.need(wanted["unrest"])
        observers = {row.host_id for row in self.sightings.values()} | {row.host_id for row in self.unrest.values()}
        self.hosts.need(observers)
        self.hosts.need({self.pools[number].host_id for number in wanted["pool"]} | wanted["host"])


def _by_host(rows: Iterable[Row], record: type[H]) -> dict[int, list[H]]:
    found: dict[int, list[H]] = defaultdict(list)
    for row in rows:
        if isinstance(row, record):
            found[row.host_id].append(row)
    return found
