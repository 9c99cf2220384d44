"""Joins what was seen of each host into the rows that rules query."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from maccord.fleet.adapter_rows import AdapterRows
from maccord.fleet.config import FleetConfig
from maccord.fleet.estate import HostRecords, by_host
from maccord.fleet.evidence import (
    AdapterSeen,
    DeclaredSeen,
    EventSeen,
    FramesSeen,
    GrantSeen,
    HbaSeen,
    HostSeen,
    IpSeen,
    PeerSeen,
    RangeSeen,
    Seen,
    SightingSeen,
    SwitchSeen,
)
from maccord.fleet.fabrics import Fabrics
from maccord.fleet.issuers import issuers
from maccord.fleet.join import joined_adapters
from maccord.fleet.numbering import Numbering
from maccord.fleet.places import Places
from maccord.fleet.problem import Problem
from maccord.fleet.records import (
    OBSERVERS,
    TABLES,
    Adapter,
    Declared,
    Event,
    Granted,
    Hba,
    Host,
    IpAddress,
    MlagPeer,
    Pool,
    Row,
    Sighting,
)
from maccord.fleet.settle import settle
from maccord.fleet.snapshot import Snapshot
from maccord.fleet.unrest import unrest
from maccord.mac import MacRange, block_of, default_pool

_FIRST, _LAST = ("vmm", "hyperv"), ("docker", "linux")
_COUNT_MAX = (1 << 63) - 1


def assemble(
    seen: Iterable[Seen],
    config: FleetConfig | None = None,
    *,
    files: int = 0,
    problems: Iterable[Problem] = (),
) -> Snapshot:
    """Return the snapshot of an estate; the order of `seen` changes nothing in it."""
    config = config or FleetConfig()
    hosts, found = by_host(seen)
    settle(hosts)
    fabrics = Fabrics(config, (host.fabric for host in hosts))
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    numbering = Numbering()
    wires = [fabrics.number_of(host.name, host.fabric) for host in hosts]
    domains = [_whereabouts(host, wire, numbering) for host, wire in zip(hosts, wires, strict=True)]
    identities = _identities(hosts, domains)
    for host, domain, wire, identity in zip(hosts, domains, wires, identities, strict=True):
        found += _add_host(host, (domain, wire), identity, tables, numbering)
    adapters = (row for row in tables["adapter"] if isinstance(row, Adapter))
    tables["issuer"] = list(issuers(adapters, [row for row in tables["host"] if isinstance(row, Host)]))
    _add_sightings(hosts, wires, tables)
    tables["vlan_set"] = list(numbering.vlan_sets())
    return Snapshot(
        {name: tuple(rows) for name, rows in tables.items()},
        tuple(fabrics.names),
        files,
        tuple(sorted({*problems, *found})),
        _frames(hosts),
    )


def _frames(hosts: Sequence[HostRecords]) -> tuple[int, int]:
    counted = [one for host in hosts for one in host.of(FramesSeen)]
    return sum(one.total for one in counted), sum(one.arp for one in counted)


def _whereabouts(host: HostRecords, wire: int, numbering: Numbering) -> int:
    """Return the domain of what a host issues and of machines of which no switch is known."""
    switches = host.of(SwitchSeen)
    known = {one.id for one in switches} | {one.name.casefold() for one in switches}
    plugs = ({nic.switch_id, nic.switch.casefold()} - {""} for nic in host.of(AdapterSeen))
    beyond = any(plug and not plug & known for plug in plugs)  # a bridge that no record describes
    if switches and not beyond and all(switch.kind != "external" for switch in switches):
        return numbering.confined(host.name, "")  # no machine of this host reaches a wire
    return wire


def _identity_of(host: HostRecords) -> tuple[str | None, str | None]:
    exports = host.of(HostSeen)
    guid = next((one.machine_guid for one in exports if one.machine_guid), None)
    wwpn = next((f"{one.wwpn_first}-{one.wwpn_last}" for one in exports if one.wwpn_first and one.wwpn_last), None)
    return guid, wwpn


def _identities(hosts: Sequence[HostRecords], domains: Sequence[int]) -> list[int]:
    """Number hosts so that two share a number when a chain of copied identities links them in one domain."""
    labels = list(range(len(hosts)))

    def root(at: int) -> int:
        while labels[at] != at:
            labels[at] = labels[labels[at]]
            at = labels[at]
        return at

    first: dict[tuple[int, str], int] = {}
    for at, (host, domain) in enumerate(zip(hosts, domains, strict=True)):
        for value in filter(None, _identity_of(host)):
            other = first.setdefault((domain, value), at)
            low, high = sorted((root(other), root(at)))
            labels[high] = low
    return [root(at) for at in range(len(hosts))]


def _add_host(
    host: HostRecords, domains: tuple[int, int], identity: int, tables: dict[str, list[Row]], numbering: Numbering
) -> list[Problem]:
    domain, wire = domains
    number = len(tables["host"])
    row = _host_row(number, host, domain, identity)
    tables["host"].append(row)
    derives = [
        (ip, default_pool(IPv4Address(ip.address)).first)
        for ip in host.of(IpSeen)
        if not IPv4Address(ip.address).is_loopback
    ]
    tables["ip_address"] += [
        IpAddress(len(tables["ip_address"]) + at, number, ip.address, first, ip.place.file, ip.place.at)
        for at, (ip, first) in enumerate(derives)
    ]
    ranges, problems = _ranges(host)
    firsts = {first for _, first in derives}
    for one in ranges:
        tables["pool"].append(_pool_row(len(tables["pool"]), row, one, firsts))
    rows = joined_adapters(host, number, domains, numbering, AdapterRows.starting_at(tables))
    for name in ("adapter", "switch", "uplink", "guest_ip", "member"):
        tables[name] += getattr(rows, name)
    _add_small_rows(host, number, wire, tables)
    return problems


def _host_row(number: int, host: HostRecords, domain: int, identity: int) -> Host:
    exports = host.of(HostSeen)
    seen = next((one for one in exports if one.machine_guid or one.wwpn_first), exports[0] if exports else None)
    if seen is None:
        return Host(number, host.name, "", domain, identity, None, "", None, None, "", None, "", "")
    wwn = next((one for one in exports if one.wwpn_first), seen)
    return Host(
        number,
        host.name,
        _platform_of(exports),
        domain,
        identity,
        seen.machine_guid,
        seen.guid_at,
        wwn.wwpn_first,
        wwn.wwpn_last,
        wwn.wwpn_at,
        _names_left(wwn, host.of(HbaSeen)),
        max(one.collected_at for one in exports),
        seen.place.file,
    )


def _platform_of(exports: Sequence[HostSeen]) -> str:
    """Return what a host is, of all that its evidence calls it, whatever file comes first.

    A VMM server is one even when it is a host as well. A host that issues addresses by itself is that before all else,
    and whatever owns machines counts before what any host may have, such as containers; an observer comes last.
    """

    def rank(platform: str) -> tuple[int, str]:
        if platform in OBSERVERS:
            return len(_FIRST) + len(_LAST) + 1, platform
        if platform in _LAST:
            return len(_FIRST) + 1 + _LAST.index(platform), platform
        return _FIRST.index(platform) if platform in _FIRST else len(_FIRST), platform

    return min((one.platform for one in exports), key=rank)


def _names_left(host: HostSeen, adapters: Sequence[HbaSeen]) -> int | None:
    if not host.wwpn_first or not host.wwpn_last:
        return None
    issued = {one.wwpn for one in adapters if host.wwpn_first <= one.wwpn <= host.wwpn_last}
    return min(max(int(host.wwpn_last, 16) - int(host.wwpn_first, 16) + 1 - len(issued), 0), _COUNT_MAX)


def _ranges(host: HostRecords) -> tuple[list[RangeSeen], list[Problem]]:
    """Return each range once: of two statements of a host's own range, the registry's counts."""
    problems: list[Problem] = []
    own = sorted((one for one in host.of(RangeSeen) if one.kind == "dynamic"), key=lambda one: (one.rank, one.place))
    for other in own[1:]:
        if (other.first, other.last) != (own[0].first, own[0].last):
            spelled = MacRange(own[0].first, own[0].last)
            reason = f"differs from the registry's range of {host.name}, {spelled}, which is used"
            problems.append(Problem(other.place.file, other.at_first, reason))
    seen: set[tuple[str, str, int, int]] = set()
    others = []
    for one in host.of(RangeSeen):
        key = (one.kind, one.name, one.first, one.last)
        if one.kind != "dynamic" and key not in seen:
            seen.add(key)
            others.append(one)
    return own[:1] + others, problems


def _pool_row(number: int, host: Host, one: RangeSeen, derives: set[int]) -> Pool:
    shaped = one.kind == "dynamic" and MacRange(one.first, one.last).is_default_shaped
    return Pool(
        number,
        host.id,
        host.identity,
        host.domain if one.wired else -1 - (1 << 40) - number,  # a range that reaches no wire meets no other
        one.kind,
        one.name,
        one.first,
        one.last,
        one.cursor,
        shaped,
        (shaped and one.first in derives) if derives else None,
        one.place.file,
        one.at_first,
        one.at_last,
        one.at_cursor,
    )


def _add_small_rows(host: HostRecords, number: int, domain: int, tables: dict[str, list[Row]]) -> None:
    events = tables["event"]
    for event in host.of(EventSeen):
        row = (event.provider, event.number, event.mac, event.time, event.place.file, event.place.at)
        events.append(Event(len(events), number, *row))
    hbas = tables["hba"]
    for hba in host.of(HbaSeen):
        key = (hba.machine_id, hba.machine, hba.wwpn, hba.place.file, hba.place.at)
        hbas.append(Hba(len(hbas), number, domain, *key))
    grants = tables["granted"]
    for grant in host.of(GrantSeen):
        grants.append(Granted(len(grants), number, grant.mac, grant.place.file, grant.place.at))
    declared = tables["declared"]
    for entry in host.of(DeclaredSeen):
        block = block_of(entry.mac)
        if block is None or block.twin is None:
            named = (entry.source, entry.owner_id, entry.owner, entry.name, entry.place.file, entry.at_mac)
            declared.append(Declared(len(declared), number, domain, entry.mac, *named))


def _add_sightings(hosts: Sequence[HostRecords], domains: Sequence[int], tables: dict[str, list[Row]]) -> None:
    """Add what devices saw, and where: that is known when all devices are."""
    places = Places(hosts, domains)
    rows = tables["sighting"]
    for number, (host, domain) in enumerate(zip(hosts, domains, strict=True)):
        for one in host.of(SightingSeen):
            edge, spot = places.edge(number, one), places.spot(number, one)
            told = (one.kind, one.vlan, one.mac, one.port, one.ip, one.vrf, one.name, edge, one.seen_at)
            rows.append(Sighting(len(rows), number, domain, *told, one.place.file, one.place.at, spot, one.segment))
    halves = tables["mlag_peer"]
    tables["unrest"] = list(unrest(hosts, domains, places))
    for number, peer in places.peers.items():
        half = hosts[number].of(PeerSeen)[0]
        halves.append(MlagPeer(len(halves), number, peer, half.system, half.place.file, half.place.at))
