"""What pools there are."""

from maccord.alloc.authority import Page
from maccord.alloc.errors import NoSuchPool
from maccord.alloc.records import Pool
from maccord.store import pools
from maccord.store.asking.cursors import cursor, uncursor
from maccord.store.database import Reader
from maccord.store.extents import POOL, PoolRow, pool_row


def pool(reader: Reader, name: str) -> Pool:
    """Return a pool by its name."""
    return pools.shown(reader, pool_named(reader, name))


def pool_named(reader: Reader, name: str) -> PoolRow:
    """Return the row of a pool; raises NoSuchPool."""
    rows = reader.rows(f"{POOL} WHERE p.name = ?", (name,))
    if not rows:
        raise NoSuchPool(name)
    return pool_row(rows[0])


def pool_list(reader: Reader, after: str | None, limit: int) -> Page[Pool]:
    """Return pools in the order of their names."""
    begin = uncursor("pools", after, [str])
    rows = reader.rows(f"{POOL} WHERE p.name > ? ORDER BY p.name LIMIT ?", (begin[0] if begin else "", limit + 1))
    found = [pool_row(row) for row in rows]
    shown = [pools.shown(reader, row) for row in found[:limit]]
    next_ = cursor("pools", found[limit - 1].name) if len(found) > limit else None
    return Page(items=tuple(shown), next=next_)
