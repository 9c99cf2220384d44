"""Captures from an interface, as packets come, on Linux.

The kernel puts packets into a ring that is shared with it; a filter keeps what nobody wants from being copied. What the
machine itself sends is told of and is no presence, as of any capture that knows the direction. Nothing is ever sent.

Source: packet(7); Linux, Documentation/networking/packet_mmap.rst (TPACKET_V3) and include/uapi/linux/if_packet.h.
"""

import ctypes
import errno
import select
import socket
import sys
from collections.abc import Iterator
from mmap import MAP_SHARED, PROT_READ, PROT_WRITE, mmap
from struct import Struct, pack, unpack_from
from typing import Self

import numpy as np

from maccord.mac import MaccordError
from maccord.wire.frames import ETHERNET, RAW
from maccord.wire.octets import Memory
from maccord.wire.packet_filter import program
from maccord.wire.packets import Piece, Reader
from maccord.wire.radio import BARE, RADIOTAP
from maccord.wire.records import At, Batch
from maccord.wire.scan import MARGIN

_SOL_PACKET, _ETH_P_ALL = 263, 3
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION = 1, 5, 6, 10
_PROMISCUOUS, _TPACKET_V3 = 1, 2
_SO_ATTACH_FILTER = 26
_BLOCK, _BLOCKS, _FRAME, _RETIRE_MS = 1 << 20, 16, 2048, 60
_TO_USER, _FROM_KERNEL = 0, 1
_VLAN_TOLD, _VLAN_KIND_TOLD = 1 << 4, 1 << 6
_OUTGOING = 4
_HEADER = Struct("=IIIIIIHHIIH10xHHiHBB")
"""tpacket3_hdr and the sockaddr_ll behind it."""

_LINKS = {1: ETHERNET, 772: ETHERNET, 801: BARE, 803: RADIOTAP, 65534: RAW, 519: RAW, 768: RAW, 769: RAW}
"""Link types by the hardware type of the interface (ARPHRD_*)."""


class CannotCapture(MaccordError):
    """An interface that cannot be captured from, and why."""

    def __init__(self, interface: str, why: str) -> None:
        super().__init__(interface, why)
        self.interface, self.why = interface, why

    def __str__(self) -> str:
        return f"{self.interface}: {self.why}"


class InterfaceGone(CannotCapture):
    """An interface that was captured from and is down or gone."""


class Interface:
    """A network interface that is listened to. Raises CannotCapture.

    `sources` false has the kernel pass only what tells of addresses (ARP, discovery, DHCP, LLDP, tunnels and the like):
    much less work on a busy link, without when addresses sent.
    """

    def __init__(self, name: str, at: At, *, sources: bool = True) -> None:
        self.name, self._at = name, at
        self._reader = Reader(sources=sources)
        self._lines = 0
        self._block = 0
        self._link = ETHERNET
        self._socket = _opened(name, everything=sources)
        try:
            self._ring = mmap(self._socket.fileno(), _BLOCK * _BLOCKS, MAP_SHARED, PROT_READ | PROT_WRITE)
        except OSError as error:
            self._socket.close()
            raise CannotCapture(name, f"no memory to capture with ({error.strerror})") from error

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self._ring.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def batches(self, timeout_s: float) -> Iterator[Batch]:
        """Yield what came, for ever; an empty batch whenever nothing came for so long. Raises InterfaceGone."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | select.POLLERR)
        while True:
            if not self._is_full(self._block):
                for _, event in poll.poll(timeout_s * 1000):
                    if event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                        self._complain()
            for _ in range(_BLOCKS):
                if not self._is_full(self._block):
                    break
                self._read_block(self._block * _BLOCK)
                self._ring[self._block * _BLOCK + 8 : self._block * _BLOCK + 12] = pack("=I", _TO_USER)
                self._block = (self._block + 1) % _BLOCKS
            batch = self._reader.taken()
            batch.packets, self._new = self._new, 0
            batch.dropped = self._dropped()
            yield batch

    _new = 0

    def _is_full(self, block: int) -> bool:
        (status,) = unpack_from("=I", self._ring, block * _BLOCK + 8)
        return bool(status & _FROM_KERNEL)

    def _complain(self) -> None:
        number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            why = (
                "the interface is down"
                if number == errno.ENETDOWN
                else f"the interface is gone ({errno.errorcode.get(number, number)})"
            )
            raise InterfaceGone(self.name, why)
        try:
            socket.if_nametoindex(self.name)
        except OSError as error:
            raise InterfaceGone(self.name, "the interface is gone") from error

    def _dropped(self) -> int:
        """Return how many packets there was no room for since this was asked last."""
        raw = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 12)
        return int(unpack_from("=I", raw, 4)[0])

    def _read_block(self, start: int) -> None:
        ring = self._ring
        count, first = unpack_from("=II", ring, start + 12)
        pieces: list[bytes] = []
        times, sizes, outward = [], [], []
        at, end = start + first, start + _BLOCK
        for _ in range(count):
            if at + _HEADER.size > end:
                break
            step, seconds, ns, size, _, status, mac, _, _, tci, kind, *where = _HEADER.unpack_from(ring, at)
            frame = ring[at + mac : min(at + mac + size, end)]
            if status & _VLAN_TOLD:  # the card took the tag off
                kind = kind if status & _VLAN_KIND_TOLD else 0x8100
                frame = frame[:12] + pack(">HH", kind, tci & 0xFFFF) + frame[12:]
            self._link = _LINKS.get(where[3], ETHERNET)
            pieces.append(frame)
            sizes.append(len(frame))
            times.append(seconds * 10**9 + ns)
            outward.append(int(where[4] == _OUTGOING))
            if not step:
                break
            at += step
        self._read(pieces, sizes, times, outward)

    def _read(self, pieces: list[bytes], sizes: list[int], times: list[int], outward: list[int]) -> None:
        if not pieces:
            return
        memory = Memory(np.frombuffer(bytearray(b"".join(pieces)) + bytes(MARGIN), dtype=np.uint8))
        ends = np.cumsum(np.array(sizes, np.int64))
        lines = np.arange(self._lines + 1, self._lines + 1 + len(pieces), dtype=np.int64)
        piece = Piece(
            memory,
            ends - np.array(sizes, np.int64),
            ends,
            np.array(times, np.int64),
            lines,
            np.array(outward, np.int64),
        )
        self._reader.read(piece, self._link, self._at)
        self._lines += len(pieces)
        self._new += len(pieces)


def _opened(name: str, *, everything: bool) -> socket.socket:
    if not hasattr(socket, "AF_PACKET"):
        why = f"an interface can be captured from on Linux alone; here: tcpdump -i {name} -U -w - | maccord watch -"
        raise CannotCapture(name, why)
    try:
        number = socket.if_nametoindex(name)
    except OSError as error:
        known = ", ".join(sorted(one for _, one in socket.if_nameindex()))
        raise CannotCapture(name, f"no interface of that name; there are {known}") from error
    try:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    except PermissionError as error:
        why = (
            "no right to capture: run as root, or with the capability CAP_NET_RAW "
            f"(setcap cap_net_raw+ep {sys.executable})"
        )
        raise CannotCapture(name, why) from error
    try:
        _set_up(opened, number, everything=everything)
        opened.bind((name, _ETH_P_ALL))
    except OSError as error:
        opened.close()
        raise CannotCapture(name, f"cannot be captured from ({error.strerror or error})") from error
    return opened


def _set_up(opened: socket.socket, number: int, *, everything: bool) -> None:
    code = ctypes.create_string_buffer(program(everything=everything))
    filtering = pack("@HP", (len(code) - 1) // 8, ctypes.addressof(code))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filtering)
    opened.setsockopt(_SOL_PACKET, _VERSION, pack("=i", _TPACKET_V3))
    frames = _BLOCK // _FRAME * _BLOCKS
    opened.setsockopt(_SOL_PACKET, _RX_RING, pack("=7I", _BLOCK, _BLOCKS, _FRAME, frames, _RETIRE_MS, 0, 0))
    opened.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, pack("=iHH8s", number, _PROMISCUOUS, 0, b""))
