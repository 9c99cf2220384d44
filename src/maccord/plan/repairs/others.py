"""Repairs that are one setting, and those that only people can do."""

from collections.abc import Callable, Sequence

from maccord.fleet.records import Adapter
from maccord.mac import show
from maccord.plan.drafts import MACHINE
from maccord.plan.steps import SetSpoofing
from maccord.plan.work import Task, Work


def settle_others(work: Work, tasks: Sequence[Task]) -> None:
    """Draft what the other repairs left: permission to spoof, and advice for each cause that needs a person."""
    for task in tasks:
        for finding in task.findings("refused-cluster-address"):
            for number in finding.of("adapter"):
                _permit(work, task, work.estate.adapters[number])
        advise = _ADVICE.get(task.incident.cause)
        if advise is not None and task.incident.hosts:
            work.advise(task.incident.hosts[0], advise(work, task), task.id)


def _permit(work: Work, task: Task, row: Adapter) -> None:
    details = work.details(row.host_id)
    step = SetSpoofing(
        id="",
        host=work.estate.name(row.host_id),
        why="A member of a Network Load Balancing cluster sends from the cluster's address.",
        machine=row.machine,
        machine_id=row.machine_id,
        adapter=row.name,
        adapter_id=details.adapter_id(row.machine_id, row.device, row.mac, row.name),
        on=True,
        was_on=row.spoofing is True,
    )
    work.draft(("spoofing", row.id), MACHINE, step, task.id)


def _says(text: str) -> Callable[[Work, Task], str]:
    return lambda _work, _task: text


def _of_addresses(text: str) -> Callable[[Work, Task], str]:
    def said(_work: Work, task: Task) -> str:
        named = ", ".join(show(one) for one in task.incident.addresses[:6])
        return text.format(named or "the address")

    return said


_ADVICE: dict[str, Callable[[Work, Task], str]] = {
    "cloned-host-image": _says(
        "Mend the image these hosts come from: add the Hyper-V role after imaging, or let the first boot set a range."
    ),
    "reused-lease-range": _says("Let the build line set each host's range as soon as the role is there, from a plan."),
    "static-address-copied": _says("Take the address out of the template, image or script that the copies came from."),
    "appliance-default-address": _says("Take the address out of the appliance's template."),
    "spoofing-guard-blocks-address": _says(
        "Start one member of the cluster at a time, and look that the cluster's address answers."
    ),
    "pinned-port-conflict": _of_addresses(
        "Find both owners of {} on the host (Get-VMNetworkAdapter -All, Get-NetAdapter): a guest with a bridge, a team "
        "or an overridden address is likely where the lists show one owner."
    ),
    "container-address-from-ip": _says(
        "Give each host a part of the subnet of its own (docker network create --ip-range ...), and make the network "
        "anew; its containers lose it meanwhile."
    ),
    "container-pool-overlap": _says(
        "Where two container hosts meet, drain one, and make its network anew with a pool (MacPools) and a subnet of "
        "its own; mend the image, in which no HNS network should be."
    ),
    "default-prefix-shared": _says(
        "Give every installation but one a MAC prefix of its own before it issues more: mac_prefix in datacenter.cfg "
        "of Proxmox VE, base_mac in neutron.conf, RANGE_START and RANGE_END of KubeMacPool."
    ),
    "vcenter-instance-id-shared": _says(
        "Give all vCenter Servers but one an instance id that no other has, and restart vpxd; adapters that exist keep "
        "their addresses."
    ),
    "machine-id-copied": _says(
        "On all hosts but one, at the console: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; "
        "reboot. Empty the file in the image."
    ),
    "documented-twice": _of_addresses("Correct the documentation of {}: two owners have it there."),
    "documentation-differs": _of_addresses("Correct the documentation of {}, or the adapter it speaks of."),
    "range-does-not-match-host": _says(
        "Nothing has to be done today. Ask whether a host with the old address exists that is not in the evidence."
    ),
    "duplicate-on-the-wire": _of_addresses(
        "Find both owners of {} at the ports that the incident names, disconnect the one that matters less and give it "
        "another address; exports of both hosts would tell how it was copied."
    ),
    "lag-mismatch": _of_addresses(
        "Make the ports that {} moves between one link aggregate on the switch, or set the host's team to a mode that "
        "keeps each address on one port."
    ),
    "layer2-loop": _says(
        "Shut one of the two ports that the incident names, let spanning tree run on both, and look for a bridge."
    ),
    "ip-conflict": _of_addresses("Give one of the hosts of {} another IP address, and find out who assigned it."),
    "unexplained-move": _of_addresses("Watch {}, best by a capture at both ports, before anything is changed."),
    "unexplained-duplicate": _says(
        "Find the cause, or it comes back: gather evidence of all hosts of the layer 2, of VMM and of the switches."
    ),
}
