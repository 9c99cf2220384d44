"""Whether what the store keeps of addresses agrees with itself: its file system check, so to speak.

Every address of a range is told of once: by a lease, or by an extent. A lease may lie within a chunk, which is issued
from, and within a host's block, in which it was adopted; never within what is free, drained or excluded. All of it is
read once, in the order of addresses, so that the time grows with the store and the memory does not.
"""

from collections import defaultdict

from maccord.alloc.records import StoreVerdict
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import PoolRow
from maccord.store.verifying.cover import Cover, RangeRow
from maccord.store.verifying.faults import Faults
from maccord.store.verifying.groups import groups
from maccord.store.verifying.links import links

_ALL = (
    "SELECT space, lo, hi, 0 AS what, pool, kind, hand, block, due, '' AS holders, NULL AS ends FROM extent {where}"
    " UNION ALL SELECT space, address, address, 1, pool, state, NULL, NULL, due, holders, holder_due FROM lease {where}"
    " ORDER BY 1, 2, 4"
)

__all__ = ["verify"]


def verify(reader: Reader, name: str | None) -> StoreVerdict:
    """Check one pool, or all; raises NoSuchPool."""
    only = pool_named(reader, name) if name is not None else None
    faults = Faults(reader, only.id if only else None)
    extents, leases = _swept(reader, faults, only)
    links(reader, faults)
    groups(reader, faults)
    shown = faults.told()
    where, params = ("", ()) if only is None else (" WHERE pool = ?", (only.name,))
    blocks = reader.rows(f"SELECT count(*) FROM block{where}", params)[0][0]  # noqa: S608 - ours
    return StoreVerdict(
        pools=1 if only else len(faults.pools),
        extents=extents,
        leases=leases,
        blocks=int(blocks),
        total=faults.total,
        faults=shown,
    )


def _swept(reader: Reader, faults: Faults, only: PoolRow | None) -> tuple[int, int]:
    """Go through all extents and leases; return how many of each were looked at, in the pool or in all."""
    ranges = _ranges(reader, only)
    where, params = ("", ()) if only is None else ("WHERE space = ?", (only.space, only.space))
    counts = [0, 0]
    covers: dict[int, Cover] = {}
    rows = reader.stream(_ALL.format(where=where), params)
    for space, lo, hi, what, pool, kind, hand, block, due, holders, ends in rows:
        cover = covers.get(space)
        if cover is None:
            cover = covers[space] = Cover(space, ranges.pop(space, []), faults)
        if only is None or pool == only.id:
            counts[what] += 1
        if type(lo) is not int or type(hi) is not int:
            faults.add("address", space, None, "a row has {at} where an address has to be", pool)
        elif what:
            cover.lease(lo, pool, kind, due, holders, ends)
        else:
            cover.extent(lo, hi, pool, kind, hand, block, due)
    for space in sorted(ranges):
        covers[space] = Cover(space, ranges[space], faults)
    for cover in covers.values():
        cover.end()
    return counts[0], counts[1]


def _ranges(reader: Reader, only: PoolRow | None) -> dict[int, list[RangeRow]]:
    """Return ranges by their space, in their order."""
    found: dict[int, list[RangeRow]] = defaultdict(list)
    for space, lo, hi, pool, draining in reader.rows(
        "SELECT space, lo, hi, pool, draining FROM pool_range ORDER BY lo"
    ):
        if only is None or space == only.space:
            found[space].append((lo, hi, pool, bool(draining)))
    return found
