"""How machines come to be on a host: made new, imported, from a copied disk, or as a replica."""

from typing import TYPE_CHECKING, Literal

from maccord.worlds.hyperv import pool, power
from maccord.worlds.hyperv.adapter import Adapter
from maccord.worlds.hyperv.copies import AdapterSettings, Exported, settings_of
from maccord.worlds.hyperv.machine import Machine
from maccord.worlds.hyperv.moving import accept
from maccord.worlds.hyperv.refusals import NotSupported, WrongState
from maccord.worlds.hyperv.switch import Switch

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

How = Literal["copy", "register", "restore"]


def create(
    host: "Host", name: str, switch: Switch | None, *, adapters: int, generation: int | None, disk: str | None
) -> Machine:
    """Make a machine that is off; its adapters are dynamic and have no address yet."""
    host.must_be_up()
    host.must_have_role()
    machine = _new(host, name, host.world.ids.guid(), generation or host.profile.generation, disk or name)
    for _ in range(adapters):
        adapter = Adapter(machine=machine, id=host.world.ids.guid())
        if switch is not None:
            adapter.switch_name, adapter.switch_id = switch.name, switch.id
        machine.adapters.append(adapter)
    _told(machine, "create machine", disk=machine.disk)
    if host.contested.populate_at == "first machine":
        pool.populate(host)
    return machine


def import_machine(host: "Host", exported: Exported, how: How, name: str | None) -> Machine:
    """Import a machine.

    how: `register` in place and `restore` keep its id, `copy` gives it a new one. Static addresses travel along; the
    dynamic ones of a copy are issued anew when it starts ("Event ID 12560": a machine copied to another computer).
    """
    host.must_be_up()
    host.must_have_role()
    if exported.order > host.profile.order:
        raise NotSupported(exported.name, f"Windows Server {host.profile.name} is older than its host's")
    fresh = how == "copy"
    if not fresh and any(one.id == exported.machine_id for one in host.machines):
        raise WrongState(exported.name, f"{host.name} has a machine with this id already")
    number = host.world.ids.guid() if fresh else exported.machine_id
    machine = _new(host, name or exported.name, number, exported.generation, exported.disk)
    for kept in exported.adapters:
        adapter = _configured(machine, kept, host.world.ids.guid() if fresh else kept.id)
        if fresh and kept.dynamic and host.contested.import_copy == "new":
            adapter.mac = 0
        machine.adapters.append(adapter)
    power.correct(machine)
    _told(machine, "import machine", how=how, origin=exported.host, origin_id=exported.machine_id)
    if host.contested.populate_at == "first machine":
        pool.populate(host)
    return machine


def replicate(machine: Machine, to: "Host") -> Machine:
    """Make a replica on another host: the same machine, off."""
    accept(machine, to)
    replica = _new(to, machine.name, machine.id, machine.generation, machine.disk)
    replica.adapters = [_configured(replica, one, one.id) for one in settings_of(machine.adapters)]
    if not to.contested.replica_copies:
        _forget_dynamic(replica)
    power.correct(replica)
    machine.replication, replica.replication = "Primary", "Replica"
    _told(replica, "replicate machine", origin=machine.host.name, origin_id=machine.id)
    if to.contested.populate_at == "first machine":
        pool.populate(to)
    return replica


def test_failover(replica: Machine, switch: Switch | None) -> Machine:
    """Make the machine of a test failover beside a replica, on a switch for tests or on none."""
    if replica.replication != "Replica":
        raise WrongState(replica.name, "it is no replica")
    host = replica.host
    machine = _new(host, f"{replica.name} - Test", host.world.ids.guid(), replica.generation, replica.disk)
    for kept in settings_of(replica.adapters):
        adapter = _configured(machine, kept, host.world.ids.guid())
        adapter.switch_name, adapter.switch_id = (switch.name, switch.id) if switch else (None, None)
        machine.adapters.append(adapter)
    if not host.contested.test_failover_copies:
        _forget_dynamic(machine)
    machine.replication = "TestReplica"
    _told(machine, "test failover", origin=replica.name, origin_id=replica.id)
    return machine


def replica_failover(primary: Machine, replica: Machine) -> None:
    """Start the replica in the primary's place. The primary is off, or its host is down."""
    if replica.replication != "Replica" or replica.id != primary.id:
        raise WrongState(replica.name, f"it is no replica of {primary.name}")
    if primary.host.up and primary.state != "Off":
        raise WrongState(primary.name, "it has to be off before its replica starts")
    power.start(replica)
    primary.replication, replica.replication = "Replica", "Primary"
    _told(replica, "replica failover", origin=primary.host.name, origin_id=primary.id)


def _new(host: "Host", name: str, number: str, generation: int, disk: str) -> Machine:
    machine = Machine(host=host, id=number, name=name, generation=generation, created_us=host.world.now_us, disk=disk)
    host.machines.append(machine)
    return machine


def _configured(machine: Machine, kept: AdapterSettings, number: str) -> Adapter:
    return Adapter(
        machine=machine,
        id=number,
        name=kept.name,
        mac=kept.mac,
        dynamic=kept.dynamic,
        spoofing=kept.spoofing,
        legacy=kept.legacy,
        vlan=kept.vlan,
        switch_name=kept.switch_name,
        wants=kept.wants,
        guest_ips=list(kept.guest_ips),
    )


def _forget_dynamic(machine: Machine) -> None:
    for adapter in machine.adapters:
        if adapter.dynamic:
            adapter.mac = 0


def _told(machine: Machine, operation: str, **more: str) -> None:
    told = {"machine": machine.name, "machine_id": machine.id} | more
    machine.host.note(operation, told, *(one.mac for one in machine.adapters if one.mac))
