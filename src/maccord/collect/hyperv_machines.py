"""Reads what a host tells of machines: their state, adapters, VLANs and Fibre Channel adapters.

Names, types and integers of the properties: the module stubs of dsccommunity/HyperVDsc, and Microsoft's reference of
the Hyper-V module.
"""

from collections.abc import Iterator

from maccord.collect.fields import Fields
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HbaSeen, MachineSeen, Seen, VlanSeen

STATES = {
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
_VLAN_MODES = {0: "Untagged", 1: "Access", 2: "Trunk", 3: "Private"}
_REPLICATION_MODES = {0: "None", 1: "Primary", 2: "Replica", 3: "TestReplica", 4: "ExtendedReplica"}


def vm(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VM."""
    state = row.choice("State", STATES)
    yield MachineSeen(
        host,
        row.place,
        row.guid("Id") or row.guid("VMId"),
        row.text("Name") or row.text("VMName"),
        has_power(state),
        state,
        row.flag("IsClustered") is True,
        is_replica(row),
        row.text("CreationTime"),
    )


def has_power(state: str) -> bool | None:
    """Tell whether a machine in this state runs; None when the state is not known."""
    return None if not state or state.startswith("?") else state not in _WITHOUT_POWER


def is_replica(row: Fields) -> bool:
    """Tell whether a machine has a part in a replication, on either side."""
    mode = row.choice("ReplicationMode", _REPLICATION_MODES)
    return mode not in ("", "None") and not mode.startswith("?")


def vm_adapter(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMNetworkAdapter; a management adapter in the same list is read as one."""
    if row.flag("IsManagementOs"):
        yield from management_adapter(row, host)
        return
    mac = row.mac("MacAddress")
    ips = row.texts("IPAddresses")
    yield AdapterSeen(
        host=host,
        place=row.place,
        kind="vm",
        name=row.text("Name"),
        id=device_of(row.text("Id") or row.text("AdapterId")),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=row.at("MacAddress"),
        dynamic=row.flag("DynamicMacAddressEnabled"),
        machine_id=row.guid("VMId"),
        machine=row.text("VMName"),
        switch_id=row.guid("SwitchId"),
        switch=row.text("SwitchName"),
        spoofing=may_spoof(row),
        iov=bool(row.number("IovWeight") or row.number("IovUsage")),
        up=True if ips or is_ok(row) else None,
        ips=ips,
        snapshot=row.guid("VMSnapshotId"),
    )


def may_spoof(row: Fields) -> bool | None:
    """Tell whether the adapter may send from other addresses than its own; None when nobody says."""
    return {"On": True, "Off": False}.get(row.choice("MacAddressSpoofing", _ON_OFF))


def is_ok(row: Fields) -> bool:
    """Tell whether the adapter's status is Ok (2): Hyper-V reports one only while the machine runs."""
    return "Ok" in row.texts("Status") or 2 in row.numbers("Status")


def device_of(text: str) -> str:
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
        id=device_of(row.text("DeviceId") or row.text("Id")),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=row.at("MacAddress"),
        switch_id=row.guid("SwitchId"),
        switch=row.text("SwitchName"),
        spoofing=may_spoof(row),
        parent=row.flag("IsExternalAdapter") is True,
    )


def vlan_setting(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMNetworkAdapterVlan."""
    yield VlanSeen(host, row.place, device_of(row.text("ParentAdapterId")), row.text("VMName"), vlans_of(row))


def vlans_of(row: Fields) -> str:
    """Return the VLANs of a port as a canonical set; complain of what is none and take the port for open."""
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


def fibre_channel(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMFibreChannelHba: two port names, for the sets A and B that live migration alternates between."""
    for key in ("WorldWidePortNameSetA", "WorldWidePortNameSetB"):
        wwpn = row.wwn(key)
        if wwpn is not None:
            yield HbaSeen(host, row.place.down(key), row.guid("VMId"), row.text("VMName"), row.text("SanName"), wwpn)
