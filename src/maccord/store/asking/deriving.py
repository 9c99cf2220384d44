"""Which addresses identities would get."""

from collections.abc import Sequence

from maccord.alloc import derive
from maccord.alloc.life import OWNED, State
from maccord.alloc.records import Derived
from maccord.store import pools
from maccord.store.asking.leases import look_up
from maccord.store.asking.pools import pool_named
from maccord.store.database import Reader
from maccord.store.extents import PoolRow

_AT = (
    "SELECT e.kind FROM extent e WHERE e.space = ? AND e.hi >= ? AND e.lo ="
    " (SELECT max(x.lo) FROM extent x WHERE x.space = ? AND x.lo <= ?)"
)


def derived(reader: Reader, name: str, identities: Sequence[str]) -> tuple[Derived, ...]:
    """Tell which addresses identities would get, one after the other."""
    pool = pool_named(reader, name)
    runs = [(lo, hi) for lo, hi in reader.rows("SELECT lo, hi FROM pool_range WHERE pool = ? ORDER BY lo", (pool.id,))]
    given: dict[int, str] = {}
    return tuple(_one(reader, pool, runs, identity, given) for identity in identities) if runs else ()


def _one(reader: Reader, pool: PoolRow, runs: list[tuple[int, int]], identity: str, given: dict[int, str]) -> Derived:
    def free(value: int) -> bool:
        return value not in given and _is_free(reader, pool, value)

    has = _has(reader, pool, identity)
    first = next(derive.candidates(pool.seed_of, identity, runs), runs[0][0])
    chosen = None
    if has is None:
        chosen = derive.choose(pool.seed_of, identity, runs, free, lambda after: _following(reader, pool, after, given))
    value = has if has is not None else chosen.value if chosen else None
    text = None if value is None else pools.text(value, pool.kind)
    in_the_way = ""
    if has is None and value != first:
        in_the_way = f"identity {given[first]}" if first in given else _who(reader, pool, first)
    if value is not None:
        given.setdefault(value, identity)
    return Derived(
        identity=identity, address=text, probe=chosen.probe if chosen else 0, first=pools.text(first, pool.kind),
        has=has is not None, in_the_way=in_the_way,
    )  # fmt: skip


def _has(reader: Reader, pool: PoolRow, identity: str) -> int | None:
    """Return the address that was derived from an identity and is held, or rests."""
    rows = reader.rows(
        "SELECT address, state FROM lease WHERE pool = ? AND identity = ? ORDER BY address", (pool.id, identity)
    )
    held = [address for address, state in rows if state in OWNED]
    rests = [address for address, state in rows if state == State.RESTING]
    return next(iter((*held, *rests)), None)


def _is_free(reader: Reader, pool: PoolRow, value: int) -> bool:
    if reader.rows("SELECT 1 FROM lease WHERE space = ? AND address = ?", (pool.space, value)):
        return False
    there = reader.rows(_AT, (pool.space, value, pool.space, value))
    return bool(there) and there[0][0] in ("free", "chunk")


def _following(reader: Reader, pool: PoolRow, after: int, given: dict[int, str]) -> int | None:
    """Return the first free address behind one, from the beginning if there is none."""
    free = "SELECT lo, hi FROM extent WHERE pool = ? AND kind IN ('free', 'chunk') AND hi > ? ORDER BY lo LIMIT 64"
    for begin, end in ((after, None), (-(1 << 63), after)):
        at = begin
        while rows := reader.rows(free, (pool.id, at)):
            for lo, hi in rows:
                here = (max(lo, at + 1), hi)
                leases = reader.rows(
                    "SELECT address FROM lease WHERE space = ? AND address BETWEEN ? AND ?", (pool.space, *here)
                )
                taken = {row[0] for row in leases} | given.keys()
                found = next((value for value in range(here[0], hi + 1) if value not in taken), None)
                if found is not None:
                    return found
                at = hi
            if end is not None and at >= end:
                break
    return None


def _who(reader: Reader, pool: PoolRow, value: int) -> str:
    """Return who has an address, or what keeps it from being given."""
    lease = look_up(reader, pools.text(value, pool.kind), pool.scope)
    holders = ", ".join(str(held.holder) for held in lease.holders)
    return holders or f"{lease.state.replace('-', ' ')}{f' ({lease.note})' if lease.note else ''}"
