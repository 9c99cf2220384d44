"""Tables of an estate as it would be after something that somebody thinks of doing.

Sources: the rules of the vendor's "Hyper-V and dynamic MAC address regeneration" (2010): a live migration keeps an
address, a cold start on another host replaces a dynamic one outside that host's range, a static one is never changed;
event 12560's page: a copied machine is assigned new dynamic addresses, and keeps static ones.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from typing import Literal

from msgspec.structs import replace

from maccord.fleet.records import Adapter, Host, IpAddress, Pool, Row, Switch
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MaccordError, default_pool
from maccord.plan.estate import Estate


class CannotSuppose(MaccordError):
    """What is to be supposed names something that the evidence does not have."""


def with_host(snapshot: Snapshot, name: str, ip: IPv4Address, *, like: str | None = None) -> Snapshot:
    """Return the tables with a Hyper-V host more, whose range derives from `ip`; on the layer 2 of the host `like`.

    Without `like` it is on the layer 2 that most hosts are on.
    """
    estate = Estate(snapshot)
    if any(host.name.casefold() == name.casefold() for host in estate.hosts):
        raise CannotSuppose(f"a host {name} is in the evidence already")
    number = len(estate.hosts)
    domain = _host(estate, like).domain if like else _most(host.domain for host in estate.hosts)
    identity = max((host.identity for host in estate.hosts), default=-1) + 1
    host = Host(number, name, "hyperv", domain, identity, None, "", None, None, "", None, "", "supposed")
    span = default_pool(ip)
    pool = Pool(
        id=len(estate.pools),
        host_id=number,
        identity=identity,
        domain=domain,
        kind="dynamic",
        name="dynamic",
        first=span.first,
        last=span.last,
        cursor=None,
        default_shaped=True,
        derived=True,
        file="supposed",
        at_first="",
        at_last="",
        at_cursor="",
    )
    address = IpAddress(len(estate.ips), number, str(ip), span.first, "supposed", "")
    return _with(snapshot, host=[*estate.hosts, host], pool=[*estate.pools, pool], ip_address=[*estate.ips, address])


def with_move(snapshot: Snapshot, machine: str, to: str, *, source: str | None = None, cold: bool = False) -> Snapshot:
    """Return the tables with a machine moved to another host; `cold`: stopped before, and started there.

    A machine that is moved while it runs, or saved, keeps its addresses. Started cold it keeps those that are static or
    within the range of the host, and gets others of it in place of the rest.
    """
    estate = Estate(snapshot)
    rows = _machine(estate, machine, source)
    target = _host(estate, to)
    moving = {row.id for row in rows}
    arrived = {row.id: _arrived(estate, row, target, "rules" if cold else "keep") for row in rows}
    adapters = [arrived[row.id] if row.id in moving else row for row in estate.adapters]
    return _with(snapshot, adapter=adapters)


def with_import(snapshot: Snapshot, machine: str, to: str, *, source: str | None = None, copy: bool = True) -> Snapshot:
    """Return the tables with an import of a machine's export beside the machine itself.

    `copy`: with an id of its own, so that dynamic addresses are new (Import-VM -Copy -GenerateNewId); static ones
    travel along. Otherwise it is registered or restored with the id that it has. It is taken to be started.
    """
    estate = Estate(snapshot)
    rows = _machine(estate, machine, source)
    target = _host(estate, to)
    number = max(row.machine_no for row in estate.adapters) + 1
    added: list[Adapter] = []
    for row in rows:
        new = _arrived(estate, row, target, "new" if copy else "rules")
        named = replace(new, id=len(estate.adapters) + len(added), shared=False)
        if copy:
            named = replace(named, machine_no=number, machine_id="", machine=f"{row.machine} (imported)")
        added.append(named)
    return _with(snapshot, adapter=[*estate.adapters, *added])


def with_backup(snapshot: Snapshot, backup: Snapshot, machine: str, *, to: str | None = None) -> Snapshot:
    """Return the tables with a machine as an older evidence (`backup`) has it, in place of what it is now.

    It comes back with the addresses of that time, dynamic ones too, to the host it was on, or `to`.
    """
    old, estate = Estate(backup), Estate(snapshot)
    rows = _machine(old, machine, None)
    target = _host(estate, to or old.name(rows[0].host_id))
    ids = {row.machine_id for row in rows if row.machine_id}
    kept = [
        row
        for row in estate.adapters
        if not (row.kind == "vm" and (row.machine_id in ids or (not ids and row.machine == machine)))
    ]
    number = max((row.machine_no for row in estate.adapters), default=0) + 1
    added = [
        replace(_arrived(Estate(_with(snapshot, adapter=kept)), row, target, "rules", old), machine_no=number)
        for row in rows
    ]
    numbered = [replace(row, id=at) for at, row in enumerate([*kept, *added])]
    return _with(_without_references(snapshot), adapter=numbered)


def _without_references(snapshot: Snapshot) -> Snapshot:
    """Return the tables without those that name adapters by their numbers: the adapters are numbered anew."""
    return _with(snapshot, guest_ip=[], member=[], uplink=[])


Address = Literal["keep", "rules", "new"]
"""What happens to a dynamic address: it is kept (live migration), or looked at as a start does (rules A and B: another
one if it is outside the host's range, or a running machine there has it), or always new (a copy)."""


def _arrived(estate: Estate, row: Adapter, target: Host, address: Address, of: Estate | None = None) -> Adapter:
    """Return an adapter on another host: on its switch of the same name, or else its external one.

    `of` is the estate that the adapter is from, where that is another one.
    """
    switch = _switch(estate, of or estate, row, target)
    running = row.running if address == "keep" else True
    new = replace(
        row,
        host_id=target.id,
        domain=target.domain if switch is None or switch.kind == "external" else row.domain,
        switch_id=switch.id if switch else None,
        running=running,
        live=bool(running) and switch is not None,
        file=target.file,
    )
    if row.dynamic is False or address == "keep" or (address == "rules" and _holds(estate, row, target)):
        return new
    return replace(new, mac=_issued(estate, target), zeros=False)


def _holds(estate: Estate, row: Adapter, target: Host) -> bool:
    """Tell whether an adapter keeps its dynamic address when its machine starts on a host."""
    pool = estate.dynamic_pool(target.id)
    inside = pool is not None and row.mac is not None and pool.first <= row.mac <= pool.last
    others = {one.mac for one in estate.machines(target.id) if one.running and one.machine_no != row.machine_no}
    return inside and row.mac not in others


def _issued(estate: Estate, target: Host) -> int | None:
    """Return the address that a host would issue next, as far as the evidence tells."""
    pool = estate.dynamic_pool(target.id)
    if pool is None:
        return None
    used = {row.mac for row in estate.adapters_of(target.id)}
    start = pool.cursor if pool.cursor is not None and pool.first <= pool.cursor <= pool.last else pool.first
    order = [*range(start, pool.last + 1), *range(pool.first, start)]
    return next((mac for mac in order if mac not in used), None)


def _switch(estate: Estate, of: Estate, row: Adapter, target: Host) -> Switch | None:
    own = [one for one in estate.switches if one.host_id == target.id]
    name = of.switches[row.switch_id].name if row.switch_id is not None else ""
    same = [one for one in own if one.name == name]
    external = [one for one in own if one.kind == "external"]
    found = same or external
    return found[0] if found else None


def _host(estate: Estate, name: str) -> Host:
    for host in estate.hosts:
        if host.name.casefold() == name.casefold():
            return host
    raise CannotSuppose(f"no host {name} is in the evidence")


def _machine(estate: Estate, name: str, host: str | None) -> Sequence[Adapter]:
    at = _host(estate, host).id if host else None
    rows = [
        row
        for row in estate.adapters
        if row.kind == "vm"
        and not row.snapshot
        and (row.machine.casefold() == name.casefold() or row.machine_id.casefold() == name.casefold())
        and at in (None, row.host_id)
    ]
    if not rows:
        raise CannotSuppose(f"no machine {name} is in the evidence{f' of {host}' if host else ''}")
    if len({row.machine_no for row in rows}) > 1:
        hosts = sorted({estate.name(row.host_id) for row in rows})
        raise CannotSuppose(
            f"{name} is the name of several machines, on {', '.join(hosts[:6])}: say which (--from HOST)"
        )
    return rows


def _most(domains: Iterable[int]) -> int:
    counts: dict[int, int] = {}
    for domain in domains:
        if domain >= 0:
            counts[domain] = counts.get(domain, 0) + 1
    return min(counts, key=lambda one: (-counts[one], one), default=0)


def _with(snapshot: Snapshot, **tables: Sequence[Row]) -> Snapshot:
    return Snapshot({**snapshot.tables, **tables}, snapshot.fabrics, snapshot.files, snapshot.problems)
