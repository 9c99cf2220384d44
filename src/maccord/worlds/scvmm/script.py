"""The post-deployment script of B. Gelens' cure, with the three weak spots of its own.

Source: B. Gelens (2014): it is downloaded and run on the host itself, since connectivity breaks in between; it finds
the NIC by PCI bus 33 function 0, the address by 192.168.1.*, and the vNIC by a wildcard on its description.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from maccord.mac.address import show
from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv import Host, Team
from maccord.worlds.hyperv.interface import Interface

WAIT_S = 10


class ScriptFailed(MaccordError):
    """The script stopped on a host; what it had done before stays done."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(host, why)
        self.host, self.why = host, why

    def __str__(self) -> str:
        return f"the script stopped on {self.host}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDeploymentScript:
    """Moves the management address from a NIC to a vNIC of its own. slot: the place of the NIC, from 0.

    ip_like, vnic_like: the wildcards; prefix, gateway, dns and suffix are written into the script, not read off.
    """

    team: str
    switch: str
    vnic: str = "MGMT"
    slot: int = 0
    ip_like: str = "192.168.1.*"
    vnic_like: str = "*Hyper-V Virtual Ethernet*"
    prefix: int = 24
    gateway: str = ""
    dns: tuple[str, ...] = ()
    suffix: str = ""

    def run(self, host: Host) -> Iterator[str]:
        """Run it line by line; yields, after each, what was done. Raises ScriptFailed."""
        if self.slot >= len(host.nics):
            raise ScriptFailed(host.name, f"no NIC is in slot {self.slot}")
        nic = host.nics[self.slot]
        ip = self._one(host, "IPv4 address", self.ip_like, [one.ip for one in host.interfaces() if one.ip])
        yield f"The management address is noted: {ip}, of {nic.name}."
        team: Team | None = next((one for one in host.teams if one.name == self.team), None)
        if team is None:
            raise ScriptFailed(host.name, f"there is no team {self.team}")
        team.add(nic)
        yield f"{nic.name} is added to the team {team.name}: TCP/IP is unbound from it, and its address is gone."
        host.world.wait(WAIT_S)
        yield f"{WAIT_S} seconds pass."
        vnic = host.add_management_vnic(self.vnic, host.switch(self.switch))
        yield f"A vNIC {vnic.name} is added for the management OS: {show(vnic.mac)}, from the host's range."
        found = self._one(host, "adapter description", self.vnic_like, [one.description for one in host.interfaces()])
        meant: Interface = next(one for one in host.interfaces() if one.description == found)
        meant.set_ip(ip, prefix=self.prefix, gateway=self.gateway, dns=self.dns, suffix=self.suffix)
        yield f"{ip}/{self.prefix} is set on it; Windows announces it with a gratuitous ARP from {show(meant.mac)}."

    def _one(self, host: Host, what: str, pattern: str, values: list[str]) -> str:
        found = [one for one in values if fnmatch(one, pattern)]
        if len(found) != 1:
            raise ScriptFailed(host.name, f"{len(found) or 'no'} {what} like {pattern}")
        return found[0]
