"""Absences: how often evidence did not show a lease where it should be, and what becomes of those that are leaked.

A row counts for the version of the lease that was compared. Whatever is changed of a lease since, a holder or what is
said of one, is a sign that somebody knows it, so the count begins anew.
"""

from collections.abc import Iterable, Sequence

from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import NoSuchLease, NotLeaked
from maccord.alloc.kinds import kind_of, parse, stored
from maccord.alloc.life import OWNED, Event, step
from maccord.alloc.records import EXPECTED, Absences, Actor, Leak, Lease, Missed
from maccord.store import hands, held
from maccord.store.leasing.finding import LEASE as _LEASE
from maccord.store.leasing.finding import Found, again, find, found
from maccord.store.leasing.writing import update
from maccord.store.tenures import TENURE, rest_s
from maccord.store.work import Tx, packed

WEEK_S = 7 * 86_400
_PART = 5000
_KEEP = (
    "INSERT INTO absence (space, address, held_since, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (space, address) DO UPDATE SET held_since = excluded.held_since, first_at = excluded.first_at,"
    " last_at = excluded.last_at, times = excluded.times"
)
_GONE = "DELETE FROM absence WHERE space = ? AND address = ?"
_OF_OTHERS = (
    "SELECT a.space, a.address FROM absence a LEFT JOIN lease l ON l.space = a.space AND l.address = a.address"
    " AND l.state IN ('held', 'in-use') AND l.since + l.version = a.held_since WHERE a.space = ? AND l.space IS NULL"
)
LEAKED = (
    " JOIN absence a ON a.space = l.space AND a.address = l.address AND a.held_since = l.since + l.version"
    " AND a.times >= ? AND a.last_at - a.first_at >= ? WHERE l.state IN ('held', 'in-use')"
)


def note_absences(
    tx: Tx, scope: str, missed: Sequence[Missed], seen: Iterable[str], apart_s: int, actor: Actor
) -> Absences:
    """Count what was missed, forget what was seen, and what was changed since."""
    row = tx.one("SELECT id FROM space WHERE kind = 'mac' AND scope = ?", (scope,))
    if row is None:
        return Absences(counted=0, passed_over=len(missed), forgotten=0)
    space = int(row[0])
    tx.db.lock_space(space)  # two that note at once would count the same observation twice
    gone = {tuple(each) for each in tx.rows(_OF_OTHERS, (space,))}
    known = {each[0] for each in tx.rows("SELECT address FROM absence WHERE space = ?", (space,))}
    there = set(map(_value, seen))
    gone |= {(space, value) for value in there & known}
    counted = 0
    by_value = {value: each for each in missed if (value := _value(each.address)) not in there}
    values = sorted(by_value)
    for begin in range(0, len(values), _PART):
        counted += _count(tx, space, {value: by_value[value] for value in values[begin : begin + _PART]}, gone, apart_s)
    tx.db.run_many(_GONE, sorted(gone))
    done = Absences(counted=counted, passed_over=len(missed) - counted, forgotten=len(gone))
    details: dict[str, object] = {
        "scope": scope,
        "counted": done.counted,
        "passed_over": done.passed_over,
        "forgotten": done.forgotten,
        "apart_s": apart_s,
    }
    tx.record(actor, "note-absences", "evidence", details)
    return done


def _value(text: str) -> int:
    kind = kind_of(text)
    return stored(parse(text, kind), kind)


def _count(tx: Tx, space: int, missed: dict[int, Missed], gone: set[tuple[int, ...]], apart_s: int) -> int:
    """Count absences of some addresses of a space, as far as their leases are what was compared."""
    values = tx.db.ints(missed)
    leases = [
        found(row) for row in tx.rows(f"{_LEASE} WHERE l.space = ? AND l.address {tx.db.any_of}", (space, values))
    ]
    before = {
        row[0]: row[1:]
        for row in tx.rows(
            "SELECT address, held_since, first_at, last_at, times FROM absence WHERE space = ?"  # noqa: S608 - ours
            f" AND address {tx.db.any_of}",
            (space, values),
        )
    }
    rows = []
    for lease in leases:
        one = missed[lease.address]
        at = min(micros(one.at), tx.now)
        if not _may_count(lease, one, at):
            continue
        version, first, last, times = before.get(lease.address, (None, at, at, 0))
        if version != lease.told:
            first, last, times = at, None, 0
        if last is not None and at < last + apart_s * 1_000_000:
            continue
        gone.discard((space, lease.address))
        rows.append((space, lease.address, lease.told, first, at, times + 1))
    tx.db.run_many(_KEEP, rows)
    return len(rows)


def _may_count(lease: Found, one: Missed, at: int) -> bool:
    """Tell whether a lease is the one that was compared, and was there when the evidence was taken."""
    return (
        lease.state in OWNED
        and lease.told == one.version
        and all(each[0] in EXPECTED and each[4] <= at for each in lease.holders)
    )


def reclaim(
    tx: Tx,
    text: str,
    scope: str | None,
    observations: int,
    age_s: int,
    for_s: int | None,
    actor: Actor,
    expect: int | None,
) -> Lease:
    """Release all holders of a leaked lease, and put the address on probation."""
    at = find(tx, text, scope, expect)
    if at.state not in OWNED:
        raise NoSuchLease(at.text, at.scope, at.state)
    row = tx.one(
        "SELECT times, first_at, last_at FROM absence WHERE space = ? AND address = ? AND held_since = ?",
        (at.space, at.address, at.told),
    )
    times, first, last = row or (0, 0, 0)
    if times < observations or last - first < age_s * 1_000_000 or any(each[0] not in EXPECTED for each in at.holders):
        raise NotLeaked(at.text, times, (last - first) // 1_000_000, observations, age_s)
    after = step(at.text, step(at.text, at.state, Event.RELEASE), Event.SUSPECT)
    pool = hands.pool_by_id(tx, at.pool_id)
    due: int | None = tx.now + (max(rest_s(pool), WEEK_S) if for_s is None else for_s) * 1_000_000
    if at.suspect_s is not None:
        due = None if at.suspect_s < 0 or due is None else max(due, tx.now + at.suspect_s * 1_000_000)
    reason = f"reclaimed: not seen {times} times, first {moment(first):%Y-%m-%d}, last {moment(last):%Y-%m-%d}"
    changes = "state = ?, since = ?, due = ?, note = ?, confirmed_at = NULL, holders = '[]', holder_due = NULL"
    update(tx, at, changes, (after, tx.now, due, reason))
    tx.db.run_many(
        TENURE,
        [
            (at.space, at.address, at.pool, at.state, packed(held.past(each)), each[4], tx.now, at.confirmed_at)
            for each in at.holders
        ],
    )
    tx.db.run(_GONE, (at.space, at.address))
    details: dict[str, object] = {
        "pool": at.pool,
        "scope": at.scope,
        "kind": at.kind,
        "holders": [held.past(each) for each in at.holders],
        "before": at.state,
        "after": after,
        "until": due,
        "times": times,
        "first": moment(first).isoformat(),
        "last": moment(last).isoformat(),
        "observations": observations,
        "age_s": age_s,
    }
    tx.record(actor, "reclaim", at.text, details)
    tx.note("reclaimed", at.pool)
    return again(tx, at).lease


def leak(row: Sequence[int], lease: Found) -> Leak:
    """Return a leak of the columns times, first_at and last_at."""
    return Leak(lease=lease.lease, times=row[0], first_at=moment(row[1]), last_at=moment(row[2]))
