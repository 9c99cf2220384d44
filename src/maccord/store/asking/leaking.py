"""Which leases are probably held by nobody any more."""

from maccord.alloc.authority import Page
from maccord.alloc.records import Leak
from maccord.store import leasing
from maccord.store.absences import LEAKED, leak
from maccord.store.asking.cursors import page, uncursor
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader

_COLUMNS = leasing.LEASE.replace(" FROM lease l", ", a.times, a.first_at, a.last_at FROM lease l", 1)


def leaks(
    reader: Reader,
    pool: str | None,
    scope: str | None,
    observations: int,
    age_s: int,
    after: str | None,
    limit: int,
) -> Page[Leak]:
    """Return leases that were missed so often over so long, in the order of space and address."""
    where, params = "", list[object]([observations, age_s * 1_000_000])
    if pool is not None:
        where += " AND l.pool = ?"
        params.append(pool_named(reader, pool).id)
    if scope is not None:
        where += " AND s.scope = ?"
        params.append(scope)
    if begin := uncursor("leaks", after, [int, int]):
        where += " AND (l.space > ? OR (l.space = ? AND l.address > ?))"
        params += [begin[0], *begin]
    rows = reader.rows(f"{_COLUMNS}{LEAKED}{where} ORDER BY l.space, l.address LIMIT ?", (*params, limit + 1))
    told = [leak(row[-3:], leasing.found(row[:-3])) for row in rows]
    return page("leaks", told, limit, [(row[0], row[1]) for row in rows])
