"""Finds the records of a capture within a piece of it: in Python for small pieces, in WebAssembly for large ones.

A record tells its length, so the next one is known only when this one was looked at. `scan.wat` is that loop for a
machine to run; `PlainScanner` is the same, a hundred times slower, and for where no WebAssembly runs.

Source: IETF, "PCAP Capture File Format" (draft-ietf-opsawg-pcap) and "PCAP Next Generation (pcapng) Capture File
Format" (draft-ietf-opsawg-pcapng); WebAssembly Core Specification.
"""

import atexit
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Offsets = NDArray[np.int64]

MARGIN = 128
"""So many octets beyond the end of a piece may be looked at, whatever they are."""

SECTION = 0x0A0D0D0A
"""The type of a block that begins a section of pcapng; it reads the same in either byte order."""

ENDED, BROKEN, AT_SECTION, FULL = 0, 1, 2, 3
"""Why a walk stopped: the next record is not all there, what comes is no record, a section begins, or the store is
full."""

EVERYTHING, WANTED, ROWS = 0, 1, 2
"""What is told of records: where each is; where those are that tell of addresses; and the sources of all others,
too."""


@dataclass(frozen=True, slots=True)
class Form:
    """How records are laid out.

    `header` octets come before the data of a record of the classic format, or are the least that a block of pcapng
    (`ng`) begins with. `most` is the greatest length that is possible. `big`: the most significant octet comes first.
    """

    ng: bool
    big: bool
    header: int
    most: int


@dataclass(frozen=True, slots=True)
class Walked:
    """Records found: where they begin, and how many were before them, both int64. `stop` is where the next would be.

    `rows` are of frames of which the source is all that counts, eight columns: offset, number, both halves of the time,
    tags, both halves of the source (the lower first), and the number of the interface, of a classic capture the length.
    """

    offsets: Offsets
    numbers: Offsets
    count: int
    stop: int
    why: int
    rows: NDArray[np.uint32]


NO_ROWS = np.zeros((0, 8), np.uint32)


class Scanner(Protocol):
    """Walks records within memory of its own."""

    octets: Octets
    """The memory: room for a piece, MARGIN octets, and the store."""

    room: int
    """How large a piece may be."""

    stores: bool
    """Whether records that are told of are copied to the store, and may be looked at until `forget`."""

    def walk(self, first: int, last: int, form: Form, mode: int) -> Walked:
        """Walk the records between two offsets.

        Of pcapng, what is told of packets is meant of enhanced packet blocks alone; other blocks are always told of.
        """
        ...

    def forget(self) -> None:
        """Make room in the store."""
        ...

    @property
    def is_filling(self) -> bool:
        """Whether the store had better be emptied."""
        ...


class PlainScanner:
    """The walk in Python: it has no store, and no rows."""

    stores = False
    is_filling = False

    def __init__(self, room: int) -> None:
        self.room = room
        self._memory = bytearray(room + MARGIN)
        self.octets: Octets = np.frombuffer(self._memory, dtype=np.uint8)

    def walk(self, first: int, last: int, form: Form, mode: int) -> Walked:
        """See Scanner."""
        memory, order, at, count, why = self._memory, "big" if form.big else "little", first, 0, ENDED
        field, more = (4, 0) if form.ng else (8, form.header)
        data = 28 if form.ng else form.header
        offsets, numbers = [], []
        while form.header <= last - at:
            length = int.from_bytes(memory[at + field : at + field + 4], order)  # type: ignore[arg-type]  # a literal
            kind = int.from_bytes(memory[at : at + 4], order) if form.ng else 0  # type: ignore[arg-type]
            if form.ng and kind == SECTION:  # in an order of its own
                why = AT_SECTION
                break
            if length > form.most or (form.ng and (length < 12 or length & 3)):
                why = BROKEN
                break
            if length + more > last - at:
                break
            if not mode or (form.ng and kind != 6) or _is_wanted(memory, at + data):
                offsets.append(at)
                numbers.append(count)
            count += 1
            at += length + more
        return Walked(np.array(offsets, np.int64), np.array(numbers, np.int64), count, at, why, NO_ROWS)

    def forget(self) -> None:
        """See Scanner."""


class WasmScanner:
    """The walk in WebAssembly. Raises ImportError where that cannot run."""

    stores = True
    _PIECE = 1 << 16
    """The first octets are for what is returned."""

    _STORE = 1 << 22

    def __init__(self, room: int) -> None:
        engine, module = _compiled()
        from ctypes import addressof, c_ubyte  # noqa: PLC0415 - for large captures alone

        from wasmtime import Instance, Store  # noqa: PLC0415

        self.room = room
        self._store = Store(engine)
        exports: Any = Instance(self._store, module, []).exports(self._store)
        self._scan = exports["scan"]
        self._first = self._PIECE + room + MARGIN + (-(room + MARGIN) % 8)
        self._used = self._first
        self._pairs = self._first + self._STORE + MARGIN + (-(self._STORE + MARGIN) % 8)
        self._rows = self._pairs + room  # a pair has eight octets, a record twelve at least
        size = self._rows + 2 * room + 64  # a row has 32, a frame with its header 30 and no such record is shorter
        self._memory = exports["memory"]
        self._memory.grow(self._store, -(-size >> 16))
        size = self._memory.data_len(self._store)
        self._whole: Octets = np.frombuffer(
            (c_ubyte * size).from_address(addressof(self._memory.data_ptr(self._store).contents)), dtype=np.uint8
        )
        self._answer, self._asked = self._whole[:24].view("<u4"), self._whole[32:80].view("<u4")
        self.octets = self._whole[self._PIECE : self._pairs]

    def walk(self, first: int, last: int, form: Form, mode: int) -> Walked:
        """See Scanner."""
        base, pairs, rows = self._PIECE, self._pairs, self._rows
        laid_out = (int(form.ng), int(form.big), form.header, form.most)
        ends = (rows, self._first + self._STORE)
        self._asked[:] = (base + first, base + last, mode, *laid_out, pairs, rows, self._used, *ends)
        self._scan(self._store)
        stop, count, pairs_end, rows_end, self._used, why = self._answer.tolist()
        found = self._whole[pairs:pairs_end].view("<u4").reshape(-1, 2).astype(np.int64)
        told = self._whole[rows:rows_end].view("<u4").reshape(-1, 8)
        return Walked(found[:, 0] - base, found[:, 1], count, stop - base, why, told)

    def forget(self) -> None:
        """See Scanner."""
        self._used = self._first

    @property
    def is_filling(self) -> bool:
        """See Scanner."""
        return self._used - self._first > self._STORE >> 1


@cache
def _compiled() -> tuple[Any, Any]:
    from wasmtime import Engine, Module  # noqa: PLC0415

    atexit.register(_compiled.cache_clear)  # its destructor needs modules that are gone later
    engine = Engine()
    return engine, Module(engine, files("maccord.wire").joinpath("scan.wat").read_text("utf-8"))


def scanner(room: int, *, large: bool) -> Scanner:
    """Return a scanner for pieces of `room` octets: for a large source the fast one, if there is one."""
    if large:
        try:
            return WasmScanner(room)
        except (ImportError, OSError):  # not for this machine
            pass
    return PlainScanner(room)


# What scan.wat calls wanted ------------------------------------------------------------------------------------

_PORTS = {67, 68, 546, 547, 1985, 2029, 3222, 4789, 4790, 6081, 8472}
_CARRIERS = {47, 97, 112}
_TAGS = {0x8100, 0x88A8, 0x9100, 0x9200}
_TYPES = {0x0806, 0x8035, 0x8809, 0x88CC, 0x88E7}
_BETWEEN = {0, 43, 44, 60}


def _is_wanted(memory: bytearray, at: int) -> bool:
    at += 12
    tags = 0
    while (kind := memory[at] << 8 | memory[at + 1]) in _TAGS and tags < 4:
        at, tags = at + 4, tags + 1
    if kind == 0x0800:
        return _is_wanted4(memory, at + 2)
    if kind == 0x86DD:
        return _is_wanted6(memory, at + 2)
    return kind < 0x0600 or kind in _TYPES


def _is_wanted4(memory: bytearray, at: int) -> bool:
    if memory[at + 6] & 0x1F or memory[at + 7]:
        return False
    return _carries(memory, memory[at + 9], at + ((memory[at] & 15) << 2))


def _is_wanted6(memory: bytearray, at: int) -> bool:
    following = memory[at + 6]
    if following == 58:
        return 133 <= memory[at + 40] <= 137
    return following in _BETWEEN or _carries(memory, following, at + 40)


def _carries(memory: bytearray, protocol: int, at: int) -> bool:
    if protocol != 17:
        return protocol in _CARRIERS
    ports = (memory[at] << 8 | memory[at + 1], memory[at + 2] << 8 | memory[at + 3])
    return not _PORTS.isdisjoint(ports)
