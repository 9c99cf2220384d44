"""The estate as it should be when a plan has run, as tables: what a check then finds is what the plan leaves.

A host issues the lowest free address of its range here; which one it really issues is for the host to say, and a
rehearsal asks an emulated one. What was observed of the old state says nothing of the new one, so events, sightings and
documentation are left out.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from maccord.fleet.records import Adapter, Granted, Hba, Host, Pool, Row
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MacRange
from maccord.plan.steps import (
    AnyStep,
    GenerateNames,
    GrantAddress,
    MakeVmmPool,
    RemoveVmmPool,
    SetConnection,
    SetCursor,
    SetPortNames,
    SetSpoofing,
)
from maccord.plan.work import Work

_OBSERVED = ("event", "sighting", "unrest", "declared")


def projected(work: Work, steps: Sequence[AnyStep]) -> Snapshot:
    """Return the tables as they are after `steps`, which `work` drafted."""
    tables: dict[str, Sequence[Row]] = dict(work.estate.snapshot.tables)
    tables.update(dict.fromkeys(_OBSERVED, ()))
    tables["pool"] = _pools(work, steps)
    tables["adapter"], granted = _adapters(work, steps)
    tables["granted"] = granted
    tables["host"], tables["hba"] = _names(work, steps)
    before = work.estate.snapshot
    return Snapshot(tables, before.fabrics, before.files, before.problems)


def _pools(work: Work, steps: Sequence[AnyStep]) -> list[Pool]:
    cursors = {step.host: step.cursor for step in steps if isinstance(step, SetCursor)}
    gone = {(step.host, step.first, step.last) for step in steps if isinstance(step, RemoveVmmPool)}
    derived = {(row.host_id, row.derives) for row in work.estate.ips}
    found = []
    for pool in work.estate.pools:
        host = work.estate.name(pool.host_id)
        if pool.kind == "dynamic" and pool.host_id in work.ranges:
            first, last = work.ranges[pool.host_id]
            cursor = pool.cursor if pool.cursor is not None and first <= pool.cursor <= last + 1 else first
            shaped = MacRange(first, last).is_default_shaped
            mine = None if pool.derived is None else (pool.host_id, first) in derived
            pool = replace(  # noqa: PLW2901 - the row as it will be
                pool, first=first, last=last, cursor=cursor, default_shaped=shaped, derived=mine
            )
        if pool.kind == "dynamic" and host in cursors:
            pool = replace(pool, cursor=cursors[host])  # noqa: PLW2901 - the row as it will be
        if (host, pool.first, pool.last) not in gone:
            found.append(pool)
    numbers = {host.name: host for host in work.estate.hosts}
    for step in steps:
        if isinstance(step, MakeVmmPool):
            server = numbers[step.host]
            found.append(_made(step, server, found[0] if found else None))
    return [replace(pool, id=number) for number, pool in enumerate(found)]


def _made(step: MakeVmmPool, server: Host, like: Pool | None) -> Pool:
    del like
    return Pool(
        id=0,
        host_id=server.id,
        identity=server.identity,
        domain=server.domain,
        kind="vmm",
        name=step.name,
        first=step.first,
        last=step.last,
        cursor=None,
        default_shaped=False,
        derived=None,
        file=server.file,
        at_first="",
        at_last="",
        at_cursor="",
    )


def _adapters(work: Work, steps: Sequence[AnyStep]) -> tuple[list[Adapter], list[Granted]]:
    off = {(one.host, one.machine_id, one.adapter_id) for one in steps if isinstance(one, SetConnection)}
    spoofing = {(one.host, one.machine_id, one.adapter_id): one.on for one in steps if isinstance(one, SetSpoofing)}
    grants = {(one.on, one.machine_id, one.was_mac): one for one in steps if isinstance(one, GrantAddress)}
    made = {(one.host, one.name): one for one in steps if isinstance(one, MakeVmmPool)}
    used: dict[int, set[int]] = defaultdict(set)
    for row in work.estate.adapters:
        if row.mac is not None and row.id not in work.changing:
            used[row.host_id].add(row.mac)
    issued: dict[str, int] = defaultdict(int)
    granted = [Granted(*_fields(row)) for row in work.estate.snapshot.tables["granted"] if isinstance(row, Granted)]
    found = []
    for row in work.estate.adapters:
        host = work.estate.name(row.host_id)
        new = row
        if row.id in work.changing:
            mac = work.changing[row.id]
            grant = grants.get((host, row.machine_id, row.mac or 0))
            if grant is not None:
                pool = made[grant.host, grant.pool]
                mac = pool.first + issued[grant.pool]
                issued[grant.pool] += 1
                server = next(one.id for one in work.estate.hosts if one.name == grant.host)
                granted.append(Granted(len(granted), server, mac, row.file, row.place))
            new = _readdressed(work, row, mac, used)
        key = (
            host,
            row.machine_id,
            work.details(row.host_id).adapter_id(row.machine_id, row.device, row.mac, row.name),
        )
        if row.kind == "vm" and key in off:
            new = replace(new, live=False, switch_id=None, mac=None, zeros=True)
        if row.kind == "vm" and key in spoofing:
            new = replace(new, spoofing=spoofing[key])
        found.append(new)
    return found, [replace(one, id=number) for number, one in enumerate(granted)]


def _fields(row: Granted) -> tuple[int, int, int, str, str]:
    return row.id, row.host_id, row.mac, row.file, row.place


def _readdressed(work: Work, row: Adapter, mac: int | None, used: dict[int, set[int]]) -> Adapter:
    """Return an adapter with its new address: the given one, one of its host's range, or none before its next start."""
    if mac is not None:
        static = None if row.kind != "vm" else False
        return replace(row, mac=mac, zeros=False, dynamic=static)
    if row.kind == "team":
        own = sorted(one for nic in work.estate.members_of(row.id) if (one := nic.permanent or nic.mac) is not None)
        return replace(row, mac=own[0] if own else None)
    if row.kind == "vm" and not row.running:
        return replace(row, mac=None, zeros=True, dynamic=True)
    span = work.range_of(row.host_id)
    if span is None:
        return replace(row, mac=None, zeros=True)
    free = next((one for one in range(span[0], span[1] + 1) if one not in used[row.host_id]), None)
    if free is not None:
        used[row.host_id].add(free)
    return replace(row, mac=free, zeros=free is None)


def _names(work: Work, steps: Sequence[AnyStep]) -> tuple[list[Host], list[Hba]]:
    ranges = {step.host: (step.first, step.last) for step in steps if isinstance(step, SetPortNames)}
    anew = {(step.host, step.machine_id) for step in steps if isinstance(step, GenerateNames)}
    hosts = []
    for host in work.estate.hosts:
        span = ranges.get(host.name)
        if span is not None:
            free = None if host.wwpn_free is None else span[1] - span[0]
            host = replace(  # noqa: PLW2901 - the row as it will be
                host, wwpn_first=f"{span[0]:016X}", wwpn_last=f"{span[1]:016X}", wwpn_free=free
            )
        hosts.append(host)
    hbas, count = [], 0
    for hba in work.estate.hbas:
        host = hosts[hba.host_id]
        if (host.name, hba.machine_id) in anew:
            base = int(host.wwpn_first or "0", 16)
            hba = replace(hba, wwpn=f"{base + 0x8000 + count:016X}")  # noqa: PLW2901 - the row as it will be
            count += 1
        hbas.append(hba)
    return hosts, hbas
