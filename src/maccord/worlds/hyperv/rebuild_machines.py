"""A rebuilt host's machines, their adapters of both kinds, and its container networks."""

from maccord.worlds.hyperv.adapter import Adapter
from maccord.worlds.hyperv.containers import ContainerNetwork, NetworkKind
from maccord.worlds.hyperv.export import ORIGIN
from maccord.worlds.hyperv.export_machines import REPLICATION, STATES
from maccord.worlds.hyperv.fibre import Hba
from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.machine import Machine, State
from maccord.worlds.hyperv.ranges import Range
from maccord.worlds.hyperv.rebuild_network import vlan_of
from maccord.worlds.hyperv.told import Told, as_guid

_STATES: dict[int, str] = {number: word for word, number in STATES.items()} | {
    10: "Starting",
    4: "Stopping",
    32779: "FastSaved",
}
_LIKE: dict[str, State] = {
    "Running": "Running",
    "Off": "Off",
    "Saved": "Saved",
    "Paused": "Paused",
    "Starting": "Running",
    "Stopping": "Running",
    "FastSaved": "Saved",
}
"""States that a world has, and what those come near that it has not."""
_REPLICATION = {number: word for word, number in REPLICATION.items() if word}
_KINDS: dict[str, NetworkKind] = {
    "nat": "nat",
    "internal": "internal",
    "transparent": "transparent",
    "l2bridge": "l2bridge",
    "overlay": "overlay",
}
_SPOOFING = {0: "On", 1: "Off"}


def add_machines(host: Host, told: Told) -> None:
    """Add machines in the order in which they are listed, then those that adapters alone tell of."""
    by_id: dict[str, Machine] = {}
    for row in told.rows("VM"):
        number = row.guid("Id") or row.guid("VMId")
        if number and number not in by_id:
            by_id[number] = _machine(host, row, number)
    for row in told.rows("VMNetworkAdapter"):
        number = row.guid("VMId")
        if number and number not in by_id and row.flag("IsManagementOs") is not True and not row.guid("VMSnapshotId"):
            by_id[number] = _machine(host, Told({"Name": row.text("VMName"), "State": _runs(row)}), number)
    host.machines = list(by_id.values())
    vlans = {row.text("ParentAdapterId").upper(): row for row in told.rows("VMNetworkAdapterVlan")}
    for row in told.rows("VMNetworkAdapter"):
        machine = by_id.get(row.guid("VMId"))
        if machine is not None and not row.guid("VMSnapshotId"):
            _adapter(machine, row, vlans)
    for row in told.rows("VMFibreChannelHba"):
        machine = by_id.get(row.guid("VMId"))
        if machine is not None:
            _hba(machine, row)


def add_containers(host: Host, told: Told) -> None:
    """Add container networks with a pool; of several pools the first."""
    for row in told.rows("HnsNetwork"):
        pool = next(row.rows("MacPools"), Told({}))
        first, last = pool.mac("StartMacAddress"), pool.mac("EndMacAddress")
        kind = _KINDS.get(row.text("Type").lower())
        if first is None or last is None or first > last or kind is None:
            continue
        number = as_guid(row.text("ID")) or host.world.ids.guid()
        host.container_networks.append(
            ContainerNetwork(
                id=number,
                name=row.text("Name"),
                kind=kind,
                pool=Range(first, last),
                uplink=row.text("NetworkAdapterName"),
            )
        )


def _runs(row: Told) -> int:
    """Guess the state of a machine that Get-VM does not list: its adapters have a status while it runs."""
    return STATES["Running"] if row.values.get("Status") else STATES["Off"]


def _machine(host: Host, row: Told, number: str) -> Machine:
    name = row.text("Name") or row.text("VMName")
    return Machine(
        host=host,
        id=number,
        name=name,
        generation=row.number("Generation") or host.profile.generation,
        created_us=row.moment_us("CreationTime", ORIGIN) or 0,
        disk=name,
        state=_LIKE.get(row.choice("State", _STATES), "Off"),
        clustered=row.flag("IsClustered") is True,
        parent_checkpoint=row.text("ParentSnapshotId") or None,
        replication=row.choice("ReplicationMode", _REPLICATION),
    )


def _adapter(machine: Machine, row: Told, vlans: dict[str, Told]) -> None:
    whole = row.text("Id")
    number = as_guid(whole.rpartition("\\")[2]) or as_guid(row.text("AdapterId").rpartition("\\")[2])
    if number and any(one.id == number for one in machine.adapters):
        return
    on = row.guid("SwitchId")
    machine.adapters.append(
        Adapter(
            machine=machine,
            id=number or machine.host.world.ids.guid(),
            name=row.text("Name"),
            mac=row.mac("MacAddress") or 0,
            dynamic=row.flag("DynamicMacAddressEnabled") is True,
            spoofing=row.choice("MacAddressSpoofing", _SPOOFING) == "On",
            legacy=row.flag("IsLegacy") is True,
            vlan=vlan_of(vlans.get(whole.upper(), Told({}))),
            switch_name=row.text("SwitchName") or None,
            switch_id=None if row.flag("Connected") is False else on or None,
            guest_ips=row.texts("IPAddresses"),
        )
    )


def _hba(machine: Machine, row: Told) -> None:
    number = as_guid(row.text("Id").rpartition("\\")[2])
    if number and any(one.id == number for one in machine.hbas):
        return
    machine.hbas.append(
        Hba(
            id=number or machine.host.world.ids.guid(),
            san=row.text("SanName"),
            node=row.wwn("WorldWideNodeNameSetA") or 0,
            port_a=row.wwn("WorldWidePortNameSetA") or 0,
            port_b=row.wwn("WorldWidePortNameSetB") or 0,
        )
    )
