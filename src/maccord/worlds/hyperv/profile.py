"""Versions of Windows Server: what each of them has, and does otherwise than the one before.

Source: the per-version table of the dossier (J. Howard 2008; the vendor's "Dynamic MAC address regeneration", 2010;
KB968703; KB2804678; KB2920261; the references of the Hyper-V and NetLbfo modules; the page on Switch Embedded Teaming).
"""

from dataclasses import dataclass

POWERED = ("Running", "Paused")
"""States of a machine whose adapters are powered on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One version of Windows Server.

    name: as in PROFILES; version: what Win32_OperatingSystem says; machine_version: configuration version of new
    machines, None before there was one to ask for; order: 0 for the oldest.
    """

    name: str
    order: int
    version: str
    machine_version: str | None

    @property
    def caption(self) -> str:
        """What Win32_OperatingSystem calls it."""
        return f"Microsoft Windows Server {self.name} Datacenter"

    def since(self, name: str) -> bool:
        """Tell whether this is version `name` or a later one."""
        return self.order >= PROFILES[name].order

    @property
    def unused_root_cursor(self) -> bool:
        """A CurrentMacAddress beside Minimum and Maximum as well, never used: 2008."""
        return not self.since("2008 R2")

    @property
    def range_in_ui(self) -> bool:
        """Virtual Network Manager shows the range and changes it; on 2008 there is the registry alone."""
        return self.since("2008 R2")

    @property
    def cmdlets(self) -> bool:
        """The Hyper-V module: Set-VMHost, Add-VMNetworkAdapter -ManagementOS."""
        return self.since("2012")

    @property
    def regenerates(self) -> bool:
        """A dynamic address outside the range (rule A) or in use (rule B) is replaced at power-on."""
        return self.since("2008 R2")

    @property
    def spoofing_guard(self) -> bool:
        """A port of the switch lets a guest send from its own address only, unless it is permitted to spoof."""
        return self.since("2008 R2")

    @property
    def live_migration(self) -> bool:
        """Moving a running machine; quick migration (save, move, restore) is older."""
        return self.since("2008 R2")

    @property
    def queues(self) -> bool:
        """Virtual machine queues."""
        return self.since("2008 R2")

    @property
    def corrects_at_move(self) -> bool:
        """A moved machine's resources are corrected at the move; from 2012 on when it is powered on."""
        return not self.since("2012")

    @property
    def worker_event(self) -> int:
        """What the worker logs when no address is left: 12565 (KB2804678, 2008 and 2008 R2), or 12564."""
        return 12564 if self.since("2012") else 12565

    @property
    def analyzer(self) -> bool:
        """The Best Practices Analyzer's rule about the number of addresses: 2008 R2 and 2012."""
        return self.name in ("2008 R2", "2012")

    @property
    def teaming(self) -> bool:
        """Teams in the box (LBFO); before, those of the NIC's maker."""
        return self.since("2012")

    @property
    def team_twin_event(self) -> bool:
        """Event 16945 is logged."""
        return self.since("2012 R2")

    @property
    def embedded_teaming(self) -> bool:
        """Switch Embedded Teaming."""
        return self.since("2016")

    @property
    def refuses_switch_on_team(self) -> bool:
        """A switch on an LBFO team has to be asked for with -AllowNetLbfoTeams."""
        return self.since("2022")

    @property
    def fibre_channel(self) -> bool:
        """Virtual Fibre Channel, and the host's range of World Wide Names."""
        return self.since("2012")

    @property
    def containers(self) -> bool:
        """The Host Networking Service and its pools."""
        return self.since("2016")

    @property
    def hot_add(self) -> bool:
        """Adapters can be added to running machines (generation 2)."""
        return self.since("2016")

    @property
    def generation(self) -> int:
        """The generation that machines have here unless they are made otherwise."""
        return 2 if self.since("2012 R2") else 1


_ROWS = (
    ("2008", "6.0.6002", None),
    ("2008 R2", "6.1.7601", None),
    ("2012", "6.2.9200", "4.0"),
    ("2012 R2", "6.3.9600", "5.0"),
    ("2016", "10.0.14393", "8.0"),
    ("2019", "10.0.17763", "9.0"),
    ("2022", "10.0.20348", "10.0"),
    ("2025", "10.0.26100", "12.0"),
)

PROFILES: dict[str, Profile] = {
    name: Profile(name=name, order=order, version=version, machine_version=machine)
    for order, (name, version, machine) in enumerate(_ROWS)
}
"""Every version by its name, the oldest first."""
