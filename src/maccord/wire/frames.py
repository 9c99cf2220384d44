"""Takes frames apart, all frames of a piece at once: links, tags, and headers of IP.

A capture has packets of one link type each. Of every packet comes a row of `Frames`. Rows end before what carries them
ends: no field of one packet is read from the next.

Source: IEEE 802.3, 802.1Q, 802.1ad, 802.2 (SNAP: RFC 1042); RFC 791; RFC 8200; "LINKTYPE_LINUX_SLL",
"LINKTYPE_LINUX_SLL2" of tcpdump.org.
"""

from dataclasses import dataclass, fields

import numpy as np

from maccord.wire.octets import Mask, Memory, Numbers

ETHERNET, NULL, RAW, RAW_BSD, RAW_OPENBSD, LOOP, SLL, SLL2, IPV4, IPV6 = 1, 0, 101, 12, 14, 108, 113, 276, 228, 229
"""Link types that are taken apart here (tcpdump.org, "Link-layer header types")."""

LINKS = {ETHERNET, NULL, RAW, RAW_BSD, RAW_OPENBSD, LOOP, SLL, SLL2, IPV4, IPV6}

NOBODY = -1
"""In place of an address that a link does not tell."""

CDP = 0x1_2000
"""In place of an EtherType: what SNAP carries for Cisco's Discovery Protocol."""

ARP, IP, IP6, RARP, LLDP, SLOW, PBB = 0x0806, 0x0800, 0x86DD, 0x8035, 0x88CC, 0x8809, 0x88E7

_TAGS_MAX = 4
_HEADERS_MAX = 6
_TCP, _UDP = 6, 17
_TELLING = np.zeros(1 << 16, np.bool_)
_TELLING[[67, 68, 546, 547, 1985, 2029, 3222, 4789, 4790, 6081, 8472]] = True
"""The ports of DHCP, first-hop redundancy and tunnels, as scan.wat has them."""


@dataclass(slots=True)
class Frames:
    """Frames, one a row, all columns int64.

    `packet` is the row of the packet that holds it, `time` in nanoseconds, `source` and `target` addresses or NOBODY,
    `tags` the VLANs, 12 bits each with a leading 1, `net` the kind of tunnel and its number (48 bits), `kind` an
    EtherType, CDP, or a length of LLC; `at` and `end` where the payload is. `outer` and `inner` are low 64 bits of the
    addresses that a tunnel has, for those known by their ends. `outward` is 1 for frames that the vantage point itself
    sent.
    """

    packet: Numbers
    time: Numbers
    source: Numbers
    target: Numbers
    tags: Numbers
    net: Numbers
    kind: Numbers
    at: Numbers
    end: Numbers
    outward: Numbers

    def __len__(self) -> int:
        return len(self.packet)

    def where(self, chosen: Mask | Numbers) -> "Frames":
        """Return some of the rows."""
        return Frames(*(getattr(self, one.name)[chosen] for one in fields(self)))


@dataclass(slots=True)
class Packets:
    """IP packets, one a row: the row of the frame, the addresses' offsets, the protocol, and where its data is.

    `protocol` is -1 in fragments that are not the first. `hops` and `six` (1 for IPv6) are of the IP header at
    `header`.
    """

    frame: Numbers
    header: Numbers
    six: Numbers
    protocol: Numbers
    at: Numbers
    end: Numbers

    def where(self, chosen: Mask | Numbers) -> "Packets":
        """Return some of the rows."""
        return Packets(*(getattr(self, one.name)[chosen] for one in fields(self)))


def joined(some: list[Frames]) -> Frames:
    """Return all rows of several, in their order."""
    if len(some) == 1:
        return some[0]
    return Frames(*(np.concatenate([getattr(one, part.name) for one in some]) for part in fields(Frames)))


def of_packets(  # noqa: PLR0917 - columns
    memory: Memory, start: Numbers, end: Numbers, time: Numbers, link: int, tag: Numbers | None = None
) -> Frames:
    """Return the frames of packets of one link type, before tunnels are looked into.

    `start` and `end` are offsets of the packets' octets, `tag` the VLANs of tags that were taken off Ethernet frames.
    """
    packet = np.arange(len(start), dtype=np.int64)
    if link == ETHERNET:
        return of_ethernet(memory, start, end, packet, time, tag)
    nothing = np.full(len(start), NOBODY, np.int64)
    outward = np.zeros(len(start), np.int64)
    if link in (SLL, SLL2):
        return _of_cooked(memory, start, end, time, two=link == SLL2)
    if link in (NULL, LOOP):
        family = memory.u32(start)
        family = np.where(family > 0xFFFF, memory.little32(start), family)
        kind = np.where(family == 2, IP, np.where(np.isin(family, (10, 24, 28, 30)), IP6, 0))
        at = start + 4
    else:
        version = memory.u8(start) >> 4
        kind = np.where(version == 4, IP, np.where(version == 6, IP6, 0))
        at = start
    kind = np.where(at < end, kind, NOBODY)
    one = np.ones(len(start), np.int64)
    return Frames(packet, time, nothing, nothing, one, outward, kind, at, end, outward)


def of_ethernet(  # noqa: PLR0917 - columns
    memory: Memory, start: Numbers, end: Numbers, packet: Numbers, time: Numbers, tag: Numbers | None = None
) -> Frames:
    """Return frames that begin with an Ethernet header; shorter ones than that are left out."""
    whole = end - start >= 14
    if not whole.all():
        start, end, packet, time = start[whole], end[whole], packet[whole], time[whole]
        tag = None if tag is None else tag[whole]
    zeros = np.zeros(len(start), np.int64)
    ones = np.ones(len(start), np.int64) if tag is None else begun_tags(tag)
    frames = Frames(
        packet,
        time,
        memory.u48(start + 6),
        memory.u48(start),
        ones,
        zeros,
        memory.u16(start + 12),
        start + 14,
        end,
        zeros,
    )
    _untag(memory, frames)
    _unwrap_llc(memory, frames)
    return frames


def begun_tags(tag: Numbers) -> Numbers:
    """Return tags as `Frames` has them, of frames that have one at most; VLAN 0 is none."""
    return np.where(tag > 0, 1 << 12 | tag, 1)


def is_plain(memory: Memory, start: Numbers, end: Numbers) -> Mask:
    """Tell which Ethernet frames are untagged TCP or UDP that tells nothing but its source: most of all traffic."""
    kind = memory.u16(start + 12)
    four = (kind == IP) & (memory.u8(start + 14) == 0x45) & (memory.u16(start + 20) & 0x1FFF == 0)
    protocol = memory.u8(start + np.where(four, 23, 20))
    data = start + np.where(four, 34, 54)
    quiet = ~(_TELLING[memory.u16(data)] | _TELLING[memory.u16(data + 2)])
    ip = (four | (kind == IP6)) & (end - data >= 4)
    found: Mask = ip & ((protocol == _TCP) | ((protocol == _UDP) & quiet))
    return found


def _of_cooked(memory: Memory, start: Numbers, end: Numbers, time: Numbers, *, two: bool) -> Frames:
    header = 20 if two else 16
    packet = np.flatnonzero(end - start >= header)
    start, end, time = start[packet], end[packet], time[packet]
    hardware = memory.u16(start + 8 if two else start + 2)
    size = memory.u8(start + 11) if two else memory.u16(start + 4)
    told = (size == 6) & np.isin(hardware, (1, 6, 512, 801, 802, 803))
    source = np.where(told, memory.u48(start + (12 if two else 6)), NOBODY)
    kind = memory.u16(start if two else start + 14)
    outward = (memory.u8(start + 10) if two else memory.u16(start)) == 4
    nobody = np.full(len(start), NOBODY, np.int64)
    ones, zeros = np.ones(len(start), np.int64), np.zeros(len(start), np.int64)
    everybody = np.where((memory.u8(start + 10) if two else memory.u16(start)) == 1, (1 << 48) - 1, nobody)
    frames = Frames(packet, time, source, everybody, ones, zeros, kind, start + header, end, outward.astype(np.int64))
    _untag(memory, frames)
    is_llc = frames.kind == 4  # LINUX_SLL_P_802_2
    frames.kind[is_llc] = 0x05DC
    _unwrap_llc(memory, frames)
    return frames


def _untag(memory: Memory, frames: Frames) -> None:
    """Take VLAN tags off, and note their numbers; VLAN 0 is a priority and no VLAN."""
    rows = np.arange(len(frames))
    for _ in range(_TAGS_MAX):
        kinds = frames.kind[rows]
        tagged = (kinds == 0x8100) | (kinds == 0x88A8) | (kinds == 0x9100) | (kinds == 0x9200)
        tagged &= frames.at[rows] + 4 <= frames.end[rows]
        rows = rows[tagged]
        if not len(rows):
            return
        at = frames.at[rows]
        vlan = memory.u16(at) & 0xFFF
        tags = frames.tags[rows]
        frames.tags[rows] = np.where(vlan > 0, tags << 12 | vlan, tags)
        frames.kind[rows] = memory.u16(at + 2)
        frames.at[rows] = at + 4


def _unwrap_llc(memory: Memory, frames: Frames) -> None:
    """Turn lengths into what SNAP says is carried, and cut padding off."""
    rows = np.flatnonzero((frames.kind < 0x0600) & (frames.kind >= 0))
    if not len(rows):
        return
    at = frames.at[rows]
    length = frames.kind[rows]
    frames.end[rows] = np.minimum(frames.end[rows], at + length)
    unwrap_snap(memory, frames, rows)


def unwrap_snap(memory: Memory, frames: Frames, rows: Numbers) -> None:
    """Read the SNAP header that some rows begin with; those without one are left as they are, as a length."""
    at = frames.at[rows]
    snap = (at + 8 <= frames.end[rows]) & (memory.number(at, 3) == 0xAAAA03)
    rows, at = rows[snap], at[snap]
    who, kind = memory.number(at + 3, 3), memory.u16(at + 6)
    bridged = (who == 0) | (who == 0x0000F8)
    discovery = (who == 0x00000C) & (kind == 0x2000)
    frames.kind[rows] = np.where(bridged, kind, np.where(discovery, CDP, 0))
    frames.at[rows] = np.where(bridged | discovery, at + 8, at)


# IP ------------------------------------------------------------------------------------------------------------


def ip_packets(memory: Memory, frames: Frames) -> Packets:
    """Return the IP packets among frames, those of version 4 before those of version 6."""
    four = np.flatnonzero(frames.kind == IP)
    at, end = frames.at[four], frames.end[four]
    first = memory.u8(at)
    size = (first & 15) << 2
    good = (end - at >= 20) & (first >> 4 == 4) & (size >= 20)
    four, at, end, size = four[good], at[good], end[good], size[good]
    length = memory.u16(at + 2)
    end = np.where(length >= size, np.minimum(end, at + length), end)  # 0: left to the network card
    protocol = np.where(memory.u16(at + 6) & 0x1FFF, -1, memory.u8(at + 9))
    older = Packets(four, at, np.zeros(len(four), np.int64), protocol, at + size, end)
    newer = _ip6_packets(memory, frames)
    if not len(newer.frame):
        return older
    return Packets(*(np.concatenate((getattr(older, one.name), getattr(newer, one.name))) for one in fields(Packets)))


def _ip6_packets(memory: Memory, frames: Frames) -> Packets:
    six = np.flatnonzero(frames.kind == IP6)
    at, end = frames.at[six], frames.end[six]
    good = (end - at >= 40) & (memory.u8(at) >> 4 == 6)
    six, at, end = six[good], at[good], end[good]
    length = memory.u16(at + 4)
    end = np.where(length > 0, np.minimum(end, at + 40 + length), end)
    packets = Packets(six, at, np.ones(len(six), np.int64), memory.u8(at + 6), at + 40, end)
    rows = np.arange(len(six))
    for _ in range(_HEADERS_MAX if len(six) else 0):
        following, here = packets.protocol[rows], packets.at[rows]
        between = np.isin(following, (0, 43, 44, 51, 60)) & (here + 8 <= packets.end[rows])
        rows, here, following = rows[between], here[between], following[between]
        if not len(rows):
            break
        size = memory.u8(here + 1)
        step = np.where(following == 44, 8, np.where(following == 51, (size + 2) << 2, (size + 1) << 3))
        later = (following == 44) & (memory.u16(here + 2) & 0xFFF8 != 0)
        packets.protocol[rows] = np.where(later, -1, memory.u8(here))
        packets.at[rows] = here + step
        rows = rows[~later]
    return packets
