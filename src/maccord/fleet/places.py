"""Tells where ports lead: to end stations or to other switches, and which ports lead to one place.

An address that two switches have at a port each is no wonder: a network has many switches, and each hears it at the
port towards it. It counts where it enters the network, at an *edge* port. A port is transit when it is a tunnel
(VXLAN, VTEP), the link between two MLAG peers, or when the neighbour at it, or at a member of its aggregate, is a
switch or router of the evidence. It is edge when a server of the evidence is the neighbour, or when the device tells
its neighbours and has none there: an end station that does not speak LLDP. Nobody says what a port is whose neighbour
is unknown. An ARP table says who answers somewhere beyond a port, which is no place.

The ports of an aggregate are one place, and so are those of two MLAG peers that lead to one neighbour.

Source: IEEE 802.1AB (LLDP), IEEE 802.1AX (link aggregation); Cisco NX-OS, "Configuring vPCs"; Cumulus Linux,
"Multi-Chassis Link Aggregation - MLAG".
"""

from collections import defaultdict
from collections.abc import Sequence

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, HostSeen, LinkSeen, PeerSeen, PortSeen, SightingSeen
from maccord.fleet.records import OBSERVERS

_DEPTH = 8
_PEER_LINK = "vpc peer-link"
"""How NX-OS names the peer link in its address table, whichever port it is."""

_HOLDERS_MAX = 64

_AT_PORTS = {"dynamic", "static", "own"}
_TUNNEL, _INNER = "tunnel", "inner"


class Places:
    """Where the ports of all hosts lead; hosts go by their number, which is their place in the list."""

    def __init__(self, hosts: Sequence[HostRecords], domains: Sequence[int]) -> None:
        self._hosts, self._domains = hosts, domains
        self._ports = [{one.port: one for one in host.of(PortSeen)} for host in hosts]
        self._by_name = _by_name(hosts, domains)
        self._halves = {number: found[0] for number, host in enumerate(hosts) if (found := host.of(PeerSeen))}
        self._links = [self._links_of(number) for number in range(len(hosts))]
        self._by_mac = self._holders()
        self.peers = {number: self._peer_of(number) for number in self._halves}
        self._spots: dict[tuple[object, ...], int] = {}

    def edge(self, host: int, sighting: SightingSeen) -> bool | None:
        """Tell whether a sighting was made where its owner enters the network; None: nobody says."""
        if sighting.edge is not None or sighting.kind not in _AT_PORTS or not sighting.port:
            return sighting.edge
        if sighting.kind == "own":
            return False
        port = self._whole(host, sighting.port)
        seen = self._ports[host].get(port)
        role = seen.role if seen else ""
        if role == _TUNNEL or port == self._peer_link(host):
            return False
        if role == _INNER:
            return False
        return self._leads_to_stations(host, port) if seen else None

    def spot(self, host: int, sighting: SightingSeen) -> int | None:
        """Return the number of the place that a sighting was made at; None where it names no port."""
        if not sighting.port:
            return None
        port = self._whole(host, sighting.port)
        key: tuple[object, ...] = (host, port)
        half, peer = self._halves.get(host), self.peers.get(host)
        if half is not None and peer is not None and port in half.ports:
            same = port in self._halves[peer].ports
            key = (min(host, peer), max(host, peer), port if same else "")
        return self._spots.setdefault(key, len(self._spots))

    def station(self, host: int, port: str) -> str:
        """Return the name of the one end station that a port leads to, where the evidence has it."""
        names = set(self._links[host].get(self._whole(host, port), ()))
        if len(names) != 1:
            return ""
        (name,) = names
        number = self._named(host, name)
        return self._hosts[number].name if number is not None and self._is_station(host, name) else ""

    def _leads_to_stations(self, host: int, port: str) -> bool | None:
        if not self._links[host]:
            return None
        kinds = [self._is_station(host, name) for name in self._links[host].get(port, ())]
        if False in kinds:
            return False
        return None if None in kinds else True

    def _is_station(self, host: int, name: str) -> bool | None:
        number = self._named(host, name)
        if number is None:
            return None
        platforms = {one.platform for one in self._hosts[number].of(HostSeen)}
        return not platforms <= OBSERVERS

    def _links_of(self, host: int) -> dict[str, list[str]]:
        """Return the neighbours' names by port; those at the members of an aggregate are the aggregate's."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._hosts[host].of(LinkSeen):
            found[self._whole(host, one.port)].append(one.peer)
        return found

    def _whole(self, host: int, port: str) -> str:
        """Return the port that one is a part of: an aggregate, the parent of a subinterface, else itself."""
        if port.casefold() == _PEER_LINK:
            return self._peer_link(host) or port
        for _ in range(_DEPTH):
            seen = self._ports[host].get(port)
            if seen is None or not seen.part_of or seen.part_of == port:
                break
            port = seen.part_of
        return port

    def _peer_link(self, host: int) -> str:
        half = self._halves.get(host)
        if half is None or not half.peer_link or half.peer_link.casefold() == _PEER_LINK:
            return ""
        return self._whole(host, half.peer_link)

    def _peer_of(self, host: int) -> int | None:
        """Return the other half of a pair: the one with its system address that knows it and that it knows."""
        found = {one for one in self._known_to(host) if self._is_alike(host, one) and host in self._known_to(one)}
        return found.pop() if len(found) == 1 else None

    def _is_alike(self, host: int, other: int) -> bool:
        if other == host or other not in self._halves or self._domains[other] != self._domains[host]:
            return False
        return self._halves[other].system == self._halves[host].system

    def _known_to(self, host: int) -> set[int]:
        """Return whom a half names: by an address that few have, or as the neighbour at the peer link."""
        told = self._halves[host].peer_mac
        known = set(self._by_mac.get(told, ())) if told is not None else set()
        names = self._links[host].get(self._peer_link(host), ())
        return known | {one for one in (self._named(host, name) for name in names) if one is not None}

    def _holders(self) -> dict[int, list[int]]:
        """Return who has the addresses that halves name their peers by; one that many have names nobody."""
        holders: dict[int, list[int]] = {one.peer_mac: [] for one in self._halves.values() if one.peer_mac is not None}
        for number in self._halves:
            records = self._hosts[number]
            own = {one.mac for one in records.of(SightingSeen) if one.kind == "own"}
            for mac in own | {one.mac for one in records.of(AdapterSeen)}:
                if mac in holders:
                    holders[mac].append(number)
        return {mac: found for mac, found in holders.items() if len(found) <= _HOLDERS_MAX}

    def _named(self, host: int, name: str) -> int | None:
        """Return the host of this network that a neighbour's name means, with or without a domain or serial number."""
        plain = name.partition("(")[0].strip().casefold()
        domain = self._domains[host]
        found = self._by_name.get((domain, plain))
        return self._by_name.get((domain, plain.partition(".")[0])) if found is None else found


def _by_name(hosts: Sequence[HostRecords], domains: Sequence[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for number, (host, domain) in enumerate(zip(hosts, domains, strict=True)):
        plain = host.name.removeprefix(f"{host.fabric}/").casefold()
        found.setdefault((domain, plain), number)
    return found
