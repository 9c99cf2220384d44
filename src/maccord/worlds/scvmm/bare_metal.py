"""Bare-metal deployment: a host that VMM installs, by a physical computer profile.

Source: MicrosoftDocs, "Provision Hyper-V hosts from bare metal"; B. Gelens (2014): the profile names the NIC that
carries the management address.
"""

from dataclasses import dataclass

from maccord.worlds.hyperv import Host, World, WrongState


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalComputerProfile:
    """What a new host is like. management_nic: which of its NICs, from 0, carries the management address."""

    windows: str = "2012 R2"
    nics: int = 4
    management_nic: int = 0
    prefix: int = 24
    gateway: str = ""
    dns: tuple[str, ...] = ()
    suffix: str = ""

    def install(self, world: World, name: str, ip: str) -> Host:
        """Install a host: NICs, one address, the role."""
        if not 0 <= self.management_nic < self.nics:
            raise WrongState(name, f"the profile names NIC {self.management_nic} of {self.nics}")
        host = world.host(name, self.windows)
        nics = [host.add_nic() for _ in range(self.nics)]
        nics[self.management_nic].set_ip(ip, prefix=self.prefix, gateway=self.gateway, dns=self.dns, suffix=self.suffix)
        host.enable_role()
        return host
