"""Which addresses would be given next."""

from itertools import islice

from maccord.alloc.errors import BadRequest
from maccord.alloc.spans import common, islands, numbers, without
from maccord.store import pools
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import PoolRow

_PREVIEW_MAX = 1000


def preview(reader: Reader, name: str, count: int) -> tuple[str, ...]:
    """Return free addresses, first those that service processes have in hand, and then those that come next."""
    if not 1 <= count <= _PREVIEW_MAX:
        raise BadRequest("count", f"expected 1 to {_PREVIEW_MAX}")
    row = pool_named(reader, name)
    found = _in_hand(reader, row, count)
    ordered = reader.rows(
        "SELECT lo, hi, last_given FROM pool_range WHERE pool = ? AND EXISTS (SELECT 1 FROM pool_range WHERE pool = ?"
        " AND (place <> 0 OR weight <> 1)) ORDER BY place, lo",
        (row.id, row.id),
    )
    if ordered:
        for lo, hi, given in ordered:
            begin = given if row.policy == "sequential" and given is not None else lo - 1
            found += _next_free(reader, row, begin + 1, hi, count - len(found))
            found += _next_free(reader, row, lo, begin, count - len(found))
        return tuple(pools.text(value, row.kind) for value in found)
    begin = row.last_given if row.policy == "sequential" else None
    if begin is not None:
        found += _next_free(reader, row, begin + 1, None, count - len(found))
    found += _next_free(reader, row, None, begin, count - len(found))
    return tuple(pools.text(value, row.kind) for value in found)


def _in_hand(reader: Reader, row: PoolRow, count: int) -> list[int]:
    """Return up to `count` addresses of chunks that were not issued, a few chunks at a time."""
    found: list[int] = []
    for lo, hi in reader.rows("SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'chunk' ORDER BY lo", (row.id,)):
        issued = reader.rows(
            "SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ? ORDER BY address",
            (row.space, lo, hi),
        )
        found += islice(numbers(without([(lo, hi)], islands(each[0] for each in issued))), count - len(found))
        if len(found) == count:
            break
    return found


def _next_free(reader: Reader, row: PoolRow, first: int | None, last: int | None, count: int) -> list[int]:
    """Return up to `count` free addresses from `first` to `last`."""
    if count <= 0 or (first is not None and last is not None and last < first):
        return []
    where, params = "", list[object]([row.id])
    if first is not None:
        where, params = "AND hi >= ?", [*params, first]
    runs = reader.rows(
        f"SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' {where} ORDER BY lo LIMIT ?",  # noqa: S608
        (*params, max(count, 0)),
    )
    bounds = [(-(1 << 63) if first is None else first, 1 << 63 if last is None else last)]
    return list(islice(numbers(common(runs, bounds)), max(count, 0)))
