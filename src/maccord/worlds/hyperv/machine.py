"""Virtual machines, and what can be done with one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from maccord.worlds.hyperv import fibre, moving, pool, power
from maccord.worlds.hyperv.adapter import Adapter
from maccord.worlds.hyperv.copies import Checkpoint, Exported, export_machine, restore_checkpoint, take_checkpoint
from maccord.worlds.hyperv.events import EventLog
from maccord.worlds.hyperv.profile import POWERED
from maccord.worlds.hyperv.refusals import MustBeOff, WrongState
from maccord.worlds.hyperv.switch import Switch

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

State = Literal["Running", "Off", "Saved", "Paused"]


@dataclass(eq=False, slots=True, kw_only=True)
class Machine:
    """A virtual machine of a host.

    id: its GUID; disk: what its disk was copied from, or its own name; replication: "Primary", "Replica" or
    "TestReplica"; auto_stop and auto_start: what the host's going down and coming up do; on_at_shutdown: whether it ran
    when the host went down; guest_events: the event log inside.
    """

    host: "Host"
    id: str
    name: str
    generation: int
    created_us: int
    disk: str
    state: State = "Off"
    clustered: bool = False
    adapters: list[Adapter] = field(default_factory=list)
    hbas: list[fibre.Hba] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    parent_checkpoint: str | None = None
    replication: str = ""
    auto_stop: Literal["save", "turn off", "shut down"] = "save"
    auto_start: Literal["if it ran", "always", "never"] = "if it ran"
    on_at_shutdown: bool = False
    guest_events: EventLog = field(default_factory=EventLog)

    @property
    def adapter(self) -> Adapter:
        """Its first adapter."""
        return self.adapters[0]

    @property
    def has_power(self) -> bool:
        """Whether its adapters are powered on."""
        return self.state in POWERED

    def start(self) -> None:
        """Power it on; a saved one is restored."""
        power.start(self)

    def turn_off(self) -> None:
        """Cut its power, or throw its saved state away."""
        power.turn_off(self)

    def shut_down(self) -> None:
        """Have the guest shut down."""
        power.shut_down(self)

    def reboot(self) -> None:
        """Have the guest restart: no power-on, and nothing of the host's changes."""
        power.reboot(self)

    def save(self) -> None:
        """Save its state to disk."""
        power.save(self)

    def pause(self) -> None:
        """Stop its processors; its adapters stay powered on."""
        power.pause(self)

    def resume(self) -> None:
        """Go on after a pause."""
        power.resume(self)

    def delete(self) -> None:
        """Remove it from the host; its addresses are free."""
        if self.state not in ("Off", "Saved"):
            raise MustBeOff(self.name, "it can be deleted while it is off or saved")
        self.host.machines.remove(self)
        self._note("delete machine")

    def add_adapter(
        self, switch: Switch | None = None, *, name: str = "Network Adapter", legacy: bool = False
    ) -> Adapter:
        """Add an adapter, dynamic and without an address; to a running machine from 2016 on (generation 2)."""
        host = self.host
        if self.state != "Off" and not (self.has_power and host.profile.hot_add and self.generation == 2):
            raise MustBeOff(self.name, "an adapter can be added while it is off")
        adapter = Adapter(machine=self, id=host.world.ids.guid(), name=name, legacy=legacy)
        if switch is not None:
            adapter.switch_name, adapter.switch_id = switch.name, switch.id
        self.adapters.append(adapter)
        if self.has_power and host.contested.hot_added == "at once":
            try:
                pool.at_power_on(host, self, "restore")
            except Exception:
                self.adapters.remove(adapter)
                raise
        self._note("add adapter")
        return adapter

    def remove_adapter(self, adapter: Adapter) -> None:
        """Remove an adapter, and its address with it."""
        if self.state != "Off" and not (self.has_power and self.host.profile.hot_add and self.generation == 2):
            raise MustBeOff(self.name, "an adapter can be removed while it is off")
        self.adapters.remove(adapter)
        self._note("remove adapter")

    def add_fibre_channel(self, san: str) -> fibre.Hba:
        """Add a virtual HBA with generated names: set A, then set B. None left gives zeros, and no error."""
        host = self.host
        names = host.names
        if names is None:
            raise WrongState(self.name, f"{host.name} has no World Wide Names to give")
        if self.state != "Off":
            raise MustBeOff(self.name, "a Fibre Channel adapter can be added while it is off")
        port_a, port_b = names.generate(), names.generate()
        node = names.node if port_a else 0
        hba = fibre.Hba(id=host.world.ids.guid(), san=san, node=node, port_a=port_a, port_b=port_b)
        self.hbas.append(hba)
        told = {"machine": self.name, "san": san, "port_a": f"{port_a:016X}", "port_b": f"{port_b:016X}"}
        host.note("add Fibre Channel adapter", told)
        return hba

    def live_migrate(self, to: "Host") -> None:
        """Move it while it runs: its addresses stay as they are."""
        moving.live_migrate(self, to)

    def quick_migrate(self, to: "Host") -> None:
        """Save it, move it, restore it."""
        moving.quick_migrate(self, to)

    def move(self, to: "Host") -> None:
        """Move it while it is off or saved."""
        moving.move(self, to)

    def export(self) -> Exported:
        """Return a copy of its configuration and disk, for import elsewhere."""
        return export_machine(self)

    def take_checkpoint(self) -> Checkpoint:
        """Keep its settings as they are now."""
        return take_checkpoint(self)

    def apply(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint; the machine is off then."""
        restore_checkpoint(self, checkpoint)

    def _note(self, operation: str) -> None:
        told = {"machine": self.name, "machine_id": self.id}
        self.host.note(operation, told, *(one.mac for one in self.adapters if one.mac))
