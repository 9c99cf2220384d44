"""What a granted address leaves behind: its lease, the record of the audit, and the answer."""

from datetime import datetime
from typing import Any

from maccord.alloc.clock import moment
from maccord.alloc.kinds import unstored
from maccord.alloc.records import Granted
from maccord.alloc.spans import Run
from maccord.store.database import GrantRow, JournalRow
from maccord.store.engine.jobs import Details, Grant
from maccord.store.hands import Hand
from maccord.store.held import row, told
from maccord.store.work import Chain, full_key, packed


def give(
    job: Grant, hand: Hand, given: list[int], chain: Chain, now: int, at: datetime, leases: list[GrantRow]
) -> JournalRow:
    """Make the answer of a job from the addresses that it is given; add their leases, and return their record."""
    pool, holder, kind = hand.pool, job.holder, hand.pool.kind
    due = now + pool.confirm_s * 1_000_000 if pool.confirm_s else None
    who: tuple[Any, ...] = (holder.kind, holder.id, holder.host, holder.note)
    if not holder.owner:
        holders = packed(((*who, now),))
    else:  # one with an end takes the long way
        who, holders = told(holder), packed((row(holder, now),))
    if job.count == 1:
        leases.append(GrantRow(pool.space, given[0], pool.id, due, holders))
        value = unstored(given[0], kind)
        runs: tuple[Run, ...] = ((value, value),)
    else:
        leases += [GrantRow(pool.space, value, pool.id, due, holders) for value in given]
        runs = _in_order([unstored(value, kind) for value in given])
    details = packed(Details(pool.name, pool.scope, kind, who, runs, due, job.request))
    job.result = Granted(
        pool=pool.name,
        scope=pool.scope,
        kind=kind,
        holder=holder,
        at=at,
        until=moment(due) if due else None,
        runs=runs,
    )
    return chain.add(now, job.actor, "allocate", pool.name, details, full_key(job.actor, job.key))


def _in_order(values: list[int]) -> tuple[Run, ...]:
    """Return values as runs that keep their order."""
    runs: list[Run] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return tuple(runs)
