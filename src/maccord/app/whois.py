"""Everything known of one address: what its number says, and what the fleet knows."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal, TypeVar

from maccord import __version__
from maccord.app.registry import Prefixes
from maccord.engine import Engine
from maccord.engine.lookup import pools_holding
from maccord.engine.tables import reading
from maccord.fleet.records import (
    Adapter,
    Event,
    Granted,
    GuestIp,
    Host,
    IpAddress,
    Pool,
    Row,
    Sighting,
    Switch,
    VlanSet,
)
from maccord.mac import CONSTANTS, MICROSOFT, Mac, block_of, show
from maccord.mac.issuers import issuer_of, meaning
from maccord.report import Report
from maccord.report.model import IncidentItem
from maccord.report.whois import (
    BitsItem,
    BlockItem,
    DerivedItem,
    EvidencePart,
    FoundItem,
    GrantItem,
    NamedItem,
    OwnerItem,
    PartItem,
    RangeItem,
    SeenItem,
    TwinPart,
    VendorItem,
    WhereItem,
    WhoisReport,
)

T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet that was diagnosed: the report, and the engine that holds its tables; `where` names tables on disk."""

    report: Report
    engine: Engine
    where: str = ""


def whois(address: Mac, prefixes: Prefixes, fleet: Fleet | None) -> WhoisReport:
    """Return everything known of an address; the tables of the fleet are asked around the address alone.

    Raises NotTables where tables on disk cannot be read.
    """
    found = prefixes.find(address.value)
    return WhoisReport(
        maccord=__version__,
        address=str(address),
        spellings=_spellings(address),
        bits=BitsItem(
            address.is_group,
            address.is_local,
            address.slap,
        ),
        vendor=VendorItem(found.registry, _prefix(found.prefix), found.name) if found else None,
        registry=prefixes.source,
        blocks=_blocks(address.value),
        evidence=_known(address.value, fleet) if fleet else None,
    )


def _spellings(address: Mac) -> list[str]:
    bare = address.bare
    pairs = [bare[at : at + 2] for at in range(0, 12, 2)]
    return [bare, ":".join(pairs).lower(), ".".join(bare[at : at + 4] for at in (0, 4, 8)).lower()]


def _prefix(digits: str) -> str:
    """Return a prefix as the IEEE writes it: 8C-1F-64-00-3, with its length."""
    return "-".join(digits[at : at + 2] for at in range(0, len(digits), 2)) + f"/{len(digits) * 4}"


def _blocks(value: int) -> list[BlockItem]:
    found: list[BlockItem] = []
    protocol, issuer = block_of(value), issuer_of(value)
    kinds: tuple[Literal["protocol", "issuer"], ...] = ("protocol", "issuer")
    for kind, block in zip(kinds, (protocol, issuer), strict=True):
        if block is not None:
            ends = (show(block.first), show(block.last))
            found.append(BlockItem(kind, block.name, *ends, meaning(block, value), block.source))
    if value in CONSTANTS:
        found.append(BlockItem("constant", CONSTANTS[value], show(value), show(value), "", "seen on many machines"))
    return found


def _known(value: int, fleet: Fleet) -> EvidencePart:
    report, ask = fleet.report, _Ask(fleet.engine)
    incidents = [part for one in report.incidents if (part := _part(value, one))]
    with reading(fleet.where) if fleet.where else nullcontext():
        return EvidencePart(
            files=report.evidence.files,
            hosts=report.evidence.hosts,
            problems=len(report.problems),
            owners=ask.owners(value),
            ranges=ask.ranges(value),
            derived_from=ask.derived(value),
            sightings=ask.sightings(value),
            grants=ask.grants(value),
            events=ask.events(value),
            incidents=incidents,
            findings=_findings(value, report),
            expected_twins=[
                TwinPart(one.kind, one.hosts) for one in report.expected_twins if one.address == show(value)
            ],
        )


def _by(value: int, addresses: list[str], ranges: list[tuple[str, str]]) -> Literal["address", "range"] | None:
    """Tell how an address belongs to something: it is one of its addresses, or lies in a range of it."""
    spelled = show(value)
    if spelled in addresses:
        return "address"
    return "range" if any(first <= spelled <= last for first, last in ranges) else None  # equal width: text compares


def _part(value: int, one: IncidentItem) -> PartItem | None:
    by = _by(value, one.addresses, one.ranges)
    if by is None:
        return None
    told = (one.allowed is not None, one.hosts, one.explanation, one.remedy)
    return PartItem(one.id, one.cause, one.severity, one.state, by, *told)


def _findings(value: int, report: Report) -> list[FoundItem]:
    of = {finding: one.id for one in report.incidents for finding in one.findings}
    return [
        FoundItem(one.id, one.rule, one.severity, by, of[one.id])
        for one in report.findings
        if (by := _by(value, one.addresses, one.ranges))
    ]


class _Ask:
    """Asks an engine's tables for the rows around one address."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _rows(self, record: type[T], table: str, column: str, values: Iterable[int]) -> list[T]:
        return [row for row in self._engine.fetch(table, column, values) if isinstance(row, record)]

    def _hosts(self, rows: Iterable[Adapter | Pool | IpAddress | Sighting | Granted | Event]) -> dict[int, str]:
        return {row.id: row.name for row in self._rows(Host, "host", "id", (row.host_id for row in rows))}

    def owners(self, value: int) -> list[OwnerItem]:
        """Return the adapters that wear the address, and those that have it burned in and wear another."""
        worn = self._rows(Adapter, "adapter", "mac", [value])
        burned = [row for row in self._rows(Adapter, "adapter", "permanent", [value]) if row.mac != value]
        rows = [*worn, *burned]
        hosts = self._hosts(rows)
        switches = {
            row.id: row.name
            for row in self._rows(Switch, "switch", "id", (row.switch_id for row in rows if row.switch_id is not None))
        }
        vlans = {row.id: row.vlans for row in self._rows(VlanSet, "vlan_set", "id", (row.vlans for row in rows))}
        ips: dict[int, list[int]] = defaultdict(list)
        for ip in self._rows(GuestIp, "guest_ip", "adapter_id", (row.id for row in rows)):
            ips[ip.adapter_id].append(ip.address)
        return sorted(
            (
                OwnerItem(
                    host=hosts[row.host_id],
                    machine=row.machine,
                    adapter=row.name,
                    kind=row.kind,
                    role="wears" if row.mac == value else "permanent",
                    running=row.running,
                    live=row.live,
                    dynamic=row.dynamic,
                    switch=switches.get(row.switch_id, "") if row.switch_id is not None else "",
                    vlans=vlans.get(row.vlans, ""),
                    checkpoint=row.snapshot,
                    description=row.description,
                    ips=[str(IPv4Address(address)) for address in sorted({*ips[row.id]})],
                    evidence=WhereItem(row.file, row.place),
                )
                for row in rows
            ),
            key=lambda one: (one.role != "wears", one.checkpoint, one.host, one.machine, one.adapter, one.evidence),
        )

    def ranges(self, value: int) -> list[RangeItem]:
        """Return the pools whose range holds the address, the narrowest first."""
        rows = self._rows(Pool, "pool", "id", pools_holding(self._engine, value))
        hosts = self._hosts(rows)
        found = [
            RangeItem(
                kind=row.kind,
                host=hosts[row.host_id],
                name=row.name,
                first=show(row.first),
                last=show(row.last),
                nth=value - row.first,
                size=row.last - row.first + 1,
                cursor=None if row.cursor is None else show(row.cursor),
                derived=row.derived if row.kind == "dynamic" else None,
                evidence=WhereItem(row.file, row.at_first),
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.size, one.host, one.kind, one.name, one.evidence))

    def derived(self, value: int) -> list[DerivedItem]:
        """Return the hosts with an IPv4 address of which Hyper-V derives the range that holds the address."""
        if value >> 24 != MICROSOFT:
            return []
        rows = self._rows(IpAddress, "ip_address", "derives", [value & ~0xFF])
        hosts = self._rows(Host, "host", "id", (row.host_id for row in rows))
        names = {row.id: row.name for row in hosts if row.platform == "hyperv"}
        found = [
            DerivedItem(names[row.host_id], row.address, WhereItem(row.file, row.place))
            for row in rows
            if row.host_id in names
        ]
        return sorted(found)

    def sightings(self, value: int) -> list[SeenItem]:
        """Return where devices saw the address, in the order of devices and ports."""
        rows = self._rows(Sighting, "sighting", "mac", [value])
        hosts = self._hosts(rows)
        found = [
            SeenItem(
                device=hosts[row.host_id],
                kind=row.kind,
                port=row.port,
                vlan=row.vlan,
                ip=row.ip,
                vrf=row.vrf,
                name=row.name,
                seen_at=row.seen_at,
                evidence=WhereItem(row.file, row.place),
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.device, one.port, one.vlan, one.kind, one.ip, one.evidence))

    def grants(self, value: int) -> list[GrantItem]:
        """Return the VMM servers that say they granted the address."""
        rows = self._rows(Granted, "granted", "mac", [value])
        hosts = self._hosts(rows)
        found = [GrantItem(hosts[row.host_id], WhereItem(row.file, row.place)) for row in rows]
        return sorted(found, key=lambda one: (one.server, one.evidence))

    def events(self, value: int) -> list[NamedItem]:
        """Return the events that name the address, oldest first."""
        rows = self._rows(Event, "event", "mac", [value])
        hosts = self._hosts(rows)
        found = [
            NamedItem(hosts[row.host_id], row.provider, row.number, row.logged, WhereItem(row.file, row.place))
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.logged, one.host, one.number, one.evidence))
