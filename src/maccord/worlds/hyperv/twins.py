"""What a host's switches notice of shared addresses, and log: MsLbfo 16945 and VMSMP 28.

Source: KB2920261 (16945 is logged when a switch is made on a team, when a machine on it starts or stops, and when a
member's link goes up or down); KB968703 and readers of J. Howard (28, once a second, with the teams of NIC makers).
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from maccord.worlds.hyperv import messages
from maccord.worlds.hyperv.profile import POWERED
from maccord.worlds.hyperv.switch import Switch

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

_ODD = -1
"""Stands for a guest that sends from another address than its own."""
Conflict = tuple[str, int, str]
"""A port that was kept from an address, the address, and the port that has it: ids of the two ports."""


def log_team_twins(host: "Host", switches: Collection[str] | None = None) -> None:
    """Log 16945 for each port, of these switches or of all, that has the address of a member of the team below."""
    if not host.up or not host.profile.team_twin_event:
        return
    for switch in host.switches:
        team = switch.team
        if team is None or not team.in_box or (switches is not None and switch.id not in switches):
            continue
        members = {nic.mac for nic in team.present()}
        for _, mac in _ports(host, switch):
            if mac in members:
                host.events.add(messages.team_twin(team.description, host.world.now_us))


def conflicts(host: "Host") -> list[Conflict]:
    """Return what a switch of 2008 R2 or later keeps its ports from, at this moment."""
    if not host.up or not host.profile.spoofing_guard or _no_two_alike(host):
        return []
    return [one for switch in host.switches for one in _conflicts(host, switch)]


def log_conflicts(host: "Host", at_us: int) -> None:
    """Log 28 for each conflict that there is."""
    for port, mac, holder in conflicts(host):
        host.events.add(messages.pinned(port, mac, holder, at_us))


def _no_two_alike(host: "Host") -> bool:
    """Tell, at a glance, that no conflict is possible: each address once, and no guest that sends from another.

    Asked whenever a machine starts or stops, so the time that it takes counts.
    """
    if any(not team.in_box for team in host.teams):
        return False
    macs = [vnic.mac for vnic in host.vnics]
    macs += [
        adapter.mac if adapter.wants is None else _ODD
        for machine in host.machines
        if machine.state in POWERED
        for adapter in machine.adapters
    ]
    once = set(macs)
    return len(once) == len(macs) and _ODD not in once


def _conflicts(host: "Host", switch: Switch) -> Iterator[Conflict]:
    owners: dict[int, str] = {}
    for port, mac in _ports(host, switch):
        if mac in owners:
            yield port, mac, owners[mac]
        owners.setdefault(mac, port)
    team = switch.team
    if team is not None and not team.in_box and team.mac in owners:
        # A maker's team lets frames of its own address come back in through the other member.
        yield switch.port, team.mac, owners[team.mac]
    for machine in host.machines:
        for adapter in machine.adapters if machine.has_power else ():
            blocked = adapter.switch_id == switch.id and adapter.source is None and adapter.wants is not None
            if blocked and adapter.wants in owners:
                yield adapter.id, adapter.wants or 0, owners[adapter.wants]


def _ports(host: "Host", switch: Switch) -> Iterator[tuple[str, int]]:
    for vnic in host.vnics:
        if vnic.switch is switch:
            yield vnic.guid, vnic.mac
    for machine in host.machines:
        for adapter in machine.adapters if machine.has_power else ():
            if adapter.switch_id == switch.id and adapter.mac:
                yield adapter.id, adapter.mac
