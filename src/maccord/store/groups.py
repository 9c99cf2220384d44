"""Changes of groups: which pools are bound to a path, and whether it inherits."""

from collections.abc import Sequence

from maccord.alloc import check
from maccord.alloc.errors import BadRequest, NoSuchGroup, NoSuchPool, StaleVersion
from maccord.alloc.paths import key_of, read_path
from maccord.alloc.records import Actor, Group
from maccord.store import versions
from maccord.store.database import Reader, Row
from maccord.store.extents import POOL
from maccord.store.work import Tx

POOLS_MAX = 100
GROUP = "SELECT g.path, g.name, g.inherit, g.note, g.version FROM pool_group g"
_BOUND = "SELECT p.name FROM binding b JOIN pool p ON p.id = b.pool WHERE b.path = ? ORDER BY b.place, p.name"
_BINDING = "INSERT INTO binding (path, pool, place) VALUES (?, ?, ?)"


def shown(reader: Reader, row: Row) -> Group:
    """Return a group of a row of GROUP, with its pools."""
    path, name, inherit, note, version = row
    pools = tuple(each[0] for each in reader.rows(_BOUND, (path,)))
    return Group(path=name, pools=pools, inherit=bool(inherit), note=note, version=version)


def bound_to(reader: Reader, pool: int) -> tuple[str, ...]:
    """Return the paths of the groups that a pool is bound to."""
    rows = reader.rows(
        "SELECT g.name FROM binding b JOIN pool_group g ON g.path = b.path WHERE b.pool = ? ORDER BY g.path", (pool,)
    )
    return tuple(row[0] for row in rows)


def put(
    tx: Tx, text: str, pools: Sequence[str], actor: Actor, *, inherit: bool, note: str, expect: int | None
) -> Group:
    """Make a group, or make it what is asked for."""
    name = read_path(text)
    path = key_of(name)
    check.text("note", note, 1024)
    numbers = _numbers(tx, pools)
    before = _locked(tx, path)
    _expect(name, expect, before)
    values = (name, int(inherit), note)
    if before is None:
        version = versions.floor(tx, "group") + 1
        tx.db.run(
            "INSERT INTO pool_group (path, name, inherit, note, version) VALUES (?, ?, ?, ?, ?)",
            (path, *values, version),
        )
    else:
        tx.db.run(
            "UPDATE pool_group SET name = ?, inherit = ?, note = ?, version = version + 1 WHERE path = ?",
            (*values, path),
        )
        tx.db.run("DELETE FROM binding WHERE path = ?", (path,))
    tx.db.run_many(_BINDING, [(path, number, place) for place, number in enumerate(numbers)])
    after = shown(tx.db, tx.rows(f"{GROUP} WHERE g.path = ?", (path,))[0])
    tx.record(actor, "set-group", name, {"before": _plain(before), "after": _plain(after)})
    tx.note("group-set", None, facts={"group": name})
    return after


def _numbers(tx: Tx, pools: Sequence[str]) -> list[int]:
    """Return the numbers of pools that are there and stay until the end of the transaction."""
    if len(pools) > POOLS_MAX:
        raise BadRequest("pools", f"at most {POOLS_MAX} pools are bound to a group")
    found: dict[str, Row] = {}
    for name in pools:
        if name in found:
            raise BadRequest("pools", f"{name[:64]!r} stands there twice")
        found[name] = _pool(tx, name)
    for space in sorted({row[2] for row in found.values()}):
        tx.db.lock_space(space)  # whoever removes a pool has its space locked
    return [_pool(tx, name)[0] for name in found]


def _pool(tx: Tx, name: str) -> Row:
    row = tx.one(f"{POOL} WHERE p.name = ?", (name,))
    if row is None:
        raise NoSuchPool(name)
    return row


def _locked(tx: Tx, path: str) -> Group | None:
    row = tx.one(f"{GROUP} WHERE g.path = ?{tx.db.for_update}", (path,))
    return shown(tx.db, row) if row else None


def _expect(name: str, expect: int | None, found: Group | None) -> None:
    actual = found.version if found else 0
    if expect is not None and expect != actual:
        raise StaleVersion(f"group {name!r}", expect, actual)


def _plain(group: Group | None) -> dict[str, object] | None:
    """Return what the audit keeps of a group."""
    if group is None:
        return None
    return {
        "path": group.path,
        "pools": list(group.pools),
        "inherit": group.inherit,
        "note": group.note,
        "version": group.version,
    }


def delete(tx: Tx, text: str, actor: Actor, expect: int | None) -> None:
    """Remove a group's own row, and what is bound to it."""
    name = read_path(text)
    path = key_of(name)
    before = _locked(tx, path)
    _expect(name, expect, before)
    if before is None:
        raise NoSuchGroup(name)
    tx.db.run("DELETE FROM binding WHERE path = ?", (path,))
    tx.db.run("DELETE FROM pool_group WHERE path = ?", (path,))
    versions.ended(tx, "group", before.version)
    tx.record(actor, "delete-group", before.path, {"before": _plain(before)})
    tx.note("group-deleted", None, facts={"group": before.path})
