"""Cmdlets of the module VirtualMachineManager on an emulated VMM server, which sees its hosts as they are."""

from collections.abc import Callable
from typing import Any

from maccord.worlds.hyperv import Adapter
from maccord.worlds.scvmm import Server
from tests.kit.pwsh.hyperv_cmdlets import dashed
from tests.kit.pwsh.values import Obj, items
from tests.kit.pwsh.windows import Windows

Given = dict[str, Any]


def _server(windows: Windows) -> Server:
    assert windows.server is not None, "VMM's module is on VMM servers"
    return windows.server


def get_hosts(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"Name": f"{name}.example.com"}, host) for name, (host, _) in _server(windows).hosts.items()]


def read_host(windows: Windows, given: Given) -> Obj:
    _server(windows).refresh(given["vmhost"].real)
    return Obj()


def _path(server: Server, group: str) -> str:
    above = server.groups[group]
    return f"{_path(server, above)}\\{group}" if above else group


def _group(server: Server, name: str) -> Obj:
    return Obj({"Name": name, "Path": _path(server, name)}, name)


def get_groups(windows: Windows, given: Given) -> list[Obj]:
    server = _server(windows)
    return [_group(server, name) for name in server.groups]


def get_pools(windows: Windows, given: Given) -> list[Obj]:
    server = _server(windows)
    return [
        Obj(
            {
                "Name": pool.name,
                "MACAddressRangeStart": dashed(pool.first),
                "MACAddressRangeEnd": dashed(pool.last),
                "VMHostGroup": [_group(server, name) for name in pool.groups],
                "VMHostGroups": [_group(server, name) for name in pool.groups],
            },
            pool,
        )
        for pool in server.pools
    ]


def new_pool(windows: Windows, given: Given) -> Obj:
    groups = [one.real for one in items(given["vmhostgroup"])]
    first, last = given["macaddressrangestart"], given["macaddressrangeend"]
    return Obj({}, _server(windows).add_pool(given["name"], first, last, groups))


def remove_pool(windows: Windows, given: Given) -> Obj:
    _server(windows).delete_pool(given["macaddresspool"].real.name)
    return Obj()


def get_granted(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"Address": dashed(mac)}, mac) for pool in _server(windows).pools for mac in pool.grants]


def get_machines(windows: Windows, given: Given) -> list[Obj]:
    status = {"Running": "Running", "Off": "PowerOff", "Saved": "Saved", "Paused": "Paused"}
    return [
        Obj({"Name": machine.name, "VMId": machine.id, "Status": status[machine.state]}, machine)
        for host, _ in _server(windows).hosts.values()
        for machine in host.machines
    ]


def get_adapters(windows: Windows, given: Given) -> list[Obj]:
    return [
        Obj({"Name": one.name, "DeviceID": one.full_id, "MACAddress": dashed(one.mac)}, one)
        for one in given["vm"].real.adapters
    ]


def stop(windows: Windows, given: Given) -> Obj:
    assert given["shutdown"]
    given["vm"].real.shut_down()
    return Obj()


def start(windows: Windows, given: Given) -> Obj:
    given["vm"].real.start()
    return Obj()


def grant(windows: Windows, given: Given) -> Obj:
    adapter: Adapter = given["virtualnetworkadapter"].real
    return Obj({"Address": dashed(_server(windows).grant(adapter, given["macaddresspool"].real))})


def revoke(windows: Windows, given: Given) -> Obj:
    _server(windows).revoke(given["allocatedmacaddress"].real)
    return Obj()


def set_adapter(windows: Windows, given: Given) -> Obj:
    """The emulated server has set what it granted already."""
    assert given["macaddresstype"] == "Static"
    assert dashed(given["virtualnetworkadapter"].real.mac) == given["macaddress"]
    return Obj()


COMMANDS: dict[str, Callable[[Windows, Given], Any]] = {
    "get-scvmhost": get_hosts,
    "read-scvmhost": read_host,
    "get-scvmhostgroup": get_groups,
    "get-scmacaddresspool": get_pools,
    "new-scmacaddresspool": new_pool,
    "remove-scmacaddresspool": remove_pool,
    "get-scmacaddress": get_granted,
    "get-scvirtualmachine": get_machines,
    "get-scvirtualnetworkadapter": get_adapters,
    "stop-scvirtualmachine": stop,
    "start-scvirtualmachine": start,
    "grant-scmacaddress": grant,
    "revoke-scmacaddress": revoke,
    "set-scvirtualnetworkadapter": set_adapter,
}
