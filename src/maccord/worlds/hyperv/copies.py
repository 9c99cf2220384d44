"""Copies of a machine's settings: exports and checkpoints."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.adapter import Adapter
    from maccord.worlds.hyperv.machine import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSettings:
    """What a configuration file says of an adapter."""

    id: str
    name: str
    mac: int
    dynamic: bool
    spoofing: bool
    legacy: bool
    vlan: int
    switch_name: str | None
    wants: int | None
    guest_ips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An exported machine: its configuration, and the disk that goes with it. order: that of its host's Windows."""

    machine_id: str
    name: str
    host: str
    order: int
    generation: int
    disk: str
    adapters: tuple[AdapterSettings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A machine's settings at one time (a snapshot, before 2012 R2)."""

    id: str
    adapters: tuple[AdapterSettings, ...]


def settings_of(adapters: Iterable["Adapter"]) -> tuple[AdapterSettings, ...]:
    """Return what a configuration file keeps of adapters."""
    return tuple(
        AdapterSettings(
            id=one.id,
            name=one.name,
            mac=one.mac,
            dynamic=one.dynamic,
            spoofing=one.spoofing,
            legacy=one.legacy,
            vlan=one.vlan,
            switch_name=one.switch_name,
            wants=one.wants,
            guest_ips=tuple(one.guest_ips),
        )
        for one in adapters
    )


def export_machine(machine: "Machine") -> Exported:
    """Export a machine; the original stays."""
    host = machine.host
    exported = Exported(
        machine_id=machine.id,
        name=machine.name,
        host=host.name,
        order=host.profile.order,
        generation=machine.generation,
        disk=machine.disk,
        adapters=settings_of(machine.adapters),
    )
    _told(machine, "export machine")
    return exported


def take_checkpoint(machine: "Machine") -> Checkpoint:
    """Take a checkpoint."""
    checkpoint = Checkpoint(id=machine.host.world.ids.guid(), adapters=settings_of(machine.adapters))
    machine.checkpoints.append(checkpoint)
    machine.parent_checkpoint = checkpoint.id
    _told(machine, "take checkpoint", checkpoint=checkpoint.id)
    return checkpoint


def restore_checkpoint(machine: "Machine", checkpoint: Checkpoint) -> None:
    """Apply a checkpoint: adapters of its time come back with the addresses they had; later ones go."""
    if checkpoint not in machine.checkpoints:
        raise WrongState(machine.name, "it has no such checkpoint")
    if machine.state != "Off":
        machine.turn_off()
    by_id = {one.id: one for one in machine.adapters}
    if machine.host.contested.checkpoint_restores:
        for kept in checkpoint.adapters:
            adapter = by_id.get(kept.id)
            if adapter is not None:
                adapter.mac, adapter.dynamic = kept.mac, kept.dynamic
    machine.parent_checkpoint = checkpoint.id
    _told(machine, "apply checkpoint", checkpoint=checkpoint.id)


def _told(machine: "Machine", operation: str, **more: str) -> None:
    told = {"machine": machine.name, "machine_id": machine.id} | more
    machine.host.note(operation, told, *(one.mac for one in machine.adapters if one.mac))
