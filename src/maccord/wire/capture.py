"""Captures, from files and as they come: pcap and pcapng to batches of records.

A capture is read in pieces of a few megabytes, so that memory does not grow with it. What is behind a place where the
file is broken is not read: nothing tells where the next packet would begin.
"""

from collections.abc import Iterator
from io import RawIOBase
from mmap import mmap

import numpy as np

from maccord.wire.frames import ETHERNET
from maccord.wire.magic import NEXT_GENERATION, is_capture
from maccord.wire.octets import Memory, Numbers
from maccord.wire.packets import Piece, Reader, is_read
from maccord.wire.pcap import (
    BLOCK_MAX,
    CLASSIC_HEADER,
    INTERFACE,
    OLD_PACKET,
    PACKET,
    SECTION_HEADER,
    SIMPLE_PACKET,
    Classic,
    Interface,
    classic,
    field,
    interface,
    section,
    times_ns,
)
from maccord.wire.records import At, Batch, Fault
from maccord.wire.scan import AT_SECTION, BROKEN, ENDED, EVERYTHING, FULL, ROWS, WANTED, Form, Scanner, Walked, scanner
from maccord.wire.sources import OWNERS_MAX

Source = bytes | mmap | RawIOBase

_ROOM = 1 << 22
_LARGE = 1 << 21
_FAULTS_MAX = 20
_INTERFACES_MAX = 4096


def read_capture(source: Source, at: At, *, sources: bool = True) -> Iterator[Batch]:
    """Yield what a capture tells, batch by batch; the last has all presences, those of the whole capture.

    `source` is the capture, or a file opened for reading, unbuffered. `sources` false leaves out which addresses sent
    and what traffic gives away of machines: a fast way to ARP, neighbour discovery, DHCP, LLDP, CDP, LACP and first-hop
    redundancy. `at` is where the capture was taken, as far as it does not say so itself (interfaces of pcapng have
    names).
    """
    if isinstance(source, RawIOBase):
        stream = CaptureStream(at, sources=sources, large=True)
        while not stream.stopped and stream.take_from(source):
            yield stream.told()
    else:
        stream = CaptureStream(at, sources=sources, large=len(source) >= _LARGE)
        whole = memoryview(source)
        try:
            for start in range(0, len(source), _ROOM):
                if stream.stopped:
                    break
                stream.put(whole[start : start + _ROOM])
                yield stream.told()
        finally:
            whole.release()
    yield stream.end()


class CaptureStream:
    """A capture that comes in pieces, cut anywhere: of a growing file, a pipe, or a file that is read through.

    `stopped` says that it is broken, and that nothing more is read.
    """

    def __init__(self, at: At, *, sources: bool = True, large: bool = False) -> None:
        self._at = at
        self._sources = sources
        self._reader = Reader(sources=sources)
        self._scanner: Scanner = scanner(_ROOM if large else BLOCK_MAX + (1 << 16), large=large)
        self._memory = Memory(self._scanner.octets)
        self._room = self._scanner.room
        self._held: list[tuple[Numbers, Numbers, Numbers]] = []
        self._have = 0
        self._passed = 0
        self._skip = 0
        self._classic: Classic | None = None
        self._form: Form | None = None
        self._interfaces: list[Interface] = []
        self._begun = False
        self._packets = 0
        self._new_packets = 0
        self._faults: list[Fault] = []
        self._unread: set[int] = set()
        self._ended = False
        self.stopped = False

    def feed(self, octets: bytes) -> Batch:
        """Take what came, and return what the packets in it tell, with the addresses that sent."""
        self.put(memoryview(octets))
        self._look()
        return self._batch(self._reader.taken())

    def end(self) -> Batch:
        """Return what is left, with a fault where the capture ends in the middle of something."""
        if self._have and not self.stopped:
            what = f"packet {self._packets + 1}" if self._begun else "its header"
            self._complain(f"byte {self._passed}", f"the capture was cut off in the middle of {what}")
        elif not self._begun and not self.stopped:
            self._complain("", "an empty file is no capture")
        self._look()
        batch = self._reader.taken()
        if self._reader.sources is not None and self._reader.sources.beyond:
            self._complain(
                "", f"{self._reader.sources.beyond} frames are of more than {OWNERS_MAX} addresses, and not told apart"
            )
        return self._batch(batch)

    def told(self) -> Batch:
        """Return what packets told so far; addresses that sent are kept for `end` or the next `feed`."""
        return self._batch(self._reader.told_only())

    def put(self, octets: memoryview) -> None:
        """Take what came."""
        view = self._memory.view
        while len(octets) and not self.stopped:
            count = min(len(octets), self._room - self._have)
            view[self._have : self._have + count] = octets[:count]
            octets = octets[count:]
            self._have += count
            self._read()

    def take_from(self, source: RawIOBase) -> int:
        """Read on in a file, and return how many octets there were; 0 at its end."""
        count = source.readinto(self._memory.view[self._have : self._room]) or 0
        self._have += count
        if count:
            self._read()
        return count

    # Pieces ----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read the records that are all there, and keep what is left for when more has come."""
        at = 0
        while not self.stopped:
            before = at
            self._ended = False
            at = self._step(at)
            if at == before or self._ended:
                break
        left = self._have - at
        if at:
            view = self._memory.view
            view[:left] = bytes(view[at : self._have])
        self._have, self._passed = left, self._passed + at

    def _step(self, at: int) -> int:
        """Read from an offset as far as one walk goes, and return where it ended; the same where more is needed."""
        if self._skip:
            step = min(self._skip, self._have - at)
            self._skip -= step
            return at + step
        if self._form is None:
            return self._begin(at)
        mode = self._mode()
        walked = self._scanner.walk(at, self._have, self._form, mode)
        if self._form.ng and mode != EVERYTHING and self._is_told_of_another_link(walked):
            self._look()
            walked = self._scanner.walk(at, self._have, self._form, EVERYTHING)
        self._take(walked)
        self._ended = walked.why == ENDED
        if self._scanner.is_filling or not self._scanner.stores or walked.why == FULL or mode == EVERYTHING:
            self._look()
        if walked.why == AT_SECTION:
            return self._begin(walked.stop) if self._begun else walked.stop
        if walked.why == BROKEN:
            return self._broken(walked.stop)
        return walked.stop

    def _begin(self, at: int) -> int:
        """Read the header of a capture or a section; return the same offset where it is not all there."""
        head = self._memory.piece(at, min(at + CLASSIC_HEADER, self._have))
        if len(head) < SECTION_HEADER or (head[:4] != NEXT_GENERATION and len(head) < CLASSIC_HEADER):
            if len(head) >= 4 and not is_capture(head):
                self._stop(at, "this is no capture")
            return at
        if found := classic(head):
            self._classic, self._form, self._begun = found, found.form, True
            if not is_read(found.link):
                self._stop(at, f"a capture of link type {found.link}, which is not read")
            return at + CLASSIC_HEADER
        self._look()
        begun = section(head)
        if begun is None:
            self._stop(at, "the header of the capture is broken" if not self._begun else "a section is broken")
            return at
        form, length = begun
        if at + length > self._have:
            return at
        self._form, self._begun, self._interfaces = form, True, []
        return at + length

    def _broken(self, at: int) -> int:
        form = self._form
        assert form is not None, "a walk has a form"
        if form.ng:
            kind, length = (int(field(self._memory, np.array([at + step]), big=form.big)[0]) for step in (0, 4))
            if kind not in (INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET) and length > form.most and not length & 3:
                self._skip = length
                return at
        self._stop(at, f"what should be packet {self._packets + 1} has an impossible length; the rest is not read")
        return at

    def _stop(self, at: int, reason: str) -> None:
        self.stopped = True
        self._complain(f"byte {self._passed + at}", reason)

    def _complain(self, at: str, reason: str) -> None:
        if len(self._faults) < _FAULTS_MAX:
            self._faults.append(Fault(at, reason))

    def _batch(self, batch: Batch) -> Batch:
        batch.faults, self._faults = self._faults, []
        batch.packets, self._new_packets = self._new_packets, 0
        return batch

    def _mode(self) -> int:
        """Return what is to be told of records: what is quick is for Ethernet alone."""
        if self._classic is not None:
            plain = self._classic.link == ETHERNET
        else:
            plain = bool(self._interfaces) and all(one.link == ETHERNET for one in self._interfaces)
        if not plain or (self._sources and not self._scanner.stores):
            return EVERYTHING
        return ROWS if self._sources else WANTED

    # Packets ---------------------------------------------------------------------------------------------------

    def _take(self, walked: Walked) -> None:
        """Take what a walk found: number it, and keep what is in the store for a closer look."""
        form = self._form
        assert form is not None, "a walk has a form"
        offsets, numbers, before = walked.offsets, walked.numbers, self._packets
        kinds = np.full(len(offsets), PACKET, np.int64)
        others = np.zeros(0, np.int64)
        if form.ng:
            for at, one in self._described(walked):
                if len(self._interfaces) >= _INTERFACES_MAX:
                    self._complain(f"byte {self._passed + at}", "too many interfaces")
                else:
                    self._interfaces.append(one)
            kinds = field(self._memory, offsets, big=form.big)
            packet = (kinds == PACKET) | (kinds == SIMPLE_PACKET) | (kinds == OLD_PACKET)
            others = numbers[~packet]
            offsets, numbers, kinds = offsets[packet], numbers[packet], kinds[packet]
        lines = numbers - np.searchsorted(others, numbers) + (before + 1)
        if len(offsets):
            self._held.append((offsets, kinds, lines))
        self._packets += walked.count - len(others)
        self._new_packets += walked.count - len(others)
        if len(walked.rows):
            rows = walked.rows.astype(np.int64)
            lines = rows[:, 1] - np.searchsorted(others, rows[:, 1]) + (before + 1)
            self._take_rows(rows, lines)

    def _take_rows(self, rows: Numbers, lines: Numbers) -> None:
        """Count frames that tell their source alone, and sample what their traffic gives away."""
        sources = rows[:, 6] << 32 | rows[:, 5]
        if self._classic is not None:
            times = rows[:, 2] * 10**9 + rows[:, 3] * self._classic.fraction_ns
            start = rows[:, 0] + self._classic.form.header
            columns = (start, start + rows[:, 7], sources, times, rows[:, 4], lines)
            self._reader.count(self._memory, columns, self._at)
            return
        form = self._form
        assert form is not None, "a walk has a form"
        for number in np.unique(rows[:, 7]).tolist():
            mine = rows[:, 7] == number
            if number >= len(self._interfaces):
                self._complain(f"packet {int(lines[mine][0])}", f"interface {number} is described nowhere")
                continue
            one, some = self._interfaces[number], rows[mine]
            times = times_ns(np.ascontiguousarray(some[:, 2] << 32 | some[:, 3]), one)
            start = some[:, 0] + 28
            end = start + field(self._memory, some[:, 0] + 20, big=form.big)
            columns = (start, end, sources[mine], times, some[:, 4], lines[mine])
            self._reader.count(self._memory, columns, At(self._at.observer, self._port(number, one)))

    def _look(self) -> None:
        """Look at the packets that are held."""
        if self._held:
            offsets, kinds, lines = (np.concatenate(column) for column in zip(*self._held, strict=True))
            self._held = []
            if self._classic is not None:
                self._look_at_classic(offsets, lines, self._classic)
            else:
                self._look_at_blocks(offsets, kinds, lines)
        self._scanner.forget()

    def _look_at_classic(self, offsets: Numbers, lines: Numbers, known: Classic) -> None:
        big = known.form.big
        times = field(self._memory, offsets, big=big) * 10**9
        times += field(self._memory, offsets + 4, big=big) * known.fraction_ns
        start = offsets + known.form.header
        end = start + field(self._memory, offsets + 8, big=big)
        self._reader.read(Piece(self._memory, start, end, times, lines), known.link, self._at)

    def _is_told_of_another_link(self, walked: Walked) -> bool:
        return any(one.link != ETHERNET for _, one in self._described(walked))

    def _described(self, walked: Walked) -> Iterator[tuple[int, Interface]]:
        """Yield the interfaces that blocks of a walk describe."""
        form = self._form
        assert form is not None, "a walk has a form"
        kinds = field(self._memory, walked.offsets, big=form.big)
        for row in np.flatnonzero(kinds == INTERFACE).tolist():
            at = int(walked.offsets[row])
            length = int(field(self._memory, walked.offsets[row : row + 1] + 4, big=form.big)[0])
            found = interface(self._memory.piece(at, at + length), big=form.big)
            yield at, found or Interface(-1, 0, "")

    def _look_at_blocks(self, offsets: Numbers, kinds: Numbers, lines: Numbers) -> None:
        form = self._form
        assert form is not None, "a walk has a form"
        numbers = self._interface_numbers(offsets, kinds, big=form.big)
        for number in np.unique(numbers).tolist():
            mine = numbers == number
            self._take_of_interface(number, offsets[mine], kinds[mine], lines[mine])

    def _interface_numbers(self, offsets: Numbers, kinds: Numbers, *, big: bool) -> Numbers:
        wide = field(self._memory, offsets + 8, big=big)
        narrow = self._memory.u16(offsets + 8) if big else wide & 0xFFFF
        return np.where(kinds == PACKET, wide, np.where(kinds == OLD_PACKET, narrow, 0))

    def _take_of_interface(self, number: int, offsets: Numbers, kinds: Numbers, lines: Numbers) -> None:
        memory, form = self._memory, self._form
        assert form is not None, "a walk has a form"
        if number >= len(self._interfaces):
            self._complain(f"packet {int(lines[0])}", f"interface {number} is described nowhere")
            return
        one = self._interfaces[number]
        if not is_read(one.link):
            if one.link not in self._unread:
                self._unread.add(one.link)
                self._complain(f"packet {int(lines[0])}", f"packets of link type {one.link} are not read")
            return
        big = form.big
        simple = kinds == SIMPLE_PACKET
        length = field(memory, offsets + 4, big=big)
        start = offsets + np.where(simple, 12, 28)
        said = field(memory, np.where(simple, offsets + 8, offsets + 20), big=big)
        said = np.where(simple & (one.snap > 0), np.minimum(said, one.snap), said)
        room = np.maximum(offsets + length - 4, start)
        end = np.minimum(start + said, room)
        ticks = field(memory, offsets + 12, big=big) << 32 | field(memory, offsets + 16, big=big)
        times = np.where(simple, 0, times_ns(np.ascontiguousarray(ticks), one))
        outward = self._outward(end, start, room, big=big)
        piece = Piece(memory, start, end, times, lines, outward)
        self._reader.read(piece, one.link, At(self._at.observer, self._port(number, one)))

    def _outward(self, end: Numbers, start: Numbers, room: Numbers, *, big: bool) -> Numbers:
        """Return 1 for packets whose first option, epb_flags, says that they went out."""
        memory = self._memory
        at = start + (end - start + 3 & ~3)
        head = field(memory, at, big=big)
        flags = (head == (0x0002_0004 if big else 0x0004_0002)) & (at + 8 <= room)
        outward: Numbers = (flags & (field(memory, at + 4, big=big) & 3 == 2)).astype(np.int64)
        return outward

    def _port(self, number: int, one: Interface) -> str:
        if one.name:
            return one.name
        return self._at.port if len(self._interfaces) == 1 else f"{self._at.port}/{number}"
