"""The lists of a host export, and which function reads each.

A list is the output of one cmdlet. Names and types of its properties stand where it is read.
"""

import re
from collections.abc import Callable, Iterator

from maccord.collect.fields import Fields
from maccord.collect.hyperv_machines import fibre_channel, management_adapter, vlan_setting, vm, vm_adapter
from maccord.collect.hyperv_network import (
    ip_address,
    net_adapter,
    switch_team,
    team,
    team_member,
    team_nic,
    vm_switch,
    vmq,
)
from maccord.collect.hyperv_ranges import container_network, virtualization, vm_host
from maccord.fleet.evidence import EventSeen, Seen
from maccord.mac import parse_value

Reader = Callable[[Fields, str], Iterator[Seen]]
_SPELLED = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f-])")


def nothing(row: Fields, host: str) -> Iterator[Seen]:
    """A list that no rule needs today: recognised, so that its file is no problem."""
    del row, host
    return iter(())


def event(row: Fields, host: str) -> Iterator[Seen]:
    """Get-WinEvent: the address is the first one that the message spells, dashes as Windows writes them."""
    message = row.text("Message")
    spelled = _SPELLED.search(message)
    number = row.number("Id")
    if number is not None:
        mac = parse_value(spelled.group()) if spelled else None
        yield EventSeen(host, row.place, row.text("ProviderName"), number, mac, message[:500], row.text("TimeCreated"))


ALONE = frozenset({"Virtualization", "VMHost"})
"""The lists that are no lists: a host has one of each."""

LISTS: dict[str, Reader] = {
    "Virtualization": virtualization,
    "VMHost": vm_host,
    "VM": vm,
    "VMNetworkAdapter": vm_adapter,
    "ManagementVMNetworkAdapter": management_adapter,
    "VMNetworkAdapterVlan": vlan_setting,
    "VMSwitch": vm_switch,
    "VMSwitchTeam": switch_team,
    "NetAdapter": net_adapter,
    "NetLbfoTeam": team,
    "NetLbfoTeamMember": team_member,
    "NetLbfoTeamNic": team_nic,
    "NetIPAddress": ip_address,
    "DnsClientServerAddress": nothing,
    "NetRoute": nothing,
    "NetAdapterVmq": vmq,
    "VMFibreChannelHba": fibre_channel,
    "HnsNetwork": container_network,
    "Event": event,
}
"""Every list of a host export, by its key."""
