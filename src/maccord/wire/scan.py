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

ENDED, BROKEN, AT_SECTION = 0, 1, 2
"""Why a walk stopped: the next record is not all there, what comes is no record, or a section begins."""


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
    """Records found: where they begin, and how many were before them, both int64. `stop` is where the next would be."""

    offsets: Offsets
    numbers: Offsets
    count: int
    stop: int
    why: int


class Scanner(Protocol):
    """Walks records within memory of its own."""

    octets: Octets
    """The memory to put a piece into: a view, MARGIN octets longer than any piece may be."""

    def walk(self, first: int, last: int, form: Form, *, everything: bool) -> Walked:
        """Walk the records between two offsets; those of Ethernet that tell nothing are left out unless `everything`.

        Of pcapng, that is meant of enhanced packet blocks alone; other blocks are always told of.
        """
        ...


class PlainScanner:
    """The walk in Python."""

    def __init__(self, room: int) -> None:
        self._memory = bytearray(room + MARGIN)
        self.octets: Octets = np.frombuffer(self._memory, dtype=np.uint8)

    def walk(self, first: int, last: int, form: Form, *, everything: bool) -> Walked:
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
            if everything or (form.ng and kind != 6) or _is_wanted(memory, at + data):
                offsets.append(at)
                numbers.append(count)
            count += 1
            at += length + more
        return Walked(np.array(offsets, np.int64), np.array(numbers, np.int64), count, at, why)


class WasmScanner:
    """The walk in WebAssembly. Raises ImportError where that cannot run."""

    _OUT = 1 << 16
    """The first octets are for what is returned and for a piece not to begin at 0."""

    def __init__(self, room: int) -> None:
        engine, module = _compiled()
        from ctypes import addressof, c_ubyte  # noqa: PLC0415 - for large captures alone

        from wasmtime import Instance, Store  # noqa: PLC0415

        self._store = Store(engine)
        exports: Any = Instance(self._store, module, []).exports(self._store)
        self._scan = exports["scan"]
        memory = exports["memory"]
        self._out = self._OUT + room + MARGIN + (-(room + MARGIN) % 8)
        self._room = self._out + room  # each record has sixteen octets at least, but a block of pcapng twelve
        memory.grow(self._store, -(-(self._room + 64) >> 16))
        size = memory.data_len(self._store)
        self._whole: Octets = np.frombuffer(
            (c_ubyte * size).from_address(addressof(memory.data_ptr(self._store).contents)), dtype=np.uint8
        )
        self._memory = memory  # keeps alive what the views look at
        self.octets = self._whole[self._OUT : self._OUT + room + MARGIN]

    def walk(self, first: int, last: int, form: Form, *, everything: bool) -> Walked:
        """See Scanner."""
        base, out = self._OUT, self._out
        numbers = (int(form.ng), int(form.big), form.header, form.most, int(everything))
        why = self._scan(self._store, base + first, base + last, out, self._room, *numbers)
        stop, count, end = self._whole[:12].view("<u4").tolist()
        pairs = self._whole[out:end].view("<u4").reshape(-1, 2).astype(np.int64)
        return Walked(pairs[:, 0] - base, pairs[:, 1], count, stop - base, why)


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
