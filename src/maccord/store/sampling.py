"""How full pools were: a sample an hour for eight days, then one a day for four hundred.

A sample is of an hour, so that however many processes there are, each hour has one: the first that writes it. Pools are
counted by a reader, all of them by three queries; what waits for the writer is one row for each.
"""

from collections.abc import Sequence

from maccord.alloc.clock import moment
from maccord.alloc.forecast import WINDOW_DAYS, Now, forecast
from maccord.alloc.records import FillPoint, Forecast
from maccord.store.asking.filling import Filling, filling, fillings
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import POOL, PoolRow, pool_row
from maccord.store.work import Tx

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
HOURLY_US = 8 * DAY_US
DAILY_US = 400 * DAY_US
Sample = tuple[int, int, int, int | None]
"""Of a pool: its number, size, what is taken, and when it was sampled before."""

_NEW = (
    "INSERT INTO fill (pool, at, size, taken) SELECT id, ?, ?, ? FROM pool WHERE id = ?"
    " ON CONFLICT (pool, at) DO NOTHING"
)
_THIN = (
    "DELETE FROM fill WHERE pool = ? AND at >= ? AND at < ?"
    " AND at > (SELECT min(f.at) FROM fill f WHERE f.pool = fill.pool AND f.at >= fill.at - fill.at % ?)"
)


def hour_of(now: int) -> int:
    """Return the beginning of the hour in which a moment lies."""
    return now - now % HOUR_US


def due(reader: Reader, now: int) -> list[Sample]:
    """Return the samples of this hour that nobody has written."""
    rows = reader.rows("SELECT p.id, (SELECT max(f.at) FROM fill f WHERE f.pool = p.id) FROM pool p ORDER BY p.id")
    missing = {number: last for number, last in rows if last is None or last < hour_of(now)}
    if not missing:
        return []
    found = fillings(reader)
    return [(each, found[each].size, found[each].taken, last) for each, last in missing.items() if each in found]


def write(tx: Tx, samples: Sequence[Sample]) -> None:
    """Write samples of this hour; with the first of a day, thin out what has become old."""
    hour = hour_of(tx.now)
    tx.db.run_many(_NEW, [(hour, size, taken, number) for number, size, taken, _ in samples])
    first = [
        (number, last)
        for number, *_, last in samples
        if last is not None and last - last % DAY_US < hour - hour % DAY_US
    ]
    tx.db.run_many(
        _THIN,
        # What was thinned with the last day that has samples needs no second look.
        [(number, last - last % DAY_US - HOURLY_US - DAY_US, hour - HOURLY_US, DAY_US) for number, last in first],
    )
    tx.db.run_many("DELETE FROM fill WHERE pool = ? AND at < ?", [(number, hour - DAILY_US) for number, _ in first])


def forecasts(reader: Reader, name: str | None, now: int) -> tuple[Forecast, ...]:
    """Return the forecast of a pool, or of all in the order of their names."""
    if name is not None:
        row = pool_named(reader, name)
        return (_forecast(reader, row, now, filling(reader, row)),)
    full = fillings(reader)
    found = [pool_row(row) for row in reader.rows(f"{POOL} ORDER BY p.name")]
    return tuple(_forecast(reader, row, now, full.get(row.id) or filling(reader, row)) for row in found)


def _forecast(reader: Reader, row: PoolRow, now: int, full: Filling) -> Forecast:
    rows = reader.rows(
        "SELECT at, size, taken FROM fill WHERE pool = ? AND at >= ? AND at <= ? ORDER BY at",
        (row.id, now - (WINDOW_DAYS + 1) * DAY_US, now),
    )
    past = [FillPoint(at=moment(at), size=size, taken=taken) for at, size, taken in rows]
    here = Now(pool=row.name, at=moment(now), size=full.size, taken=full.taken, available=full.available)
    return forecast(here, past)
