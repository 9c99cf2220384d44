"""What the cmdlets of the Hyper-V module tell of machines, adapters, switches and vNICs."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from maccord.worlds.hyperv.export_rows import OFF, Json, bare, on_off

if TYPE_CHECKING:
    from maccord.worlds.hyperv.adapter import Adapter
    from maccord.worlds.hyperv.fibre import Hba
    from maccord.worlds.hyperv.host import Host
    from maccord.worlds.hyperv.machine import Machine
    from maccord.worlds.hyperv.switch import Switch, Vnic

STATES = {"Running": 2, "Off": 3, "Saved": 6, "Paused": 9}
"""VMState."""
SWITCH_TYPES = {"private": 0, "internal": 1, "external": 2}
"""VMSwitchType."""
REPLICATION = {"": 0, "Primary": 1, "Replica": 2, "TestReplica": 3}
"""VMReplicationMode."""
_OK, _REPLICATING = 2, 4


def lists(host: "Host", moment: Callable[[int], str]) -> Json:
    """Return the sections about machines, by their keys."""
    machines = host.machines
    return {
        "VM": [_machine(one, moment) for one in machines],
        "VMNetworkAdapter": [_adapter(one, adapter) for one in machines for adapter in one.adapters],
        "ManagementVMNetworkAdapter": [_vnic(host, one) for one in host.vnics],
        "VMNetworkAdapterVlan": [
            *(_vlan(one.name, adapter.full_id, adapter.vlan) for one in machines for adapter in one.adapters),
            *(_vlan(None, vnic_id(host, one), one.vlan, one.trunk) for one in host.vnics),
        ],
        "VMSwitch": [_switch(host, one) for one in host.switches],
        "VMSwitchTeam": [_embedded_team(one) for one in host.switches if one.embedded_team],
    }


def fibre_channel(host: "Host") -> list[Json]:
    """Get-VMFibreChannelHba, of all machines."""
    return [_hba(one, hba) for one in host.machines for hba in one.hbas]


def _machine(machine: "Machine", moment: Callable[[int], str]) -> Json:
    """Get-VM."""
    return {
        "Id": machine.id,
        "Name": machine.name,
        "ComputerName": machine.host.name,
        "State": STATES[machine.state],
        "Generation": machine.generation,
        "Version": machine.host.profile.machine_version,
        "IsClustered": machine.clustered,
        "CreationTime": moment(machine.created_us),
        "ParentSnapshotId": machine.parent_checkpoint,
        "ReplicationState": _REPLICATING if machine.replication else 0,
        "ReplicationMode": REPLICATION[machine.replication],
    }


def _adapter(machine: "Machine", adapter: "Adapter") -> Json:
    """Get-VMNetworkAdapter -VMName *"""
    return {
        "Name": adapter.name,
        "Id": adapter.full_id,
        "VMName": machine.name,
        "VMId": machine.id,
        "SwitchName": adapter.switch_name,
        "SwitchId": adapter.switch_id,
        "IovWeight": 0,
        "IovUsage": 0,
        "Connected": adapter.switch_id is not None,
        "MacAddress": bare(adapter.mac),
        "DynamicMacAddressEnabled": adapter.dynamic,
        "MacAddressSpoofing": on_off(adapter.spoofing) if machine.host.profile.spoofing_guard else None,
        "IsLegacy": adapter.legacy,
        "IsManagementOs": False,
        "IPAddresses": list(adapter.guest_ips) if machine.has_power else [],
        "Status": [_OK] if machine.has_power else [],
    }


def vnic_id(host: "Host", vnic: "Vnic") -> str:
    r"""The Id of a vNIC: `Microsoft:<management operating system>\<device>`."""
    return f"Microsoft:{host.partition.upper()}\\{vnic.guid.upper()}"


def _vnic(host: "Host", vnic: "Vnic") -> Json:
    """Get-VMNetworkAdapter -ManagementOS"""
    return {
        "Name": vnic.name,
        "Id": vnic_id(host, vnic),
        "DeviceId": f"{{{vnic.guid.upper()}}}",
        "SwitchName": vnic.switch.name,
        "SwitchId": vnic.switch.id,
        "MacAddress": bare(vnic.mac),
        "IsExternalAdapter": vnic.came_with_switch,
        "MacAddressSpoofing": OFF if host.profile.spoofing_guard else None,
    }


def _vlan(machine: str | None, parent: str, number: int, trunk: tuple[int, str] | None = None) -> Json:
    """Get-VMNetworkAdapterVlan: untagged, an access VLAN, or a trunk."""
    native, allowed = trunk or (0, "")
    return {
        "VMName": machine,
        "ParentAdapterId": parent,
        "OperationMode": 2 if trunk else 1 if number else 0,
        "AccessVlanId": number,
        "NativeVlanId": native,
        "AllowedVlanIdListString": allowed,
        "PrimaryVlanId": 0,
        "SecondaryVlanId": 0,
    }


def _switch(host: "Host", switch: "Switch") -> Json:
    """Get-VMSwitch."""
    names = [one.description for one in switch.uplinks]
    return {
        "Name": switch.name,
        "Id": switch.id,
        "SwitchType": SWITCH_TYPES[switch.kind],
        "AllowManagementOS": any(vnic.switch is switch for vnic in host.vnics),
        "EmbeddedTeamingEnabled": switch.embedded_team,
        "NetAdapterInterfaceDescription": "Teamed-Interface" if len(names) > 1 else names[0] if names else None,
        "NetAdapterInterfaceDescriptions": names,
        "NetAdapterInterfaceGuid": [one.guid for one in switch.uplinks],
    }


def _embedded_team(switch: "Switch") -> Json:
    """Get-VMSwitchTeam: switch-independent, Hyper-V port."""
    return {
        "Name": switch.name,
        "Id": switch.id,
        "NetAdapterInterfaceDescription": [one.description for one in switch.uplinks],
        "NetAdapterInterfaceGuid": [one.guid for one in switch.uplinks],
        "TeamingMode": 1,
        "LoadBalancingAlgorithm": 4,
    }


def _hba(machine: "Machine", hba: "Hba") -> Json:
    """Get-VMFibreChannelHba."""
    return {
        "Id": f"Microsoft:{machine.id.upper()}\\{hba.id.upper()}",
        "VMId": machine.id,
        "VMName": machine.name,
        "SanName": hba.san,
        "WorldWideNodeNameSetA": f"{hba.node:016X}",
        "WorldWidePortNameSetA": f"{hba.port_a:016X}",
        "WorldWideNodeNameSetB": f"{hba.node:016X}",
        "WorldWidePortNameSetB": f"{hba.port_b:016X}",
    }
