"""What every end of a holding leaves behind: a row of the past, and a rest that the pool says the length of."""

from maccord.alloc.records import Actor
from maccord.store.extents import POOL, PoolRow, pool_row
from maccord.store.work import Tx

EXPIRY = Actor("maccord:expiry")
"""Who ends what ends by itself, for the audit."""
_REST_S = 86_400
TENURE = (
    "INSERT INTO tenure (space, address, pool, state, holder, since, until, confirmed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def rest_s(pool: PoolRow | None) -> int:
    """Return how long a released address rests; one of no pool rests a day."""
    return _REST_S if pool is None else pool.rest_s


def pools_of(tx: Tx, numbers: set[int | None]) -> dict[int | None, PoolRow]:
    """Return pools by their numbers, as far as they are there."""
    known = [number for number in numbers if number is not None]
    rows = tx.rows(f"{POOL} WHERE p.id {tx.db.any_of}", (tx.db.ints(known),)) if known else []
    return {row[0]: pool_row(row) for row in rows}
