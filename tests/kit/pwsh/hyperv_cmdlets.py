"""Cmdlets of the module Hyper-V on an emulated host."""

from collections.abc import Callable
from typing import Any

from maccord.mac.address import Mac
from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv import Adapter, Machine, Switch, Vnic
from maccord.worlds.hyperv.export_machines import vnic_id
from maccord.worlds.hyperv.export_rows import bare
from tests.kit.pwsh.values import Obj, PsError
from tests.kit.pwsh.windows import Windows

Given = dict[str, Any]


def _vm(machine: Machine) -> Obj:
    return Obj({"Id": machine.id, "Name": machine.name, "State": machine.state}, machine)


def get_vm(windows: Windows, given: Given) -> list[Obj]:
    return [_vm(one) for one in windows.host.machines]


def get_vmhost(windows: Windows, given: Given) -> Obj:
    host = windows.host
    names = host.names
    return Obj(
        {
            "MacAddressMinimum": bare(host.range.first if host.range else None),
            "MacAddressMaximum": bare(host.range.last if host.range else None),
            "FibreChannelWwpnMinimum": f"{names.first:016X}" if names else None,
            "FibreChannelWwpnMaximum": f"{names.last:016X}" if names else None,
        }
    )


def set_vmhost(windows: Windows, given: Given) -> None:
    if "macaddressminimum" in given:
        windows.host.set_vmhost(given["macaddressminimum"], given["macaddressmaximum"])
    if "fibrechannelwwpnminimum" in given:
        windows.host.set_port_names(
            int(given["fibrechannelwwpnminimum"], 16), int(given["fibrechannelwwpnmaximum"], 16)
        )


def _adapter(adapter: Adapter) -> Obj:
    return Obj(
        {
            "Name": adapter.name,
            "Id": adapter.full_id,
            "SwitchName": adapter.switch_name,
            "SwitchId": adapter.switch_id,
            "MacAddress": bare(adapter.mac),
            "DynamicMacAddressEnabled": adapter.dynamic,
            "MacAddressSpoofing": "On" if adapter.spoofing else "Off",
        },
        adapter,
    )


def _vnic(windows: Windows, vnic: Vnic) -> Obj:
    return Obj(
        {
            "Name": vnic.name,
            "Id": vnic_id(windows.host, vnic),
            "DeviceId": f"{{{vnic.guid.upper()}}}",
            "SwitchName": vnic.switch.name,
            "MacAddress": bare(vnic.mac),
        },
        vnic,
    )


def get_vmnetworkadapter(windows: Windows, given: Given) -> list[Obj]:
    if given.get("managementos"):
        return [_vnic(windows, one) for one in windows.host.vnics]
    return [_adapter(one) for one in given["vm"].real.adapters]


def set_vmnetworkadapter(windows: Windows, given: Given) -> None:
    adapter: Adapter = given["vmnetworkadapter"].real
    if "staticmacaddress" in given:
        adapter.set_static(given["staticmacaddress"])
    if "dynamicmacaddress" in given:
        adapter.set_dynamic()
    if "macaddressspoofing" in given:
        adapter.allow_spoofing(on=given["macaddressspoofing"] == "On")


def stop_vm(windows: Windows, given: Given) -> None:
    machine: Machine = given["vm"].real
    if machine.name in windows.stubborn and not given.get("force"):
        raise PsError(f"Failed to shut down virtual machine '{machine.name}' because it is in use.")
    machine.shut_down()


def start_vm(windows: Windows, given: Given) -> None:
    given["vm"].real.start()


def connect_vmnetworkadapter(windows: Windows, given: Given) -> None:
    given["vmnetworkadapter"].real.connect(given["vmswitch"].real)


def disconnect_vmnetworkadapter(windows: Windows, given: Given) -> None:
    given["vmnetworkadapter"].real.disconnect()


def get_vmfibrechannelhba(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj({"WorldWidePortNameSetA": f"{hba.port_a:016X}", "WorldWidePortNameSetB": f"{hba.port_b:016X}"}, hba)
        for hba in given["vm"].real.hbas
    ]


def set_vmfibrechannelhba(windows: Windows, given: Given) -> None:
    names, hba = windows.host.names, given["vmfibrechannelhba"].real
    assert names is not None
    assert given["generatewwn"]
    hba.port_a, hba.port_b = names.generate(), names.generate()
    hba.node = hba.node or names.node


def _switch(switch: Switch) -> Obj:
    below = [one.description for one in switch.uplinks]
    return Obj(
        {
            "Name": switch.name,
            "Id": switch.id,
            "SwitchType": switch.kind.capitalize(),
            "EmbeddedTeamingEnabled": switch.embedded_team,
            "NetAdapterInterfaceDescription": below[0] if below else None,
            "IovEnabled": False,
            "BandwidthReservationMode": "Absolute",
            "Notes": "",
        },
        switch,
    )


def get_vmswitch(windows: Windows, given: Given) -> list[Obj]:
    return [_switch(one) for one in windows.host.switches]


def new_vmswitch(windows: Windows, given: Given) -> Obj:
    nic = next((one for one in windows.host.nics if one.name == given["netadaptername"]), None)
    if nic is None:
        raise PsError("the network adapter was not found")
    held = windows.extras.pop(nic.guid.upper(), None)
    if not given["allowmanagementos"]:
        nic.release()  # TCP/IP is unbound from it, and no vNIC takes its settings over
    switch = windows.host.external_switch(given["name"], nic, allow_management=given["allowmanagementos"])
    made = [vnic for vnic in windows.host.vnics if vnic.switch is switch]
    if made and held is not None:
        windows.extras[made[0].guid.upper()] = held
    return _switch(switch)


def remove_vmswitch(windows: Windows, given: Given) -> None:
    switch: Switch = given["vmswitch"].real
    for vnic in windows.host.vnics:
        if vnic.switch is switch:
            windows.forget(vnic)
    windows.host.delete_switch(switch)


def add_vmnetworkadapter(windows: Windows, given: Given) -> None:
    switch = windows.host.switch(given["switchname"])
    windows.host.add_management_vnic(given["name"], switch, static=given.get("staticmacaddress"))


def remove_vmnetworkadapter(windows: Windows, given: Given) -> None:
    vnic: Vnic = given["vmnetworkadapter"].real
    windows.forget(vnic)
    windows.host.remove_management_vnic(vnic)


def get_vmnetworkadaptervlan(windows: Windows, given: Given) -> Obj:
    vnic: Vnic = given["vmnetworkadapter"].real
    mode, (native, allowed) = ("Access" if vnic.vlan else "Untagged"), vnic.trunk or (0, "")
    if vnic.trunk:
        mode = "Trunk"
    return Obj(
        {
            "OperationMode": mode,
            "AccessVlanId": vnic.vlan,
            "NativeVlanId": native,
            "AllowedVlanIdListString": allowed,
        }
    )


def set_vmnetworkadaptervlan(windows: Windows, given: Given) -> None:
    vnic: Vnic = given["vmnetworkadapter"].real
    if given.get("access"):
        vnic.set_vlan(int(given["vlanid"]))
    if given.get("trunk"):
        vnic.set_trunk(int(given["nativevlanid"]), given["allowedvlanidlist"])


def update_cluster(windows: Windows, given: Given) -> None:
    """The cluster's copy of the settings is not emulated."""


def refusing(command: Callable[[Windows, Given], Any]) -> Callable[[Windows, Given], Any]:
    """What the emulated host refuses is an error of the cmdlet."""

    def call(windows: Windows, given: Given) -> Any:
        try:
            return command(windows, given)
        except MaccordError as e:
            raise PsError(str(e)) from e

    return call


def dashed(mac: int) -> str:
    return str(Mac(mac))


COMMANDS: dict[str, Callable[[Windows, Given], Any]] = {
    "get-vm": get_vm,
    "get-vmhost": get_vmhost,
    "set-vmhost": set_vmhost,
    "get-vmnetworkadapter": get_vmnetworkadapter,
    "set-vmnetworkadapter": set_vmnetworkadapter,
    "stop-vm": stop_vm,
    "start-vm": start_vm,
    "connect-vmnetworkadapter": connect_vmnetworkadapter,
    "disconnect-vmnetworkadapter": disconnect_vmnetworkadapter,
    "get-vmfibrechannelhba": get_vmfibrechannelhba,
    "set-vmfibrechannelhba": set_vmfibrechannelhba,
    "get-vmswitch": get_vmswitch,
    "new-vmswitch": new_vmswitch,
    "remove-vmswitch": remove_vmswitch,
    "add-vmnetworkadapter": add_vmnetworkadapter,
    "remove-vmnetworkadapter": remove_vmnetworkadapter,
    "get-vmnetworkadaptervlan": get_vmnetworkadaptervlan,
    "set-vmnetworkadaptervlan": set_vmnetworkadaptervlan,
    "update-clustervirtualmachineconfiguration": update_cluster,
}
