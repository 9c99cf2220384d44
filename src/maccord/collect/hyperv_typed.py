"""The host export `maccord.host/1` as the collector script writes it: every property of one type, unknown ones skipped.

Most exports are so. One that spells anything otherwise (a number as text, an address as octets) is no `Export`, and
`hyperv.py` reads it field by field.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from maccord.collect.document import Document, Unreadable

SCHEMA = "maccord.host/1"
_SIGNS = (SCHEMA.encode(), SCHEMA.encode("utf-16-le"))

Text = str | None
Flag = bool | None
_Whole = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
Number = _Whole | None
Named = int | str | None
"""A value of an enumeration: its integer or its name."""
Texts = tuple[str, ...] | str | None
Rows = list[dict[str, Any]] | None


class Range(Struct, gc=False):
    """The registry values of a host's dynamic range."""

    MinimumMacAddress: Text = None
    MaximumMacAddress: Text = None
    CurrentMacAddress: Text = None


class VmHost(Struct, gc=False):
    """What Get-VMHost tells."""

    MacAddressMinimum: Text = None
    MacAddressMaximum: Text = None
    FibreChannelWwpnMinimum: Text = None
    FibreChannelWwpnMaximum: Text = None


class Machine(Struct, gc=False):
    """A row of Get-VM. `hyperv_quick.py` relies on the order of the properties, here and in the next classes."""

    Id: Text = None
    VMId: Text = None
    Name: Text = None
    VMName: Text = None
    State: Named = None
    ReplicationMode: Named = None
    IsClustered: Flag = None
    CreationTime: Text = None


class MachineAdapter(Struct, gc=False):
    """A row of Get-VMNetworkAdapter."""

    Name: Text = None
    Id: Text = None
    AdapterId: Text = None
    VMName: Text = None
    VMId: Text = None
    SwitchName: Text = None
    SwitchId: Text = None
    IovWeight: Number = None
    IovUsage: Number = None
    MacAddress: Text = None
    DynamicMacAddressEnabled: Flag = None
    MacAddressSpoofing: Named = None
    IsManagementOs: Flag = None
    IPAddresses: tuple[str, ...] | None = None
    Status: tuple[_Whole | str, ...] | _Whole | str | None = None
    VMSnapshotId: Text = None


class ManagementAdapter(Struct, gc=False):
    """A row of Get-VMNetworkAdapter -ManagementOS."""

    Name: Text = None
    Id: Text = None
    DeviceId: Text = None
    SwitchName: Text = None
    SwitchId: Text = None
    MacAddress: Text = None
    MacAddressSpoofing: Named = None
    IsExternalAdapter: Flag = None


class VlanSetting(Struct, gc=False):
    """A row of Get-VMNetworkAdapterVlan."""

    VMName: Text = None
    ParentAdapterId: Text = None
    OperationMode: Named = None
    AccessVlanId: Number = None
    NativeVlanId: Number = None
    AllowedVlanIdListString: Text = None
    AllowedVlanIdList: tuple[_Whole, ...] | None = None
    PrimaryVlanId: Number = None
    SecondaryVlanId: Number = None


class Switch(Struct, gc=False):
    """A row of Get-VMSwitch or Get-VMSwitchTeam."""

    Name: Text = None
    Id: Text = None
    SwitchType: Named = None
    EmbeddedTeamingEnabled: Flag = None
    NetAdapterInterfaceDescription: Texts = None
    NetAdapterInterfaceDescriptions: Texts = None
    NetAdapterInterfaceGuid: Texts = None


class Nic(Struct, gc=False):
    """A row of Get-NetAdapter."""

    Name: Text = None
    InterfaceDescription: Text = None
    InterfaceGuid: Text = None
    MacAddress: Text = None
    PermanentAddress: Text = None
    Status: Named = None
    Virtual: Flag = None


class Ip(Struct, gc=False):
    """A row of Get-NetIPAddress."""

    IPAddress: Text = None
    InterfaceAlias: Text = None


class Queue(Struct, gc=False):
    """A row of Get-NetAdapterVmq."""

    Name: Text = None
    InterfaceDescription: Text = None
    Enabled: Flag = None


class Unread(Struct, gc=False):
    """A row of a list that no rule needs."""


class Export(Struct, gc=False):
    """A host export. Lists that few hosts have stay JSON; they are read field by field."""

    schema: Literal["maccord.host/1"]
    collectedAt: Text = None  # noqa: N815 - as the export spells it
    ComputerName: Text = None
    MachineGuid: Text = None
    Virtualization: Range | None = None
    VMHost: VmHost | None = None
    VM: list[Machine] | Machine | None = None
    VMNetworkAdapter: list[MachineAdapter] | MachineAdapter | None = None
    ManagementVMNetworkAdapter: list[ManagementAdapter] | ManagementAdapter | None = None
    VMNetworkAdapterVlan: list[VlanSetting] | VlanSetting | None = None
    VMSwitch: list[Switch] | Switch | None = None
    VMSwitchTeam: list[Switch] | Switch | None = None
    NetAdapter: list[Nic] | Nic | None = None
    NetLbfoTeam: Rows = None
    NetLbfoTeamMember: Rows = None
    NetLbfoTeamNic: Rows = None
    NetIPAddress: list[Ip] | Ip | None = None
    DnsClientServerAddress: list[Unread] | Unread | None = None
    NetRoute: list[Unread] | Unread | None = None
    NetAdapterVmq: list[Queue] | Queue | None = None
    VMFibreChannelHba: Rows = None
    HnsNetwork: Rows = None
    Event: Rows = None


_DECODER = msgspec.json.Decoder(Export)


def export_of(document: Document) -> Export | None:
    """Return the export that a document is; None when it is none, or not typed throughout."""
    if document.is_binary or not any(sign in document.raw for sign in _SIGNS):
        return None
    try:
        return _DECODER.decode(document.utf8)
    except (msgspec.DecodeError, RecursionError, Unreadable):
        return None
