"""Which range of a pool the next chunk is cut from: by place, then by weight, then by the pool's policy.

Most pools have neither places nor weights, and are one lane of addresses. Else ranges of a lower place are cut from
until they have nothing free. Ranges of one place whose weights are equal are one lane; where weights differ each is a
lane of its own, and the lane that has passed least for its weight is cut from (stride scheduling, Waldspurger and Weihl
1995): so shares are right within one cut, and not only in the long run. A lane that has nothing free earns nothing
meanwhile.
"""

import random
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from maccord.alloc.guard import parse_range
from maccord.alloc.kinds import AddressKind, stored
from maccord.alloc.records import RangeSpec
from maccord.alloc.spans import Run, size
from maccord.store import extents
from maccord.store.extents import PoolRow, anywhere, claim, free_from
from maccord.store.work import Tx

CUT_MAX = 4096
_SCALE = 1 << 20
Order = dict[Run, tuple[int, int]]
"""Place and weight of each range."""


class Row(Struct, kw_only=True):
    """A range as the store keeps it."""

    lo: int
    hi: int
    draining: int
    place: int
    weight: int
    last_given: int | None
    passed: int


def rows(tx: Tx, pool: PoolRow) -> list[Row]:
    """Return a pool's ranges with their order, sorted by address."""
    names = Row.__struct_fields__
    found = tx.rows(f"SELECT {', '.join(names)} FROM pool_range WHERE pool = ? ORDER BY lo", (pool.id,))  # noqa: S608
    return [Row(**dict(zip(names, row, strict=True))) for row in found]


def wanted(asked: Sequence[RangeSpec], kind: AddressKind, now: Sequence[Row]) -> Order:
    """Return the order that ranges are to have; what is not said is as it is where they lie now, or 0 and 1."""
    order: Order = {}
    for spec in asked:
        first, last = (stored(value, kind) for value in parse_range(spec, kind))
        old = next((row for row in now if row.lo <= last and first <= row.hi), None)
        place, weight = (old.place, old.weight) if old else (0, 1)
        order[first, last] = (
            place if spec.place is None else spec.place,
            weight if spec.weight is None else spec.weight,
        )
    return order


def put(tx: Tx, pool: PoolRow, order: Order) -> None:
    """Give ranges their order; if they have one, all of them begin to share anew."""
    if all(each == (0, 1) for each in order.values()) and all((r.place, r.weight) == (0, 1) for r in rows(tx, pool)):
        return
    tx.db.run_many(
        "UPDATE pool_range SET place = ?, weight = ?, passed = 0 WHERE pool = ? AND lo = ?",
        [(place, weight, pool.id, lo) for (lo, _), (place, weight) in order.items()],
    )


def take(
    tx: Tx, pool: PoolRow, count: int, chance: random.Random, *, slices: int = 1, hand: int | None = None
) -> list[Run]:
    """Take up to `count` free addresses out, in the order of the ranges; see extents.take."""
    if not tx.one("SELECT 1 FROM pool_range WHERE pool = ? AND (place <> 0 OR weight <> 1) LIMIT 1", (pool.id,)):
        return extents.take(tx, pool, count, chance, slices=slices, hand=hand)
    there = rows(tx, pool)
    issuing = sorted((row for row in there if not row.draining), key=lambda row: (row.place, row.lo))
    found: list[Run] = []
    for _, group in groupby(issuing, key=lambda row: row.place):
        if size(found) == count:
            break
        cut = _Cut(tx, pool, there, chance, slices, hand)
        found += cut.place(list(group), count - size(found))
    return found


def go_back(tx: Tx, pool: PoolRow, left: Sequence[int]) -> None:
    """Let ranges with an order of their own go on from the first address that a hand did not issue; it came last."""
    for row in rows(tx, pool):
        if row.last_given is None:
            continue
        mine = [value for value in left if row.lo <= value <= row.hi]
        if mine and mine[0] == row.last_given:
            tx.db.run("UPDATE pool_range SET last_given = ? WHERE pool = ? AND lo = ?", (mine[-1] - 1, pool.id, row.lo))


class _Cut:
    """Cuts from ranges of one pool in one transaction."""

    def __init__(
        self, tx: Tx, pool: PoolRow, there: Sequence[Row], chance: random.Random, slices: int, hand: int | None
    ) -> None:
        self.tx, self.pool, self.chance, self.slices, self.hand = tx, pool, chance, slices, hand
        self._number = {row.lo: number for number, row in enumerate(there)}

    def place(self, group: list[Row], count: int) -> list[Run]:
        """Take from the ranges of one place."""
        if len({row.weight for row in group}) == 1:
            return self._lane(group, count)
        found: list[Run] = []
        empty: list[Row] = []
        able = list(group)
        while able and (short := count - size(found)):
            row = min(able, key=lambda one: (one.passed, one.lo))
            got = self._lane([row], min(short, CUT_MAX))
            if size(got) < min(short, CUT_MAX):
                able.remove(row)
                empty.append(row)
            row.passed += size(got) * _SCALE // row.weight
            found += got
        # Whoever had nothing to give does not catch up when it has something again.
        reached = min((row.passed for row in able), default=0)
        for row in empty:
            row.passed = max(row.passed, reached)
        self.tx.db.run_many(
            "UPDATE pool_range SET passed = ? WHERE pool = ? AND lo = ?",
            [(row.passed, self.pool.id, row.lo) for row in group],
        )
        return found

    def _lane(self, group: list[Row], count: int) -> list[Run]:
        """Take from ranges as if they were all of the pool."""
        spans = self._spans(group)
        if self.pool.policy == "random":
            found = self._anywhere(group, spans, count)
            return found + self._along(spans, None, count - size(found))
        begin = None
        if self.pool.policy == "sequential":
            begin = next((row.last_given for row in group if row.last_given is not None), None)
        found = self._along(spans, begin, count)
        if begin is not None:
            found += self._along(spans, None, count - size(found))
        if found and self.pool.policy == "sequential":
            self._go_on(group, found[-1][1])
        return found

    def _spans(self, group: list[Row]) -> list[Run]:
        """Return runs from a range to a range with no other range of the pool in between: one query each."""
        spans: list[Run] = []
        before = -2
        for row in group:
            number = self._number[row.lo]
            if number == before + 1:
                spans[-1] = (spans[-1][0], row.hi)
            else:
                spans.append((row.lo, row.hi))
            before = number
        return spans

    def _along(self, spans: Sequence[Run], begin: int | None, count: int) -> list[Run]:
        """Take the first that are free behind `begin`."""
        found: list[Run] = []
        for lo, hi in spans:
            short = count - size(found)
            if not short:
                break
            if begin is None or begin < lo:
                found += claim(self.tx, self.pool, free_from(self.tx, self.pool, lo - 1, hi), short, self.hand)
            elif begin < hi:
                found += claim(self.tx, self.pool, free_from(self.tx, self.pool, begin, hi), short, self.hand)
        return found

    def _anywhere(self, group: list[Row], spans: Sequence[Run], count: int) -> list[Run]:
        """Take from several places that chance chooses; perhaps fewer than there are."""
        ranges = [(row.lo, row.hi) for row in group]
        part = max(1, count // self.slices)
        found: list[Run] = []
        for _ in range(2 * self.slices):
            short = count - size(found)
            if not short:
                break
            begin = anywhere(ranges, self.chance)
            end = next(hi for lo, hi in spans if lo <= begin <= hi)
            pieces = free_from(self.tx, self.pool, begin - 1, end)
            found += claim(self.tx, self.pool, pieces, min(short, part), self.hand)
        return found

    def _go_on(self, group: list[Row], last: int) -> None:
        """Write where the lane goes on: at one of its ranges only."""
        for row in group:
            mine = last if row.lo <= last <= row.hi else None
            if row.last_given != mine:
                row.last_given = mine
                self.tx.db.run(
                    "UPDATE pool_range SET last_given = ? WHERE pool = ? AND lo = ?", (mine, self.pool.id, row.lo)
                )
