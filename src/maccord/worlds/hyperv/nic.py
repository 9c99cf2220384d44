"""Physical NICs."""

from typing import TYPE_CHECKING

from maccord.mac.address import Mac
from maccord.worlds.hyperv.interface import Interface, numbered
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

DESCRIPTION = "Intel(R) Ethernet Server Adapter X520"


class Nic(Interface):
    """A card's port. It keeps its permanent address in whatever host it is put.

    overridden: the address that the driver's setting "Network Address" puts in its place, None for none; the setting
    stays on the disk. linked: whether its cable leads to a switch that is on.
    """

    def __init__(self, name: str, permanent: int) -> None:
        super().__init__(None, name, DESCRIPTION, "", permanent)
        self._permanent = permanent
        self.overridden: int | None = None
        self.speed_gbps = 10
        self.linked = True

    @property
    def permanent(self) -> int:
        """The address it was made with."""
        return self._permanent

    def plug(self, host: "Host", name: str) -> None:
        """Become a device of a host: with a new interface GUID, and no setting of the old one."""
        self.host, self.name, self.guid, self.index = host, name, host.world.ids.guid(), host.next_index()
        self.description = numbered(DESCRIPTION, (one.description for one in host.cards()))
        self.overridden, self.used_by, self.ipv4, self.vmq, self.mac = None, None, None, True, self._permanent

    def override(self, mac: "str | None") -> None:
        """Set, or take away, the driver's "Network Address"; the NIC restarts."""
        host = self.on
        if self.ipv4 is not None and self.ipv4.server is not None:
            self.ipv4.server.release(self.mac)
        self.overridden = None if mac is None else Mac.parse(mac).value
        self.mac = self._permanent if self.overridden is None else self.overridden
        host.note("set network address", {"interface": self.name}, self.mac)
        self.renew()

    def pull(self) -> "Nic":
        """Take the card out of its host. What was built on it stays, and keeps its addresses."""
        host = self.on
        if not any(nic is self for nic in host.nics):
            raise WrongState(self.name, "it is in no host")
        host.nics.remove(self)
        self.release()
        self._leave_trace(host)
        host.note("pull NIC", {"interface": self.name, "bound_to": self.used_by or ""}, self._permanent)
        self.host, self.used_by, self.mac, self.overridden = None, None, self._permanent, None
        host.team_twins()
        return self

    def _leave_trace(self, host: "Host") -> None:
        """Leave, where the card was bound, what Windows still knows of it: name, description and interface GUID."""
        trace = Nic(self.name, self._permanent)
        trace.guid, trace.index, trace.description, trace.used_by = (
            self.guid,
            self.index,
            self.description,
            self.used_by,
        )
        trace.mac, trace.overridden = self.mac, self.overridden
        for team in host.teams:
            team.members = [trace if nic is self else nic for nic in team.members]
        for switch in host.switches:
            switch.uplinks = [trace if one is self else one for one in switch.uplinks]
