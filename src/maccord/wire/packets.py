"""Turns packets into what they tell: the records of ARP, discovery, DHCP and the rest, and which addresses sent.

Source: RFC 826, RFC 5227 (ARP); RFC 903 (RARP, which hypervisors announce moves with); the other decoders name theirs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import Literal

import numpy as np

from maccord.wire import discovery, radio, tunnels
from maccord.wire import frames as layers
from maccord.wire.dhcp import Messages, decode4, decode6
from maccord.wire.frames import NOBODY, Frames, Packets
from maccord.wire.links import cdp, lacp, lldp
from maccord.wire.moment import Moment
from maccord.wire.octets import Mask, Memory, Numbers
from maccord.wire.records import ArpSeen, At, Batch, Domain, Told, TraitSeen
from maccord.wire.redundancy import glbp, hsrp, vrrp
from maccord.wire.sources import Sources
from maccord.wire.spelled import ip4_text, ip_text
from maccord.wire.traits import SAMPLES, Sampler

_TUNNELS = ("", "vxlan", "geneve", "nvgre", "gre", "gre", "erspan", "pbb", "wlan", "etherip")
_BROADCAST = (1 << 48) - 1
_PAYLOAD_MAX = 4096
_DOMAINS_MAX = 4096

_UDP = 17
_DHCP4, _DHCP6 = (67, 68), (546, 547)
_HSRP, _HSRP6, _GLBP = 1985, 2029, 3222


Columns = tuple[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers]
"""Of frames: where each begins and ends, its source, time, tags (as Frames has them) and the number that records
cite."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Packets within memory, one a row, all columns int64.

    `start` and `end` are offsets, `time` is in nanoseconds, `line` are the numbers that records cite, and `outward` is
    1 for packets that the vantage point itself sent, as far as it is known. `tag` is the VLAN of a tag that was taken
    off, 0 where there was none; of Ethernet alone.
    """

    memory: Memory
    start: Numbers
    end: Numbers
    time: Numbers
    line: Numbers
    outward: Numbers | None = None
    tag: Numbers | None = None

    def where(self, chosen: Numbers) -> "Piece":
        """Return some of the packets."""
        columns = (self.start, self.end, self.time, self.line, self.outward, self.tag)
        return Piece(self.memory, *(None if one is None else one[chosen] for one in columns))  # type: ignore[arg-type]  # the first four are there


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
        self._ends = tunnels.Ends()
        self._domains: dict[tuple[int, int], tuple[int, Domain]] = {}
        self._places: dict[At, int] = {}
        self.told: list[Told] = []
        self.packets = self.frames = self.arp = 0
        self.through_ns = 0

    def read(self, piece: Piece, link: int, at: At) -> None:
        """Read packets of one link type and place."""
        if not len(piece.start):
            return
        self.through_ns = max(self.through_ns, int(piece.time.max()))
        if link in layers.LINKS:
            outer = layers.of_packets(piece.memory, piece.start, piece.end, piece.time, link, piece.tag)
        elif link in radio.LINKS:
            outer = radio.of_radio(piece.memory, piece.start, piece.end, piece.time, link)
        else:
            return
        if piece.outward is not None:
            outer.outward |= piece.outward[outer.packet]
        for some, packets in tunnels.all_within(piece.memory, outer, self._ends):
            self._read_layer(piece.memory, some, packets, piece.line, at)

    def read_mixed(self, piece: Piece, at: At) -> None:
        """Read Ethernet frames of all kinds: most tell their source alone, which is quick. Needs `sources`."""
        plain = layers.is_plain(piece.memory, piece.start, piece.end)
        if piece.outward is not None:
            plain &= piece.outward == 0
        rows = np.flatnonzero(plain)
        if len(rows):
            memory, some = piece.memory, piece.where(rows)
            tags = np.ones(len(rows), np.int64) if some.tag is None else layers.begun_tags(some.tag)
            self.count(memory, (some.start, some.end, memory.u48(some.start + 6), some.time, tags, some.line), at)
        if len(rows) < len(plain):
            self.read(piece.where(np.flatnonzero(~plain)), layers.ETHERNET, at)

    def count(self, memory: Memory, columns: Columns, at: At) -> None:
        """Count Ethernet frames that tell their source alone: of `columns` see there. Needs `sources`."""
        start, _, sources, times, tags, lines = columns
        assert self.sources is not None, "nobody counts"
        self.frames += len(start)
        self.through_ns = max(self.through_ns, int(times.max()))
        place = self._places.setdefault(at, len(self._places))
        one = int(tags[0])
        for tag in [one] if (tags == one).all() else np.unique(tags).tolist():
            rows = slice(None) if tag == one and (tags == one).all() else tags == tag
            self.sources.add((place, at), self._domain(0, tag), sources[rows], times[rows], lines[rows])
        self._read_traits_of(memory, columns, at)

    def _read_traits_of(self, memory: Memory, columns: Columns, at: At) -> None:
        """Sample some frames of many."""
        start, end, _, times, _, lines = columns
        rows = np.arange(0, len(start), max(1, len(start) // SAMPLES))
        times, lines = times[rows], lines[rows]
        some = layers.of_ethernet(memory, start[rows], end[rows], np.arange(len(rows), dtype=np.int64), times)
        self._read_traits(memory, some, layers.ip_packets(memory, some), lines[some.packet], at)

    def taken(self) -> Batch:
        """Return what was read since the last time."""
        self.told.sort(key=attrgetter("line"))
        batch = Batch(
            self.told,
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
        if kind == tunnels.GRE_ENDS:
            ends = " ".join(ip_text(end) for end in self._ends.pairs[network])
            network = 0
        return Domain(tuple(reversed(vlans)), _TUNNELS[kind], network, ends)

    def _moment(self, some: Frames, row: int, lines: Numbers, at: At) -> Moment:
        domain = self._domain(int(some.net[row]), int(some.tags[row]))[1]
        return Moment(int(some.time[row]), at, domain, int(lines[row]), int(some.source[row]))

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            self.told.append(told)

    def _read_traits(self, memory: Memory, some: Frames, packets: Packets, lines: Numbers, at: At) -> None:
        for row, ip, hops, ident, clock in self._sampler.samples(memory, some, packets):
            time_ns, _, domain, line, source = self._moment(some, row, lines, at)
            self.told.append(TraitSeen(time_ns, at, domain, line, source, ip, hops, ident, clock))

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
                self._tell(decode(moment, _payload(memory, int(some.at[row]), int(some.end[row]))))
        rows = np.flatnonzero(kinds == layers.RARP)
        if len(rows):
            self._read_arp(memory, some.where(rows), lines[rows], at)

    def _read_arp(self, memory: Memory, some: Frames, lines: Numbers, at: At) -> None:
        good = (some.end - some.at >= 28) & (memory.number(some.at + 2, 4) == 0x08000604)
        operation = memory.u16(some.at + 6)
        good &= (operation >= 1) & (operation <= 4)
        some, lines, operation = some.where(good), lines[good], operation[good]
        mac, ip = memory.u48(some.at + 8), memory.u32(some.at + 14)
        target_mac, target_ip = memory.u48(some.at + 18), memory.u32(some.at + 24)
        self.told += map(
            ArpSeen,
            some.time.tolist(),
            repeat(at),
            self._domains_of(some),
            lines.tolist(),
            map(_ARP_KINDS.__getitem__, _arp_kinds(operation, ip, target_ip).tolist()),
            np.where(some.source == NOBODY, mac, some.source).tolist(),
            mac.tolist(),
            map(ip4_text, ip.tolist()),
            target_mac.tolist(),
            map(ip4_text, target_ip.tolist()),
            (some.target == _BROADCAST).tolist(),
        )

    def _domains_of(self, some: Frames) -> Iterable[Domain]:
        """Return the domain of each frame."""
        if len(some) and (some.net == some.net[0]).all() and (some.tags == some.tags[0]).all():
            return repeat(self._domain(int(some.net[0]), int(some.tags[0]))[1], len(some))
        pairs = zip(some.net.tolist(), some.tags.tolist(), strict=True)
        return (self._domain(net, tags)[1] for net, tags in pairs)

    # Packets ---------------------------------------------------------------------------------------------------

    def _read_packets(self, memory: Memory, some: Frames, packets: Packets, lines: Numbers, at: At) -> None:
        rows, decoders, dhcp4 = self._decoders(memory, packets)
        if len(dhcp4):
            self._read_dhcp4(memory, some, packets.where(dhcp4), lines, at)
        if not len(rows):
            return
        chosen = packets.where(rows)
        frames = some.where(chosen.frame)
        columns = zip(
            decoders,
            map(
                Moment,
                frames.time.tolist(),
                repeat(at),
                self._domains_of(frames),
                lines[chosen.frame].tolist(),
                frames.source.tolist(),
            ),
            chosen.header.tolist(),
            chosen.six.tolist(),
            chosen.at.tolist(),
            chosen.end.tolist(),
            strict=True,
        )
        view = memory.view
        for decode, moment, header, six, start, end in columns:
            if moment.source == NOBODY:
                continue
            sender = bytes(view[header + 8 : header + 24] if six else view[header + 12 : header + 16])
            told = decode(moment, sender, bytes(view[start : min(end, start + _PAYLOAD_MAX)]))
            if told is not None:
                self.told.append(told)

    def _read_dhcp4(self, memory: Memory, some: Frames, packets: Packets, lines: Numbers, at: At) -> None:
        packets = packets.where(some.source[packets.frame] != NOBODY)
        frames = some.where(packets.frame)
        messages = Messages(
            frames.time,
            at,
            self._domains_of(frames),
            lines[packets.frame],
            frames.source,
            packets.at + 8,
            np.minimum(packets.end, packets.at + _PAYLOAD_MAX),
        )
        self.told += decode4(memory, messages)

    def _decoders(self, memory: Memory, packets: Packets) -> tuple[Numbers, list["_Decode"], Numbers]:
        """Return the rows of packets that tell of addresses, what decodes each, and the rows with DHCP of version 4."""
        protocol = packets.protocol
        routers = np.flatnonzero(protocol == 112)
        six = np.flatnonzero((protocol == 58) & (packets.six == 1))
        kinds = memory.u8(packets.at[six])
        six = six[(kinds >= 133) & (kinds <= 137)]
        hops = memory.u8(packets.header[six] + 7).tolist()
        udp = np.flatnonzero((protocol == _UDP) & (packets.end - packets.at >= 8))
        ports = memory.u32(packets.at[udp])
        source, target = ports >> 16, ports & 0xFFFF
        others = (target == _HSRP) | (target == _HSRP6) | (target == _GLBP)
        four = _either(source, target, _DHCP4) & ~others
        others |= _either(source, target, _DHCP6)
        decoders: list[_Decode] = [vrrp] * len(routers)
        decoders += [_discovers(one) for one in hops]
        decoders += map(_of_port, target[others].tolist())
        return np.concatenate((routers, six, udp[others])), decoders, udp[four & ~others]


def _either(source: Numbers, target: Numbers, ports: tuple[int, int]) -> Mask:
    one, other = ports
    found: Mask = (source == one) | (source == other) | (target == one) | (target == other)
    return found


_Decode = Callable[[Moment, bytes, bytes], Told | None]


@cache
def _discovers(hops: int) -> _Decode:
    return lambda moment, sender, message: discovery.decode(moment, sender, message, hops=hops)


def _of_port(target: int) -> _Decode:
    if target in (_HSRP, _HSRP6):
        return _hsrp
    if target == _GLBP:
        return _glbp
    return _dhcp6


def _hsrp(moment: Moment, sender: bytes, datagram: bytes) -> Told | None:
    return hsrp(moment, sender, datagram[8:])


def _glbp(moment: Moment, sender: bytes, datagram: bytes) -> Told | None:
    return glbp(moment, sender, datagram[8:])


def _dhcp6(moment: Moment, sender: bytes, datagram: bytes) -> Told | None:
    del sender
    return decode6(moment, datagram[8:])


def _payload(memory: Memory, first: int, last: int) -> bytes:
    return memory.piece(first, min(last, first + _PAYLOAD_MAX))


_ArpKind = Literal["request", "reply", "probe", "announcement", "reverse"]
_ARP_KINDS: tuple[_ArpKind, ...] = ("request", "reply", "probe", "announcement", "reverse")


def _arp_kinds(operation: Numbers, ip: Numbers, target_ip: Numbers) -> Numbers:
    """Return which of `_ARP_KINDS` each packet is."""
    kinds = np.where(operation == 1, np.where(ip == 0, 2, 0), 1)
    kinds = np.where((ip == target_ip) & (ip != 0), 3, kinds)
    return np.where(operation > 2, 4, kinds)
