"""Hosts made from their exports: emulated hosts that are where the real ones were when the script ran.

What an export tells comes back as it was: ids, names, addresses, states, VLANs, switches, teams, vNICs, the range, the
cursor and World Wide Names, container pools, events, IP settings. What it does not tell is taken to be as Windows has
it by default (how machines stop and start with the host, what guests send from), and `Contested` holds for the rest.

Source of the shapes: `maccord collect hyperv --script`, and the cmdlets that it calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from maccord.worlds.hyperv.contested import Contested
from maccord.worlds.hyperv.dhcp import DhcpServer
from maccord.worlds.hyperv.events import Event
from maccord.worlds.hyperv.export import ORIGIN, as_json
from maccord.worlds.hyperv.export_rows import Json
from maccord.worlds.hyperv.fibre import NODE, Names
from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.overlay import differences, merged, rows_of
from maccord.worlds.hyperv.profile import PROFILES, Profile
from maccord.worlds.hyperv.ranges import Range
from maccord.worlds.hyperv.rebuild_machines import add_containers, add_machines
from maccord.worlds.hyperv.rebuild_network import add_network, add_switches
from maccord.worlds.hyperv.registry import Virtualization
from maccord.worlds.hyperv.told import Told, guids_in
from maccord.worlds.hyperv.world import World

_IDS = (
    ("VM", "Id"),
    ("VMNetworkAdapter", "Id"),
    ("ManagementVMNetworkAdapter", "Id"),
    ("NetAdapter", "InterfaceGuid"),
    ("VMSwitch", "Id"),
    ("VMFibreChannelHba", "Id"),
    ("HnsNetwork", "ID"),
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A host, the export that it was made from, and what it told of itself right after.

    `unheld` names, in words and with the place, what the export says and the emulated host does not: this much of it
    is not lived, and stays in later exports as it was.
    """

    host: Host
    evidence: Json
    at_first: Json
    unheld: tuple[str, ...]

    def export(self, *, old_events: bool = True) -> Json:
        """Return the host's export now: what the evidence said, with what has changed since.

        Without `old_events` it holds those events alone that were logged since the host was made.
        """
        found = merged(self.evidence, self.at_first, as_json(self.host))
        if not old_events and "Event" in found:
            found["Event"] = rows_of(found["Event"])[len(rows_of(self.evidence.get("Event"))) :]
        return found


def rebuild(
    world: World, export: Mapping[str, object], *, lan: DhcpServer | None = None, contested: Contested | None = None
) -> Rebuilt:
    """Make a host of a world from its export `maccord.host/1`; any JSON object makes one.

    `lan` is the server that interfaces ask whose addresses came by DHCP; without it they ask one that has the leases
    of this host. Raises WrongState where the world has a host of this name.
    """
    told = Told(export)
    _know(world, told)
    host = world.host(told.text("ComputerName") or "host", _profile(told).name, contested=contested)
    world.journal.entries.pop()  # it was installed long ago
    world.now_us = max(world.now_us - 1_000_000, told.moment_us("collectedAt", ORIGIN) or 0)
    before = len(world.journal.entries)
    now_us = world.now_us
    host.registry.machine_guid = told.text("MachineGuid") or host.registry.machine_guid
    _role(host, told)
    lan = lan or _server(world, host.name)
    add_network(host, told, lan)
    add_switches(host, told, lan)
    add_machines(host, told)
    add_containers(host, told)
    _port_names(host, told)
    for row in told.rows("Event"):
        host.events.add(
            Event(
                log=row.text("LogName"),
                provider=row.text("ProviderName"),
                id=row.number("Id") or 0,
                message=row.text("Message"),
                at_us=row.moment_us("TimeCreated", ORIGIN) or 0,
            )
        )
    del world.journal.entries[before:]
    world.now_us = now_us
    evidence, at_first = dict(export), as_json(host)
    return Rebuilt(host, evidence, at_first, differences(evidence, at_first))


def _know(world: World, told: Told) -> None:
    """See that nothing that is made later gets an id that there is."""
    for name, key in _IDS:
        for row in told.rows(name):
            for guid in guids_in(row.text(key)):
                world.ids.know_guid(guid)
    for guid in guids_in(told.text("MachineGuid")):
        world.ids.know_guid(guid)


def _server(world: World, name: str) -> DhcpServer:
    """Return a server that has the leases which are known, and no others to give."""
    return world.dhcp(f"DHCP of {name}", "0.0.0.1", "0.0.0.0")  # noqa: S104 - an empty range


def _profile(told: Told) -> Profile:
    """Return the version of Windows Server: by its number, else the latest that is not newer."""
    version = told.one("OperatingSystem").text("Version")
    exact = next((one for one in PROFILES.values() if one.version == version), None)
    if exact is not None:
        return exact
    number = _numbers(version)
    older = [one for one in PROFILES.values() if _numbers(one.version) <= number]
    return older[-1] if older else PROFILES["2022"]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdigit() and len(part) < 10)


def _role(host: Host, told: Told) -> None:
    key, service = told.one("Virtualization"), told.one("VMHost")
    if not key.values and not service.values:
        return
    first, last = key.mac("MinimumMacAddress"), key.mac("MaximumMacAddress")
    running = (service.mac("MacAddressMinimum"), service.mac("MacAddressMaximum"))
    if not key.values:
        first, last = running
    host.registry.virtualization = Virtualization(
        minimum=first,
        maximum=last,
        current=key.mac("CurrentMacAddress"),
        has_root_current=host.profile.unused_root_cursor,
    )
    host.range = host.registry.virtualization.range
    if service.values:
        low, high = running
        host.range = Range(low, high) if low is not None and high is not None and low <= high else None


def _port_names(host: Host, told: Told) -> None:
    """The range of World Wide Port Names; the next one is taken to be the one after the last that a machine has."""
    service = told.one("VMHost")
    first, last = service.wwn("FibreChannelWwpnMinimum"), service.wwn("FibreChannelWwpnMaximum")
    if first is None or last is None:
        return
    given = [port for machine in host.machines for hba in machine.hbas for port in (hba.port_a, hba.port_b)]
    used_up = any(not port for port in given)
    following = max((port + 1 for port in given if first <= port <= last), default=first)
    node = service.wwn("FibreChannelWwnn")
    host.names = Names(
        first=first, last=last, next=last + 1 if used_up else following, node=NODE if node is None else node
    )
