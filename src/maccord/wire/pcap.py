"""The two capture formats: what their headers say, and where in a record its time and its octets are.

Classic pcap is written by tcpdump, switches and firewalls in either byte order, with microseconds or nanoseconds, and
by old Linux tools with longer record headers. pcapng has sections, interfaces with their own link type and clock, and
packets as blocks between others.

Source: IETF, "PCAP Capture File Format" (draft-ietf-opsawg-pcap) and "PCAP Next Generation (pcapng) Capture File
Format" (draft-ietf-opsawg-pcapng); Wireshark, wiretap/libpcap.h, for the modified form.
"""

from dataclasses import dataclass

import numpy as np

from maccord.wire.magic import CLASSIC, NEXT_GENERATION
from maccord.wire.octets import Memory, Numbers
from maccord.wire.scan import Form
from maccord.wire.spelled import text

CLASSIC_HEADER = 24
SECTION_HEADER = 12
PACKET_MAX = 1 << 18
"""No packet is longer than this, as Wireshark has it too; a record that says so is none."""

BLOCK_MAX = 1 << 20
"""Longer blocks of pcapng are passed over: no packet has one."""

INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 1, 2, 3, 6

_ORDERS = {b"\x1a\x2b\x3c\x4d": True, b"\x4d\x3c\x2b\x1a": False}
_OPTIONS_MAX = 64
_LONGEST_NS = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Classic:
    """What the header of a classic capture says."""

    form: Form
    fraction_ns: int
    link: int


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface of a section of pcapng. `tick` is the exponent of its clock: of 10, or of 2 where `binary`."""

    link: int
    snap: int
    name: str
    tick: int = 6
    binary: bool = False
    since_s: int = 0


def classic(header: bytes) -> Classic | None:
    """Read the header of a classic capture; None for anything else."""
    known = CLASSIC.get(header[:4])
    if known is None or len(header) < CLASSIC_HEADER:
        return None
    big, fraction_ns, size = known
    link = int.from_bytes(header[20:24], "big" if big else "little") & 0xFFFF
    return Classic(Form(ng=False, big=big, header=size, most=PACKET_MAX), fraction_ns, link)


def section(header: bytes) -> tuple[Form, int] | None:
    """Read the first octets of a section; return how its blocks are laid out, and how long this one is."""
    big = _ORDERS.get(header[8:12])
    if header[:4] != NEXT_GENERATION or big is None:
        return None
    length = int.from_bytes(header[4:8], "big" if big else "little")
    if length < 28 or length & 3 or length > BLOCK_MAX:
        return None
    return Form(ng=True, big=big, header=12, most=BLOCK_MAX), length


def interface(block: bytes, *, big: bool) -> Interface | None:
    """Read a whole interface description block; None for one that is too short."""
    if len(block) < 20:
        return None
    order = "big" if big else "little"
    link, snap = _number(block[8:10], order), _number(block[12:16], order)
    name, tick, binary, since_s = "", 6, False, 0
    at = 16
    for _ in range(_OPTIONS_MAX):
        kind, size = _number(block[at : at + 2], order), _number(block[at + 2 : at + 4], order)
        value = block[at + 4 : at + 4 + size]
        if not kind or at + 4 + size > len(block) - 4:
            break
        if kind == 2:
            name = text(value)
        elif kind == 9 and size == 1:
            tick, binary = value[0] & 0x7F, bool(value[0] & 0x80)
        elif kind == 14 and size == 8:
            since_s = int.from_bytes(value, "big" if big else "little", signed=True)
        at += 4 + (size + 3 & ~3)
    return Interface(link, snap, name, tick, binary, since_s)


def _number(octets: bytes, order: str) -> int:
    return int.from_bytes(octets, "big" if order == "big" else "little")


def field(memory: Memory, at: Numbers, *, big: bool) -> Numbers:
    """Read numbers of four octets in the order of a file."""
    return memory.u32(at) if big else memory.little32(at)


def times_ns(ticks: Numbers, one: Interface) -> Numbers:
    """Return an interface's ticks as nanoseconds since 1970; what is beyond the year 2262 is that year."""
    clock = ticks.view(np.uint64)
    if one.binary:
        shift = np.uint64(min(one.tick, 63))
        clock, shift = (clock >> np.uint64(int(shift) - 30), np.uint64(30)) if shift > 30 else (clock, shift)
        seconds = np.minimum(clock >> shift, np.uint64(_LONGEST_NS // 10**9 - 1))
        found = seconds * np.uint64(10**9) + ((clock & np.uint64((1 << int(shift)) - 1)) * np.uint64(10**9) >> shift)
    elif one.tick <= 9:
        unit = 10 ** (9 - one.tick)
        found = np.minimum(clock, np.uint64(_LONGEST_NS // unit)) * np.uint64(unit)
    else:
        found = np.minimum(clock // np.uint64(10 ** min(one.tick - 9, 19)), np.uint64(_LONGEST_NS))
    if one.since_s:
        limit = _LONGEST_NS // 10**9 - 1
        since = max(-limit, min(one.since_s, limit)) * 10**9
        room = _LONGEST_NS - since if since > 0 else _LONGEST_NS
        moved: Numbers = np.maximum(np.minimum(found.astype(np.int64), room) + since, 0)
        return moved
    signed: Numbers = found.astype(np.int64)
    return signed
