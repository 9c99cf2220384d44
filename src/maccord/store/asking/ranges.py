"""How full ranges are."""

from maccord.alloc.kinds import spell, unstored
from maccord.alloc.records import RangeFill
from maccord.store.database import Reader

_SOME = (
    "(SELECT r.space, r.lo, r.hi, p.name, s.kind, s.scope FROM pool_range r JOIN pool p ON p.id = r.pool"
    " JOIN space s ON s.id = p.space ORDER BY p.name, r.lo LIMIT ?) AS r"
)
_EXTENTS = (
    f"SELECT r.space, r.lo, e.kind, sum(e.hi - e.lo + 1) FROM {_SOME}"  # noqa: S608 - ours
    " JOIN extent e ON e.space = r.space AND e.lo >= r.lo AND e.lo <= r.hi GROUP BY r.space, r.lo, e.kind"
)
_ISSUED = (
    f"SELECT r.space, r.lo, count(*) FROM {_SOME}"  # noqa: S608 - ours
    " JOIN extent e ON e.space = r.space AND e.lo >= r.lo AND e.lo <= r.hi AND e.kind = 'chunk'"
    " JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi GROUP BY r.space, r.lo"
)


def range_fills(reader: Reader, limit: int) -> tuple[RangeFill, ...]:
    """Count the first ranges, by three queries for all of them; leases are looked at within chunks only."""
    sums: dict[tuple[int, int], dict[str, int]] = {}
    for space, lo, kind, count in reader.rows(_EXTENTS, (limit,)):
        sums.setdefault((space, lo), {})[kind] = int(count)
    issued = {(space, lo): int(count) for space, lo, count in reader.rows(_ISSUED, (limit,))}
    found = []
    for space, lo, hi, name, kind, scope in reader.rows(f"SELECT * FROM {_SOME} ORDER BY r.name, r.lo", (limit,)):  # noqa: S608
        kinds = sums.get((space, lo), {})
        available = kinds.get("free", 0) + kinds.get("chunk", 0) - issued.get((space, lo), 0)
        drained, excluded = kinds.get("drained", 0), kinds.get("excluded", 0)
        found.append(
            RangeFill(
                pool=name,
                scope=scope,
                first=spell(unstored(lo, kind), kind),
                last=spell(unstored(hi, kind), kind),
                size=hi - lo + 1,
                available=available,
                drained=drained,
                excluded=excluded,
                taken=max(hi - lo + 1 - available - drained - excluded, 0),
            )
        )
    return tuple(found)
