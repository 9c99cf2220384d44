"""Where versions begin: what is made again under an old name never has a version that was told of the old one.

The highest version of any pool, or of any group, that was removed is kept; a new one begins behind it.
"""

from typing import Literal

from msgspec import json

from maccord.store.work import Tx

Of = Literal["pool", "group"]
_KEEP = (
    "INSERT INTO meta (name, value) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    " WHERE CAST(meta.value AS bigint) < CAST(excluded.value AS bigint)"
)


def floor(tx: Tx, of: Of) -> int:
    """Return the highest version that one which is gone had; 0: none is gone."""
    row = tx.one("SELECT value FROM meta WHERE name = ?", (f"{of}_versions",))
    return int(row[0]) if row else 0


def ended(tx: Tx, of: Of, version: int) -> None:
    """Keep the version of one that goes."""
    # Two that go at a time on PostgreSQL: the second waits for the first, and keeps the higher of both.
    tx.db.run(_KEEP, (f"{of}_versions", str(version)))


def rebuild(tx: Tx) -> None:
    """Find the versions of what is gone in the audit, after an import."""
    for (details,) in tx.rows("SELECT details FROM journal WHERE action IN ('delete-pool', 'delete-group')"):
        before = json.decode(details).get("before")
        if isinstance(before, dict) and isinstance(before.get("version"), int):
            ended(tx, "group" if "pools" in before else "pool", before["version"])
