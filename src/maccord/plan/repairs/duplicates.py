"""One address, several owners: who keeps it, and what the others get."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Adapter
from maccord.mac import show
from maccord.plan.drafts import MACHINE
from maccord.plan.repairs.vmm import replace_pool
from maccord.plan.spans import Spans
from maccord.plan.steps import SetConnection
from maccord.plan.work import Task, Work

DUPLICATES = ("duplicate-address", "reissued-address", "invalid-address")


def settle_duplicates(work: Work, tasks: Sequence[Task]) -> None:
    """Draft another address for all owners of an address but one, and for whoever may not have it at all."""
    for task in tasks:
        if task.incident.cause == "management-vnic-inherits-team":
            continue  # its members, team and vNIC are one thing: see vnics.py
        for finding in task.findings("duplicate-address", "reissued-address"):
            if task.incident.cause == "machine-runs-twice":
                _separate_copies(work, task, finding)
            else:
                _settle(work, task, finding)
        for finding in task.findings("invalid-address"):
            for row in (work.estate.adapters[number] for number in finding.of("adapter")):
                work.readdress(row, task.id, f"{show(row.mac or 0)} can be no adapter's own address.")
            for pool in (work.estate.pools[number] for number in finding.of("pool")):
                replace_pool(work, pool, [task.id], Spans())


def _settle(work: Work, task: Task, finding: Finding) -> None:
    owners = _owners(work.estate.adapters[number] for number in finding.of("adapter"))
    staying = [owner for owner in owners if not _leaves(work, owner)]
    keeper = min(staying, key=lambda owner: _claim(work, owner), default=None)
    for owner in owners:
        if owner is keeper:
            continue
        for row in owner:
            _give_another(work, task, row, keeper)


def _owners(rows: Iterable[Adapter]) -> list[list[Adapter]]:
    """Group adapters by what owns them: a machine, wherever it is known, or a host's NIC, team and vNIC together."""
    found: dict[tuple[str, int], list[Adapter]] = defaultdict(list)
    for row in rows:
        found[("vm", row.machine_no) if row.kind == "vm" else ("host", row.host_id)].append(row)
    return [found[key] for key in sorted(found)]


def _leaves(work: Work, owner: list[Adapter]) -> bool:
    """Tell whether an owner gives the address up for another reason."""
    return all(row.id in work.changing for row in owner)


def _claim(work: Work, owner: list[Adapter]) -> tuple[object, ...]:
    """Return what orders owners, the one who keeps the address first.

    What is no machine keeps it over one that is; then running over stopped, sighted over silent, reserved over not,
    older over younger. Names decide the rest.
    """
    rows = [row for row in owner if row.id not in work.changing] or owner
    names = {row.machine.casefold() for row in rows if row.machine}
    told = [one for row in rows for one in work.estate.seen_at(row.mac or 0) if one.name.casefold() in names]
    created = min((row.created for row in rows if row.created), default="9")
    return (
        rows[0].kind == "vm",
        not any(row.live for row in rows),
        not any(row.running for row in rows),
        not any(one.kind != "lease" for one in told),
        not any(one.kind == "lease" for one in told),
        created,
        work.estate.name(rows[0].host_id),
        rows[0].machine,
        rows[0].machine_id,
    )


def _give_another(work: Work, task: Task, row: Adapter, keeper: list[Adapter] | None) -> None:
    if row.snapshot:
        return
    name = work.estate.name(keeper[0].host_id) if keeper else ""
    kept = f"{keeper[0].machine or keeper[0].name} on {name} keeps {show(row.mac or 0)}." if keeper else ""
    if row.kind == "management":
        work.replace_vnic(row, task.id, kept, static=True)
    elif row.kind != "vm":
        text = f"Give {row.name} another address in place of {show(row.mac or 0)}: {kept or 'it is worn twice.'}"
        work.advise(row.host_id, text, task.id)
    else:
        work.readdress(row, task.id, kept)


def _separate_copies(work: Work, task: Task, finding: Finding) -> None:
    """Take one of two running copies of a machine off the network; which one is wanted is for people to say."""
    owners: dict[int, list[Adapter]] = defaultdict(list)
    for number in finding.of("adapter"):
        owners[work.estate.adapters[number].host_id].append(work.estate.adapters[number])
    ordered = sorted(owners.values(), key=lambda rows: _copy_claim(work, rows[0]))
    for rows in ordered[1:]:
        for row in rows:
            details = work.details(row.host_id)
            step = SetConnection(
                id="",
                host=work.estate.name(row.host_id),
                why=f"{row.machine} runs on {work.estate.name(ordered[0][0].host_id)} too, and two copies may not.",
                machine=row.machine,
                machine_id=row.machine_id,
                adapter=row.name,
                adapter_id=details.adapter_id(row.machine_id, row.device, row.mac, row.name),
                switch=details.connection(row.machine_id, row.mac),
                connected=False,
            )
            work.draft(("connection", row.id), MACHINE, step, task.id)
        text = (
            f"Find out which copy of {rows[0].machine} has the data that counts, and shut the other one down; a copy "
            "that is wanted has to be imported anew with an id of its own (Import-VM -Copy -GenerateNewId)."
        )
        work.advise(rows[0].host_id, text, task.id)


def _copy_claim(work: Work, row: Adapter) -> tuple[object, ...]:
    """Return what orders copies of one machine: a role of a cluster first, then the older one."""
    clustered = work.details(row.host_id).is_clustered(row.machine_id)
    return not clustered, row.created or "9", work.estate.name(row.host_id)
