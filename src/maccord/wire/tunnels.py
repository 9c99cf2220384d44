"""The frames that frames carry in tunnels, and the frames in those: a row for each, as for the frames around them.

Source: RFC 7348 (VXLAN); RFC 8926 (Geneve); RFC 2784, RFC 2890, RFC 7637 (GRE, its key, NVGRE);
draft-foschiano-erspan-03 (ERSPAN); RFC 3378 (EtherIP); IEEE 802.1ah.
"""

from dataclasses import dataclass

import numpy as np

from maccord.wire.frames import PBB, Frames, Packets, ip_packets, joined, of_ethernet
from maccord.wire.octets import Memory, Numbers

NO_TUNNEL, VXLAN, GENEVE, NVGRE, GRE, GRE_ENDS, ERSPAN, PBB_TUNNEL, WLAN, ETHERIP = range(10)

_DEPTH_MAX = 4
_NETWORK = 48
_UDP, _GRE, _ETHERIP = 17, 47, 97
_BRIDGING, _ERSPAN_2, _ERSPAN_3 = 0x6558, 0x88BE, 0x22EB
_VSID_LEAST = 0x1000
"""RFC 7637 reserves lower ones: a key that would have one is a plain tunnel's."""


@dataclass(slots=True)
class _Carried:
    """Ethernet frames inside something: the row of the frame around each, where it begins and ends, and its network."""

    row: Numbers
    at: Numbers
    end: Numbers
    net: Numbers


def inside(memory: Memory, frames: Frames, packets: Packets, ends: "Ends") -> Frames | None:
    """Return the frames that frames carry in tunnels; None where there are none."""
    carried = [_in_udp(memory, packets), _in_gre(memory, packets, ends), _in_pbb(memory, frames), _in_ip(packets, ends)]
    found = []
    for one in carried:
        if not len(one.row):
            continue
        inner = of_ethernet(memory, one.at, one.end, np.arange(len(one.row), dtype=np.int64), one.at)
        which = inner.packet
        inner.net = one.net[which]
        inner.packet = frames.packet[one.row][which]
        inner.time = frames.time[one.row][which]
        inner.outward = frames.outward[one.row][which]
        if len(inner):
            found.append(inner)
    return joined(found) if found else None


def all_within(memory: Memory, frames: Frames, ends: "Ends") -> list[tuple[Frames, Packets]]:
    """Return frames, frames inside them, and so on, each with its IP packets."""
    found = []
    layer: Frames | None = frames
    for _ in range(_DEPTH_MAX):
        if layer is None:
            break
        packets = ip_packets(memory, layer)
        found.append((layer, packets))
        layer = inside(memory, layer, packets, ends)
    return found


class Ends:
    """Numbers for tunnels that are known by their two ends alone."""

    _MOST = 1 << 16

    def __init__(self) -> None:
        self._numbers: dict[tuple[bytes, bytes], int] = {}
        self.pairs: list[tuple[bytes, bytes]] = []

    def number(self, one: bytes, other: bytes) -> int:
        """Return the number of the tunnel between two IP addresses; beyond very many they share one."""
        key = (one, other) if one <= other else (other, one)
        known = self._numbers.get(key)
        if known is None:
            if len(self.pairs) >= self._MOST:
                return self._MOST - 1
            known = self._numbers[key] = len(self.pairs)
            self.pairs.append(key)
        return known

    def numbers(self, memory: Memory, packets: Packets) -> Numbers:
        """Return the number of the tunnel that each packet travels in."""
        found = np.zeros(len(packets.frame), np.int64)
        for row, (header, six) in enumerate(zip(packets.header.tolist(), packets.six.tolist(), strict=True)):
            at, size = (header + 8, 16) if six else (header + 12, 4)
            found[row] = self.number(memory.piece(at, at + size), memory.piece(at + size, at + 2 * size))
        return found


def _net(kind: int | Numbers, number: Numbers) -> Numbers:
    return np.asarray(kind, np.int64) << _NETWORK | number


def _in_udp(memory: Memory, packets: Packets) -> _Carried:
    some = packets.where((packets.protocol == _UDP) & (packets.end - packets.at >= 16))
    port = memory.u16(some.at + 2)
    flags, network = memory.u8(some.at + 8), memory.number(some.at + 12, 3)
    vxlan = ((port == 4789) | (port == 8472)) & (flags & 8 != 0)
    geneve = (port == 6081) & (flags >> 6 == 0) & (memory.u16(some.at + 10) == _BRIDGING)
    chosen = vxlan | geneve
    at = some.at + 16 + np.where(geneve, (flags & 63) << 2, 0)
    net = _net(np.where(geneve, GENEVE, VXLAN), network)
    return _Carried(some.frame[chosen], at[chosen], some.end[chosen], net[chosen])


def _in_gre(memory: Memory, packets: Packets, ends: Ends) -> _Carried:
    some = packets.where((packets.protocol == _GRE) & (packets.end - packets.at >= 4))
    flags, kind = memory.u16(some.at), memory.u16(some.at + 2)
    some = some.where((flags & 7 == 0) & ((kind == _BRIDGING) | (kind == _ERSPAN_2) | (kind == _ERSPAN_3)))
    flags, kind = memory.u16(some.at), memory.u16(some.at + 2)
    summed, keyed, counted = (flags & bit != 0 for bit in (0x8000, 0x2000, 0x1000))
    key_at = some.at + 4 + np.where(summed, 4, 0)
    at = key_at + np.where(keyed, 4, 0) + np.where(counted, 4, 0)
    key = memory.u32(key_at)
    mirrored = kind != _BRIDGING
    virtual = keyed & ~summed & ~counted & (key >> 8 >= _VSID_LEAST)
    session = np.where(counted | (kind == _ERSPAN_3), memory.u16(at + 2) & 0x3FF, 0)
    size = np.where(kind == _ERSPAN_3, 12, np.where(counted, 8, 0))
    size = np.where((kind == _ERSPAN_3) & (memory.u8(at + 11) & 1 != 0), 20, size)
    net = np.where(
        mirrored,
        _net(ERSPAN, session),
        np.where(virtual, _net(NVGRE, key >> 8), _net(GRE, key)),
    )
    bare = ~mirrored & ~keyed
    if bare.any():
        net[bare] = _net(GRE_ENDS, ends.numbers(memory, some.where(bare)))
    return _Carried(some.frame, at + np.where(mirrored, size, 0), some.end, net)


def _in_ip(packets: Packets, ends: Ends) -> _Carried:
    some = packets.where((packets.protocol == _ETHERIP) & (packets.end - packets.at >= 2))
    del ends
    return _Carried(some.frame, some.at + 2, some.end, _net(ETHERIP, np.zeros(len(some.frame), np.int64)))


def _in_pbb(memory: Memory, frames: Frames) -> _Carried:
    rows = np.flatnonzero((frames.kind == PBB) & (frames.end - frames.at >= 4))
    at = frames.at[rows]
    return _Carried(rows, at + 4, frames.end[rows], _net(PBB_TUNNEL, memory.number(at + 1, 3)))
