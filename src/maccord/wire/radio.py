"""Frames of wireless networks: IEEE 802.11, bare or behind the headers that radios put before them.

An access point bridges its radio cell to a wire; a frame is told of in the domain of its cell, by BSSID. What is
encrypted tells its addresses and no more.

Source: IEEE 802.11-2020 section 9.2 and 9.3; radiotap.org, "Radiotap" and "Defined fields" (TSFT, Flags); tcpdump.org,
"LINKTYPE_IEEE802_11_PRISM", "LINKTYPE_PPI", "LINKTYPE_IEEE802_11_AVS".
"""

from dataclasses import fields

import numpy as np

from maccord.wire.frames import NOBODY, Frames, unwrap_snap
from maccord.wire.octets import Memory, Numbers
from maccord.wire.tunnels import WLAN

BARE, PRISM, RADIOTAP, AVS, PPI = 105, 119, 127, 163, 192
LINKS = {BARE, PRISM, RADIOTAP, AVS, PPI}

_GROUP = (1 << 48) - 1
_LLC = 0x05DC
_PARTS_MAX = 64


def of_radio(memory: Memory, start: Numbers, end: Numbers, time: Numbers, link: int) -> Frames:
    """Return the frames of packets of one of these link types; control frames, which have no source, are left out."""
    rows: list[tuple[int, ...]] = []
    columns = zip(start.tolist(), end.tolist(), time.tolist(), strict=True)
    for packet, (first, last, when) in enumerate(columns):
        octets = memory.piece(first, last)
        skipped, padded, checked = _before(octets, link)
        if 0 <= skipped < len(octets):
            found = _frames(octets[skipped : len(octets) - checked], first + skipped, padded=padded)
            rows += [(packet, when, *row) for row in found]
    table = np.array(rows, np.int64).reshape(-1, len(fields(Frames)))
    frames = Frames(*(np.ascontiguousarray(column) for column in table.T))
    unwrap_snap(memory, frames, np.flatnonzero(frames.kind == _LLC))
    return frames


def _before(octets: bytes, link: int) -> tuple[int, bool, int]:
    """Return how long a radio's header is, whether the frame's header is padded, and how long its check sum is."""
    if link == BARE:
        return 0, False, 0
    if link in (PRISM, AVS):
        big = int.from_bytes(octets[4:8], "big")
        return (big if big < 1 << 16 else int.from_bytes(octets[4:8], "little")), False, 0
    size = int.from_bytes(octets[2:4], "little")
    if link == PPI or len(octets) < 8 or size < 8:
        return (size if size >= 8 else -1), False, 0
    flags = _radiotap_flags(octets[:size])
    return size, bool(flags & 0x20), 4 if flags & 0x10 else 0


def _radiotap_flags(header: bytes) -> int:
    present = int.from_bytes(header[4:8], "little")
    if not present & 2:
        return 0
    at = 8
    for _ in range(_PARTS_MAX):
        if not int.from_bytes(header[at - 4 : at], "little") >> 31:
            break
        at += 4
    if present & 1:
        at = (at + 7 & ~7) + 8
    return header[at] if at < len(header) else 0


def _frames(octets: bytes, start: int, *, padded: bool) -> list[tuple[int, ...]]:
    """Return the rows of one frame, without packet and time; an aggregate has several."""
    if len(octets) < 24 or octets[0] & 3:
        return []
    kind, subtype, flags = octets[0] >> 2 & 3, octets[0] >> 4, octets[1]
    ends, size = _ends(octets, flags if kind == 2 else 0)
    if kind == 0:
        return [_row(ends, 0, (start + 24, start + len(octets)))]
    aggregate = False
    if subtype & 8:
        aggregate = len(octets) > size and bool(octets[size] & 0x80)
        size += 2 + (4 if flags & 0x80 else 0)
    if padded:
        size = size + 3 & ~3
    if kind != 2 or len(octets) < size:
        return []
    readable = not subtype & 4 and not flags & 0x40
    if aggregate and readable:
        return _parts(octets, size, start, ends[2])
    return [_row(ends, _LLC if readable else 0, (start + size, start + len(octets)))]


def _ends(octets: bytes, flags: int) -> tuple[tuple[int, int, int], int]:
    """Return source, target and BSSID of a frame, and how long its header is, without what quality of service adds."""
    one, two, three = (int.from_bytes(octets[at : at + 6], "big") for at in (4, 10, 16))
    if flags & 3 == 3:
        return (int.from_bytes(octets[24:30], "big"), three, two), 30
    if flags & 1:
        return (two, three, one), 24
    return ((three, one, two) if flags & 2 else (two, one, three)), 24


def _parts(octets: bytes, at: int, start: int, cell: int) -> list[tuple[int, ...]]:
    found = []
    for _ in range(_PARTS_MAX):
        if at + 14 > len(octets):
            break
        target, source = (int.from_bytes(octets[here : here + 6], "big") for here in (at, at + 6))
        size = int.from_bytes(octets[at + 12 : at + 14], "big")
        end = min(at + 14 + size, len(octets))
        found.append(_row((source, target, cell), _LLC, (start + at + 14, start + end)))
        at += 14 + size + 3 & ~3
    return found


def _row(ends: tuple[int, int, int], kind: int, span: tuple[int, int]) -> tuple[int, ...]:
    source, target, cell = ends
    network = 0 if cell == _GROUP else cell
    return source or NOBODY, target, 1, WLAN << 48 | network, kind, *span, 0
