"""Machines that move between hosts: live, quick, and while they are off.

Source: the vendor's articles on regeneration (2010) and, on infrajp, on live migration (the address stays, the
destination announces it); on quick migration up to 2008 R2 and from 2012 on (when resources are corrected).
"""

from typing import TYPE_CHECKING

from maccord.worlds.hyperv import messages, pool, power
from maccord.worlds.hyperv.refusals import AddressInUse, NotSupported, WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host
    from maccord.worlds.hyperv.machine import Machine


def live_migrate(machine: "Machine", to: "Host") -> None:
    """Move a running machine; its addresses stay, and the destination announces them by a broadcast ARP."""
    machine.host.need("live_migration", "live migration")
    to.need("live_migration", "live migration")
    if machine.state != "Running":
        raise WrongState(machine.name, f"it is {machine.state}, and would have to be Running")
    _may_come(machine, to)
    missing = {one.switch_name for one in machine.adapters if one.switch_name} - {one.name for one in to.switches}
    if missing:
        raise WrongState(machine.name, f"{to.name} has no switch {', '.join(sorted(missing))}")
    if to.contested.arrival_in_use == "refuse":
        taken = pool.held_by_machines(to)
        for adapter in machine.adapters:
            if adapter.mac in taken:
                said = messages.failed_to_power_on(machine.name, adapter.id)
                raise AddressInUse(machine.name, f"a running machine of {to.name} holds {adapter.address}", said)
    source = machine.host
    _carry(machine, to)
    if source.contested.wwn_sets_alternate:
        for hba in machine.hbas:
            hba.active = "B" if hba.active == "A" else "A"
    _told(machine, source, "live migrate", announced="broadcast ARP")
    source.pinned_ports()
    to.pinned_ports()


def quick_migrate(machine: "Machine", to: "Host") -> None:
    """Save, move, restore. A restore alone leaves a dynamic address that is outside the new host's range."""
    _may_come(machine, to)
    source = machine.host
    power.save(machine)
    _carry(machine, to)
    _told(machine, source, "quick migrate")
    power.restore(machine)


def move(machine: "Machine", to: "Host") -> None:
    """Move a machine that is off or saved, as a cluster does and as one does by hand."""
    if machine.has_power:
        raise WrongState(machine.name, "it runs")
    _may_come(machine, to)
    source = machine.host
    _carry(machine, to)
    _told(machine, source, "move machine")


def _may_come(machine: "Machine", to: "Host") -> None:
    if to is machine.host:
        raise WrongState(machine.name, f"it is on {to.name} already")
    machine.host.must_be_up()
    accept(machine, to)


def accept(machine: "Machine", to: "Host") -> None:
    """Refuse a machine that the host cannot take: one with an id that it has, or of a later Windows."""
    to.must_be_up()
    to.must_have_role()
    if any(one.id == machine.id for one in to.machines):
        raise WrongState(machine.name, f"{to.name} has a machine with this id already")
    if machine.host.profile.order > to.profile.order:
        raise NotSupported(machine.name, f"Windows Server {to.profile.name} is older than its host's")


def _carry(machine: "Machine", to: "Host") -> None:
    machine.host.machines.remove(machine)
    machine.host = to
    to.machines.append(machine)
    if to.contested.populate_at == "first machine":
        pool.populate(to)
    if machine.has_power or to.profile.corrects_at_move:
        power.correct(machine)
        if not machine.has_power and to.contested.correction_reissues:
            pool.at_power_on(to, machine, "start")


def fail_over(machine: "Machine", to: "Host") -> None:
    """Start a machine on another node after its own went down: a cold start."""
    source = machine.host
    accept(machine, to)
    _carry(machine, to)
    _told(machine, source, "fail over")
    power.start(machine)


def _told(machine: "Machine", source: "Host", operation: str, **more: str) -> None:
    told = {"machine": machine.name, "machine_id": machine.id, "from": source.name, "to": machine.host.name} | more
    machine.host.note(operation, told, *(one.mac for one in machine.adapters if one.mac))
