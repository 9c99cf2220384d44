"""Samples of what IP packets give away of the machine that made them: hop limit, identification, TCP's clock.

Two machines behind one address have two clocks, and count their packets by themselves. A few samples for each pair of
address and IP address are enough to see that, so no more are taken: the first ones, and later ones ever farther apart.

Source: RFC 791, RFC 6864 (identification means nothing in packets that may not be fragmented and have 0), RFC 7323
section 3 (timestamps option).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from maccord.wire.frames import NOBODY, Frames, Packets
from maccord.wire.octets import Memory
from maccord.wire.spelled import ip_text

_AT_ONCE, SAMPLES, _MANY = 256, 64, 4096
"""So many packets of one piece are looked at, and so many of a piece that has very many."""

_EACH, _PLAIN = 128, 32
_PAIRS_MAX = 20_000
_SPREAD = 16
_TCP = 6


class Trait(NamedTuple):
    """What one packet gives away; `row` is its frame's."""

    row: int
    ip: str
    hops: int
    ident: int | None
    clock: int | None


class Sampler:
    """Decides which packets are samples."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[int, bytes, int], tuple[int, int, int]] = {}

    def samples(self, memory: Memory, some: Frames, packets: Packets) -> Iterator[Trait]:
        """Yield the samples among IP packets."""
        rows = np.flatnonzero((some.source[packets.frame] != NOBODY) & (packets.end > packets.at))
        most = SAMPLES if len(rows) > _MANY else _AT_ONCE
        if len(rows) > most:
            rows = rows[:: -(-len(rows) // most)]
        chosen = packets.where(rows)
        frames = some.where(chosen.frame)
        pairs = zip(frames.source.tolist(), frames.net.tolist(), frames.time.tolist(), strict=True)
        headers = zip(chosen.header.tolist(), chosen.six.tolist(), strict=True)
        bodies = zip(chosen.protocol.tolist(), chosen.at.tolist(), chosen.end.tolist(), strict=True)
        view = memory.view
        for row, (source, net, time), (header, six), (protocol, at, end) in zip(
            chosen.frame.tolist(), pairs, headers, bodies, strict=True
        ):
            ip = bytes(view[header + 8 : header + 24] if six else view[header + 12 : header + 16])
            if self._is_due((source, ip, net), time):
                clock = _clock(bytes(view[at : min(end, at + 60)])) if protocol == _TCP else None
                yield Trait(row, ip_text(ip), *_told(bytes(view[header : header + 10]), six=bool(six)), clock)

    def _is_due(self, pair: tuple[int, bytes, int], time: int) -> bool:
        count, first, last = self._pairs.get(pair, (0, time, time))
        if not count and len(self._pairs) >= _PAIRS_MAX:
            return False
        due = count < _PLAIN or (count < _EACH and (time - last) * _SPREAD >= time - first)
        if due:
            self._pairs[pair] = (count + 1, first, time)
        return due


def _told(header: bytes, *, six: bool) -> tuple[int, int | None]:
    if six:
        return header[7], None
    ident, unbroken = int.from_bytes(header[4:6], "big"), header[6] & 0x40
    return header[8], None if unbroken and not ident else ident


def _clock(segment: bytes) -> int | None:
    """Return TSval of a TCP segment that has one."""
    if len(segment) < 20:
        return None
    end = min((segment[12] >> 4) << 2, len(segment))
    at = 20
    while at < end and segment[at]:
        if segment[at] == 1:
            at += 1
            continue
        size = segment[at + 1] if at + 1 < end else 0
        if size < 2 or at + size > end:
            return None
        if segment[at] == 8 and size == 10:
            return int.from_bytes(segment[at + 2 : at + 6], "big")
        at += size
    return None
