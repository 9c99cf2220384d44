"""Adapters of hosts that wear an address which is another adapter's: vNICs, teams, NICs."""

from collections.abc import Sequence

from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import Adapter
from maccord.plan.drafts import AFTER, NETWORK
from maccord.plan.steps import RefreshVmm, RemakeSwitch, ResetNic, RestartTeam
from maccord.plan.work import Task, Work


def settle_vnics(work: Work, tasks: Sequence[Task]) -> None:
    """Draft addresses of their own for the adapters of hosts."""
    for task in tasks:
        for finding in task.incident.findings:
            if finding.rule in _REPAIRS:
                _REPAIRS[finding.rule](work, task, finding)


def _take_back(work: Work, task: Task, finding: Finding) -> None:
    for row in _rows(work, finding):
        if row.kind == "team":
            _restart(work, task, row)


def _return(work: Work, task: Task, finding: Finding) -> None:
    for row in _rows(work, finding):
        if row.mac == finding.address and row.permanent != row.mac:
            _give_back(work, task, row)


def _as_the_nic(work: Work, task: Task, finding: Finding) -> None:
    for row in _rows(work, finding):
        _remake(work, task, row, "The vNIC came with the switch and should have the address of its NIC.")


def _rows(work: Work, finding: Finding) -> list[Adapter]:
    return [work.estate.adapters[number] for number in finding.of("adapter")]


def _inherited(work: Work, task: Task, finding: Finding) -> None:
    """Make every management vNIC that has the team's address anew, and have VMM look at the host again."""
    hosts = set()
    for row in _rows(work, finding):
        if row.kind == "management":
            work.replace_vnic(row, task.id, "It has the address of the team below its switch.", static=True)
            hosts.add(row.host_id)
    servers = [host for host in work.estate.hosts if host.platform == "vmm"]
    for host in sorted(hosts):
        for server in servers if len(servers) == 1 else []:
            name = work.estate.name(host)
            step = RefreshVmm(id="", host=server.name, why=f"It takes over what it finds on {name}.", refreshed=name)
            work.draft(("refresh", server.id, host), AFTER, step, task.id)
        if len(servers) != 1:
            work.advise(
                host, "Refresh the host in VMM, if VMM manages it (Read-SCVMHost): it adopts what it finds.", task.id
            )


def _restart(work: Work, task: Task, row: Adapter) -> None:
    members = tuple(
        sorted(one for nic in work.estate.members_of(row.id) if (one := nic.permanent or nic.mac) is not None)
    )
    step = RestartTeam(
        id="",
        host=work.estate.name(row.host_id),
        why="It kept the address of a NIC that is no longer its member.",
        team=row.name,
        was_mac=row.mac or 0,
        members=members,
    )
    work.changing[row.id] = None
    work.draft(("team", row.id), NETWORK, step, task.id, work.fallout(row, None))
    for vnic in work.estate.adapters_of(row.host_id):
        if vnic.kind == "management" and vnic.mac == row.mac:
            work.replace_vnic(vnic, task.id, "It inherited the address that its team has no right to.", static=True)


def _give_back(work: Work, task: Task, row: Adapter) -> None:
    """Have a NIC wear its permanent address again, or a vNIC one of its own host."""
    if row.kind == "physical" and row.permanent is not None:
        step = ResetNic(
            id="",
            host=work.estate.name(row.host_id),
            why="The address is that of another host's NIC.",
            nic=row.name,
            nic_permanent=row.permanent,
            was_mac=row.mac or 0,
        )
        work.changing[row.id] = row.permanent
        work.draft(("nic", row.id), NETWORK, step, task.id, work.fallout(row, row.permanent))
    elif row.kind == "management":
        _remake(work, task, row, "The address is that of another host's NIC.")


def _remake(work: Work, task: Task, row: Adapter, why: str) -> None:
    """Make a switch on one NIC anew, so that its vNIC gets the NIC's address; a vNIC that was added, alone."""
    details = work.details(row.host_id)
    switch = details.switch_of(row.name, row.mac)
    nic = details.nic_of_switch(switch)
    if not switch or nic is None or not details.came_with_switch(row.name, row.mac):
        work.replace_vnic(row, task.id, why, static=True)
        return
    alias = f"vEthernet ({row.name})"
    step = RemakeSwitch(
        id="",
        host=work.estate.name(row.host_id),
        why=why,
        switch=switch,
        nic=nic[0],
        nic_permanent=nic[1],
        was_mac=row.mac or 0,
        adapters=details.connected_to(switch),
        vlan=details.vlan_of(row.name, row.mac),
        settings=details.settings_of(alias),
        probes=details.gateways_of(alias),
    )
    work.changing[row.id] = nic[1]
    work.draft(("switch", row.host_id, switch), NETWORK, step, task.id, work.fallout(row, nic[1]))


_REPAIRS = {
    "inherited-team-address": _inherited,
    "borrowed-team-address": _take_back,
    "borrowed-nic-address": _return,
    "parent-vnic-in-pool": _as_the_nic,
}
