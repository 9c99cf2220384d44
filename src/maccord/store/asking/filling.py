"""How full a pool is, without a look at its leases: what is neither free, in hand nor excluded is taken."""

from msgspec import Struct

from maccord.store.database import Reader
from maccord.store.extents import PoolRow

_ISSUED = (
    "SELECT count(*) FROM extent e JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
    " WHERE e.pool = ? AND e.kind = 'chunk'"
)


class Filling(Struct, frozen=True, kw_only=True):
    """Counts of addresses: all, free at once (those in hands among them), free in ranges that drain, excluded."""

    size: int
    available: int
    drained: int
    excluded: int

    @property
    def taken(self) -> int:
        """What is held, in use, resting, on probation or in a host's own range."""
        return max(self.size - self.available - self.drained - self.excluded, 0)


_NOTHING = Filling(size=0, available=0, drained=0, excluded=0)


def filling(reader: Reader, row: PoolRow) -> Filling:
    """Count a pool: its extents, and those leases only that lie in what processes have in hand."""
    counted = _counted(reader, " WHERE pool = ?", " AND e.pool = ?", (row.id,))
    return counted.get(row.id, _NOTHING)


def fillings(reader: Reader) -> dict[int, Filling]:
    """Count all pools at once."""
    return _counted(reader, "", "", ())


def _counted(reader: Reader, where: str, also: str, params: tuple[object, ...]) -> dict[int, Filling]:
    sizes = {
        number: int(count)
        for number, count in reader.rows(
            f"SELECT pool, sum(hi - lo + 1) FROM pool_range{where} GROUP BY pool",  # noqa: S608 - ours
            params,
        )
    }
    sums: dict[int, dict[str, int]] = {number: {} for number in sizes}
    for number, kind, count in reader.rows(
        f"SELECT pool, kind, sum(hi - lo + 1) FROM extent{where} GROUP BY pool, kind",  # noqa: S608 - ours
        params,
    ):
        sums.setdefault(number, {})[kind] = int(count)
    issued = {
        number: int(count)
        for number, count in reader.rows(
            "SELECT e.pool, count(*) FROM extent e JOIN lease l ON l.space = e.space"  # noqa: S608 - ours
            f" AND l.address BETWEEN e.lo AND e.hi WHERE e.kind = 'chunk'{also} GROUP BY e.pool",
            params,
        )
    }
    return {
        number: Filling(
            size=sizes.get(number, 0),
            available=kinds.get("free", 0) + kinds.get("chunk", 0) - issued.get(number, 0),
            drained=kinds.get("drained", 0),
            excluded=kinds.get("excluded", 0),
        )
        for number, kinds in sums.items()
    }


def may_give(reader: Reader, row: PoolRow, count: int, now: int) -> bool:
    """Return whether it is worth asking a pool for so many: they are free, or something of it has rested by now.

    Looks at no more free extents than there are addresses asked for, so that it is as quick in a full pool.
    """
    free = reader.rows(
        "SELECT coalesce(sum(n), 0) FROM (SELECT hi - lo + 1 AS n FROM extent WHERE pool = ? AND kind = 'free'"
        " LIMIT ?) AS few",
        (row.id, count),
    )[0][0]
    if int(free) >= count:
        return True
    return (
        bool(
            reader.rows(
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM lease WHERE due IS NOT NULL AND due <= ? AND pool = ?)"
                " OR EXISTS (SELECT 1 FROM extent WHERE due IS NOT NULL AND due <= ? AND pool = ?)",
                (now, row.id, now, row.id),
            )
        )
        or int(free) + _unissued(reader, row) >= count
    )


def _unissued(reader: Reader, row: PoolRow) -> int:
    chunks = reader.rows(
        "SELECT coalesce(sum(hi - lo + 1), 0) FROM extent WHERE pool = ? AND kind = 'chunk'", (row.id,)
    )
    return int(chunks[0][0]) - int(reader.rows(_ISSUED, (row.id,))[0][0])
