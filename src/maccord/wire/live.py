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
from struct import pack, unpack_from
from time import monotonic
from typing import Self

import numpy as np

from maccord.mac import MaccordError
from maccord.wire.frames import ETHERNET, RAW
from maccord.wire.octets import Memory, Numbers
from maccord.wire.packet_filter import pass_all, program
from maccord.wire.packets import Piece, Reader
from maccord.wire.radio import BARE, RADIOTAP
from maccord.wire.records import At, Batch

_SOL_PACKET, _ETH_P_ALL = 263, 3
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION = 1, 5, 6, 10
_PROMISCUOUS, _TPACKET_V3 = 1, 2
_SO_ATTACH_FILTER = 26
_BLOCK, _BLOCKS, _FRAME, _RETIRE_MS = 1 << 21, 12, 2048, 500
_TO_USER, _FROM_KERNEL = 0, 1
_VLAN_TOLD = 1 << 4
_OUTGOING = 4
_GATHERED_S, _MANY = 0.5, 1 << 18
_HEADER = 68
_SECONDS, _NANOSECONDS, _SIZE, _STATUS, _TCI = 1, 2, 3, 5, 8
_MAC, _HARDWARE, _PACKET_KIND = 12, 28, 58
"""Where fields of tpacket3_hdr and the sockaddr_ll behind it are: in words of four octets, of two, and in octets."""

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
        self._new = 0
        self._socket = _opened(name, everything=sources)
        try:
            self._ring = mmap(self._socket.fileno(), _BLOCK * _BLOCKS, MAP_SHARED, PROT_READ | PROT_WRITE)
        except OSError as error:
            self._socket.close()
            raise CannotCapture(name, f"no memory to capture with ({error.strerror})") from error
        self._memory = Memory(np.frombuffer(self._ring, np.uint8))
        self._words, self._halves = self._memory.octets.view(np.uint32), self._memory.octets.view(np.uint16)
        self._fields = memoryview(self._ring).cast("I")

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self._fields.release()
        del self._words, self._halves, self._memory
        self._ring.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def batches(self, timeout_s: float) -> Iterator[Batch]:
        """Yield what came, for ever; an empty batch whenever nothing came for so long. Raises InterfaceGone.

        What comes within half a second is one batch: many small ones would take more time than they save.
        """
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | select.POLLERR)
        since = monotonic()
        while True:
            gone = None
            if not self._is_full(self._block):
                for _, event in poll.poll(timeout_s * 1000):
                    if event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                        gone = self._complaint()
            came = self._read_blocks()
            if came and gone is None and self._new < _MANY and monotonic() < since + _GATHERED_S:
                continue
            batch = self._reader.taken()
            batch.packets, self._new = self._new, 0
            batch.dropped = self._dropped()
            yield batch
            if gone is not None:
                raise gone
            since = monotonic()

    def _is_full(self, block: int) -> bool:
        return bool(self._fields[(block * _BLOCK + 8) >> 2] & _FROM_KERNEL)

    def _complaint(self) -> InterfaceGone | None:
        number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number == errno.ENETDOWN:
            return InterfaceGone(self.name, "the interface is down")
        if number:
            return InterfaceGone(self.name, f"the interface is gone ({errno.errorcode.get(number, number)})")
        try:
            socket.if_nametoindex(self.name)
        except OSError:
            return InterfaceGone(self.name, "the interface is gone")
        return None

    def _dropped(self) -> int:
        """Return how many packets there was no room for since this was asked last."""
        raw = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 12)
        return int(unpack_from("=I", raw, 4)[0])

    def _read_blocks(self) -> int:
        """Read the blocks that are full, each once, and give them back; return how many there were."""
        for count in range(_BLOCKS):
            if not self._is_full(self._block):
                return count
            self._read_block(self._block * _BLOCK)
            self._fields[(self._block * _BLOCK + 8) >> 2] = _TO_USER
            self._block = (self._block + 1) % _BLOCKS
        return _BLOCKS

    def _read_block(self, start: int) -> None:
        fields, found, end = self._fields, [], start + _BLOCK - _HEADER
        count, at = fields[(start + 12) >> 2], start + fields[(start + 16) >> 2]
        for _ in range(count):
            if at > end:
                break
            found.append(at)
            step = fields[at >> 2]
            if not step:
                break
            at += step
        if found:
            self._read(np.array(found, np.int64), start + _BLOCK)

    def _read(self, at: Numbers, end: int) -> None:
        """Read packets whose headers begin at some offsets of the ring."""
        word, half = at >> 2, at >> 1
        frame = at + self._halves[half + _MAC]
        size = self._words[word + _SIZE].astype(np.int64)
        cut_off = self._words[word + _STATUS] & _VLAN_TOLD != 0  # the kernel took the tag off
        piece = Piece(
            self._memory,
            frame,
            np.minimum(frame + size, end),
            self._words[word + _SECONDS] * np.int64(10**9) + self._words[word + _NANOSECONDS],
            np.arange(self._lines + 1, self._lines + 1 + len(at), dtype=np.int64),
            (self._memory.u8(at + _PACKET_KIND) == _OUTGOING).astype(np.int64),
            np.where(cut_off, self._words[word + _TCI] & 0xFFF, 0).astype(np.int64),
        )
        link = _LINKS.get(int(self._halves[half[0] + _HARDWARE]), ETHERNET)
        if link == ETHERNET and self._reader.sources is not None:
            self._reader.read_mixed(piece, self._at)
        else:
            self._reader.read(piece, link, self._at)
        self._lines += len(at)
        self._new += len(at)


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
        _set_up(opened, name, number, everything=everything)
        opened.bind((name, _ETH_P_ALL))
    except OSError as error:
        opened.close()
        raise CannotCapture(name, f"cannot be captured from ({error.strerror or error})") from error
    return opened


def _set_up(opened: socket.socket, name: str, number: int, *, everything: bool) -> None:
    opened.bind((name, 0))
    is_ethernet = _LINKS.get(opened.getsockname()[3], ETHERNET) == ETHERNET
    code = ctypes.create_string_buffer(program(everything=everything) if is_ethernet else pass_all())
    filtering = pack("@HP", (len(code) - 1) // 8, ctypes.addressof(code))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filtering)
    opened.setsockopt(_SOL_PACKET, _VERSION, pack("=i", _TPACKET_V3))
    frames = _BLOCK // _FRAME * _BLOCKS
    opened.setsockopt(_SOL_PACKET, _RX_RING, pack("=7I", _BLOCK, _BLOCKS, _FRAME, frames, _RETIRE_MS, 0, 0))
    opened.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, pack("=iHH8s", number, _PROMISCUOUS, 0, b""))
