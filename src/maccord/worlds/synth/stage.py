"""What stories are told with: hosts that are set up as people set them up, and machines that come and go on them."""

from collections.abc import Sequence
from random import Random

from maccord.mac.address import show
from maccord.worlds.hyperv import PROFILES, Contested, Host, Machine, Switch, World
from maccord.worlds.hyperv.containers import NetworkKind
from maccord.worlds.synth.ids import FleetIds
from maccord.worlds.synth.numbers import Numbers
from maccord.worlds.synth.refusals import CannotSynthesize
from maccord.worlds.synth.vmm import VmmServer

_ROLES = ("web", "sql", "app", "dc", "file", "mail", "build", "proxy", "print", "cache")
_COMFORT = 160
"""So many adapters at most live in a default range of 256; for more, a host is given a larger one beforehand."""


def _supposed(chance: Random) -> Contested:
    """Suppose, for one cell, some of what no source settles: what the check says must not depend on it.

    Left as it is by default is what would be a fault of its own, such as a cursor that stays when its range moves.
    """
    return Contested(
        populate_at=chance.choice(("first machine", "role")),
        cursor_names=chance.choice(("next", "last")),
        cursor_after_last=chance.choice(("first", "one past")),
        registry_read=chance.choice(("at start", "at once")),
        saved_holds=chance.random() < 0.5,
        embedded_team_vnic=chance.choice(("pool", "first member")),
        vnic_follows_team=chance.random() < 0.5,
        checkpoint_restores=chance.random() < 0.5,
        replica_copies=chance.random() < 0.7,
        test_failover_copies=chance.random() < 0.7,
    )


class Stage:
    """One cell of a fleet: a world of its own, a source of chance, and what the whole fleet shares.

    size: how many hosts the cell has. machines: how many machines a host has, about. profiles: the versions of Windows
    Server to choose from. servers: VMM servers beside the hosts.
    """

    def __init__(self, seed: str, numbers: Numbers, *, machines: int, profiles: Sequence[str], size: int = 1) -> None:
        self.random = Random(seed)  # noqa: S311 - chance that can be repeated, no secret
        self.world = World(0, contested=_supposed(self.random))
        self.world.ids = FleetIds(self.random, numbers)
        self.numbers, self.machines, self.size = numbers, machines, size
        self.profiles = tuple(profiles)
        self.servers: list[VmmServer] = []
        self._named = 0

    # Hosts ----------------------------------------------------------------------------------------------------------

    def profile(self, since: str = "2008", until: str = "2025") -> str:
        """Choose a version of Windows Server, both ends inside."""
        first, last = PROFILES[since].order, PROFILES[until].order
        fit = [one for one in self.profiles if first <= PROFILES[one].order <= last]
        if not fit:
            raise CannotSynthesize(f"none of {', '.join(self.profiles)} is between {since} and {until}")
        return self.random.choice(fit)

    def low(self) -> int:
        """Return low octets that nobody has; a story cannot do without."""
        low = self.numbers.low()
        if low is None:
            raise CannotSynthesize("stories need more low octets of addresses than there are")
        return low

    def ip(self, low: int) -> str:
        """Return an address in 10/8 with these low octets."""
        return f"10.{self.random.randrange(256)}.{low >> 8}.{low & 0xFF}"

    def bare(self, profile: str, *, nics: int = 2, contested: Contested | None = None, name: str | None = None) -> Host:
        """Install Windows on a server with NICs, without an address and without the role."""
        host = self.world.host(name or self.numbers.name(), profile, contested=contested)
        for _ in range(nics):
            host.add_nic()
        return host

    def host(
        self,
        profile: str,
        *,
        low: int | None = None,
        nics: int = 2,
        contested: Contested | None = None,
        name: str | None = None,
    ) -> Host:
        """Install Windows with the role on a server, its first NIC with an address of these low octets, or new ones.

        name: of a host that does not stay; those that do are named by the fleet.
        """
        host = self.bare(profile, nics=nics, contested=contested, name=name)
        ip = self.ip(self.low() if low is None else low)
        if self.random.random() < 0.3:
            host.nics[0].use_dhcp(self.world.dhcp(f"lan of {host.name}", ip, ip))
        else:
            host.nics[0].set_ip(ip)
        if nics > 2 and self.random.random() < 0.5 and (storage := self.numbers.low()) is not None:
            # Its octets are nobody else's: where a switch takes the first NIC's address over, the range stems from it.
            host.nics[1].set_ip(f"172.16.{storage >> 8}.{storage & 0xFF}")
        host.enable_role()
        return host

    def plain_host(self, profile: str, *, nics: int = 2) -> Host:
        """Install a host that is to stay innocent: where low octets are used up, it has a range of the plan.

        So it has where it will have more machines than a default range carries with comfort.
        """
        low = self.numbers.low()
        host = self.host(profile, low=1 if low is None else low, nics=nics)
        size = 256
        while size * _COMFORT < self.machines * 256:
            size *= 2
        if low is None or size > 256:
            found = self.numbers.planned(size)
            self.set_range(host, found.first, found.last)
        return host

    def lan(self, host: Host, name: str = "LAN") -> Switch:
        """Make an external switch on one NIC: the last for machines alone, or the first, which the host shares."""
        if len(host.nics) > 1 and self.random.random() < 0.6:
            return host.external_switch(name, host.nics[-1], allow_management=False)
        return host.external_switch(name, host.nics[0])

    def set_range(self, host: Host, first: int, last: int) -> None:
        """Change a host's range by the means that its version has."""
        if host.profile.cmdlets:
            host.set_vmhost(show(first), show(last))
        elif host.profile.range_in_ui:
            host.set_range_in_ui(show(first), show(last))
        else:
            host.edit_registry(minimum=show(first), maximum=show(last), current=show(first))
            host.restart()

    def pass_time(self) -> None:
        """Let ordinary things happen to the machines that there are; no address and no state is another afterwards."""
        machines = [machine for host in self.world.hosts if host.up for machine in host.machines]
        for _ in range(self.random.randrange(6) if machines else 0):
            machine = self.random.choice(machines)
            what = self.random.choice(("reboot", "pause", "checkpoint", "export", "wait"))
            if what == "wait":
                self.world.wait(self.random.randint(1, 5))
            elif what == "checkpoint":
                machine.take_checkpoint()
            elif what == "export":
                machine.export()
            elif machine.state == "Running":
                if what == "reboot":
                    machine.reboot()
                else:
                    machine.pause()
                    machine.resume()

    def wired_containers(self, host: Host) -> None:
        """Make a container network that reaches the wire, with a pool of the plan in the request (MacPools)."""
        kinds: tuple[NetworkKind, ...] = ("l2bridge", "transparent", "overlay")
        network = host.container_network("wired", self.random.choice(kinds))
        network.pool = self.numbers.planned(len(network.pool))
        host.start_container(network, "front")

    # Machines -------------------------------------------------------------------------------------------------------

    def name(self) -> str:
        """Return a machine's name that is new in this cell."""
        self._named += 1
        return f"{self.random.choice(_ROLES)}{self._named:03}"

    def vm(self, host: Host, switch: Switch | None, *, vlan: int = 0, started: bool = True) -> Machine:
        """Make a machine with one adapter, and start it."""
        machine = host.create_vm(self.name(), switch)
        if vlan:
            machine.adapter.set_vlan(vlan)
        if started:
            machine.start()
        return machine

    def static_vm(self, host: Host, switch: Switch, mac: int, *, vlan: int = 0, started: bool = True) -> Machine:
        """Make a machine with a static address, and start it."""
        machine = self.vm(host, switch, vlan=vlan, started=False)
        machine.adapter.set_static(show(mac))
        if started:
            machine.start()
        return machine

    def furnish(self, host: Host, switch: Switch, *, count: int | None = None, vlan: int | None = None) -> None:
        """Give a host its machines as hosts have them: most run, some are off, saved, never started, or static.

        A range that has too few addresses for as many is given fewer: a story on a default range ends at about 180.
        """
        chance = self.random
        vlans = (0, 10, 20, 30) if vlan is None else (vlan,)
        room = (len(host.range) if host.range else 256) * 18 // 25 - len(host.machines)
        for _ in range(max(0, min(self.machines if count is None else count, room))):
            kind = chance.random()
            machine = host.create_vm(self.name(), switch, adapters=2 if kind > 0.95 else 1)
            tag = chance.choice(vlans)
            if tag:
                for adapter in machine.adapters:
                    adapter.set_vlan(tag)
            if kind < 0.05:
                continue  # never started: no address
            if kind < 0.12:
                machine.adapter.set_static(show(self.numbers.static()))
            machine.start()
            if kind > 0.9:
                machine.save()
            elif kind > 0.8:
                machine.shut_down()

    def come_round(self, host: Host, switch: Switch, mac: int) -> Machine:
        """Make, start and delete machines, as a laboratory does, until one gets this address: the range ran round."""
        for _ in range(1 << 16):
            machine = self.vm(host, switch)
            if machine.adapter.mac == mac:
                return machine
            machine.turn_off()
            machine.delete()
        raise AssertionError(f"{host.name} does not come round to {show(mac)}")
