"""A rebuilt host's NICs, teams, switches and vNICs, and their IP settings."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Literal

from maccord.worlds.hyperv.dhcp import DhcpServer, Lease
from maccord.worlds.hyperv.export_machines import SWITCH_TYPES
from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.interface import Interface, Ipv4, MoreIp, StaticRoute
from maccord.worlds.hyperv.nic import DESCRIPTION, Nic
from maccord.worlds.hyperv.switch import DRIVER, Kind, Source, Switch, Vnic
from maccord.worlds.hyperv.team import BALANCING, MAKERS, MODES, MULTIPLEXOR, Team
from maccord.worlds.hyperv.told import Told, as_guid

_MODES = {number: word for word, number in MODES.items()}
_BALANCING = {number: word for word, number in BALANCING.items()}
_KINDS = {number: word for word, number in SWITCH_TYPES.items()}
_SPELLED = {"lacp": "lacp", "switchindependent": "switch independent", "static": "static"} | {
    "transportports": "transport ports",
    "ipaddresses": "ip addresses",
    "macaddresses": "mac addresses",
    "hypervport": "hyper-v port",
    "dynamic": "dynamic",
}
_DHCP = ("3", "dhcp")
"""PrefixOrigin, as a number or a word."""
_DEFAULT = "0.0.0.0/0"
_ON_LINK = (str(IPv4Address(0)), "::", "")
_VLAN_MODES = {0: "Untagged", 1: "Access", 2: "Trunk", 3: "Private"}
_YEAR_US = 366 * 86_400_000_000


def add_network(host: Host, told: Told, lan: DhcpServer) -> None:
    """Add NICs and teams, in the order in which they are listed."""
    for row in told.rows("NetAdapter"):
        if _kind(row) == "nic":
            _nic(host, row)
    for row in told.rows("NetLbfoTeam"):
        _team(host, told, row)
    for row in told.rows("NetAdapter"):
        if _kind(row) == "makers team":
            _makers_team(host, told, row)
    by_index = {one.index: one for one in host.interfaces() if one.index}
    _addresses(told, by_index, lan)


def add_switches(host: Host, told: Told, lan: DhcpServer) -> None:
    """Add virtual switches, what they stand on, and the host's vNICs on them."""
    for row in told.rows("VMSwitch"):
        if row.guid("Id") and not any(one.id == row.guid("Id") for one in host.switches):
            _switch(host, row)
    adapters = {row.guid("InterfaceGuid"): row for row in told.rows("NetAdapter")}
    vlans = {row.text("ParentAdapterId").upper(): row for row in told.rows("VMNetworkAdapterVlan")}
    for row in told.rows("ManagementVMNetworkAdapter"):
        _vnic(host, row, adapters, vlans)
    queues = {(row.text("Name"), row.text("InterfaceDescription")): row for row in told.rows("NetAdapterVmq")}
    for one in host.interfaces():
        name = one.alias if isinstance(one, Vnic) else one.name
        enabled = queues[name, one.description].flag("Enabled") if (name, one.description) in queues else None
        one.vmq = True if enabled is None else enabled
    _addresses(told, {vnic.index: vnic for vnic in host.vnics if vnic.index}, lan)
    host.seen_index(max([3, *(row.number("ifIndex") or 0 for row in told.rows("NetAdapter"))]))


def _kind(row: Told) -> Literal["nic", "team", "vnic", "makers team", "other"]:
    description = row.text("InterfaceDescription")
    if description.startswith(MULTIPLEXOR):
        return "team"
    if description.startswith(DRIVER):
        return "vnic"
    if row.flag("Virtual"):
        return "makers team" if description.startswith(MAKERS) else "other"
    return "nic"


def _nic(host: Host, row: Told) -> None:
    permanent, mac = row.mac("PermanentAddress"), row.mac("MacAddress")
    made_with = permanent if permanent is not None else mac or 0
    nic = Nic(row.text("Name"), host.world.ids.know(made_with))
    nic.host, nic.guid, nic.index = host, row.guid("InterfaceGuid"), row.number("ifIndex") or 0
    nic.description = row.text("InterfaceDescription")
    nic.linked = row.text("Status").lower() in ("", "up", "2")
    nic.speed_gbps = _gigabits(row.text("LinkSpeed"))
    if mac is not None and mac != made_with:
        nic.mac = nic.overridden = mac
    host.nics.append(nic)


def _gigabits(text: str) -> int:
    number, _, unit = text.partition(" ")
    return int(number) if unit == "Gbps" and number.isascii() and number.isdigit() and len(number) < 5 else 10


def _trace(host: Host, name: str, description: str, guid: str) -> Nic:
    """A NIC that Windows knows, by its name, and that is not there any more."""
    trace = Nic(name, 0)
    trace.description, trace.guid = description or DESCRIPTION, guid
    host.world.ids.know(0)
    return trace


def _team(host: Host, told: Told, row: Told) -> None:
    name = row.text("Name")
    if any(team.name == name for team in host.teams):
        return
    own = next((one for one in told.rows("NetLbfoTeamNic") if one.text("Team") == name), Told({}))
    shown = own.text("InterfaceDescription")
    adapter = next(
        (one for one in told.rows("NetAdapter") if shown and one.text("InterfaceDescription") == shown), None
    )
    listed = [one for one in told.rows("NetLbfoTeamMember") if one.text("Team") == name]
    members = [_member(host, one.text("Name"), one.text("InterfaceDescription")) for one in listed]
    if not listed:
        members = [_member(host, one, "") for one in row.texts("Members")]
    mode = row.choice("TeamingMode", _MODES) or _SPELLED.get(row.text("TeamingMode").lower(), "")
    share = row.choice("LoadBalancingAlgorithm", _BALANCING) or _SPELLED.get(
        row.text("LoadBalancingAlgorithm").lower(), ""
    )
    team = Team(host, name, [], mode or "switch independent", share or "dynamic")
    team.in_box = True
    team.description = shown or team.description
    _bind(team, members)
    team.mac = next((nic.mac for nic in team.present()), 0)
    if adapter is not None:
        team.guid = adapter.guid("InterfaceGuid") or team.guid
        team.index = adapter.number("ifIndex") or 0
        found = adapter.mac("MacAddress")
        team.mac = found if found is not None else team.mac
    host.teams.append(team)


def _makers_team(host: Host, told: Told, row: Told) -> None:
    """A team of a NIC maker's driver, of which nothing lists the members: the NICs without an IP address, say."""
    team = Team(host, row.text("Name"), [], "switch independent", "dynamic")
    team.in_box = False
    team.guid, team.index = row.guid("InterfaceGuid") or team.guid, row.number("ifIndex") or 0
    team.description, team.mac = row.text("InterfaceDescription"), row.mac("MacAddress") or 0
    configured = {one.number("InterfaceIndex") for one in told.rows("NetIPAddress")}
    wired = {as_guid(guid) for one in told.rows("VMSwitch") for guid in one.texts("NetAdapterInterfaceGuid")}
    free = [nic for nic in host.nics if not nic.used_by and nic.index not in configured and nic.guid not in wired]
    _bind(team, sorted(free, key=lambda nic: nic.mac != team.mac))
    host.teams.append(team)


def _bind(team: Team, members: list[Nic]) -> None:
    team.members = members
    for nic in members:
        nic.used_by = team.name


def _member(host: Host, name: str, description: str) -> Nic:
    for nic in host.nics:
        if nic.name == name and description in ("", nic.description):
            return nic
    return _trace(host, name, description, "")


def _switch(host: Host, row: Told) -> None:
    word = row.choice("SwitchType", _KINDS)
    kind: Kind = "private" if word == "private" else "internal" if word == "internal" else "external"
    switch = Switch(id=row.guid("Id"), port=host.world.ids.guid(), name=row.text("Name"), kind=kind)
    guids = [as_guid(guid) for guid in row.texts("NetAdapterInterfaceGuid")]
    names = row.texts("NetAdapterInterfaceDescriptions")
    if not names and not guids and row.text("NetAdapterInterfaceDescription") not in ("", "Teamed-Interface"):
        names = [row.text("NetAdapterInterfaceDescription")]
    switch.embedded_team = row.flag("EmbeddedTeamingEnabled") is True
    for at in range(max(len(guids), len(names))):
        guid, name = (guids[at] if at < len(guids) else ""), (names[at] if at < len(names) else "")
        switch.uplinks.append(_uplink(host, guid, name))
    for one in switch.uplinks:
        one.used_by = switch.name
    host.switches.append(switch)


def _uplink(host: Host, guid: str, description: str) -> Nic | Team:
    found: list[Nic | Team] = [*host.nics, *host.teams]
    for one in found:
        if (guid and one.guid == guid) or (not guid and description and one.description == description):
            return one
    members = [nic for team in host.teams for nic in team.members]
    known = next((nic for nic in members if nic.host is None and nic.description == description), None)
    return known or _trace(host, "", description, guid)


def _vnic(host: Host, row: Told, adapters: dict[str, Told], vlans: dict[str, Told]) -> None:
    guid, on, name = row.guid("DeviceId"), row.guid("SwitchId"), row.text("Name")
    switch = next((one for one in host.switches if on and one.id == on), None)
    switch = switch or next((one for one in host.switches if one.name == row.text("SwitchName")), None)
    if switch is None or any(vnic.guid == guid and guid for vnic in host.vnics):
        return
    mac = row.mac("MacAddress") or 0
    below = {one.mac for one in switch.uplinks}
    source: Source = "inherited" if mac in below else "pool" if host.range and mac in host.range else "static"
    vnic = Vnic(host, name, switch, mac, source)
    adapter = adapters.get(guid, Told({}))
    vnic.guid, vnic.index = guid or vnic.guid, adapter.number("ifIndex") or 0
    vnic.description = adapter.text("InterfaceDescription") or vnic.description
    vnic.came_with_switch = row.flag("IsExternalAdapter") is True
    partition, _, _ = row.text("Id").removeprefix("Microsoft:").partition("\\")
    host.partition = as_guid(partition) or host.partition
    setting = vlans.get(row.text("Id").upper(), Told({}))
    vnic.vlan, vnic.trunk = vlan_of(setting), _trunk_of(setting)
    host.vnics.append(vnic)


def vlan_of(row: Told) -> int:
    """Return the VLAN of an access port; 0 for an untagged one, a trunk and a private VLAN."""
    number = row.number("AccessVlanId") or 0
    access = row.choice("OperationMode", _VLAN_MODES) == "Access"
    return number if access and 0 < number < 4095 else 0


def _trunk_of(row: Told) -> tuple[int, str] | None:
    if row.choice("OperationMode", _VLAN_MODES) != "Trunk":
        return None
    native = row.number("NativeVlanId") or 0
    return (native if 0 < native < 4095 else 0), row.text("AllowedVlanIdListString")


# IP settings ----------------------------------------------------------------------------------------------------------


def _addresses(told: Told, by_index: dict[int, Interface], lan: DhcpServer) -> None:
    _ip_addresses(told, by_index, lan)
    _routes(told, by_index)
    for row in told.rows("DnsClientServerAddress"):
        one = by_index.get(row.number("InterfaceIndex") or 0)
        if one is not None and row.number("AddressFamily") == 23 and row.texts("ServerAddresses"):
            one.further = replace(one.further, dns=tuple(row.texts("ServerAddresses")))


def _ip_addresses(told: Told, by_index: dict[int, Interface], lan: DhcpServer) -> None:
    for row in told.rows("NetIPAddress"):
        one, address = by_index.get(row.number("InterfaceIndex") or 0), row.ip("IPAddress")
        if one is None or address is None:
            continue
        if isinstance(address, IPv4Address) and one.ipv4 is None:
            _first(one, row, address, told, lan)
        elif not address.is_link_local:
            _more(one, row, str(address))


def _routes(told: Told, by_index: dict[int, Interface]) -> None:
    for row in told.rows("NetRoute"):
        one = by_index.get(row.number("InterfaceIndex") or 0)
        prefix, through = row.text("DestinationPrefix"), row.text("NextHop")
        first = one.ipv4 if one is not None else None
        if one is None or through in _ON_LINK or not prefix:
            continue
        if prefix == _DEFAULT and first is not None and first.gateway == through:
            continue
        route = StaticRoute(prefix=prefix, next_hop=through, metric=row.number("RouteMetric") or 0)
        if route not in one.further.routes:
            one.further = replace(one.further, routes=(*one.further.routes, route))


def _first(one: Interface, row: Told, address: IPv4Address, told: Told, lan: DhcpServer) -> None:
    gateway = next(
        (
            route.text("NextHop")
            for route in told.rows("NetRoute")
            if route.number("InterfaceIndex") == one.index
            and route.text("DestinationPrefix") == _DEFAULT
            and route.text("NextHop") not in _ON_LINK
        ),
        "",
    )
    dns = next(
        (
            tuple(found.texts("ServerAddresses"))
            for found in told.rows("DnsClientServerAddress")
            if found.number("InterfaceIndex") == one.index and found.number("AddressFamily") != 23
        ),
        (),
    )
    leased = row.text("PrefixOrigin").lower() in _DHCP or address.is_link_local
    prefix = row.number("PrefixLength")
    one.ipv4 = Ipv4(
        address=address,
        prefix=24 if prefix is None or not 0 <= prefix <= 32 else prefix,
        gateway=gateway,
        dns=dns,
        server=lan if leased else None,
    )
    if leased and not address.is_link_local:
        lan.leases[one.mac] = Lease(address, one.on.world.now_us + _YEAR_US)


def _more(one: Interface, row: Told, address: str) -> None:
    if any(more.address == address for more in one.further.addresses):
        return
    more = MoreIp(
        address=address,
        prefix=row.number("PrefixLength") or 0,
        skip_as_source=row.flag("SkipAsSource") is True,
        origins=(row.number("PrefixOrigin") or 1, row.number("SuffixOrigin") or 1),
    )
    one.further = replace(one.further, addresses=(*one.further.addresses, more))
