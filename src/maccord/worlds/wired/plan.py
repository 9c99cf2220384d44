"""What a host puts on the wire at one moment, as plain values: bridges with uplinks, and outlets that talk.

Source of the modes: Microsoft, "NIC Teaming" (TeamingMode and LoadBalancingAlgorithm of MSFT_NetLbfoTeam) and "Switch
Embedded Teaming" (switch independent; Hyper-V port or Dynamic).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from maccord.worlds.hyperv import Adapter, Host, Machine, Nic, Switch, Team
from maccord.worlds.hyperv.interface import Interface
from maccord.worlds.l2 import Mode

MAKERS_MODE = Mode.ACTIVE_STANDBY
"""How teams of NIC makers, before 2012, share the work. Each maker had its own ways; fail-over is the plainest."""
EMBEDDED_MODE = Mode.HYPER_V_PORT
"""How a switch-embedded team shares the work. Both that it has are documented; hosts here have no setting for it."""


@dataclass(frozen=True, slots=True)
class Uplink:
    """A NIC below a bridge: its permanent address, which tells it from others, its name, and what it sends from."""

    permanent: int
    name: str
    mac: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A virtual switch, or a team without one. The uplink whose address the team has comes first."""

    key: str
    name: str
    mode: Mode
    guard: bool
    uplinks: tuple[Uplink, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """What talks: an interface of the management OS, or an adapter of a machine that has power.

    owner: the id of the machine, or the host's name; one station has all outlets of an owner. on: the key of its
    bridge, or None for a NIC with a cable of its own, whose permanent address is `cable`. assigned: the address that
    its port allows; mac: what it sends from, another one for a guest that insists.
    """

    key: str
    owner: str
    station: str
    name: str
    mac: int
    assigned: int
    ips: tuple[str, ...]
    on: str | None
    cable: int = 0
    guid: str = ""
    spoofing: bool = False
    vlan: int = 0
    vmq: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All of one host. A host that is down has nothing on the wire."""

    bridges: tuple[Bridge, ...]
    outlets: tuple[Outlet, ...]


def plan_of(host: Host) -> Plan:
    """Return what a host puts on the wire now."""
    if not host.up:
        return Plan((), ())
    bridges = [_bridge_of_switch(host, switch) for switch in host.switches]
    bridges += [_bridge_of_team(host, team) for team in host.teams if team.used_by is None]
    return Plan(tuple(bridges), tuple(_outlets(host)))


def _bridge_of_switch(host: Host, switch: Switch) -> Bridge:
    team = switch.team
    nics = team.present() if team else [one for one in switch.uplinks if isinstance(one, Nic) and one.host is host]
    mode = mode_of(team) if team else EMBEDDED_MODE
    first = team.mac if team else None
    return Bridge(switch.id, f"{host.name} {switch.name}", mode, host.profile.spoofing_guard, _uplinks(nics, first))


def _bridge_of_team(host: Host, team: Team) -> Bridge:
    uplinks = _uplinks(team.present(), team.mac)
    return Bridge(team.guid, f"{host.name} {team.name}", mode_of(team), guard=False, uplinks=uplinks)


def _uplinks(nics: list[Nic], first: int | None) -> tuple[Uplink, ...]:
    ordered = sorted((nic for nic in nics if nic.linked), key=lambda nic: nic.mac != first)
    return tuple(Uplink(nic.permanent, nic.name, nic.mac) for nic in ordered)


def mode_of(team: Team) -> Mode:
    """Return how a team shares the work."""
    if not team.in_box:
        return MAKERS_MODE
    if team.mode != "switch independent":
        return Mode.LAG
    return {"hyper-v port": Mode.HYPER_V_PORT, "dynamic": Mode.DYNAMIC}.get(team.balancing, Mode.ADDRESS_HASH)


def _outlets(host: Host) -> Iterator[Outlet]:
    for vnic in host.vnics:
        queues = host.profile.queues and vnic.vmq
        yield _own(host, vnic, vnic.alias, vnic.switch.id, vlan=vnic.vlan, vmq=queues)
    for one in (*host.teams, *host.nics):
        if one.used_by is None and not (isinstance(one, Nic) and not one.linked):
            on = one.guid if isinstance(one, Team) else None
            yield _own(host, one, one.name, on, cable=0 if on else one.permanent)
    for machine in host.machines:
        for adapter in machine.adapters if machine.has_power else ():
            if adapter.mac and any(switch.id == adapter.switch_id for switch in host.switches):
                yield _guest(host, machine, adapter)


def _own(
    host: Host, one: Interface, name: str, on: str | None, *, cable: int = 0, vlan: int = 0, vmq: bool = False
) -> Outlet:
    ips = (one.ip,) if one.ip else ()
    return Outlet(one.guid, host.name, host.name, name, one.mac, one.mac, ips, on, cable, one.guid, vlan=vlan, vmq=vmq)


def _is_ipv4(text: str) -> bool:
    try:
        return bool(IPv4Address(text))
    except AddressValueError:
        return False


def _guest(host: Host, machine: Machine, adapter: Adapter) -> Outlet:
    return Outlet(
        key=adapter.id,
        owner=machine.id,
        station=machine.name,
        name=adapter.name,
        mac=adapter.wants or adapter.mac,
        assigned=adapter.mac,
        ips=tuple(ip for ip in adapter.guest_ips if _is_ipv4(ip)),
        on=adapter.switch_id,
        guid=adapter.id,
        spoofing=adapter.spoofing,
        vlan=adapter.vlan,
        vmq=host.profile.queues,
    )
