"""Joins one host's adapters with its machines, switches, teams and VLANs."""

from contextlib import suppress
from ipaddress import AddressValueError, IPv4Address

from maccord.fleet.adapter_rows import AdapterRows
from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, MachineSeen, SwitchSeen, TeamSeen
from maccord.fleet.host_machines import HostMachines, runs
from maccord.fleet.host_switches import HostSwitches
from maccord.fleet.interfaces import Interfaces
from maccord.fleet.nics import INTERFACE, IPVLAN, Siblings, each_once, is_parent
from maccord.fleet.numbering import Numbering
from maccord.fleet.ports import Ports
from maccord.fleet.queues import Queues
from maccord.fleet.records import Adapter, GuestIp
from maccord.fleet.uplinks import add_members, add_uplinks

_ON_THE_WIRE = {"physical", "team", INTERFACE}
"""Kinds of adapters that are the host's own, whatever its switches confine."""


def joined_adapters(
    host: HostRecords, number: int, domains: tuple[int, int], numbering: Numbering, rows: AdapterRows
) -> AdapterRows:
    """Fill `rows` with the switches, adapters, uplinks and team members of host `number`.

    `domains` are that of machines of which no switch is known, and that of the wire which the host's own NICs are on.
    """
    nics = each_once(host.of(AdapterSeen))
    joining = _Joining(host, nics, numbering, rows, number=number, domains=domains)
    for nic in nics:
        joining.add(nic)
    add_uplinks(rows, joining.switches.seen)
    add_members(rows, host.of(TeamSeen))
    return rows


class _Joining:
    """Joins each adapter of a host with what the host's other records tell of it."""

    def __init__(
        self,
        host: HostRecords,
        nics: list[AdapterSeen],
        numbering: Numbering,
        rows: AdapterRows,
        *,
        number: int,
        domains: tuple[int, int],
    ) -> None:
        self._host, self._number, self._numbering, self._rows = host, number, numbering, rows
        self._domain, self._wire = domains
        self.switches = HostSwitches(host, number, rows)
        self._machines = HostMachines(host)
        self._ports = Ports(host)
        self._siblings = Siblings(nics)
        self._interfaces = Interfaces(host, nics)
        self._queues = Queues(host)

    def add(self, nic: AdapterSeen) -> None:
        """Add the rows of an adapter and of the IP addresses that its guest reports."""
        switch = self.switches.find(nic)
        reach = self._reach(nic, switch)
        _add_guest_ips(self._rows, nic, reach)
        self._rows.adapter.append(self._row(nic, switch, reach))

    def _reach(self, nic: AdapterSeen, switch: SwitchSeen | None) -> int:
        """Return the domain in which an adapter is heard."""
        if switch is not None and switch.kind != "external":
            return _confined(self._host, switch, self._numbering)
        if nic.overlay:
            return self._numbering.overlay(nic.overlay)
        return self._wire if nic.kind in _ON_THE_WIRE else self._domain

    def _owner(self, nic: AdapterSeen, machine: MachineSeen | None) -> tuple[str, str, str]:
        """Return the id and name of an adapter's machine, and its snapshot: what a snapshot holds is the machine's."""
        if machine is None:
            return nic.machine_id, nic.machine, nic.snapshot
        name = nic.machine or machine.name
        if machine.snapshot_of:
            name = self._machines.name_of(machine.snapshot_of) or name
            return machine.snapshot_of, name, machine.name or "snapshot"
        return nic.machine_id or machine.id, name, nic.snapshot

    def _row(self, nic: AdapterSeen, switch: SwitchSeen | None, reach: int) -> Adapter:
        machine = self._machines.find(nic)
        machine_id, name, snapshot = self._owner(nic, machine)
        running = runs(nic, machine)
        plugged = nic.kind != "vm" or (nic.linked and bool(nic.switch or nic.switch_id))
        return Adapter(
            id=self._rows.next_id("adapter"),
            host_id=self._number,
            domain=reach,
            kind=nic.kind,
            name=nic.name,
            device=nic.id,
            machine_id=machine_id,
            machine=name,
            machine_no=self._numbering.machine(machine_id, self._host.name, name),
            mac=nic.mac,
            zeros=nic.zeros,
            permanent=nic.permanent,
            dynamic=nic.dynamic,
            running=running,
            live=running is True and plugged and not snapshot,
            shared=machine is not None and (machine.clustered or machine.replica),
            switch_id=self.switches.number_of(switch),
            vlans=self._numbering.vlan_set(self._interfaces.vlans(nic, self._ports.vlans_of(nic, switch))),
            spoofing=self._ports.spoofing_of(nic),
            iov=nic.iov,
            vmq=self._queues.of(nic),
            parent=switch is not None and is_parent(nic, switch, self._siblings),
            description=IPVLAN if switch is not None and switch.ipvlan else nic.description,
            created=machine.created if machine else "",
            snapshot=snapshot,
            file=nic.place.file,
            place=nic.at_mac or nic.place.at,
            manager=nic.manager,
            role=self._interfaces.role(nic),
            bound_to=self._interfaces.bound_to(nic),
            serves=self._interfaces.serves(nic),
        )


def _confined(host: HostRecords, switch: SwitchSeen, numbering: Numbering) -> int:
    """Return the domain of what a switch confines: its own, or the one that switches of several hosts make up."""
    if not switch.segment:
        return numbering.confined(host.name, switch.name)
    return numbering.confined("", f"{switch.segment} {switch.place.file}" if switch.in_file else switch.segment)


def _add_guest_ips(rows: AdapterRows, nic: AdapterSeen, domain: int) -> None:
    """Add the IPv4 addresses of the adapter that comes next."""
    for text in nic.ips if nic.kind == "vm" else ():
        if ":" in text:  # IPv6 addresses stand beside them
            continue
        with suppress(AddressValueError):  # guests may report anything
            number = rows.next_id("guest_ip")
            rows.guest_ip.append(GuestIp(number, rows.next_id("adapter"), domain, int(IPv4Address(text))))
