"""Teams of NICs below one adapter: those in the box (LBFO), and those of NIC makers before 2012.

Source: MicrosoftDocs, "NIC Teaming MAC address use and management": the team uses the primary member's address; the
primary is picked when the team comes up; removing it leaves the address until the team adapter is disabled and enabled.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maccord.mac.address import Mac
from maccord.worlds.hyperv.interface import Interface, numbered
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
MAKERS = "Intel(R) Advanced Network Services Virtual Adapter"
MODES = {"static": 0, "switch independent": 1, "lacp": 2}
"""TeamingMode of MSFT_NetLbfoTeam."""
BALANCING = {"transport ports": 0, "ip addresses": 2, "mac addresses": 3, "hyper-v port": 4, "dynamic": 5}
"""LoadBalancingAlgorithm of MSFT_NetLbfoTeam."""


class Team(Interface):
    """A team and its adapter. in_box: whether it is Windows' own. set_by_hand: whether its address was."""

    def __init__(self, host: "Host", name: str, members: Sequence[Nic], mode: str, balancing: str) -> None:
        in_box: bool = host.profile.teaming
        description = numbered(MULTIPLEXOR if in_box else MAKERS, (team.description for team in host.teams))
        super().__init__(host, name, description, host.world.ids.guid(), 0)
        self.in_box: bool = in_box
        self.mode, self.balancing = mode, balancing
        self.members: list[Nic] = []
        self.set_by_hand = False
        for nic in members:
            self._bind(nic)
        self.come_up()

    def add(self, nic: Nic) -> None:
        """Add a NIC: TCP/IP is unbound from it, and its IPv4 configuration is lost."""
        self._bind(nic)
        self._told("add team member", nic)
        self.on.team_twins()

    def remove(self, nic: Nic) -> None:
        """Take a NIC out; the team's address stays, even if it is that NIC's."""
        if nic not in self.members:
            raise WrongState(self.name, f"{nic.name} is not a member")
        if len(self.members) == 1:
            raise WrongState(self.name, f"{nic.name} is its last member")
        self.members.remove(nic)
        nic.used_by = None
        self._told("remove team member", nic)
        self.on.team_twins()

    def restart(self) -> None:
        """Disable and enable the team's adapter: it takes the address of a NIC that is still a member."""
        self.come_up()
        self._told("restart team")
        self.on.team_twins()

    def set_address(self, mac: str) -> None:
        """Set the adapter's address by hand."""
        old, self.mac, self.set_by_hand = self.mac, Mac.parse(mac).value, True
        self._follow(old)
        self._told("set team address")

    def remove_team(self) -> None:
        """Take the team apart."""
        host = self.on
        if self.used_by:
            raise WrongState(self.name, f"switch {self.used_by} is bound to it")
        self.release()
        self._told("remove team")
        for nic in self.members:
            nic.used_by = None
        host.teams.remove(self)

    def present(self) -> list[Nic]:
        """Return the members that are in the host; of one that was pulled, a trace stays a member."""
        return [nic for nic in self.members if nic.host is self.host]

    def come_up(self) -> None:
        """Pick the primary member, and take its address."""
        host, old = self.on, self.mac
        present = self.present()
        if self.set_by_hand or not present:
            return
        at = 0 if host.contested.team_primary == "first" else host.world.ids.below(len(present))
        self.mac = present[at].mac
        self._follow(old)
        if old not in (0, self.mac):
            self.renew()

    def _follow(self, old: int) -> None:
        host = self.on
        if not host.contested.vnic_follows_team:
            return
        for vnic in host.vnics:
            if vnic.switch.name == self.used_by and vnic.mac == old:
                vnic.mac = self.mac

    def _bind(self, nic: Nic) -> None:
        if nic.host is not self.host:
            raise WrongState(nic.name, f"it is not in {self.on.name}")
        if nic.used_by:
            raise WrongState(nic.name, f"{nic.used_by} is bound to it")
        nic.release()
        nic.used_by = self.name
        self.members.append(nic)

    def _told(self, operation: str, nic: Nic | None = None) -> None:
        told = {"team": self.name}
        if nic is not None:
            told["interface"] = nic.name
        self.on.note(operation, told, self.mac, *([nic.permanent] if nic is not None else []))
