"""Powering machines on and off."""

from typing import TYPE_CHECKING

from maccord.worlds.hyperv import pool
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.machine import Machine, State


def start(machine: "Machine") -> None:
    """Turn a machine on that is off; restore one that is saved."""
    if machine.state == "Saved":
        restore(machine)
        return
    _expect(machine, "Off")
    pool.at_power_on(machine.host, machine, "start")
    correct(machine)
    _enter(machine, "Running", "start machine")


def restore(machine: "Machine") -> None:
    """Go on from the saved state."""
    _expect(machine, "Saved")
    pool.at_power_on(machine.host, machine, "restore")
    correct(machine)
    _enter(machine, "Running", "restore machine")


def turn_off(machine: "Machine") -> None:
    """Cut the power."""
    _expect(machine, "Running", "Paused", "Saved")
    _enter(machine, "Off", "turn off machine")


def shut_down(machine: "Machine") -> None:
    """Shut the guest down."""
    _expect(machine, "Running")
    _enter(machine, "Off", "shut down machine")


def reboot(machine: "Machine") -> None:
    """Restart the guest. The adapters stay powered on, so no address is issued."""
    _expect(machine, "Running")
    _enter(machine, "Running", "reboot guest")


def save(machine: "Machine") -> None:
    """Save the machine's state."""
    _expect(machine, "Running", "Paused")
    _enter(machine, "Saved", "save machine")


def pause(machine: "Machine") -> None:
    """Pause a running machine."""
    _expect(machine, "Running")
    _enter(machine, "Paused", "pause machine")


def resume(machine: "Machine") -> None:
    """Resume a paused machine."""
    _expect(machine, "Paused")
    _enter(machine, "Running", "resume machine")


def correct(machine: "Machine") -> None:
    """Fit a machine's resources to its host: each adapter to the host's switch of the same name, or to none."""
    by_name = {switch.name: switch for switch in machine.host.switches}
    for adapter in machine.adapters:
        switch = by_name.get(adapter.switch_name or "")
        adapter.switch_name = switch.name if switch else None
        adapter.switch_id = switch.id if switch else None


def _expect(machine: "Machine", *states: "State") -> None:
    machine.host.must_be_up()
    if machine.state not in states:
        raise WrongState(machine.name, f"it is {machine.state}, and would have to be {' or '.join(states)}")


def _enter(machine: "Machine", state: "State", operation: str) -> None:
    had_power, host = machine.has_power, machine.host
    machine.state = state
    told = {"machine": machine.name, "machine_id": machine.id}
    host.note(operation, told, *(one.mac for one in machine.adapters if one.mac))
    if had_power != machine.has_power:
        names = {one.switch_name for one in machine.adapters}
        host.team_twins({switch.id for switch in host.switches if switch.name in names})
        host.pinned_ports()
