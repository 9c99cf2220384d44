"""Which addresses sent, when: counted over all frames, with times thinned where they are many.

Source: the numbers here are maccord's own; how a switch tells sources apart is IEEE 802.1Q-2022 section 8.7.
"""

from dataclasses import dataclass, field

import numpy as np

from maccord.wire.octets import Numbers
from maccord.wire.records import TIMES_MAX, At, Domain, Presence

OWNERS_MAX = 100_000
"""More addresses than this are not told apart: whoever invents addresses is to cost no memory."""

_ROWS_MAX = 1 << 20
_SLOTS = 1 << 17
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_FIRST_GRAIN, _COARSER = 20, 2
"""Binary logarithms: of the first slots' nanoseconds, and of how many become one."""
_FOREVER = 1 << 62


@dataclass(slots=True)
class _Owner:
    at: At
    domain: Domain
    mac: int


@dataclass(slots=True)
class Sources:
    """Addresses that sent, by place, domain and address; `beyond` counts frames of those that were too many."""

    beyond: int = 0
    _owners: list[_Owner] = field(default_factory=list)
    _numbers: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _frames: Numbers = field(default_factory=lambda: np.zeros(1024, np.int64))
    _last: Numbers = field(default_factory=lambda: np.zeros(1024, np.int64))
    _first: Numbers = field(default_factory=lambda: np.full(1024, _FOREVER, np.int64))
    _lines: Numbers = field(default_factory=lambda: np.full(1024, _FOREVER, np.int64))
    _grain: Numbers = field(default_factory=lambda: np.zeros(1024, np.int64))
    _rows: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    _count: int = 0
    _slots: Numbers = field(default_factory=lambda: np.full(_SLOTS, -1, np.int64))
    _slot_owners: Numbers = field(default_factory=lambda: np.zeros(_SLOTS, np.int64))

    def add(
        self, place: tuple[int, At], domain: tuple[int, Domain], macs: Numbers, times: Numbers, lines: Numbers
    ) -> None:
        """Count frames of one place and domain, each with a number that means it; lines are numbers of packets."""
        owners = self._owners_of(place, domain, macs)
        known = owners >= 0
        if not known.all():
            self.beyond += int((~known).sum())
            owners, times, lines = owners[known], times[known], lines[known]
        if not len(owners):
            return
        self._grow(len(self._owners))
        self._frames[: len(self._owners)] += np.bincount(owners, minlength=len(self._owners))
        np.minimum.at(self._lines, owners, lines)
        self._rows.append((owners, times))
        self._count += len(owners)
        if self._count > _ROWS_MAX:
            self._thin()

    def taken(self) -> list[Presence]:
        """Return what was counted, in order of place, domain and address, and begin anew."""
        owners, times = self._thin()
        ends = np.searchsorted(owners, np.arange(len(self._owners)), side="right").tolist()
        found = []
        start = 0
        for number, owner in enumerate(self._owners):
            end = ends[number]
            if end > start:
                found.append(
                    Presence(
                        at=owner.at,
                        domain=owner.domain,
                        mac=owner.mac,
                        frames=int(self._frames[number]),
                        first_ns=int(self._first[number]),
                        last_ns=int(self._last[number]),
                        line=int(self._lines[number]),
                        times=times[start:end].astype("<i8").tobytes(),
                        grain_ns=1 << grain if (grain := int(self._grain[number])) else 0,
                    )
                )
            start = end
        self._begin()
        return sorted(found, key=lambda one: (one.at, one.domain, one.mac))

    def _begin(self) -> None:
        if not self._owners:
            return
        self._owners, self._numbers, self._rows, self._count = [], {}, [], 0
        self._frames[:], self._last[:], self._first[:], self._lines[:], self._grain[:] = 0, 0, _FOREVER, _FOREVER, 0
        self._slots[:] = -1

    def _owners_of(self, place: tuple[int, At], domain: tuple[int, Domain], macs: Numbers) -> Numbers:
        keys = macs | ((place[0] & 0x7F) << 55 | (domain[0] & 0x7F) << 48)
        slots = ((keys.astype(np.uint64) * _SPREAD) >> np.uint64(47)).astype(np.int64)
        owners = self._slot_owners[slots]
        new = np.flatnonzero(self._slots[slots] != keys)
        if place[0] > 0x7F or domain[0] > 0x7F:
            new = np.arange(len(keys))  # too many for the slots: each is looked up
        if not len(new):
            return owners
        values, back = np.unique(macs[new], return_inverse=True)
        numbers = np.array(
            [self._number((place[0], domain[0], mac), place[1], domain[1]) for mac in values.tolist()], np.int64
        )
        owners[new] = numbers[back]
        if place[0] <= 0x7F and domain[0] <= 0x7F:
            kept = new[owners[new] >= 0]
            self._slots[slots[kept]] = keys[kept]
            self._slot_owners[slots[kept]] = owners[kept]
        return owners

    def _number(self, key: tuple[int, int, int], at: At, domain: Domain) -> int:
        known = self._numbers.get(key)
        if known is None:
            if len(self._owners) >= OWNERS_MAX:
                return -1
            known = self._numbers[key] = len(self._owners)
            self._owners.append(_Owner(at, domain, key[2]))
        return known

    def _grow(self, size: int) -> None:
        room = len(self._frames)
        if size <= room:
            return
        more = max(size, 2 * room) - room
        self._frames = np.concatenate((self._frames, np.zeros(more, np.int64)))
        self._last = np.concatenate((self._last, np.zeros(more, np.int64)))
        self._lines = np.concatenate((self._lines, np.full(more, _FOREVER, np.int64)))
        self._first = np.concatenate((self._first, np.full(more, _FOREVER, np.int64)))
        self._grain = np.concatenate((self._grain, np.zeros(more, np.int64)))

    def _thin(self) -> tuple[Numbers, Numbers]:
        """Put rows in order of owner and time, leave out what is more than is kept, and return them."""
        if not self._rows:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing
        owners = np.concatenate([one for one, _ in self._rows])
        times = np.concatenate([one for _, one in self._rows])
        owners, times = _in_order(owners, times)
        starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        present = owners[starts]
        ends = np.append(starts[1:], len(owners)) - 1
        self._first[present] = np.minimum(self._first[present], times[starts])
        self._last[present] = np.maximum(self._last[present], times[ends])
        most = max(2, min(TIMES_MAX, _ROWS_MAX // 2 // max(1, len(present))))
        for _ in range(64):
            keep = self._kept(owners, times)
            if keep is not None:
                owners, times = owners[keep], times[keep]
            many = np.flatnonzero(np.bincount(owners, minlength=len(self._owners)) > most)
            if not len(many):
                break
            self._grain[many] = np.maximum(self._grain[many] + _COARSER, _FIRST_GRAIN)
        self._rows = [(owners, times)]
        self._count = len(owners)
        return owners, times

    def _kept(self, owners: Numbers, times: Numbers) -> Numbers | None:
        """Return the rows that are the first of their owner's slot."""
        grains = self._grain[: len(self._owners)]
        if not grains.any():
            return None
        grain = grains[owners]
        slots = times >> grain
        fresh = np.concatenate(([True], (owners[1:] != owners[:-1]) | (slots[1:] != slots[:-1]) | (grain[1:] == 0)))
        return np.flatnonzero(fresh)


def _in_order(owners: Numbers, times: Numbers) -> tuple[Numbers, Numbers]:
    """Return rows in order of owner and time. Both fit one number for a day of capture: that is sorted at once."""
    base = int(times.min())
    bits = (int(times.max()) - base).bit_length()
    if bits + int(owners.max()).bit_length() > 63:
        order = np.lexsort((times, owners))
        return owners[order], times[order]
    keys = owners << bits | (times - base)
    keys.sort()
    return keys >> bits, (keys & ((1 << bits) - 1)) + base
