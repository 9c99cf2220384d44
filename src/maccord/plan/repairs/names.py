"""World Wide Port Names of virtual Fibre Channel: ranges that hosts share, names that machines share, none left."""

from collections import defaultdict
from collections.abc import Sequence

from maccord.fleet.records import Host
from maccord.plan.drafts import NAMES
from maccord.plan.spans import Span, Spans
from maccord.plan.steps import GenerateNames, SetPortNames
from maccord.plan.work import Task, Work

_SIZE = 1 << 16
"""The part of a host's names that counts the adapters: the last two of eight octets."""
_HOST = 1 << 16
"""Hosts differ in the octets above: C0-03-FF, then three octets of the host's own, then the count."""
_LAST = 0xC003FFFFFFFF0000
_FIRST = 0xC003FF0A00000000
"""Where new ranges are looked for: Microsoft's prefix for Hyper-V's port names (Microsoft's reference of Set-VMHost),
from octets on that stand in this project's pages, too."""


def settle_names(work: Work, tasks: Sequence[Task]) -> None:
    """Draft ranges of their own for hosts that share one, and new names for machines that share some or have none."""
    taken = Spans(
        (int(host.wwpn_first, 16), int(host.wwpn_last, 16))
        for host in work.estate.hosts
        if host.wwpn_first and host.wwpn_last
    )
    for task in tasks:
        for finding in task.findings("shared-wwn-range"):
            hosts = sorted((work.estate.hosts[number] for number in finding.of("host")), key=lambda one: one.name)
            held = {host.id: sum(hba.host_id == host.id for hba in work.estate.hbas) for host in hosts}
            keeper = max(hosts, key=lambda one: held[one.id])
            for host in hosts:
                if host.id != keeper.id:
                    _new_range(work, task, host, taken)
        for finding in task.findings("exhausted-wwn-range"):
            for number in finding.of("host"):
                _longer(work, task, work.estate.hosts[number], taken)
            _generate(work, task, {work.estate.hbas[number].machine_id for number in finding.of("hba")})
        shared: dict[str, set[str]] = defaultdict(set)
        for finding in task.findings("shared-wwn"):
            for number in finding.of("hba"):
                shared[work.estate.hbas[number].wwpn].add(work.estate.hbas[number].machine_id)
        _generate(work, task, {one for machines in shared.values() for one in sorted(machines)[1:]})


def _new_range(work: Work, task: Task, host: Host, taken: Spans) -> None:
    at = _FIRST
    while (hit := taken.touched(at, at + _SIZE - 1)) is not None and at < _LAST:
        at = (hit[1] // _HOST + 1) * _HOST
    taken.add(at, at + _SIZE - 1)
    _set(work, task, host, (at, at + _SIZE - 1), "Another host generates names from the same range.")


def _longer(work: Work, task: Task, host: Host, taken: Spans) -> None:
    if host.wwpn_first is None or host.wwpn_last is None:
        return
    first, last = int(host.wwpn_first, 16), int(host.wwpn_last, 16)
    room = taken.free_after(last)
    end = last | (_SIZE - 1)
    if end > last and (room is None or room >= end):
        taken.add(last + 1, end)
        _set(work, task, host, (first, end), "No name is left in the range.")
    else:
        _new_range(work, task, host, taken)


def _set(work: Work, task: Task, host: Host, span: Span, why: str) -> None:
    step = SetPortNames(
        id="",
        host=host.name,
        why=why,
        first=span[0],
        last=span[1],
        was_first=int(host.wwpn_first or "0", 16),
        was_last=int(host.wwpn_last or "0", 16),
    )
    work.draft(("port names", host.id), NAMES - 1, step, task.id)


def _generate(work: Work, task: Task, machines: set[str]) -> None:
    for machine in sorted(machines):
        rows = [hba for hba in work.estate.hbas if hba.machine_id == machine]
        host = rows[0].host_id
        running = any(row.running for row in work.estate.machines(host) if row.machine_id == machine)
        step = GenerateNames(
            id="",
            host=work.estate.name(host),
            why="Zoning and LUN masking have to know both new sets before the machine starts, or it finds no disks.",
            machine=rows[0].machine,
            machine_id=machine,
            names=tuple(sorted({row.wwpn for row in rows})),
            was_running=running or work.details(host).is_running(machine),
        )
        work.draft(("names", machine), NAMES, step, task.id)
