"""Turns packets into what they tell: the records of ARP, discovery, DHCP and the rest, and which addresses sent.

Source: RFC 826, RFC 5227 (ARP); RFC 903 (RARP, which hypervisors announce moves with); the other decoders name theirs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from maccord.wire import discovery, radio
from maccord.wire import frames as layers
from maccord.wire.dhcp import decode4, decode6
from maccord.wire.frames import NOBODY, Ends, Frames, Packets
from maccord.wire.links import cdp, lacp, lldp
from maccord.wire.moment import Moment
from maccord.wire.octets import Memory, Numbers
from maccord.wire.records import ArpSeen, At, Batch, Domain, Told, TraitSeen
from maccord.wire.redundancy import glbp, hsrp, vrrp
from maccord.wire.sources import Sources
from maccord.wire.spelled import ip_text
from maccord.wire.traits import Sampler

_TUNNELS = ("", "vxlan", "geneve", "nvgre", "gre", "gre", "erspan", "pbb", "wlan", "etherip")
_BROADCAST = (1 << 48) - 1
_PAYLOAD_MAX = 4096
_DOMAINS_MAX = 4096

_UDP = 17
_DHCP4, _DHCP6 = (67, 68), (546, 547)
_HSRP, _HSRP6, _GLBP = 1985, 2029, 3222


@dataclass(frozen=True, slots=True)
class Piece:
    """Packets within memory, one a row, all columns int64.

    `start` and `end` are offsets, `time` is in nanoseconds, `line` are the numbers that records cite, and `outward` is
    1 for packets that the vantage point itself sent, as far as it is known.
    """

    memory: Memory
    start: Numbers
    end: Numbers
    time: Numbers
    line: Numbers
    outward: Numbers | None = None


def is_read(link: int) -> bool:
    """Tell whether packets of a link type are read."""
    return link in layers.LINKS or link in radio.LINKS


class Reader:
    """Reads packets of one source, piece by piece, into one batch after the other.

    `sources` says whether addresses that sent are counted and traits sampled, which takes longer than what packets
    tell.
    """

    def __init__(self, *, sources: bool = True) -> None:
        self.sources = Sources() if sources else None
        self._sampler = Sampler()
        self._ends = Ends()
        self._domains: dict[tuple[int, int], tuple[int, Domain]] = {}
        self._places: dict[At, int] = {}
        self.told: list[tuple[int, Told]] = []
        self.packets = self.frames = self.arp = 0
        self.through_ns = 0

    def read(self, piece: Piece, link: int, at: At) -> None:
        """Read packets of one link type and place."""
        if not len(piece.start):
            return
        self.through_ns = max(self.through_ns, int(piece.time.max()))
        if link in layers.LINKS:
            outer = layers.of_packets(piece.memory, piece.start, piece.end, piece.time, link)
        elif link in radio.LINKS:
            outer = radio.of_radio(piece.memory, piece.start, piece.end, piece.time, link)
        else:
            return
        if piece.outward is not None:
            outer.outward |= piece.outward[outer.packet]
        for some, packets in layers.all_within(piece.memory, outer, self._ends):
            self._read_layer(piece.memory, some, packets, piece.line, at)

    def taken(self) -> Batch:
        """Return what was read since the last time."""
        self.told.sort(key=lambda one: one[0])
        batch = Batch(
            [one for _, one in self.told],
            self.sources.taken() if self.sources is not None else [],
            packets=self.packets,
            frames=self.frames,
            arp=self.arp,
            through_ns=self.through_ns,
        )
        self.told, self.packets, self.frames, self.arp = [], 0, 0, 0
        return batch

    def told_only(self) -> Batch:
        """Return what packets told since the last time; addresses that sent are kept for `taken`."""
        sources, self.sources = self.sources, None
        batch = self.taken()
        self.sources = sources
        return batch

    def _read_layer(self, memory: Memory, some: Frames, packets: Packets, line: Numbers, at: At) -> None:
        self.frames += len(some)
        lines = line[some.packet]
        numbers = self._domain_numbers(some)
        self._read_frames(memory, some, lines, at)
        if len(packets.frame):
            self._read_packets(memory, some, packets, lines, at)
        if self.sources is None:
            return
        place = self._places.setdefault(at, len(self._places))
        here = (some.source != NOBODY) & (some.outward == 0)
        for number, domain in numbers:
            rows = np.flatnonzero(here if number is None else here & (number == some.net) & (domain[2] == some.tags))
            if len(rows):
                self.sources.add((place, at), (domain[0], domain[1]), some.source[rows], some.time[rows], lines[rows])
        self._read_traits(memory, some, packets, lines, at)

    def _domain_numbers(self, some: Frames) -> list[tuple[int | None, tuple[int, Domain, int]]]:
        """Return the domains that frames are in, each with its tunnel and tags, or None where all are in one."""
        if not len(some):
            return []
        net, tags = int(some.net[0]), int(some.tags[0])
        if (some.net == net).all() and (some.tags == tags).all():
            return [(None, (*self._domain(net, tags), tags))]
        pairs = np.unique(np.stack((some.net, some.tags)), axis=1).T.tolist()
        return [(net, (*self._domain(net, tags), tags)) for net, tags in pairs]

    def _domain(self, net: int, tags: int) -> tuple[int, Domain]:
        known = self._domains.get((net, tags))
        if known is None:
            if len(self._domains) >= _DOMAINS_MAX:
                self._domains.clear()
            known = self._domains[net, tags] = (len(self._domains), self._spelled(net, tags))
        return known

    def _spelled(self, net: int, tags: int) -> Domain:
        vlans = []
        while tags > 1:
            vlans.append(tags & 0xFFF)
            tags >>= 12
        kind, network = net >> 48, net & _BROADCAST
        ends = ""
        if kind == layers.GRE_ENDS:
            ends = " ".join(ip_text(end) for end in self._ends.pairs[network])
            network = 0
        return Domain(tuple(reversed(vlans)), _TUNNELS[kind], network, ends)

    def _moment(self, some: Frames, row: int, lines: Numbers, at: At) -> Moment:
        domain = self._domain(int(some.net[row]), int(some.tags[row]))[1]
        return Moment(int(some.time[row]), at, domain, int(lines[row]), int(some.source[row]))

    def _tell(self, line: int, told: Told | None) -> None:
        if told is not None:
            self.told.append((line, told))

    def _read_traits(self, memory: Memory, some: Frames, packets: Packets, lines: Numbers, at: At) -> None:
        for trait in self._sampler.samples(memory, some, packets):
            moment = self._moment(some, trait.row, lines, at)
            told = TraitSeen(**moment._asdict(), ip=trait.ip, hops=trait.hops, ident=trait.ident, clock=trait.clock)
            self.told.append((moment.line, told))

    # Frames ----------------------------------------------------------------------------------------------------

    def _read_frames(self, memory: Memory, some: Frames, lines: Numbers, at: At) -> None:
        kinds = some.kind
        rows = np.flatnonzero(kinds == layers.ARP)
        if len(rows):
            self.arp += len(rows)
            self._read_arp(memory, some.where(rows), lines[rows], at)
        for kind, decode in ((layers.LLDP, lldp), (layers.CDP, cdp), (layers.SLOW, lacp)):
            for row in np.flatnonzero(kinds == kind).tolist():
                moment = self._moment(some, row, lines, at)
                self._tell(moment.line, decode(moment, _payload(memory, int(some.at[row]), int(some.end[row]))))
        rows = np.flatnonzero(kinds == layers.RARP)
        if len(rows):
            self._read_arp(memory, some.where(rows), lines[rows], at)

    def _read_arp(self, memory: Memory, some: Frames, lines: Numbers, at: At) -> None:
        good = (some.end - some.at >= 28) & (memory.number(some.at + 2, 4) == 0x08000604)
        some, lines = some.where(good), lines[good]
        operation = memory.u16(some.at + 6).tolist()
        mac, target_mac = memory.u48(some.at + 8).tolist(), memory.u48(some.at + 18).tolist()
        ip, target_ip = memory.u32(some.at + 14).tolist(), memory.u32(some.at + 24).tolist()
        source, target = some.source.tolist(), some.target.tolist()
        net, tags, time = some.net.tolist(), some.tags.tolist(), some.time.tolist()
        told = self.told
        for row, line in enumerate(lines.tolist()):
            kind = _arp_kind(operation[row], ip[row], target_ip[row])
            if kind is None:
                continue
            seen = ArpSeen(
                time_ns=time[row],
                at=at,
                domain=self._domain(net[row], tags[row])[1],
                line=line,
                kind=kind,
                source=mac[row] if source[row] == NOBODY else source[row],
                mac=mac[row],
                ip=_ip4(ip[row]),
                target_mac=target_mac[row],
                target_ip=_ip4(target_ip[row]),
                to_all=target[row] == _BROADCAST,
            )
            told.append((line, seen))

    # Packets ---------------------------------------------------------------------------------------------------

    def _read_packets(self, memory: Memory, some: Frames, packets: Packets, lines: Numbers, at: At) -> None:
        for row, decode in self._decoders(memory, packets):
            frame = int(packets.frame[row])
            payload = _payload(memory, int(packets.at[row]), int(packets.end[row]))
            moment = self._moment(some, frame, lines, at)
            if moment.source != NOBODY:
                self._tell(moment.line, decode(moment, _sender(memory, packets, row), payload))

    def _decoders(self, memory: Memory, packets: Packets) -> Iterator[tuple[int, "_Decode"]]:
        protocol = packets.protocol
        for row in np.flatnonzero(protocol == 112).tolist():
            yield row, vrrp
        six = np.flatnonzero((protocol == 58) & (packets.six == 1))
        kinds = memory.u8(packets.at[six])
        for row in six[(kinds >= 133) & (kinds <= 137)].tolist():
            hops = int(memory.octets[int(packets.header[row]) + 7])
            yield row, _discovers(hops)
        udp = np.flatnonzero((protocol == _UDP) & (packets.end - packets.at >= 8))
        source, target = memory.u16(packets.at[udp]), memory.u16(packets.at[udp] + 2)
        known = np.isin(target, (*_DHCP4, *_DHCP6, _HSRP, _HSRP6, _GLBP)) | np.isin(source, (*_DHCP4, *_DHCP6))
        for row, mine, port in zip(udp[known].tolist(), source[known].tolist(), target[known].tolist(), strict=True):
            if decode := _of_port(mine, port):
                yield row, decode


_Decode = Callable[[Moment, bytes, bytes], Told | None]


def _discovers(hops: int) -> _Decode:
    return lambda moment, sender, message: discovery.decode(moment, sender, message, hops=hops)


def _of_port(source: int, target: int) -> _Decode | None:
    if target in (_HSRP, _HSRP6):
        return lambda moment, sender, message: hsrp(moment, sender, message[8:])
    if target == _GLBP:
        return lambda moment, sender, message: glbp(moment, sender, message[8:])
    if source in _DHCP6 or target in _DHCP6:
        return lambda moment, _, message: decode6(moment, message[8:])
    return lambda moment, _, message: decode4(moment, message[8:])


def _sender(memory: Memory, packets: Packets, row: int) -> bytes:
    at = int(packets.header[row])
    return memory.piece(at + 8, at + 24) if packets.six[row] else memory.piece(at + 12, at + 16)


def _payload(memory: Memory, first: int, last: int) -> bytes:
    return memory.piece(first, min(last, first + _PAYLOAD_MAX))


_ArpKind = Literal["request", "reply", "probe", "announcement", "reverse"]


def _arp_kind(operation: int, ip: int, target_ip: int) -> _ArpKind | None:
    if operation in (1, 2) and ip == target_ip and ip:
        return "announcement"
    if operation == 1:
        return "request" if ip else "probe"
    if operation == 2:
        return "reply"
    return "reverse" if operation in (3, 4) else None


@lru_cache(1 << 16)
def _ip4(number: int) -> str:
    return ip_text(number.to_bytes(4, "big")) if number else ""
