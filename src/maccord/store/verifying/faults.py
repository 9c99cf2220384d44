"""Faults as they are found: neighbours with the same one become one, all are counted, the first are kept."""

from typing import NamedTuple

from maccord.alloc.kinds import BITS, AddressKind, spell, unstored
from maccord.alloc.records import StoreFault
from maccord.alloc.spans import Run
from maccord.store.database import Reader
from maccord.store.extents import POOL, PoolRow, pool_row

SHOWN_MAX = 100
_NOWHERE: tuple[AddressKind, str | None] = ("mac", None)


class _Open(NamedTuple):
    """A fault that may still grow: who is concerned, why, and where."""

    rule: str
    space: int | None
    reason: str
    pools: tuple[int | None, ...]
    run: Run | None


class Faults:
    """Collects faults; of one pool only, if it is asked so. `{at}` in a reason stands for the addresses."""

    def __init__(self, reader: Reader, only: int | None) -> None:
        self.pools: dict[int, PoolRow] = {row[0]: pool_row(row) for row in reader.rows(POOL)}
        self.spaces: dict[int | None, tuple[AddressKind, str | None]] = {
            number: (kind, scope) for number, kind, scope in reader.rows("SELECT id, kind, scope FROM space")
        }
        self.total = 0
        self._only = only
        self._shown: list[StoreFault] = []
        self._open: dict[str, _Open] = {}

    def name(self, pool: int | None) -> str:
        """Return how a reason names a pool."""
        if pool is None:
            return "no pool"
        return f"pool {self.pools[pool].name}" if pool in self.pools else f"pool number {pool}, which is not there"

    def add(self, rule: str, space: int | None, run: Run | None, reason: str, *pools: int | None) -> None:
        """Count a fault that concerns some pools; the first of them is the one that it is told of."""
        if self._only is not None and self._only not in pools:
            return
        before = self._open.get(rule)
        if before is not None:
            same = before[1:4] == (space, reason, pools)
            if same and run is not None and before.run is not None and run[0] == before.run[1] + 1:
                self._open[rule] = before._replace(run=(before.run[0], run[1]))
                return
            self._close(before)
        self._open[rule] = _Open(rule, space, reason, pools, run)
        self.total += 1

    def told(self) -> tuple[StoreFault, ...]:
        """Return the first faults, in the order in which they were found."""
        for each in self._open.values():
            self._close(each)
        self._open.clear()
        return tuple(self._shown)

    def _close(self, each: _Open) -> None:
        if len(self._shown) >= SHOWN_MAX:
            return
        kind, scope = self.spaces.get(each.space, _NOWHERE)
        first, last = (None, None) if each.run is None else (_text(each.run[0], kind), _text(each.run[1], kind))
        at = "something else" if first is None else first if first == last else f"{first} to {last}"
        number = next((pool for pool in each.pools if pool in self.pools), None)
        self._shown.append(
            StoreFault(
                rule=each.rule,
                pool=self.pools[number].name if number is not None else None,
                scope=scope,
                first=first,
                last=last,
                reason=each.reason.replace("{at}", at),
            )
        )


def _text(value: int, kind: AddressKind) -> str:
    """Return a stored value as an address, or as a number where it is none."""
    plain = unstored(value, kind)
    return spell(plain, kind) if 0 <= plain < 1 << BITS[kind] else str(plain)
