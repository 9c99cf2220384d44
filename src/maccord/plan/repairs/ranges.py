"""Ranges that meet: which are kept, which are cut, and where the others go.

Within a layer-2 domain the ranges worth most are kept (`keeping.py`). What keeping one is worth: the machines whose
address would change if the host got another range, less those of others that lie in it and would have to leave if it
stayed; then the host itself; then the space that its new range would take. Of a range longer than its machines and
their growth need, only that core has to stay: the rest is cut where it meets others, which changes no address. A range
that is not kept gets a new place.

Ranges of a VMM server take part in the same choice. Container networks cannot be given another range from outside, so
they stay, and hosts make way for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Adapter, Pool
from maccord.plan.keeping import Candidate, worth_keeping
from maccord.plan.repairs.vmm import replace_pool
from maccord.plan.space import STEP
from maccord.plan.spans import Span, Spans
from maccord.plan.work import Task, Work

OVERLAPS = ("overlapping-pools", "vmm-pool-over-host-range", "container-pool-over-pool")
INTRUDERS = ("static-in-dynamic-range", "address-from-another-host")
_HEADROOM = 4
"""A new range has a quarter more addresses than adapters draw from it today."""


@dataclass(slots=True)
class _Domain:
    """The ranges of one layer-2 domain that take part, and why."""

    pools: dict[int, Pool] = field(default_factory=dict)
    tasks: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    intruders: dict[int, dict[int, Adapter]] = field(default_factory=lambda: defaultdict(dict))
    overlapping: set[int] = field(default_factory=set)


def settle_ranges(work: Work, tasks: Sequence[Task]) -> None:
    """Decide on all ranges that meet others, or that hold addresses of others, and draft what follows."""
    domains: dict[int, _Domain] = defaultdict(_Domain)
    for task in tasks:
        for finding in task.findings(*OVERLAPS, *INTRUDERS):
            _enter(work, domains, task, finding)
    for domain in sorted(domains):
        _settle(work, domains[domain])


def _enter(work: Work, domains: dict[int, _Domain], task: Task, finding: Finding) -> None:
    pools = [work.estate.pools[number] for number in finding.of("pool")]
    if finding.rule == "overlapping-pools" and finding.facts["vmm"]:
        return  # servers among themselves: see vmm.py
    for pool in pools:
        found = domains[pool.domain]
        found.pools[pool.id] = pool
        found.tasks[pool.id][task.id] = None
        if finding.rule in OVERLAPS:
            found.overlapping.add(pool.id)
        else:
            for number in finding.of("adapter"):
                found.intruders[pool.id][number] = work.estate.adapters[number]


def _settle(work: Work, domain: _Domain) -> None:
    fixed = Spans((pool.first, pool.last) for pool in domain.pools.values() if not _movable(work, pool))
    movable = sorted((one for one in domain.pools.values() if _movable(work, one)), key=lambda one: _key(work, one))
    cores = {pool.id: _core(work, pool) for pool in movable}
    free = [pool for pool in movable if fixed.touched(*cores[pool.id]) is None]
    kept = worth_keeping(
        Candidate(_key(work, pool), *cores[pool.id], _worth(work, domain, pool, cores[pool.id])) for pool in free
    )
    staying = [pool for pool in free if _key(work, pool) in kept]
    leaving = [pool for pool in movable if _key(work, pool) not in kept]
    for pool in leaving:
        if pool.kind == "vmm":
            replace_pool(work, pool, list(domain.tasks[pool.id]), _hosts_spans(staying))
        else:
            _move(work, domain, pool)
    _cut(work, domain, staying, cores, fixed)
    for pool in leaving:
        if pool.host_id in work.moved:
            follow_move(work, pool, list(domain.tasks[pool.id]))
    for pool in staying:
        _evict(work, pool, domain)


def _key(work: Work, pool: Pool) -> tuple[str, str, int]:
    return work.estate.name(pool.host_id), pool.kind, pool.id


def _movable(work: Work, pool: Pool) -> bool:
    """Tell whether steps can give the pool another range."""
    platform = work.estate.platform(pool.host_id)
    return (pool.kind == "dynamic" and platform == "hyperv") or (pool.kind == "vmm" and platform == "vmm")


def _hosts_spans(pools: Iterable[Pool]) -> Spans:
    return Spans((pool.first, pool.last) for pool in pools if pool.kind == "dynamic")


def _core(work: Work, pool: Pool) -> Span:
    """Return the part of a range that has to stay for its machines to stay: theirs, and room for growth."""
    used = [row.mac for row in work.estate.drawn(pool.host_id) if row.mac and pool.first <= row.mac <= pool.last]
    size = min(wanted_size(work, pool), pool.last - pool.first + 1)
    if pool.kind == "vmm":
        return pool.first, pool.last
    low = max(pool.first, min(used, default=pool.first) // STEP * STEP)
    high = max(low + size, (max(used, default=low) // STEP + 1) * STEP) - 1
    if high > pool.last:
        return min(low, pool.last - size + 1), pool.last
    return low, high


def _worth(work: Work, domain: _Domain, pool: Pool, core: Span) -> tuple[int, ...]:
    """What keeping a range is worth: machines, hosts, space, and that an address of the host still gives it."""
    if pool.kind == "vmm":
        within = _hosts_spans(domain.pools.values())
        granted = sum(mac in within for mac, server in work.estate.granted.items() if server == pool.host_id)
        return granted, 1, pool.last - pool.first + 1, 0
    own = {row.machine_no for row in work.estate.drawn(pool.host_id) if row.mac and pool.first <= row.mac <= pool.last}
    intruders = domain.intruders[pool.id].values()
    others = {row.machine_no for row in intruders if row.mac is not None and core[0] <= row.mac <= core[1]}
    return len(own) - len(others - own), 1, wanted_size(work, pool), int(bool(pool.derived))


def wanted_size(work: Work, pool: Pool) -> int:
    """Return how many addresses a range needs: what draws from it and a quarter more, in steps, and what was asked."""
    drawn = sum(1 for _ in work.estate.drawn(pool.host_id))
    peak = drawn + drawn // _HEADROOM
    return -(-max(peak, work.settings.growth, 1) // STEP) * STEP


def _move(work: Work, domain: _Domain, pool: Pool) -> None:
    """Give a host a new range."""
    span = work.space.new_range(wanted_size(work, pool))
    why = "Another host keeps the addresses of this range." if pool.default_shaped else "The range meets another's."
    _set(work, domain, pool, span, why, moves=True)


def _cut(work: Work, domain: _Domain, staying: Sequence[Pool], cores: dict[int, Span], fixed: Spans) -> None:
    """Cut the ranges that stay where they meet each other, what is fixed, or addresses of others; nobody changes."""
    blocked = Spans([*fixed, *(cores[pool.id] for pool in staying)])
    for pool in sorted(staying, key=lambda one: (one.first, one.last, _key(work, one))):
        if pool.kind == "vmm":
            continue
        first, last = cores[pool.id]
        others = sorted(
            row.mac
            for row in domain.intruders[pool.id].values()
            if row.mac is not None and pool.first <= row.mac <= pool.last
        )
        above = min([pool.last, *(one - 1 for one in others if one > last)])
        below = max([pool.first, *(one + 1 for one in others if one < first)])
        room = blocked.free_after(last)
        high = above if room is None else min(above, room)
        low = max(below, blocked.free_before(first))
        if (low, high) != (pool.first, pool.last):
            _set(work, domain, pool, (low, high), "What is left of the range holds all its machines.", moves=False)
        blocked.add(low, high)


def _set(work: Work, domain: _Domain, pool: Pool, span: Span, why: str, *, moves: bool) -> None:
    incidents = list(domain.tasks[pool.id])
    work.set_range(pool, span, incidents[0], why, moves=moves)
    draft = work.drafts.get(("range", pool.host_id))
    assert draft is not None
    draft.incidents.update(dict.fromkeys(incidents))


def follow_move(work: Work, pool: Pool, incidents: list[str]) -> None:
    """Draft what a host's machines need when its range is elsewhere: all that is dynamic gets another address."""
    host, first = pool.host_id, incidents[0]
    span = work.range_of(host)
    assert span is not None
    why = f"{work.estate.name(host)} has another range; until then the address is one that another host may issue."
    for row in work.estate.drawn(host):
        if not row.mac or span[0] <= row.mac <= span[1]:
            continue
        if row.running is False and not _met(work, row, host):
            work.keeps_until_start(row)
        else:
            work.cold_start(row, first, why)
    for row in work.estate.adapters_of(host):
        inside = row.mac is not None and pool.first <= row.mac <= pool.last
        if row.kind == "management" and inside and not row.parent and _met(work, row, host):
            said = "A vNIC keeps its address, which is now in another host's range."
            work.replace_vnic(row, first, said, static=False)


def _met(work: Work, row: Adapter, host: int) -> bool:
    """Tell whether a range that stays, of another host of the domain, holds an address."""
    return any(
        pool.host_id != host
        and pool.domain == row.domain
        and (span := work.range_of(pool.host_id)) is not None
        and span[0] <= (row.mac or 0) <= span[1]
        for pool in work.estate.pools_at(row.mac or 0)
    )


def _evict(work: Work, pool: Pool, domain: _Domain) -> None:
    """Draft what has to leave a range that stays: static addresses, and those that migration carried away."""
    span = work.range_of(pool.host_id)
    for row in domain.intruders[pool.id].values():
        if span is None or row.mac is None or not span[0] <= row.mac <= span[1]:
            continue
        name = work.estate.name(pool.host_id)
        for incident in domain.tasks[pool.id]:
            if row.dynamic:
                if row.host_id not in work.moved:
                    work.cold_start(row, incident, f"{name} may issue the address again.")
            else:
                work.readdress(row, incident, f"{name} issues from the range that the address lies in.")
