"""Which addresses would be given next."""

from itertools import islice

from maccord.alloc.errors import BadRequest
from maccord.alloc.spans import common, numbers
from maccord.store import pools
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import PoolRow

_PREVIEW_MAX = 1000


def preview(reader: Reader, name: str, count: int) -> tuple[str, ...]:
    """Return addresses that would be given next, as far as no service process has chunks of the pool."""
    if not 1 <= count <= _PREVIEW_MAX:
        raise BadRequest("count", f"expected 1 to {_PREVIEW_MAX}")
    row = pool_named(reader, name)
    begin = row.last_given if row.policy == "sequential" else None
    found: list[int] = []
    if begin is not None:
        found = _next_free(reader, row, begin + 1, None, count)
    found += _next_free(reader, row, None, begin, count - len(found))
    return tuple(pools.text(value, row.kind) for value in found)


def _next_free(reader: Reader, row: PoolRow, first: int | None, last: int | None, count: int) -> list[int]:
    """Return up to `count` free addresses from `first` to `last`."""
    where, params = "", list[object]([row.id])
    if first is not None:
        where, params = "AND hi >= ?", [*params, first]
    runs = reader.rows(
        f"SELECT lo, hi FROM extent WHERE pool = ? AND kind = 'free' {where} ORDER BY lo LIMIT ?",  # noqa: S608
        (*params, max(count, 0)),
    )
    bounds = [(-(1 << 63) if first is None else first, 1 << 63 if last is None else last)]
    return list(islice(numbers(common(runs, bounds)), max(count, 0)))
