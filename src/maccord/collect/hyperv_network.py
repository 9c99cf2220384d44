"""Reads what a host tells of its network: switches, NICs, teams, queues and IP addresses.

Names, types and integers of the properties: Microsoft's reference of the Hyper-V, NetAdapter, NetLbfo and NetTCPIP
modules.
"""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.fields import Fields
from maccord.fleet.evidence import AdapterSeen, IpSeen, QueueSeen, Seen, SwitchSeen, TeamSeen

_SWITCH_KINDS = {0: "private", 1: "internal", 2: "external"}
TEAMED = "Teamed-Interface"
"""What Get-VMSwitch describes a switch's NIC as when there are several."""

_VIRTUAL_ETHERNET = "Hyper-V Virtual Ethernet Adapter"
_MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
_NESTED = "Microsoft Hyper-V Network Adapter"


def vm_switch(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMSwitch."""
    one = row.text("NetAdapterInterfaceDescription")
    uplinks = row.texts("NetAdapterInterfaceDescriptions") or ((one,) if one and one != TEAMED else ())
    yield SwitchSeen(
        host=host,
        place=row.place,
        id=row.guid("Id"),
        name=row.text("Name"),
        kind=switch_kind(row),
        embedded_team=row.flag("EmbeddedTeamingEnabled") is True,
        uplinks=uplinks,
        uplink_ids=row.guids("NetAdapterInterfaceGuid"),
    )


def switch_kind(row: Fields) -> str:
    """Return the kind of a switch; one that is not known is taken for external."""
    kind = row.choice("SwitchType", _SWITCH_KINDS)
    return "external" if kind.startswith("?") or not kind else kind


def switch_team(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMSwitchTeam: the NICs of a switch with embedded teaming."""
    yield SwitchSeen(
        host=host,
        place=row.place,
        id=row.guid("Id"),
        name=row.text("Name"),
        kind="external",
        embedded_team=True,
        uplinks=row.texts("NetAdapterInterfaceDescription"),
        uplink_ids=row.guids("NetAdapterInterfaceGuid"),
    )


def net_adapter(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetAdapter: NICs, the adapters that teams show, and management vNICs once more."""
    mac, permanent = row.mac("MacAddress"), row.mac("PermanentAddress")
    description = row.text("InterfaceDescription")
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind=nic_kind(description, virtual=row.flag("Virtual") is True),
        name=row.text("Name"),
        id=row.guid("InterfaceGuid"),
        mac=mac or None,
        at_mac=row.at("MacAddress"),
        permanent=permanent or None,
        up=is_up(row.text("Status")),
        description=description,
    )


def nic_kind(description: str, *, virtual: bool) -> str:
    """Return the kind of an adapter that Get-NetAdapter lists."""
    if description.startswith(_VIRTUAL_ETHERNET):
        return "management-nic"
    if description.startswith(_MULTIPLEXOR):
        return "team"
    return "virtual" if virtual and not description.startswith(_NESTED) else "physical"


def is_up(status: str) -> bool | None:
    """Tell whether an adapter is up, by its status as text; None when there is none."""
    return None if not status else status.casefold() in ("up", "2")


def team_member(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetLbfoTeamMember."""
    name, description = row.text("Name"), row.text("InterfaceDescription")
    yield TeamSeen(host, row.place, "member", row.text("Team"), name, description)


def team_nic(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetLbfoTeamNic."""
    name, description = row.text("Name"), row.text("InterfaceDescription")
    yield TeamSeen(host, row.place, "nic", row.text("Team"), name, description)


def team(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetLbfoTeam: its lists of members and team NICs are names."""
    for role, key in (("member", "Members"), ("nic", "TeamNics")):
        for name in row.texts(key):
            yield TeamSeen(host, row.place, role, row.text("Name"), name, "")


def ip_address(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetIPAddress; IPv6 addresses are not what ranges derive from."""
    text = row.text("IPAddress")
    if not text or ":" in text:
        return
    try:
        yield IpSeen(host, row.place, str(IPv4Address(text)), row.text("InterfaceAlias"))
    except AddressValueError:
        row.complain("IPAddress", f"{text[:60]!r} is no IPv4 address")


def vmq(row: Fields, host: str) -> Iterator[Seen]:
    """Get-NetAdapterVmq."""
    enabled = row.flag("Enabled")
    if enabled is not None:
        yield QueueSeen(host, row.place, row.text("Name"), row.text("InterfaceDescription"), enabled)
