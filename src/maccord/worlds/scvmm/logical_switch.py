"""Logical switches: what VMM turns into a team, a switch and vNICs on a host.

Source: B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking SOLVED!" (2014): the team
first, which takes the primary member's address; then the switch on it; then a management vNIC, which inherits the
address of the team's Multiplexor adapter. MicrosoftDocs, "Create logical switches" (uplink modes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from maccord.worlds.hyperv import Host, Nic, Switch, Vnic, WrongState
from maccord.worlds.hyperv.interface import Interface, Ipv4


@dataclass(frozen=True, slots=True)
class LogicalSwitch:
    """A logical switch with the mode of its uplink port profile; exists in VMM alone.

    uplink: "team", or from 2016 on "embedded team". vnics: further host vNICs that a deployment adds, in this order.
    """

    name: str
    mode: str = "switch independent"
    balancing: str = "dynamic"
    uplink: Literal["team", "embedded team"] = "team"
    vnics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment made on a host. `management`: the vNIC that took over the host's own traffic, if one did."""

    switch: Switch
    management: Vnic | None


def deploy(host: Host, logical: LogicalSwitch, nics: Sequence[Nic], *, management: bool, inherits: bool) -> Deployed:
    """Make team, switch and vNICs. `management`: move the host's own IPv4 configuration from these NICs to a vNIC."""
    carrier = next((nic for nic in nics if nic.ipv4 is not None), None)
    if carrier is not None and not management:
        raise WrongState(carrier.name, "it carries the host's IPv4 address, which would be lost")
    noted = carrier.ipv4 if carrier else None
    inherits = inherits and management
    if logical.uplink == "embedded team":
        switch = host.external_switch(logical.name, list(nics), allow_management=inherits)
    else:
        team = host.team(logical.name, nics, mode=logical.mode, balancing=logical.balancing)
        switch = host.external_switch(logical.name, team, allow_management=inherits, allow_lbfo_teams=True)
    vnic = None
    if management:
        vnic = host.vnic(logical.name) if inherits else host.add_management_vnic(logical.name, switch)
        if noted is not None:
            configure(vnic, noted)
    for name in logical.vnics:
        host.add_management_vnic(name, switch)
    return Deployed(switch, vnic)


def configure(interface: Interface, noted: Ipv4) -> None:
    """Give an interface the IPv4 configuration that another one had; Windows announces it."""
    if noted.server is not None:
        interface.use_dhcp(noted.server)
    else:
        interface.set_ip(
            str(noted.address), prefix=noted.prefix, gateway=noted.gateway, dns=noted.dns, suffix=noted.suffix
        )
