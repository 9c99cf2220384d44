"""Groups: what is bound to them, which pools a path asks, and how each stands."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from maccord.alloc.authority import Page
from maccord.alloc.clock import moment
from maccord.alloc.errors import NoSuchGroup
from maccord.alloc.kinds import AddressKind
from maccord.alloc.paths import ROOT, key_of, read_path, upwards
from maccord.alloc.records import Candidate, Explained, Granted, Group
from maccord.store import groups
from maccord.store.asking.cursors import cursor, uncursor
from maccord.store.asking.filling import filling, may_give
from maccord.store.database import Reader
from maccord.store.engine import granted
from maccord.store.extents import POOL, PoolRow, pool_row
from maccord.store.work import replayed


class Asked(Struct, frozen=True, kw_only=True):
    """The pools that a path asks, in their order, each with the group that binds it; and where the search ended."""

    path: str
    pools: tuple[tuple[str, PoolRow], ...]
    ended_at: str | None


def group(reader: Reader, text: str) -> Group:
    """Return a group that has a row of its own."""
    path = read_path(text)
    rows = reader.rows(f"{groups.GROUP} WHERE g.path = ?", (key_of(path),))
    if not rows:
        raise NoSuchGroup(path)
    return groups.shown(reader, rows[0])


def group_list(reader: Reader, under: str | None, after: str | None, limit: int) -> Page[Group]:
    """Return groups in the order of their paths."""
    begin = uncursor("groups", after, [str])
    where, params = ["g.path > ?"], list[object]([begin[0] if begin else ""])
    above = ROOT if under is None else key_of(read_path(under))
    if above != ROOT:
        where.append("(g.path = ? OR substr(g.path, 1, ?) = ?)")
        params += [above, len(above) + 1, f"{above}/"]
    rows = reader.rows(f"{groups.GROUP} WHERE {' AND '.join(where)} ORDER BY g.path LIMIT ?", (*params, limit + 1))
    shown = tuple(groups.shown(reader, row) for row in rows[:limit])
    return Page(items=shown, next=cursor("groups", rows[limit - 1][0]) if len(rows) > limit else None)


def asked(reader: Reader, text: str) -> Asked:
    """Return which pools a path asks, nearest group first, each group's in their order."""
    path = read_path(text)
    keys = upwards(key_of(path))
    marks = ", ".join("?" for _ in keys)
    own: dict[str, tuple[str, bool]] = {
        row[0]: (row[1], bool(row[2])) for row in reader.rows(f"{groups.GROUP} WHERE g.path IN ({marks})", keys)
    }
    bound: dict[str, list[PoolRow]] = {}
    if own:
        bindings = reader.rows(f"SELECT path, pool FROM binding WHERE path IN ({marks}) ORDER BY place, pool", keys)  # noqa: S608
        numbers = f"SELECT pool FROM binding WHERE path IN ({marks})"  # noqa: S608
        pools = {row[0]: pool_row(row) for row in reader.rows(f"{POOL} WHERE p.id IN ({numbers})", keys)}
        for key, number in bindings:
            bound.setdefault(key, []).append(pools[number])
    found: list[tuple[str, PoolRow]] = []
    for key in keys:
        if key not in own:
            continue
        name, inherits = own[key]
        found += [(name, row) for row in bound.get(key, ())]
        if not inherits and key != ROOT:
            return Asked(path=path, pools=tuple(found), ended_at=name)
    return Asked(path=path, pools=tuple(found), ended_at=None)


def usable(wish: Asked, kind: AddressKind, pools: Collection[str] | None) -> tuple[list[PoolRow], list[str]]:
    """Return the pools of a kind that are granted, each once, and the names of those that are not."""
    yes: dict[str, PoolRow] = {}
    no: dict[str, None] = {}
    for _, row in wish.pools:
        if row.kind != kind:
            continue
        if pools is None or row.name in pools:
            yes.setdefault(row.name, row)
        else:
            no[row.name] = None
    return list(yes.values()), list(no)


def answered(reader: Reader, key: str, asked_key: str, request: list[object]) -> Granted | None:
    """Return the kept answer of an idempotency key, or None; raises KeyReused for another request."""
    rows = reader.rows("SELECT action, details, at FROM journal WHERE key = ?", (key,))
    return granted(replayed(rows[0][:2], "allocate", asked_key, request), rows[0][2], again=True) if rows else None


def explain(
    reader: Reader, text: str, kind: AddressKind, count: int, pools: Collection[str] | None, now: int
) -> Explained:
    """Tell how each pool stands that a path asks, and which one would give."""
    wish = asked(reader, text)
    candidates: list[Candidate] = []
    seen: set[str] = set()
    won: tuple[str, str] | None = None
    for name, row in wish.pools:
        if row.name in seen:
            told: dict[str, Any] = {"standing": "repeated", "why": "it is asked above already"}
        elif row.kind != kind:
            told = {"standing": "other-kind", "why": f"its addresses are of kind {row.kind}, not {kind}"}
        elif pools is not None and row.name not in pools:
            told = {"standing": "not-granted", "why": "the token is not granted this pool"}
        else:
            told = _standing(reader, row, count, now)
            if told["standing"] == "able" and won is None:
                won = row.name, name
                told |= {"standing": "won", "why": f"the first that can give {count:,}: {told['why']}"}
        seen.add(row.name)
        candidates.append(Candidate(pool=row.name, group=name, kind=row.kind, scope=row.scope, **told))
    return Explained(
        path=wish.path,
        kind=kind,
        count=count,
        pool=won[0] if won else None,
        group=won[1] if won else None,
        ended_at=wish.ended_at,
        candidates=tuple(candidates),
    )


def _standing(reader: Reader, row: PoolRow, count: int, now: int) -> dict[str, Any]:
    full = filling(reader, row)
    rests, due = reader.rows(
        "SELECT count(*), min(due) FROM lease WHERE pool = ? AND (state = 'resting' OR state = 'probation')", (row.id,)
    )[0]
    blocks, block_due = reader.rows(
        "SELECT coalesce(sum(hi - lo + 1), 0), min(due) FROM extent WHERE pool = ? AND kind = 'resting'", (row.id,)
    )[0]
    dues = [each for each in (due, block_due) if each is not None]
    drains = reader.rows("SELECT min(draining) FROM pool_range WHERE pool = ?", (row.id,))[0][0]
    resting = int(rests) + int(blocks)
    why = f"{full.available:,} of {full.size:,} are free"
    if full.available >= count or may_give(reader, row, count, now):
        standing = "able"
    elif drains:
        standing, why = "draining", "all its ranges drain: nothing is issued from them"
    else:
        standing = "exhausted"
        why += f", {full.drained:,} of ranges that drain are not issued" if full.drained else ""
        why += f", {resting:,} rest" if resting else ""
    return {
        "standing": standing,
        "why": why,
        "size": full.size,
        "available": full.available,
        "resting": resting,
        "next_free_at": moment(min(dues)) if dues else None,
    }
