"""What a holder has, found without looking at every lease, and without a write more for an allocation.

The table `holding` says where to look: runs of addresses by the id of a holder. It follows the journal at a distance.
What is told of there behind the mark `held_up_to` is read from the journal itself, so every lease that somebody holds
is in one or in the other. Both may name what is held no longer: leases decide. An adoption, whose record in the journal
names no holders, and an import write their runs at once.

A record that is young, or among the last ones, is not counted as past: on PostgreSQL numbers are given before they are
committed, so one that is smaller than the mark could appear later.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import json

from maccord.alloc.kinds import kind_of, parse, stored
from maccord.alloc.spans import Run, islands, merged
from maccord.store.database import Reader
from maccord.store.work import Tx

YOUNG_US = 120_000_000
"""Longer than any transaction that has written to the journal stays open (`idle_in_transaction_session_timeout`)."""
LAST = 10_000
PART = 500

_MARK = "SELECT value FROM meta WHERE name = 'held_up_to'"
_NEW = "INSERT INTO holding (holder, space, lo, hi) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_GONE = (
    "DELETE FROM holding WHERE holder = ? AND space = ? AND lo = ? AND hi = ? AND NOT EXISTS"
    " (SELECT 1 FROM holder_of o WHERE o.space = ? AND o.address = ? AND o.holder = ?)"
)
_TOLD = "SELECT id, at, action, subject, details FROM journal WHERE id > ? AND id <= ?"
_GOES = ("release", "complete-hand-over", "cancel-hand-over")
Told = tuple[str, str, str, list[Run]]
"""A holder's id, the kind and the scope of a space, and runs of addresses there."""


def note(tx: Tx, space: int, holders: Iterable[tuple[str, int]]) -> None:
    """Write that holders, by their ids, have addresses of a space."""
    by_holder: dict[str, list[int]] = {}
    for holder, address in holders:
        by_holder.setdefault(holder, []).append(address)
    tx.db.run_many(
        _NEW,
        [(holder, space, lo, hi) for holder, values in by_holder.items() for lo, hi in islands(sorted(set(values)))],
    )


def rebuild(tx: Tx) -> None:
    """Write what all leases say, in an empty table, and set the mark to the end of the journal."""
    tx.db.run(
        "INSERT INTO holding (holder, space, lo, hi) SELECT holder, space, min(address), max(address) FROM"
        " (SELECT holder, space, address, address - row_number() OVER (PARTITION BY holder, space ORDER BY address)"
        " AS island FROM (SELECT DISTINCT holder, space, address FROM holder_of) AS once) AS each_one"
        " GROUP BY holder, space, island"
    )
    _mark(tx, int(tx.rows("SELECT coalesce(max(id), 0) FROM journal")[0][0]))


def behind(reader: Reader, now: int) -> bool:
    """Return whether there are records to follow."""
    mark = int(reader.rows(_MARK)[0][0])
    newest = int(reader.rows("SELECT coalesce(max(id), 0) FROM journal")[0][0])
    if newest - LAST <= mark:
        return False
    rows = reader.rows("SELECT at FROM journal WHERE id > ? ORDER BY id LIMIT 1", (mark,))
    return bool(rows) and rows[0][0] <= now - YOUNG_US


def follow(tx: Tx, most: int = PART) -> int:
    """Follow the journal by up to so many records; return how many. Another process at it is not waited for."""
    rows = tx.rows(_MARK + tx.db.skip_locked)
    if not rows:
        return 0
    mark = int(rows[0][0])
    newest = int(tx.rows("SELECT coalesce(max(id), 0) FROM journal")[0][0])
    if newest - LAST <= mark:
        return 0
    done = 0
    spaces = {(kind, scope): number for number, kind, scope in tx.rows("SELECT id, kind, scope FROM space")}
    given: list[tuple[str, int, int, int]] = []
    gone: list[tuple[str, int, int]] = []
    for number, at, action, subject, details in tx.rows(f"{_TOLD} ORDER BY id LIMIT ?", (mark, newest - LAST, most)):
        if at > tx.now - YOUNG_US:
            break
        mark, done = number, done + 1
        told = _told(action, subject, details)
        if told is None or (told[1], told[2]) not in spaces:
            continue
        holder, space, runs = told[0], spaces[told[1], told[2]], told[3]
        if action in _GOES:
            gone += [(holder, space, lo) for lo, _ in runs]
        else:
            given += [(holder, space, lo, hi) for lo, hi in runs]
    if not done:
        return 0
    for space in sorted({space for _, space, _ in gone}):
        tx.db.lock_space(space)  # an adoption may be giving it to the same holder again
    tx.db.run_many(_NEW, given)
    tx.db.run_many(_GONE, [(holder, space, at, at, space, at, holder) for holder, space, at in gone])
    _mark(tx, mark)
    return done


def _mark(tx: Tx, number: int) -> None:
    tx.db.run("UPDATE meta SET value = ? WHERE name = 'held_up_to'", (str(number),))


def _told(action: str, subject: str, text: str) -> Told | None:
    """Return whom a record gives or takes addresses, or None when it does neither."""
    if action not in ("allocate", "share", "hand-over", *_GOES):
        return None
    details: dict[str, Any] = json.decode(text)
    if action == "allocate":
        kind = details["kind"]
        runs = [(stored(lo, kind), stored(hi, kind)) for lo, hi in details["runs"]]
    else:
        kind = kind_of(subject)
        value = stored(parse(subject, kind), kind)
        runs = [(value, value)]
    return details["holder"][1], kind, details["scope"], merged(runs)


def runs_of(reader: Reader, holders: Iterable[str]) -> list[tuple[int, int, int]]:
    """Return where leases of some holders may be, by their ids: space, lo and hi of runs, sorted and disjoint."""
    found: dict[int, list[Run]] = {}
    for holder in {one for one in holders if one}:
        for space, lo, hi in reader.rows("SELECT space, lo, hi FROM holding WHERE holder = ?", (holder,)):
            found.setdefault(space, []).append((lo, hi))
        for space, run in _behind_the_mark(reader, holder):
            found.setdefault(space, []).append(run)
    return [(space, *run) for space in sorted(found) for run in merged(found[space])]


def _behind_the_mark(reader: Reader, holder: str) -> Iterator[tuple[int, Run]]:
    spaces = {(kind, scope): number for number, kind, scope in reader.rows("SELECT id, kind, scope FROM space")}
    # The text of the JSON is searched first (`replace` is the quickest search that both databases have), and what is
    # found is compared exactly.
    for row in reader.stream(
        f"SELECT action, subject, details FROM journal WHERE id > CAST(({_MARK}) AS BIGINT)"  # noqa: S608 - ours
        " AND action IN ('allocate', 'share', 'hand-over') AND replace(details, ?, '') <> details",
        (json.encode(holder).decode(),),
    ):
        told = _told(*row)
        if told is not None and told[0] == holder:
            yield from ((spaces[told[1], told[2]], run) for run in told[3])
