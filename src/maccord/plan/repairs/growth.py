"""Ranges that are full, nearly full, or ran round, and cursors that point elsewhere."""

from collections.abc import Sequence

from maccord.fleet.records import Pool
from maccord.plan.repairs.ranges import follow_move, wanted_size
from maccord.plan.work import Task, Work


def settle_growth(work: Work, tasks: Sequence[Task]) -> None:
    """Draft longer ranges where addresses run out; a longer range changes nobody's address."""
    for task in tasks:
        for finding in task.findings("full-pool", "scarce-pool"):
            for number in finding.of("pool"):
                _grow(work, task, work.estate.pools[number])
        for finding in task.findings("reissued-address"):
            hosts = {work.estate.adapters[number].host_id for number in finding.of("adapter")}
            for host in sorted(hosts):
                pool = work.estate.dynamic_pool(host)
                if pool is not None:
                    _grow(work, task, pool)
        for finding in task.findings("cursor-outside-range"):
            for number in finding.of("pool"):
                _mend_cursor(work, task, work.estate.pools[number])


def _grow(work: Work, task: Task, pool: Pool) -> None:
    """Make a range longer where it is, or give the host a larger one elsewhere."""
    draft = work.drafts.get(("range", pool.host_id))
    if draft is not None:
        draft.incidents[task.id] = None
        return
    if pool.kind != "dynamic" or not work.is_hyperv(pool.host_id):
        work.advise(pool.host_id, f"Make the pool {pool.name} larger by addresses that nobody issues.", task.id)
        return
    size = pool.last - pool.first + 1
    wanted = max(wanted_size(work, pool), size + work.settings.growth)
    longer = work.space.enlarged(pool.first, pool.last, wanted)
    if longer is not None:
        work.set_range(pool, longer, task.id, "A longer range changes no address.", moves=False)
        return
    work.set_range(
        pool, work.space.new_range(wanted_size(work, pool)), task.id, "There is no room beside the range.", moves=True
    )
    follow_move(work, pool, [task.id])


def _mend_cursor(work: Work, task: Task, pool: Pool) -> None:
    """Put the cursor one above the highest address of the range that the host's adapters have."""
    span = work.range_of(pool.host_id)
    draft = work.drafts.get(("range", pool.host_id))
    if draft is not None and pool.host_id in work.moved:
        draft.incidents[task.id] = None  # the service sets it when the range moves
    if span is None or not work.is_hyperv(pool.host_id):
        return
    used = [row.mac for row in work.estate.adapters_of(pool.host_id) if row.mac and span[0] <= row.mac <= span[1]]
    cursor = max(used, default=span[0] - 1) + 1
    if cursor > span[1]:
        held = set(used)
        cursor = next((mac for mac in range(span[0], span[1] + 1) if mac not in held), span[0])
    work.set_cursor(pool, cursor, task.id, "It points outside the range, and nobody knows what is issued from there.")
    work.advise(pool.host_id, "Find the script that writes CurrentMacAddress and retire it.", task.id)
