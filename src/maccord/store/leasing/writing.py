"""Rows of leases and of their past, written."""

from collections.abc import Sequence

from maccord.alloc.life import State
from maccord.alloc.spans import Run, numbers
from maccord.store import resting
from maccord.store.extents import PoolRow
from maccord.store.held import HeldRow, end, first_end
from maccord.store.leasing.finding import Found
from maccord.store.work import Tx, packed

NEW = (
    "INSERT INTO lease (space, address, pool, state, since, confirmed_at, due, holders, note, holder_due, identity)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def write(
    tx: Tx,
    pool: PoolRow,
    runs: Sequence[Run],
    state: State,
    due: int | None,
    holder: HeldRow,
    identity: str | None = None,
) -> None:
    """Write leases for runs: row by row when they are few, in the database when they are many."""
    holders, ends = packed((holder,)), end(holder)
    short = [run for run in runs if run[1] - run[0] < 64]
    tx.db.run_many(
        NEW,
        (
            (pool.space, value, pool.id, state, tx.now, None, due, holders, "", ends, identity)
            for value in numbers(short)
        ),
    )
    for first, last in runs:
        if last - first < 64:
            continue
        series, params = tx.db.series(first, last)
        tx.db.run(
            "INSERT INTO lease (space, address, pool, state, since, due, holder_due, holders)"  # noqa: S608
            f" SELECT {pool.space}, address, {pool.id}, ?, ?, {_number(due)}, {_number(ends)}, ? FROM ({series}) AS n",
            (state, tx.now, holders, *params),
        )


def _number(value: int | None) -> str:
    return "NULL" if value is None else str(value)


def update(tx: Tx, at: Found, changes: str, params: Sequence[object]) -> None:
    """Change columns of a lease, and count its version up."""
    tx.db.run(
        f"UPDATE lease SET {changes}, version = version + 1 WHERE space = ? AND address = ?",  # noqa: S608
        (*params, at.space, at.address),
    )


def hold(tx: Tx, at: Found, holders: Sequence[HeldRow]) -> None:
    """Give a lease other holders, and count its version up."""
    update(tx, at, "holders = ?, holder_due = ?", (packed(holders), first_end(holders)))


def past(tx: Tx, at: Found) -> None:
    """Keep what a rest or a probation was."""
    tx.db.run(resting.TENURE, (at.space, at.address, at.pool, at.state, None, at.since, tx.now, None))
