"""Virtual switches, and the host's own adapters on them (management vNICs)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from maccord.worlds.hyperv.interface import Interface, numbered
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.refusals import WrongState
from maccord.worlds.hyperv.team import Team

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

Kind = Literal["private", "internal", "external"]
Source = Literal["inherited", "pool", "static"]
DRIVER = "Hyper-V Virtual Ethernet Adapter"


def checked_vlan(name: str, number: int) -> int:
    """Return the number of a VLAN, or 0 for none; refuse what is neither."""
    if not 0 <= number <= 4094:
        raise WrongState(name, f"{number} is no VLAN")
    return number


@dataclass(eq=False, slots=True, kw_only=True)
class Switch:
    """A virtual switch (called virtual network on 2008).

    id: its GUID; port: the GUID of the port towards the wire; uplinks: one NIC, one team's adapter, or the NICs of an
    embedded team; none unless it is external.
    """

    id: str
    port: str
    name: str
    kind: Kind
    uplinks: list[Nic | Team] = field(default_factory=list)
    embedded_team: bool = False

    @property
    def team(self) -> Team | None:
        """The team whose adapter it is bound to."""
        return next((one for one in self.uplinks if isinstance(one, Team)), None)


class Vnic(Interface):
    """The host's own adapter on a switch.

    came_with_switch: the parent vNIC, which the switch brought along; others were added. source: where the address is
    from. The address is stored with the vNIC. vlan: the VLAN of an access port, 0 for an untagged one; trunk: of a
    trunk in place of it, the native VLAN and the list of allowed ones.
    """

    def __init__(self, host: "Host", name: str, switch: Switch, mac: int, source: Source) -> None:
        description = numbered(DRIVER, (vnic.description for vnic in host.vnics))
        super().__init__(host, name, description, host.world.ids.guid(), mac)
        self.switch, self.source = switch, source
        self.came_with_switch = False
        self.vlan = 0
        self.trunk: tuple[int, str] | None = None

    @property
    def alias(self) -> str:
        """The interface's name in Windows."""
        return f"vEthernet ({self.name})"

    def set_vlan(self, number: int) -> None:
        """Put it into a VLAN, 1 to 4094; 0 for untagged."""
        self.vlan, self.trunk = checked_vlan(self.name, number), None
        self.on.note("set VLAN", {"vnic": self.name, "vlan": str(number)}, self.mac)

    def set_trunk(self, native: int, allowed: str) -> None:
        """Make its port a trunk: the native VLAN, 0 for none, and the others as `10,20-30`."""
        self.vlan, self.trunk = 0, (checked_vlan(self.name, native), allowed)
        self.on.note("set trunk", {"vnic": self.name, "native": str(native), "allowed": allowed}, self.mac)
