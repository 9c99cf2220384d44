"""Groups: their paths can be asked for, and what is bound to them is there."""

from maccord.alloc.errors import BadRequest
from maccord.alloc.paths import key_of, read_path
from maccord.store.database import Reader
from maccord.store.verifying.faults import Faults

_BINDINGS = (
    "SELECT b.path, b.pool, g.path FROM binding b LEFT JOIN pool_group g ON g.path = b.path"
    " LEFT JOIN pool p ON p.id = b.pool WHERE g.path IS NULL OR p.id IS NULL ORDER BY b.path, b.place"
)


def groups(reader: Reader, faults: Faults) -> None:
    """Look at all of them."""
    for path, name in reader.rows("SELECT path, name FROM pool_group ORDER BY path"):
        if not _is_path(path, name):
            faults.add("group", None, None, f"group {path[:255]!r} has a path that nobody can ask for: {name[:255]!r}")
    for path, pool, there in reader.rows(_BINDINGS):
        what = faults.name(pool) if pool not in faults.pools else "a group that is not there"
        why = f"{what} is bound to group {path!r}" if there is not None else f"{faults.name(pool)} is bound to {what}"
        faults.add("binding", None, None, why, pool)


def _is_path(path: str, name: str) -> bool:
    try:
        return read_path(name) == name and key_of(name) == path
    except BadRequest:
        return False
