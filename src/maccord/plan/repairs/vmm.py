"""Pools of VMM servers: given another place, and the machines that have to follow."""

from collections.abc import Sequence

from maccord.fleet.records import Adapter, Pool
from maccord.plan.drafts import AFTER, BEFORE, FIRST, MACHINE
from maccord.plan.space import STEP
from maccord.plan.spans import Span, Spans
from maccord.plan.steps import GrantAddress, MakeVmmPool, RemoveVmmPool
from maccord.plan.work import Task, Work

_SIZE = 1 << 16
"""Addresses of a new pool: enough for any server's machines, and both ends share their first three octets, as VMM asks
(MicrosoftDocs, "Set up MAC address pools in the VMM fabric")."""


def replace_pool(work: Work, pool: Pool, incidents: Sequence[str], hosts: Spans) -> None:
    """Give a VMM pool another place, and grant the machines that stand in hosts' ranges an address of it."""
    new = _make(work, pool, work.space.new_pool(_SIZE), incidents)
    for row in work.estate.adapters:
        if row.mac in hosts and row.kind == "vm" and work.estate.granted.get(row.mac or 0) == pool.host_id:
            _grant(work, pool, new, row, incidents)
    _remove(work, pool, incidents)


def separate_servers(work: Work, tasks: Sequence[Task]) -> None:
    """Give VMM servers that issue from one range parts of their own, above what either has granted.

    Machines keep what was granted, but for those whose address both servers granted: one of them gets another.
    """
    for task in tasks:
        pools = {
            number: work.estate.pools[number]
            for finding in task.findings("overlapping-pools")
            if finding.facts["vmm"]
            for number in finding.of("pool")
        }
        if not pools:
            continue
        servers = sorted(pools.values(), key=lambda one: (work.estate.name(one.host_id), one.id))
        if any(work.estate.platform(one.host_id) != "vmm" for one in servers):
            text = "Give all but one of the servers a MAC address pool of its own, disjoint from the others'."
            work.advise(servers[0].host_id, text, task.id)
            continue
        parts = _parts(work, servers)
        for pool, part in zip(servers, parts, strict=True):
            _make(work, pool, part, [task.id])
            _remove(work, pool, [task.id], first=True)


def _parts(work: Work, pools: Sequence[Pool]) -> list[Span]:
    """Cut the common stretch above the highest granted address into equal parts; new places where that is too small."""
    low, high = max(pool.first for pool in pools), min(pool.last for pool in pools)
    granted = [mac for mac in work.estate.granted if low <= mac <= high]
    start = -(-(max(granted, default=low - 1) + 1) // STEP) * STEP
    size = (high + 1 - start) // len(pools) // STEP * STEP
    if size < STEP:
        return [work.space.new_pool(_SIZE) for _ in pools]
    return [(start + number * size, start + (number + 1) * size - 1) for number in range(len(pools))]


def _name(work: Work, pool: Pool) -> str:
    return f"{pool.name or 'MAC pool'} of {work.estate.name(pool.host_id)}"


def _make(work: Work, pool: Pool, span: Span, incidents: Sequence[str]) -> str:
    name = _name(work, pool)
    server = work.estate.name(pool.host_id)
    step = MakeVmmPool(
        id="",
        host=server,
        why=f"Takes the place of {pool.name or 'the old pool'}.",
        name=name,
        first=span[0],
        last=span[1],
        instead_of=pool.name,
        groups=work.details(pool.host_id).groups_of(pool.name),
    )
    for incident in incidents:
        work.draft(("pool", pool.id), BEFORE, step, incident)
    return name


def _remove(work: Work, pool: Pool, incidents: Sequence[str], *, first: bool = False) -> None:
    step = RemoveVmmPool(
        id="",
        host=work.estate.name(pool.host_id),
        why="Another pool took its place. Machines keep the addresses that were granted from it.",
        declares=("static-address-copied",),
        name=pool.name,
        first=pool.first,
        last=pool.last,
    )
    for incident in incidents:
        work.draft(("no pool", pool.id), FIRST if first else AFTER, step, incident)


def _grant(work: Work, pool: Pool, name: str, row: Adapter, incidents: Sequence[str]) -> None:
    details = work.details(row.host_id)
    step = GrantAddress(
        id="",
        host=work.estate.name(pool.host_id),
        why="A host issues from the range that the granted address lies in.",
        machine=row.machine,
        machine_id=row.machine_id,
        on=work.estate.name(row.host_id),
        adapter_id=details.adapter_id(row.machine_id, row.device, row.mac, row.name),
        pool=name,
        was_mac=row.mac or 0,
        was_running=row.running is True,
    )
    work.changing[row.id] = None
    for incident in incidents:
        work.draft(("adapter", row.id), MACHINE, step, incident, work.fallout(row, None))
