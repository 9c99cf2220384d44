"""A Windows host with the Hyper-V role, and what an administrator does with it."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from maccord.mac.address import Mac
from maccord.worlds.hyperv import changes, containers, hosting, making, messages, pool, switching, twins
from maccord.worlds.hyperv.contested import Contested
from maccord.worlds.hyperv.copies import Exported
from maccord.worlds.hyperv.dhcp import DhcpServer
from maccord.worlds.hyperv.events import EventLog
from maccord.worlds.hyperv.fibre import Names
from maccord.worlds.hyperv.interface import Interface
from maccord.worlds.hyperv.machine import Machine
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.profile import Profile
from maccord.worlds.hyperv.ranges import Range
from maccord.worlds.hyperv.refusals import NotSupported, WrongState
from maccord.worlds.hyperv.registry import Registry, Virtualization
from maccord.worlds.hyperv.switch import Kind, Switch, Vnic
from maccord.worlds.hyperv.team import BALANCING, MODES, Team

if TYPE_CHECKING:
    from maccord.worlds.hyperv.world import World


class Host:
    """One installation of Windows Server, and the machine it runs in.

    registry, names, switches, teams, vnics, machines, container_networks and events are on its disk; nics are hardware,
    in the order of enumeration. range: the dynamic range as the running service has it. partition: the id of the
    management operating system.
    """

    def __init__(self, world: "World", name: str, profile: Profile, contested: Contested) -> None:
        self.world, self.name, self.profile, self.contested = world, name, profile, contested
        self.up = True
        self._index = 3
        self.registry = Registry(world.ids.guid())
        self.partition = world.ids.guid()
        self.range: Range | None = None
        self.names: Names | None = None
        self.nics: list[Nic] = []
        self.teams: list[Team] = []
        self.switches: list[Switch] = []
        self.vnics: list[Vnic] = []
        self.machines: list[Machine] = []
        self.container_networks: list[containers.ContainerNetwork] = []
        self.events = EventLog()

    # What it is made of ---------------------------------------------------------------------------------------------

    @property
    def key(self) -> Virtualization:
        """The Virtualization key of the registry; refuses where the role is missing."""
        self.must_have_role()
        assert self.registry.virtualization is not None
        return self.registry.virtualization

    def interfaces(self) -> list[Interface]:
        """Return the interfaces in the order of enumeration: NICs, teams, vNICs."""
        return [*self.nics, *self.teams, *self.vnics]

    def cards(self) -> list[Nic]:
        """Return the NICs, and the traces of those that were pulled: Windows keeps their names."""
        bound = [nic for team in self.teams for nic in team.members]
        bound += [one for switch in self.switches for one in switch.uplinks if isinstance(one, Nic)]
        return [*self.nics, *(nic for nic in dict.fromkeys(bound) if nic not in self.nics)]

    def machine(self, name: str) -> Machine:
        """Return the machine of this name."""
        for machine in self.machines:
            if machine.name == name:
                return machine
        raise WrongState(name, f"{self.name} has no such machine")

    def switch(self, name: str) -> Switch:
        """Return the switch of this name."""
        for switch in self.switches:
            if switch.name == name:
                return switch
        raise WrongState(name, f"{self.name} has no such switch")

    def next_index(self) -> int:
        """Return the ifIndex of the next interface."""
        self._index += 1
        return self._index

    def seen_index(self, index: int) -> None:
        """Note the highest ifIndex of interfaces that were not made here: the next one is above it."""
        self._index = index

    def note(self, operation: str, objects: dict[str, str], *addresses: int) -> None:
        """Enter into the world's journal what was done here."""
        self.world.note(operation, self.name, objects, addresses)

    def need(self, ability: str, what: str) -> None:
        """Refuse what this version of Windows does not have. ability: a property of Profile."""
        if not getattr(self.profile, ability):
            raise NotSupported(self.name, f"Windows Server {self.profile.name} does not know {what}")

    def must_be_up(self) -> None:
        """Refuse while the host is down."""
        if not self.up:
            raise WrongState(self.name, "the host is down")

    def must_have_role(self) -> None:
        """Refuse while the Hyper-V role is not there."""
        if self.registry.virtualization is None:
            raise WrongState(self.name, "the Hyper-V role is not there")

    # NICs and teams -------------------------------------------------------------------------------------------------

    def add_nic(self, mac: str | None = None, *, dhcp: DhcpServer | None = None, ip: str | None = None) -> Nic:
        """Put a new NIC in: with this permanent address or a drawn one, and an IPv4 address of one or no source."""
        ids = self.world.ids
        nic = Nic("", ids.permanent() if mac is None else ids.know(Mac.parse(mac).value))
        self.insert(nic)
        if ip is not None:
            nic.set_ip(ip)
        elif dhcp is not None:
            nic.use_dhcp(dhcp)
        return nic

    def insert(self, nic: Nic) -> Nic:
        """Put a NIC in that was elsewhere: a new device here, with its permanent address."""
        if nic.host is not None:
            raise WrongState(nic.name, f"it is in {nic.host.name}")
        names = {one.name for one in self.cards()}
        at = next(number for number in range(1, len(names) + 2) if f"Ethernet {number}" not in names)
        nic.plug(self, f"Ethernet {at}")
        self.nics.append(nic)
        self.note("insert NIC", {"interface": nic.name}, nic.permanent)
        return nic

    def team(
        self, name: str, members: Sequence[Nic], *, mode: str = "switch independent", balancing: str = "dynamic"
    ) -> Team:
        """Team NICs: with what is in the box from 2012 on, before with the NIC maker's driver.

        mode: a key of team.MODES; balancing: one of team.BALANCING.
        """
        self.must_be_up()
        if not members or mode not in MODES or balancing not in BALANCING:
            raise WrongState(name, "a team needs members, and a mode and balancing that there is")
        if any(one.name == name for one in self.interfaces()):
            raise WrongState(name, f"{self.name} has an interface of this name already")
        if any(nic.host is not self or nic.used_by for nic in members) or len(set(members)) < len(members):
            raise WrongState(name, "a member is missing, twice there, or bound to something else")
        team = Team(self, name, members, mode, balancing)
        self.teams.append(team)
        told = {"team": name, "members": ", ".join(nic.name for nic in members), "in_box": str(team.in_box)}
        self.note("create team", told, team.mac, *(nic.permanent for nic in members))
        return team

    # The role, and its range ----------------------------------------------------------------------------------------

    def enable_role(self) -> None:
        """Enable the Hyper-V role: the registry values appear, empty; from 2012 on a range of World Wide Names, too."""
        if self.registry.virtualization is not None:
            raise WrongState(self.name, "the Hyper-V role is there already")
        self.must_be_up()
        self.registry.virtualization = Virtualization(has_root_current=self.profile.unused_root_cursor)
        if self.profile.fibre_channel:
            self.names = Names.of_host(self.world.ids.name_bytes())
        self.note("enable role", {"profile": self.profile.name})
        if self.contested.populate_at == "role":
            pool.populate(self)

    def edit_registry(
        self, *, minimum: str | None = None, maximum: str | None = None, current: str | None = None
    ) -> None:
        """Write registry values, as regedit does: nothing is checked."""
        changes.edit_registry(self, minimum, maximum, current)

    def set_range_in_ui(self, minimum: str, maximum: str) -> None:
        """Change the range in Virtual Network Manager (from 2008 R2 on)."""
        self.need("range_in_ui", "the range in Virtual Network Manager")
        changes.through_service(self, minimum, maximum, "Virtual Network Manager")

    def set_vmhost(self, minimum: str, maximum: str) -> None:
        """Change the range with Set-VMHost (from 2012 on)."""
        self.need("cmdlets", "Set-VMHost")
        changes.through_service(self, minimum, maximum, "Set-VMHost")

    def set_port_names(self, first: int, last: int) -> None:
        """Change the range of World Wide Port Names with Set-VMHost; within it the generator goes on where it is."""
        if self.names is None or first > last:
            raise WrongState(self.name, "no World Wide Names here, or a range that runs backwards")
        following = self.names.next if first <= self.names.next <= last else first
        self.names = Names(first=first, last=last, next=following, node=self.names.node)
        self.note("set port names", {"first": f"{first:016X}", "last": f"{last:016X}"})

    def best_practices(self) -> tuple[str, ...]:
        """Return what the Best Practices Analyzer says of the range (2008 R2 and 2012)."""
        if not self.profile.analyzer or self.range is None:
            return ()
        used = sum(mac in self.range for mac in pool.held(self))
        free = len(self.range) - used
        return (messages.LOW_ON_ADDRESSES,) if free < len(self.range) * self.contested.low_fraction else ()

    # Switches -------------------------------------------------------------------------------------------------------

    def private_switch(self, name: str) -> Switch:
        """Make a switch between machines."""
        return switching.create(self, name, "private", None, allow_management=False, allow_lbfo=False)

    def internal_switch(self, name: str) -> Switch:
        """Make a switch between machines and the host, whose vNIC has an address of the pool."""
        return switching.create(self, name, "internal", None, allow_management=True, allow_lbfo=False)

    def external_switch(
        self, name: str, on: switching.Uplink, *, allow_management: bool = True, allow_lbfo_teams: bool = False
    ) -> Switch:
        """Make a switch on a NIC, on a team's adapter, or, as an embedded team, on a list of NICs."""
        return switching.create(
            self, name, "external", on, allow_management=allow_management, allow_lbfo=allow_lbfo_teams
        )

    def convert_switch(
        self, switch: Switch, kind: Kind, on: switching.Uplink | None = None, *, allow_lbfo_teams: bool = False
    ) -> None:
        """Turn a switch into one of another kind; `on` is what an external one stands on."""
        switching.convert(self, switch, kind, on, allow_lbfo=allow_lbfo_teams)

    def delete_switch(self, switch: Switch) -> None:
        """Remove a switch."""
        switching.delete(self, switch)

    def allow_management(self, switch: Switch, *, on: bool = True) -> None:
        """Set-VMSwitch -AllowManagementOS."""
        switching.allow_management(self, switch, on=on)

    def add_management_vnic(self, name: str, switch: Switch, *, static: str | None = None) -> Vnic:
        """Add-VMNetworkAdapter -ManagementOS (from 2012 on)."""
        return switching.add_vnic(self, name, switch, static)

    def remove_management_vnic(self, vnic: Vnic) -> None:
        """Remove-VMNetworkAdapter -ManagementOS."""
        switching.remove_vnic(self, vnic)

    def set_switch_team(self, switch: Switch, nics: Sequence[Nic]) -> None:
        """Set-VMSwitchTeam: the whole list of an embedded team's NICs."""
        switching.set_team(self, switch, nics)

    def vnic(self, name: str) -> Vnic:
        """Return the vNIC of this name."""
        for vnic in self.vnics:
            if vnic.name == name:
                return vnic
        raise WrongState(name, f"{self.name} has no such vNIC")

    def team_twins(self, switches: Collection[str] | None = None) -> None:
        """Log 16945 where a port has the address of a member of the team below."""
        twins.log_team_twins(self, switches)

    def pinned_ports(self) -> None:
        """Log 28 for ports that a switch keeps from an address."""
        twins.log_conflicts(self, self.world.now_us)

    # Machines and containers ----------------------------------------------------------------------------------------

    def create_vm(
        self,
        name: str,
        switch: Switch | None = None,
        *,
        adapters: int = 1,
        generation: int | None = None,
        disk_of: Machine | None = None,
    ) -> Machine:
        """Make a virtual machine, which is off. disk_of: the machine whose disk is copied for it."""
        disk = disk_of.disk if disk_of else None
        machine = making.create(self, name, switch, adapters=adapters, generation=generation, disk=disk)
        if disk_of is not None:
            for new, old in zip(machine.adapters, disk_of.adapters, strict=False):
                new.wants = old.wants  # set in the guest, so it is on the disk
        return machine

    def import_vm(self, exported: Exported, how: making.How = "copy", *, name: str | None = None) -> Machine:
        """Import a machine: as a copy with a new id, or to register or restore it with its own."""
        return making.import_machine(self, exported, how, name)

    def replicate(self, machine: Machine, to: "Host") -> Machine:
        """Make a replica of a machine on another host."""
        return making.replicate(machine, to)

    def test_failover(self, replica: Machine, switch: Switch | None = None) -> Machine:
        """Make the machine of a test failover."""
        return making.test_failover(replica, switch)

    def fail_over_replica(self, primary: Machine, replica: Machine) -> None:
        """Start the replica in place of its primary."""
        making.replica_failover(primary, replica)

    def container_network(
        self, name: str, kind: containers.NetworkKind = "nat", *, uplink: str = ""
    ) -> containers.ContainerNetwork:
        """Make a container network (from 2016 on)."""
        return containers.create_network(self, name, kind, uplink)

    def start_container(self, network: containers.ContainerNetwork, name: str) -> int:
        """Start a container and return its address."""
        return containers.start_container(self, network, name)

    # Going down and coming up ---------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Shut the host down: machines are saved, unless they are set otherwise."""
        hosting.shut_down(self)

    def start_up(self) -> None:
        """Start the host again."""
        hosting.start_up(self)

    def restart(self) -> None:
        """Shut the host down and start it."""
        hosting.shut_down(self)
        hosting.start_up(self)

    def crash(self) -> None:
        """Take the host's power away."""
        hosting.crash(self)
