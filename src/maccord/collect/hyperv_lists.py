"""Reads the output of each Hyper-V and networking cmdlet that a host export holds, one function per list.

Names, types and integers of the properties: the module stubs of dsccommunity/HyperVDsc, and Microsoft's reference of
the Hyper-V, NetAdapter, NetLbfo and NetTCPIP modules.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.fields import Fields
from maccord.fleet import vlan
from maccord.fleet.evidence import (
    AdapterSeen,
    EventSeen,
    HbaSeen,
    IpSeen,
    MachineSeen,
    QueueSeen,
    RangeSeen,
    Seen,
    SwitchSeen,
    TeamSeen,
    VlanSeen,
)
from maccord.mac import BadRange, MacRange, parse_value, show

Reader = Callable[[Fields, str], Iterator[Seen]]

_STATES = {
    1: "Other",
    2: "Running",
    3: "Off",
    4: "Stopping",
    6: "Saved",
    9: "Paused",
    10: "Starting",
    11: "Reset",
    32773: "Saving",
    32776: "Pausing",
    32777: "Resuming",
    32779: "FastSaved",
    32780: "FastSaving",
    32781: "ForceShutdown",
    32782: "ForceReboot",
    32783: "Hibernated",
    32784: "ComponentServicing",
    32785: "RunningCritical",
    32786: "OffCritical",
    32787: "StoppingCritical",
    32788: "SavedCritical",
    32789: "PausedCritical",
    32790: "StartingCritical",
    32791: "ResetCritical",
    32792: "SavingCritical",
    32793: "PausingCritical",
    32794: "ResumingCritical",
    32795: "FastSavedCritical",
    32796: "FastSavingCritical",
}
_WITHOUT_POWER = {
    "Off",
    "Saved",
    "FastSaved",
    "Hibernated",
    "OffCritical",
    "SavedCritical",
    "FastSavedCritical",
}
_ON_OFF = {0: "On", 1: "Off"}
_SWITCH_KINDS = {0: "private", 1: "internal", 2: "external"}
_VLAN_MODES = {0: "Untagged", 1: "Access", 2: "Trunk", 3: "Private"}
_REPLICATION_MODES = {0: "None", 1: "Primary", 2: "Replica", 3: "TestReplica", 4: "ExtendedReplica"}
_WIRED_CONTAINER_NETWORKS = {"l2bridge", "l2tunnel", "transparent", "overlay"}
_VIRTUAL_ETHERNET = "Hyper-V Virtual Ethernet Adapter"
_MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
_NESTED = "Microsoft Hyper-V Network Adapter"
_SPELLED = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f-])")


def ranges(row: Fields, host: str, *, first: str, last: str, cursor: str = "", rank: int) -> Iterator[Seen]:
    """Read a host's own dynamic range; unpopulated (absent or all zeros) is no range and no fault."""
    low, high = row.mac(first), row.mac(last)
    if not low and not high:
        return
    if low is None or high is None:
        row.complain(first if low is None else last, "one end of the dynamic range is missing")
        return
    try:
        MacRange(low, high)
    except BadRange as error:
        row.complain(first, str(error))
        return
    yield RangeSeen(
        host,
        row.place,
        "dynamic",
        "dynamic",
        low,
        high,
        row.at(first),
        row.at(last),
        (row.mac(cursor) or None) if cursor else None,
        row.at(cursor) if cursor else "",
        rank=rank,
    )


def vm_host(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMHost: the range as the running service has it."""
    return ranges(row, host, first="MacAddressMinimum", last="MacAddressMaximum", rank=1)


def virtualization(row: Fields, host: str) -> Iterator[Seen]:
    """The registry values under the Virtualization key, and the cursor of its Worker key."""
    names = ("MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress")
    return ranges(row, host, first=names[0], last=names[1], cursor=names[2], rank=0)


def vm(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VM."""
    state = row.choice("State", _STATES)
    mode = row.choice("ReplicationMode", _REPLICATION_MODES)
    yield MachineSeen(
        host,
        row.place,
        row.guid("Id") or row.guid("VMId"),
        row.text("Name") or row.text("VMName"),
        None if not state or state.startswith("?") else state not in _WITHOUT_POWER,
        state,
        row.flag("IsClustered") is True,
        mode not in ("", "None") and not mode.startswith("?"),
        row.text("CreationTime"),
    )


def vm_adapter(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMNetworkAdapter; a management adapter in the same list is read as one."""
    if row.flag("IsManagementOs"):
        yield from management_adapter(row, host)
        return
    mac = row.mac("MacAddress")
    spoofing = row.choice("MacAddressSpoofing", _ON_OFF)
    ips = row.texts("IPAddresses")
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind="vm",
        name=row.text("Name"),
        id=_device(row.text("Id") or row.text("AdapterId")),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=row.at("MacAddress"),
        dynamic=row.flag("DynamicMacAddressEnabled"),
        machine_id=row.guid("VMId"),
        machine=row.text("VMName"),
        switch_id=row.guid("SwitchId"),
        switch=row.text("SwitchName"),
        spoofing={"On": True, "Off": False}.get(spoofing),
        iov=bool(row.number("IovWeight") or row.number("IovUsage")),
        up=True if ips or _is_ok(row) else None,
        ips=ips,
        snapshot=row.guid("VMSnapshotId"),
    )


def _is_ok(row: Fields) -> bool:
    """Tell whether the adapter's status is Ok (2): Hyper-V reports one only while the machine runs."""
    return "Ok" in row.texts("Status") or 2 in row.numbers("Status")


def _device(text: str) -> str:
    r"""Return the adapter's own part of an id such as `Microsoft:<machine>\<adapter>`, in lower case."""
    return text.rpartition("\\")[2].strip("{}").lower()


def management_adapter(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMNetworkAdapter -ManagementOS. The cmdlet does not say whether an address was issued or inherited."""
    mac = row.mac("MacAddress")
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind="management",
        name=row.text("Name"),
        id=_device(row.text("DeviceId") or row.text("Id")),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=row.at("MacAddress"),
        switch_id=row.guid("SwitchId"),
        switch=row.text("SwitchName"),
        spoofing={"On": True, "Off": False}.get(row.choice("MacAddressSpoofing", _ON_OFF)),
        parent=row.flag("IsExternalAdapter") is True,
    )


def vlan_setting(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMNetworkAdapterVlan."""
    yield VlanSeen(host, row.place, _device(row.text("ParentAdapterId")), row.text("VMName"), _vlans(row))


def _vlans(row: Fields) -> str:
    mode = row.choice("OperationMode", _VLAN_MODES)
    if mode == "Access":
        number = row.number("AccessVlanId") or 0
        if vlan.is_one(number):
            return str(number)
        row.complain("AccessVlanId", f"{number} is no VLAN: the port is read as open")
        return vlan.ANY
    if mode == "Trunk":
        allowed = row.text("AllowedVlanIdListString") or ",".join(map(str, row.numbers("AllowedVlanIdList")))
        try:
            return vlan.text_of([*vlan.parse(allowed), *vlan.parse(str(row.number("NativeVlanId") or 0))])
        except ValueError:
            row.complain("AllowedVlanIdListString", f"{allowed[:60]!r} is no list of VLANs: the trunk is read as open")
            return vlan.ANY
    if mode == "Private":
        ids = [row.number("PrimaryVlanId"), row.number("SecondaryVlanId")]
        spans = [(one, one) for one in ids if one is not None and 0 < one < 4095]
        return vlan.text_of(spans) if spans else vlan.ANY
    return vlan.UNTAGGED


def vm_switch(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMSwitch."""
    kind = row.choice("SwitchType", _SWITCH_KINDS)
    one = row.text("NetAdapterInterfaceDescription")
    uplinks = row.texts("NetAdapterInterfaceDescriptions") or ((one,) if one and one != "Teamed-Interface" else ())
    yield SwitchSeen(
        host=host,
        place=row.place,
        id=row.guid("Id"),
        name=row.text("Name"),
        kind="external" if kind.startswith("?") or not kind else kind,
        embedded_team=row.flag("EmbeddedTeamingEnabled") is True,
        uplinks=uplinks,
        uplink_ids=row.guids("NetAdapterInterfaceGuid"),
    )


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
        kind=_nic_kind(description, virtual=row.flag("Virtual") is True),
        name=row.text("Name"),
        id=row.guid("InterfaceGuid"),
        mac=mac or None,
        at_mac=row.at("MacAddress"),
        permanent=permanent or None,
        up=_is_up(row.text("Status")),
        description=description,
    )


def _nic_kind(description: str, *, virtual: bool) -> str:
    if description.startswith(_VIRTUAL_ETHERNET):
        return "management-nic"
    if description.startswith(_MULTIPLEXOR):
        return "team"
    return "virtual" if virtual and not description.startswith(_NESTED) else "physical"


def _is_up(status: str) -> bool | None:
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


def nothing(row: Fields, host: str) -> Iterator[Seen]:
    """A list that no rule needs today: recognised, so that its file is no problem."""
    del row, host
    return iter(())


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


def fibre_channel(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMFibreChannelHba: two port names, for the sets A and B that live migration alternates between."""
    for key in ("WorldWidePortNameSetA", "WorldWidePortNameSetB"):
        wwpn = row.wwn(key)
        if wwpn is not None:
            yield HbaSeen(host, row.place.down(key), row.guid("VMId"), row.text("VMName"), row.text("SanName"), wwpn)


def container_network(row: Fields, host: str) -> Iterator[Seen]:
    """Get-HnsNetwork: the pool of the Host Networking Service, on the wire unless NAT or internal hides it."""
    kind = row.text("Type").casefold()
    for pool in row.rows("MacPools"):
        first, last = pool.mac("StartMacAddress"), pool.mac("EndMacAddress")
        if not first or not last:
            continue
        if first > last:
            pool.complain("StartMacAddress", str(BadRange(show(first), show(last))))
            continue
        ends = (pool.at("StartMacAddress"), pool.at("EndMacAddress"))
        wired = kind in _WIRED_CONTAINER_NETWORKS
        yield RangeSeen(host, pool.place, "container", row.text("Name"), first, last, *ends, wired=wired)


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
