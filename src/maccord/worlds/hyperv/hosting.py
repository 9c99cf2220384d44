"""A host that goes down and comes up again."""

from typing import TYPE_CHECKING

from maccord.worlds.hyperv import power
from maccord.worlds.hyperv.refusals import Refused

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host


def shut_down(host: "Host") -> None:
    """Shut the host down; each machine does what its automatic stop action says, which is to save unless set."""
    host.must_be_up()
    for machine in host.machines:
        machine.on_at_shutdown = machine.has_power
        if machine.has_power:
            if machine.auto_stop == "save":
                power.save(machine)
            else:
                power.turn_off(machine)
    host.up = False
    host.note("shut down host", {})


def crash(host: "Host") -> None:
    """Take the host's power away: no machine is saved."""
    host.must_be_up()
    for machine in host.machines:
        machine.on_at_shutdown = machine.has_power
        if machine.has_power:
            machine.state = "Off"
    host.up = False
    host.note("lose host", {})


def start_up(host: "Host") -> None:
    """Start the host, and the machines that are to start with it.

    The service reads the registry, teams pick a primary member, and leases are asked for. A machine that is refused
    stays as it is.
    """
    if host.up:
        return
    host.up = True
    host.note("start host", {})
    if host.registry.virtualization is not None:
        host.range = host.registry.virtualization.range
    for team in host.teams:
        team.come_up()
    for interface in host.interfaces():
        interface.renew()
    for machine in list(host.machines):
        if machine.has_power or machine.replication == "Replica":
            continue
        if machine.auto_start == "always" or (machine.auto_start == "if it ran" and machine.on_at_shutdown):
            try:
                machine.start()
            except Refused as refusal:
                host.note("automatic start refused", {"machine": machine.name, "why": refusal.why})
