"""Cmdlets of NetAdapter, NetLbfo, NetTCPIP and DnsClient on an emulated host."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from maccord.worlds.hyperv import Nic, Team
from maccord.worlds.hyperv.export_network import alias
from maccord.worlds.hyperv.export_rows import bare
from maccord.worlds.hyperv.interface import Interface, Ipv4, MoreIp, StaticRoute
from tests.kit.pwsh.hyperv_cmdlets import dashed
from tests.kit.pwsh.values import Obj, PsError, items
from tests.kit.pwsh.windows import Windows

Given = dict[str, Any]
_ON_LINK = "0.0.0.0"  # noqa: S104 - a next hop, and nothing is bound to it
_FAMILIES = ("IPv4", "IPv6")


def _row(one: Interface) -> Obj:
    return Obj(
        {
            "Name": alias(one),
            "InterfaceDescription": one.description,
            "InterfaceGuid": f"{{{one.guid.upper()}}}",
            "ifIndex": one.index,
            "MacAddress": dashed(one.mac),
            "PermanentAddress": bare(one.permanent),
        },
        one,
    )


def get_netadapter(windows: Windows, given: Given) -> list[Obj]:
    return [_row(one) for one in windows.host.interfaces() if not given.get("physical") or isinstance(one, Nic)]


def disable_netadapter(windows: Windows, given: Given) -> None:
    windows.disabled.add(given["inputobject"].real.name)


def enable_netadapter(windows: Windows, given: Given) -> None:
    one = given["inputobject"].real
    if isinstance(one, Team) and one.name in windows.disabled:
        one.restart()
    if isinstance(one, Nic) and one.name in windows.pending_reset:
        one.override(None)
        windows.pending_reset.discard(one.name)
    windows.disabled.discard(one.name)


def get_properties(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj({"Name": one.name, "RegistryKeyword": "NetworkAddress", "RegistryValue": [bare(one.overridden)]}, one)
        for one in windows.host.nics
        if one.overridden is not None
    ] + [Obj({"Name": one.name, "RegistryKeyword": "*JumboPacket"}, one) for one in windows.host.nics]


def remove_property(windows: Windows, given: Given) -> None:
    windows.pending_reset.add(given["inputobject"].real.name)


def get_vmq(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"Name": alias(one), "Enabled": one.vmq}, one) for one in windows.host.interfaces()]


def enable_vmq(windows: Windows, given: Given) -> None:
    given["inputobject"].real.set_vmq(on=True)


def disable_vmq(windows: Windows, given: Given) -> None:
    given["inputobject"].real.set_vmq(on=False)


def get_team(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"Name": one.name}, one) for one in windows.host.teams]


def get_members(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj({"Name": nic.name, "Team": team.name, "OperationalStatus": "Active"}, (team, nic))
        for team in windows.host.teams
        for nic in team.members
    ]


def get_team_nic(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"Name": one.name, "Team": one.name, "Primary": True}, one) for one in windows.host.teams]


def add_member(windows: Windows, given: Given) -> Obj:
    nic = next(one for one in windows.host.nics if one.name == given["name"])
    team = next(one for one in windows.host.teams if one.name == given["team"])
    team.add(nic)
    windows.forget(nic)
    return Obj({"Name": nic.name, "Team": team.name}, (team, nic))


def remove_member(windows: Windows, given: Given) -> None:
    team, nic = given["inputobject"].real
    team.remove(nic)


# IP -------------------------------------------------------------------------------------------------------------------


def get_addresses(windows: Windows, given: Given) -> list[Obj]:
    found = [_address(1, "127.0.0.1", 8, "WellKnown", "Preferred", skip=False)]
    for one in windows.host.interfaces():
        if one.used_by:
            continue
        if one.ipv4 is not None:
            origin = "WellKnown" if one.ipv4.link_local else "Dhcp" if one.ipv4.server else "Manual"
            state = "Duplicate" if str(one.ip) in windows.taken else "Preferred"
            found.append(_address(one.index, str(one.ip), one.ipv4.prefix, origin, state, skip=False))
        for more in one.further.addresses:
            state = "Duplicate" if more.address in windows.taken else "Preferred"
            found.append(_address(one.index, more.address, more.prefix, "Manual", state, skip=more.skip_as_source))
        found.append(_address(one.index, f"fe80::{one.index}", 64, "WellKnown", "Preferred", skip=False))
    return found


def _address(index: int, address: str, prefix: int, origin: str, state: str, *, skip: bool) -> Obj:
    return Obj(
        {
            "InterfaceIndex": index,
            "IPAddress": address,
            "PrefixLength": prefix,
            "PrefixOrigin": origin,
            "AddressState": state,
            "SkipAsSource": skip,
        }
    )


def new_address(windows: Windows, given: Given) -> Obj:
    one, address, prefix = windows.at(given["interfaceindex"]), given["ipaddress"], int(given["prefixlength"])
    if one.used_by:
        raise PsError("The specified interface has no TCP/IP.")
    if ":" not in address and one.ipv4 is None:
        kept = one.further
        one.set_ip(address, prefix=prefix)
        one.further = kept
    else:
        more = MoreIp(address=address, prefix=prefix, skip_as_source=bool(given["skipassource"]))
        one.further = replace(one.further, addresses=(*one.further.addresses, more))
    return Obj()


def get_interfaces(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj(
            {
                "InterfaceIndex": one.index,
                "AddressFamily": family,
                "Dhcp": "Enabled" if family == "IPv4" and one.ipv4 is not None and one.ipv4.server else "Disabled",
                "AutomaticMetric": "Disabled" if family in windows.beyond(one).metric else "Enabled",
                "InterfaceMetric": windows.beyond(one).metric.get(family, 15),
                "NlMtu": windows.beyond(one).mtu.get(family, 1500),
            }
        )
        for one in windows.host.interfaces()
        if not one.used_by
        for family in _FAMILIES
    ]


def set_interface(windows: Windows, given: Given) -> None:
    one, family = windows.at(given["interfaceindex"]), given["addressfamily"]
    if given.get("dhcp") == "Enabled":
        assert windows.dhcp is not None
        one.use_dhcp(windows.dhcp)
    if "interfacemetric" in given:
        windows.beyond(one).metric[family] = int(given["interfacemetric"])
    if "nlmtubytes" in given:
        windows.beyond(one).mtu[family] = int(given["nlmtubytes"])


def get_routes(windows: Windows, given: Given) -> list[Obj]:
    found = []
    for one in windows.host.interfaces():
        if one.ipv4 is not None and not one.used_by:
            found.append(_route(one.index, f"{one.ip}/32", _ON_LINK, 256, "Local"))
            if one.ipv4.gateway:
                found.append(_route(one.index, "0.0.0.0/0", one.ipv4.gateway, 256, "NetMgmt"))
        more = one.further.routes
        found += [_route(one.index, route.prefix, route.next_hop, route.metric, "NetMgmt") for route in more]
    return found


def _route(index: int, prefix: str, hop: str, metric: int, protocol: str) -> Obj:
    values = {"InterfaceIndex": index, "DestinationPrefix": prefix, "NextHop": hop, "RouteMetric": metric}
    return Obj(values | {"Protocol": protocol})


def new_route(windows: Windows, given: Given) -> Obj:
    one, prefix, hop = windows.at(given["interfaceindex"]), given["destinationprefix"], given["nexthop"]
    if prefix == "0.0.0.0/0" and one.ipv4 is not None:
        one.ipv4 = replace(one.ipv4, gateway=hop)
    else:
        route = StaticRoute(prefix=prefix, next_hop=hop, metric=int(given["routemetric"]))
        one.further = replace(one.further, routes=(*one.further.routes, route))
    return Obj()


def get_neighbours(windows: Windows, given: Given) -> list[Obj]:
    return []


def find_route(windows: Windows, given: Given) -> list[Obj]:
    found = windows.answers(given["remoteipaddress"])
    return [] if found is None else [Obj({"InterfaceIndex": found.index})]


def test_connection(windows: Windows, given: Given) -> bool:
    return windows.answers(given["computername"]) is not None


def get_client(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj({"InterfaceIndex": one.index, "RegisterThisConnectionsAddress": windows.beyond(one).registers})
        for one in windows.host.interfaces()
    ]


def set_client(windows: Windows, given: Given) -> None:
    one = windows.at(given["interfaceindex"])
    if "registerthisconnectionsaddress" in given:
        windows.beyond(one).registers = given["registerthisconnectionsaddress"]
        return
    suffix = given["connectionspecificsuffix"]
    assert suffix, "an empty suffix is not set"
    if one.ipv4 is not None:
        one.ipv4 = replace(one.ipv4, suffix=suffix)
    else:
        windows.beyond(one).suffix = suffix


def set_servers(windows: Windows, given: Given) -> None:
    one, servers = windows.at(given["interfaceindex"]), items(given["serveraddresses"])
    if one.ipv4 is not None:
        one.ipv4 = replace(one.ipv4, dns=tuple(server for server in servers if ":" not in server))
    one.further = replace(one.further, dns=tuple(server for server in servers if ":" in server))


def configured(windows: Windows, guid: str, protocol: str) -> dict[str, str]:
    """Return the registry values of an interface: what somebody set, not what a server gave."""
    one = next(one for one in windows.host.interfaces() if one.guid.upper() == guid.upper())
    ipv4: Ipv4 | None = one.ipv4
    if protocol.lower() == "tcpip6":
        return {"NameServer": ",".join(one.further.dns)}
    if ipv4 is None or ipv4.server is not None:
        return {"NameServer": "", "Domain": windows.beyond(one).suffix}
    return {"NameServer": ",".join(ipv4.dns), "Domain": ipv4.suffix}


COMMANDS: dict[str, Callable[[Windows, Given], Any]] = {
    "get-netadapter": get_netadapter,
    "disable-netadapter": disable_netadapter,
    "enable-netadapter": enable_netadapter,
    "get-netadapteradvancedproperty": get_properties,
    "remove-netadapteradvancedproperty": remove_property,
    "get-netadaptervmq": get_vmq,
    "enable-netadaptervmq": enable_vmq,
    "disable-netadaptervmq": disable_vmq,
    "get-netlbfoteam": get_team,
    "get-netlbfoteammember": get_members,
    "get-netlbfoteamnic": get_team_nic,
    "add-netlbfoteammember": add_member,
    "remove-netlbfoteammember": remove_member,
    "get-netipaddress": get_addresses,
    "new-netipaddress": new_address,
    "get-netipinterface": get_interfaces,
    "set-netipinterface": set_interface,
    "get-netroute": get_routes,
    "new-netroute": new_route,
    "get-netneighbor": get_neighbours,
    "find-netroute": find_route,
    "test-connection": test_connection,
    "get-dnsclient": get_client,
    "set-dnsclient": set_client,
    "set-dnsclientserveraddress": set_servers,
}
