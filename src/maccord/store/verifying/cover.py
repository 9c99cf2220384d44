"""The addresses of one space, gone through once in their order: which are told of twice, and which not at all."""

from bisect import bisect_right

from maccord.alloc.spans import merged, without
from maccord.store.verifying.faults import Faults
from maccord.store.verifying.fields import lease_faults

RangeRow = tuple[int, int, int, bool]
"""A range as the store keeps it: first, last, pool, whether it drains."""

_BEFORE = -(1 << 63) - 1
_BEHIND = 1 << 63
_NOT_HELD = ("free", "drained", "excluded")
_KINDS = (*_NOT_HELD, "chunk", "block", "resting")


class Cover:
    """A space, and how far it is covered. Extents and leases are given in the order of addresses, extents first."""

    def __init__(self, space: int, ranges: list[RangeRow], faults: Faults) -> None:
        self.space = space
        self._faults = faults
        self._ranges = ranges
        self._starts = [each[0] for each in ranges]
        self._runs = {
            pool: merged([(lo, hi) for lo, hi, of, _ in ranges if of == pool]) for pool in {each[2] for each in ranges}
        }
        self._here: RangeRow = (0, -1, 0, False)
        self._to = _BEFORE
        self._extent: tuple[int, int | None, str] = (_BEFORE, None, "")
        self._lease = _BEFORE
        self._apart()
        if space not in faults.spaces:
            faults.add("space", space, None, f"there are addresses of space number {space}, which is not there")

    def _apart(self) -> None:
        end, pool = _BEFORE, 0
        for lo, hi, of, _ in self._ranges:
            if lo > hi:
                self._add("range", lo, lo, f"a range of {self._name(of)} begins at {{at}} and ends before it", of)
            elif lo <= end:
                names = f"{self._name(pool)} and {self._name(of)}"
                self._add("range-overlap", lo, min(hi, end), f"{{at}} is in two ranges, of {names}", of, pool)
            if hi > end:
                end, pool = hi, of

    def _name(self, pool: int | None) -> str:
        return self._faults.name(pool)

    def _add(self, rule: str, lo: int, hi: int, reason: str, *pools: int | None) -> None:
        self._faults.add(rule, self.space, (lo, hi), reason, *pools)

    def _range_at(self, value: int) -> RangeRow | None:
        """Return the range that holds an address; the one before is tried first."""
        if self._here[0] <= value <= self._here[1]:
            return self._here
        at = bisect_right(self._starts, value) - 1
        if at < 0 or self._ranges[at][1] < value:
            return None
        self._here = self._ranges[at]
        return self._here

    def _reached(self, lo: int, hi: int) -> None:
        if lo > self._to + 1:
            self._gap(self._to + 1, lo - 1)
        self._to = max(self._to, hi)

    def _gap(self, lo: int, hi: int) -> None:
        """Nothing tells of lo to hi: a fault as far as ranges have it."""
        for at in range(max(bisect_right(self._starts, lo) - 1, 0), len(self._ranges)):
            first, last, pool, _ = self._ranges[at]
            if first > hi:
                break
            if max(first, lo) <= min(last, hi):
                reason = f"no extent and no lease tells of {{at}} in a range of {self._name(pool)}: it is never issued"
                self._add("uncovered", max(first, lo), min(last, hi), reason, pool)

    def end(self) -> None:
        """Nothing more comes."""
        self._reached(_BEHIND, _BEHIND)

    def extent(
        self, lo: int, hi: int, pool: int | None, kind: str, hand: int | None, block: int | None, due: int | None
    ) -> None:
        """Look at one extent."""
        name = self._name(pool)
        if lo > hi:
            self._add(
                "extent-fields", lo, lo, f"an extent ({kind}) of {name} begins at {{at}} and ends before it", pool
            )
            return
        end, other, before = self._extent
        if lo <= end:
            both = f"an extent ({before}) of {self._name(other)} and another ({kind}) of {name}"
            self._add("extent-overlap", lo, min(hi, end), f"{{at}} is in {both}: it can be issued twice", pool, other)
        if hi > end:
            self._extent = (hi, pool, kind)
        for first, last in self._outside(lo, hi, pool):
            reason = f"an extent ({kind}) of {name} has {{at}}, which none of that pool's ranges has"
            self._add("extent-outside", first, last, reason, pool)
        self._drains(lo, hi, pool, kind)
        told = self._odd(kind, hand, block, due)
        if told:
            self._add("extent-fields", lo, hi, f"the extent ({kind}) of {name} with {{at}} {told}", pool)
        self._reached(lo, hi)

    def _outside(self, lo: int, hi: int, pool: int | None) -> list[tuple[int, int]]:
        runs = self._runs.get(pool, []) if pool is not None else []
        at = max(bisect_right(runs, (lo, _BEHIND)) - 1, 0)
        if runs and runs[at][0] <= lo and hi <= runs[at][1]:
            return []
        return without([(lo, hi)], runs[at:])

    def _drains(self, lo: int, hi: int, pool: int | None, kind: str) -> None:
        found = self._range_at(lo) if kind in ("free", "drained") else None
        if found is None or found[3] == (kind == "drained"):
            return
        where = f"a range of {self._name(found[2])} that"
        if found[3]:
            reason = f"{{at}} is free in {where} drains: it would be issued all the same"
        else:
            reason = f"{{at}} is drained in {where} does not drain: it is never issued"
        self._add("draining", lo, hi, reason, pool, found[2])

    @staticmethod
    def _odd(kind: str, hand: int | None, block: int | None, due: int | None) -> str:
        """Return what an extent of its kind cannot be, or nothing."""
        if kind not in _KINDS:
            return "is of no kind that there is"
        if (kind == "chunk") != (hand is not None):
            return "has no hand: nobody issues from it" if kind == "chunk" else f"names hand {hand}, and is no chunk"
        if kind == "block" and block is None:
            return "names no block"
        if block is not None and kind not in ("block", "resting"):
            return f"names block {block}, and is none"
        if (kind == "resting") != (due is not None):
            return "never ends its rest" if kind == "resting" else "has an end, and does not rest"
        return ""

    def lease(
        self, at: int, pool: int | None, state: str, due: int | None, holders: str, ends: int | None = None
    ) -> None:
        """Look at one lease."""
        if at == self._lease:
            self._add("lease-twice", at, at, "{at} has two leases", pool)
        self._lease = at
        found = self._range_at(at)
        of = found[2] if found else None
        if pool != of:
            there = f"is in a range of {self._name(of)}" if found else "is in no range"
            self._add("lease-pool", at, at, f"the lease of {{at}} is of {self._name(pool)}, and {there}", pool, of)
        end, other, kind = self._extent
        if at <= end and kind in _NOT_HELD:
            then = ": it can be issued a second time" if kind == "free" else ""
            reason = f"{{at}} has a lease ({state}), and an extent ({kind}) of {self._name(other)} has it, too{then}"
            self._add("lease-in-extent", at, at, reason, pool, other)
        for reason in lease_faults(state, due, holders, ends):
            self._add("lease-fields", at, at, f"the lease of {{at}} ({state}) {reason}", pool)
        if at > self._to:
            self._reached(at, at)
