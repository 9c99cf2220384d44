"""What the cmdlets about Windows' own network tell: adapters, teams, IP addresses, routes, queues."""

from typing import TYPE_CHECKING

from maccord.worlds.hyperv.export_rows import Json, bare
from maccord.worlds.hyperv.interface import Interface, MoreIp, StaticRoute
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.switch import Vnic
from maccord.worlds.hyperv.team import BALANCING, MODES, Team

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

_IPV4, _IPV6 = 2, 23
_LOOPBACK: Json = {
    "IPAddress": "127.0.0.1",
    "InterfaceAlias": "Loopback Pseudo-Interface 1",
    "InterfaceIndex": 1,
    "AddressFamily": _IPV4,
    "PrefixLength": 8,
    "PrefixOrigin": 2,
    "SuffixOrigin": 2,
    "AddressState": 4,
    "SkipAsSource": False,
}


def lists(host: "Host") -> Json:
    """Return the sections about the network, by their keys."""
    interfaces = host.interfaces()
    in_box = [team for team in host.teams if team.in_box]
    configured = [one for one in interfaces if one.ipv4 is not None]
    return {
        "NetAdapter": [_net_adapter(one) for one in interfaces],
        "NetLbfoTeam": [_team(one) for one in in_box],
        "NetLbfoTeamMember": [_member(team, nic) for team in in_box for nic in team.members],
        "NetLbfoTeamNic": [_team_nic(one) for one in in_box],
        "NetIPAddress": [
            *(_ip_address(one) for one in configured),
            *(_more_ip(one, more) for one in interfaces for more in one.further.addresses),
            dict(_LOOPBACK),
        ],
        "DnsClientServerAddress": [
            *(_dns(one) for one in configured),
            *(_dns6(one) for one in interfaces if one.further.dns),
        ],
        "NetRoute": [
            *(_route(one) for one in configured if one.ipv4 is not None and one.ipv4.gateway),
            *(_static_route(one, route) for one in interfaces for route in one.further.routes),
        ],
        "NetAdapterVmq": [_queue(one) for one in interfaces if host.profile.queues],
    }


def alias(interface: Interface) -> str:
    """Return an interface's name in Windows."""
    return interface.alias if isinstance(interface, Vnic) else interface.name


def _net_adapter(one: Interface) -> Json:
    """Get-NetAdapter."""
    return {
        "Name": alias(one),
        "InterfaceDescription": one.description,
        "InterfaceGuid": f"{{{one.guid.upper()}}}",
        "ifIndex": one.index,
        "MacAddress": bare(one.mac),
        "PermanentAddress": bare(one.permanent),
        "Status": "Disconnected" if isinstance(one, Nic) and not one.linked else "Up",
        "LinkSpeed": f"{one.speed_gbps if isinstance(one, Nic) else 10} Gbps",
        "Virtual": not isinstance(one, Nic),
    }


def _team(team: Team) -> Json:
    """Get-NetLbfoTeam: Status Up 0, Degraded 2 while a member is missing, Down 1 without any."""
    present = team.present()
    return {
        "Name": team.name,
        "Members": [nic.name for nic in team.members],
        "TeamNics": [team.name],
        "TeamingMode": MODES[team.mode],
        "LoadBalancingAlgorithm": BALANCING[team.balancing],
        "LacpTimer": 0,
        "Status": 1 if not present else 0 if len(present) == len(team.members) else 2,
    }


def _member(team: Team, nic: Nic) -> Json:
    """Get-NetLbfoTeamMember."""
    return {
        "Name": nic.name,
        "InterfaceDescription": nic.description,
        "Team": team.name,
        "AdministrativeMode": 0,
        "OperationalStatus": 0,
        "FailureReason": 0,
    }


def _team_nic(team: Team) -> Json:
    """Get-NetLbfoTeamNic."""
    return {
        "Name": team.name,
        "InterfaceDescription": team.description,
        "Team": team.name,
        "VlanID": None,
        "Primary": True,
        "Default": True,
    }


def _ip_address(one: Interface) -> Json:
    """Get-NetIPAddress. Origins: Manual 1, Dhcp 3; of a link-local address WellKnown 2 (prefix) and Link 4 (suffix)."""
    ipv4 = one.ipv4
    assert ipv4 is not None
    origin, suffix = (2, 4) if ipv4.link_local else (1, 1) if ipv4.server is None else (3, 3)
    return {
        "IPAddress": str(ipv4.address),
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV4,
        "PrefixLength": ipv4.prefix,
        "PrefixOrigin": origin,
        "SuffixOrigin": suffix,
        "AddressState": 4,
        "SkipAsSource": False,
    }


def _more_ip(one: Interface, more: MoreIp) -> Json:
    """Get-NetIPAddress, of an address that is not the first of its interface."""
    return {
        "IPAddress": more.address,
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV6 if ":" in more.address else _IPV4,
        "PrefixLength": more.prefix,
        "PrefixOrigin": more.origins[0],
        "SuffixOrigin": more.origins[1],
        "AddressState": 4,
        "SkipAsSource": more.skip_as_source,
    }


def _dns(one: Interface) -> Json:
    """Get-DnsClientServerAddress."""
    return {
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV4,
        "ServerAddresses": list(one.ipv4.dns) if one.ipv4 else [],
    }


def _dns6(one: Interface) -> Json:
    """Get-DnsClientServerAddress, over IPv6."""
    return {
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV6,
        "ServerAddresses": list(one.further.dns),
    }


def _static_route(one: Interface, route: StaticRoute) -> Json:
    """Get-NetRoute, of a route that somebody set."""
    return {
        "DestinationPrefix": route.prefix,
        "NextHop": route.next_hop,
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV6 if ":" in route.prefix else _IPV4,
        "RouteMetric": route.metric,
    }


def _route(one: Interface) -> Json:
    """Get-NetRoute: the default route."""
    return {
        "DestinationPrefix": "0.0.0.0/0",
        "NextHop": one.ipv4.gateway if one.ipv4 else "",
        "InterfaceAlias": alias(one),
        "InterfaceIndex": one.index,
        "AddressFamily": _IPV4,
        "RouteMetric": 256,
    }


def _queue(one: Interface) -> Json:
    """Get-NetAdapterVmq."""
    return {"Name": alias(one), "InterfaceDescription": one.description, "Enabled": one.vmq}
