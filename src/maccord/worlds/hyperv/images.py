"""Disks that outlive their hardware: images of hosts, and disks put into other machines.

Source: J. Howard (2008), readers and author on cloned hosts (no sysprep provider in v1; nothing re-checks the range),
on notebooks, and on a disk moved into another machine; mctjp.com (2009) and D. van der Peijl on sysprep and the range.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.refusals import WrongState
from maccord.worlds.hyperv.team import Team

if TYPE_CHECKING:
    from maccord.worlds.hyperv.world import World


class Image:
    """An image of a host's disk: registry, names, switches, machines, everything but the hardware."""

    def __init__(self, host: Host) -> None:
        if any(machine.has_power for machine in host.machines):
            raise WrongState(host.name, "machines run on it: an image is taken of a host at rest")
        self.of = host.name
        self._host = _copy(host)

    def deployed(self, name: str, nics: Sequence[Nic], *, sysprep: bool) -> Host:
        """Return a host that was made from the image, with NICs of its own.

        With sysprep it gets a MachineGuid of its own, and loses what stands on devices; its dynamic range and its World
        Wide Names are those of the image either way.
        """
        host = _copy(self._host)
        host.name, host.up = name, True
        if sysprep:
            host.registry.machine_guid = host.world.ids.guid()
            host.events.clear()
            if host.contested.generalize_drops_uplinks:
                _drop_uplinks(host)
        change_hardware(host, nics)
        return host


def change_hardware(host: Host, nics: Sequence[Nic]) -> list[Nic]:
    """Give a disk other NICs, and return the old ones. Switches and teams find those of the same slots."""
    old, host.nics = list(host.nics), []
    for nic in nics:
        host.insert(nic)
    seats: dict[Nic | Team, Nic] = {}
    if host.contested.moved_disk_rebinds:
        seats = {gone: new for gone, new in zip(old, host.nics, strict=False) if gone.used_by}
    for gone, new in seats.items():
        new.used_by = gone.used_by
    for team in host.teams:
        team.members = [seats[nic] for nic in team.members if nic in seats]
        team.come_up()
    for switch in host.switches:
        switch.uplinks = [seats.get(one, one) for one in switch.uplinks if one in seats or isinstance(one, Team)]
    for nic in old:
        nic.release()
        nic.host, nic.used_by, nic.overridden, nic.mac = None, None, None, nic.permanent
    return old


def _drop_uplinks(host: Host) -> None:
    for switch in [one for one in host.switches if one.kind == "external"]:
        host.vnics = [vnic for vnic in host.vnics if vnic.switch is not switch]
        host.switches.remove(switch)
    host.teams.clear()
    for nic in host.nics:
        nic.used_by = None
    known = {switch.id for switch in host.switches}
    for adapter in (adapter for machine in host.machines for adapter in machine.adapters):
        if adapter.switch_id not in known:
            adapter.switch_name = adapter.switch_id = None


def _copy(host: Host) -> Host:
    """Copy a host with all that is its own; the world and its DHCP servers are shared."""
    world: World = host.world
    shared: list[object] = [world, host.profile, host.contested, *world.dhcp_servers]
    return deepcopy(host, {id(one): one for one in shared})
