"""Reads the inventory of vSphere: all objects in pages, and the rows that adapters and port groups give.

One property collector reads the whole inventory, whatever its size; there is no call per machine.

Source: VMware, "vSphere Web Services API": PropertyCollector (`RetrievePropertiesEx`), VirtualMachine,
VirtualEthernetCard (`addressType`, `macAddress`, `connectable`), HostPortGroup, DVPortgroupConfigInfo.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from maccord.reach.library import library

_PAGE = 500
_DEEPEST = 64
"""Folders lie in folders, and not deeper than this."""

_WANTED: dict[str, tuple[str, ...]] = {
    "Folder": ("parent",),
    "Datacenter": ("name", "parent"),
    "ComputeResource": ("name", "parent"),
    "HostSystem": ("name", "parent", "config.network.portgroup"),
    "dvs.DistributedVirtualPortgroup": (
        *("name", "config.key", "config.distributedVirtualSwitch", "config.defaultPortConfig"),
    ),
    "DistributedVirtualSwitch": ("name", "uuid"),
    "VirtualMachine": (
        *("name", "config.uuid", "config.instanceUuid", "config.template", "config.managedBy"),
        *("config.hardware.device", "runtime.powerState", "runtime.host", "guest.net"),
    ),
}
_SECURITY = {
    "Promiscuous Mode": "allowPromiscuous",
    "Mac Changes": "macChanges",
    "Forged Transmits": "forgedTransmits",
}

Managed = Any
Values = dict[str, Any]
Row = dict[str, str]


def all_objects(content: Managed) -> Iterator[tuple[Managed, Values]]:
    """Yield every object of the inventory with the properties that were asked for, page by page."""
    vim, vmodl = library("pyVmomi", "vsphere").vim, library("pyVmomi", "vsphere").vmodl
    query = vmodl.query.PropertyCollector
    kinds = {name: _class(vim, name) for name in _WANTED}
    view = content.viewManager.CreateContainerView(content.rootFolder, list(kinds.values()), recursive=True)
    try:
        step = query.TraversalSpec(name="all", path="view", skip=False, type=vim.view.ContainerView)
        start = query.ObjectSpec(obj=view, skip=True, selectSet=[step])
        wanted = [query.PropertySpec(type=kinds[name], pathSet=list(paths)) for name, paths in _WANTED.items()]
        filters = [query.FilterSpec(objectSet=[start], propSet=wanted)]
        collector = content.propertyCollector
        page = collector.RetrievePropertiesEx(filters, query.RetrieveOptions(maxObjects=_PAGE))
        while page is not None:
            for one in page.objects:
                yield one.obj, {value.name: value.val for value in one.propSet}
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    finally:
        view.Destroy()


def _class(vim: Any, name: str) -> Any:  # noqa: ANN401 - classes that pyvmomi makes as they are asked for
    for part in name.split("."):
        vim = getattr(vim, part)
    return vim


class Inventory:
    """All objects by their id, and the rows they give, in the order of names whatever the server's own order is."""

    def __init__(self, objects: Iterable[tuple[Managed, Values]]) -> None:
        self._of: dict[str, Values] = {}
        self._kind: dict[str, str] = {}
        for managed, values in objects:
            self._of[_id(managed)] = values
            self._kind[_id(managed)] = type(managed).__name__
        groups = [self._of[key] for key in self._ids("DistributedVirtualPortgroup")]
        self._groups = {str(one.get("config.key")): one for one in groups}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What could not be read."""
        hidden = sum("config.hardware.device" not in self._of[key] for key in self._ids("VirtualMachine"))
        what = "machines whose configuration could not be read (inaccessible, orphaned or not permitted)"
        return (f"{what}: {hidden}",) if hidden else ()

    def adapters(self) -> Iterator[Row]:
        """Yield a row of vNetwork per adapter."""
        for key in self._ids("VirtualMachine"):
            machine = self._of[key]
            guest = {getattr(one, "deviceConfigId", None): one for one in machine.get("guest.net") or ()}
            for card in _cards(machine):
                yield {**self._machine(key, machine), **self._card(card, machine, guest.get(card.key))}

    def _machine(self, key: str, machine: Values) -> Row:
        manager = getattr(machine.get("config.managedBy"), "type", None)
        return {
            "VM": str(machine.get("name", "")),
            "Powerstate": str(machine.get("runtime.powerState", "")),
            "Template": str(bool(machine.get("config.template"))),
            "SRM Placeholder": str(manager == "placeholderVm"),
            "VM ID": key,
            "VM UUID": str(machine.get("config.uuid", "")),
            "VM Instance UUID": str(machine.get("config.instanceUuid", "")),
            **self._place(self._value(machine.get("runtime.host"))),
        }

    def _card(self, card: Managed, machine: Values, guest: Managed) -> Row:
        network, switch = self._plug(card.backing, machine)
        state = card.connectable
        addresses = [str(one) for one in getattr(guest, "ipAddress", None) or ()]
        return {
            "NIC label": str(getattr(card.deviceInfo, "label", "") or card.key),
            "Adapter": type(card).__name__.rpartition(".")[2].removeprefix("Virtual"),
            "Network": network,
            "Switch": switch,
            "Connected": str(bool(state and state.connected)),
            "Starts Connected": str(bool(state and state.startConnected)),
            "Mac Address": str(card.macAddress or ""),
            "Type": str(card.addressType or "").capitalize(),
            "IPv4 Address": ", ".join(one for one in addresses if ":" not in one),
            "IPv6 Address": ", ".join(one for one in addresses if ":" in one),
        }

    def ports(self) -> Iterator[Row]:
        """Yield a row of vPort per port group of a host, and per distributed one in use there."""
        used: dict[str, set[str]] = {}
        for key in self._ids("VirtualMachine"):
            machine = self._of[key]
            plugs = (_group_key(card.backing) for card in _cards(machine))
            used.setdefault(_id(machine.get("runtime.host")), set()).update(filter(None, plugs))
        for key in self._ids("HostSystem"):
            place = self._place(self._of[key])
            for one in self._of[key].get("config.network.portgroup") or ():
                yield {**place, **_standard(one)}
            for group in sorted(used.get(key, ())):
                if group in self._groups:
                    yield {**place, **self._distributed(self._groups[group])}

    def _distributed(self, group: Values) -> Row:
        told = group.get("config.defaultPortConfig")
        return {
            "Port Group": str(group.get("name", "")),
            "Switch": str(self._value(group.get("config.distributedVirtualSwitch")).get("name", "")),
            "VLAN": _vlan(getattr(told, "vlan", None)),
            **_security(getattr(told, "macManagementPolicy", None) or getattr(told, "securityPolicy", None)),
        }

    def _ids(self, kind: str) -> list[str]:
        """Return the ids of all objects of a class, in the order of their names."""
        ids = (key for key, name in self._kind.items() if name.endswith(kind))
        return sorted(ids, key=lambda key: (str(self._of[key].get("name", "")), key))

    def _place(self, host: Values) -> Row:
        """Return where a machine is: its host, with the cluster and the datacenter around it."""
        above = host.get("parent")
        cluster = str(self._value(above).get("name", "")) if self._is(above, "ClusterComputeResource") else ""
        return {"Host": str(host.get("name", "")), "Cluster": cluster, "Datacenter": self._datacenter(above)}

    def _datacenter(self, managed: Managed) -> str:
        for _ in range(_DEEPEST):
            if managed is None or self._is(managed, "Datacenter"):
                break
            managed = self._value(managed).get("parent")
        return str(self._value(managed).get("name", "")) if self._is(managed, "Datacenter") else ""

    def _plug(self, backing: Managed, machine: Values) -> tuple[str, str]:
        """Return the network that an adapter is plugged into, and the switch of it."""
        key = _group_key(backing)
        if key:
            group = self._groups.get(key, {})
            switch = self._value(group.get("config.distributedVirtualSwitch")).get("name", "")
            return str(group.get("name") or key), str(switch or backing.port.switchUuid or "")
        name = str(getattr(backing, "deviceName", "") or getattr(backing, "opaqueNetworkId", "") or "")
        groups = self._value(machine.get("runtime.host")).get("config.network.portgroup") or ()
        return name, next((str(one.spec.vswitchName) for one in groups if one.spec.name == name), "")

    def _value(self, managed: Managed) -> Values:
        return self._of.get(_id(managed), {})

    def _is(self, managed: Managed, kind: str) -> bool:
        return self._kind.get(_id(managed), "").endswith(kind)


def _id(managed: Managed) -> str:
    return "" if managed is None else str(managed._GetMoId())  # noqa: SLF001 - pyvmomi's own name for the id


def _cards(machine: Values) -> list[Managed]:
    """Return a machine's Ethernet adapters: the devices whose addresses have an origin."""
    return [one for one in machine.get("config.hardware.device") or () if hasattr(one, "addressType")]


def _group_key(backing: Managed) -> str:
    """Return the key of the distributed port group that a device is plugged into, or nothing."""
    return str(getattr(getattr(backing, "port", None), "portgroupKey", None) or "")


def _standard(group: Managed) -> Row:
    policy = group.computedPolicy or group.spec.policy
    return {
        "Port Group": str(group.spec.name),
        "Switch": str(group.spec.vswitchName),
        "VLAN": str(group.spec.vlanId),
        **_security(getattr(policy, "security", None)),
    }


def _vlan(spec: Managed) -> str:
    """Return the VLANs of a distributed port group: one, the ranges of a trunk, or the secondary of a private one."""
    told = getattr(spec, "vlanId", None)
    if told is None:
        told = getattr(spec, "pvlanId", None)
    if isinstance(told, list):
        return ",".join(str(one.start) if one.start == one.end else f"{one.start}-{one.end}" for one in told)
    return "" if told is None else str(told)


def _security(policy: Managed) -> Row:
    """Return what the port group lets pass; a distributed one may wrap each answer in a policy of its own."""
    answers = {column: getattr(policy, name, None) for column, name in _SECURITY.items()}
    bare = {column: getattr(one, "value", one) for column, one in answers.items()}
    return {column: "" if one is None else str(one) for column, one in bare.items()}
