"""What blocks are in force."""

from maccord.alloc.authority import Page
from maccord.alloc.errors import NoSuchBlock
from maccord.alloc.records import Block
from maccord.store import blocks
from maccord.store.asking.cursors import page, uncursor
from maccord.store.database import Reader


def block(reader: Reader, number: int) -> Block:
    """Return a block, past ones too; raises NoSuchBlock."""
    rows = reader.rows(f"{blocks.BLOCK} WHERE b.id = ?", (number,)) if 0 <= number < 1 << 63 else []
    if not rows:
        raise NoSuchBlock(number)
    return blocks.shown(rows[0])


def block_list(reader: Reader, pool_name: str | None, host: str | None, after: str | None, limit: int) -> Page[Block]:
    """Return blocks in force, in the order of their numbers."""
    begin = uncursor("blocks", after, [int])
    where, params = ["b.until IS NULL", "b.id > ?"], list[object]([begin[0] if begin else 0])
    for column, value in (("b.pool", pool_name), ("b.host", host)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    rows = reader.rows(f"{blocks.BLOCK} WHERE {' AND '.join(where)} ORDER BY b.id LIMIT ?", (*params, limit + 1))
    found = [blocks.shown(row) for row in rows]
    return page("blocks", found, limit, [(each.id,) for each in found])
