"""Joins one host's adapters with its machines, switches, teams and VLANs."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address
from typing import Self

from msgspec.structs import replace

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, MachineSeen, QueueSeen, SwitchSeen, TeamSeen
from maccord.fleet.interfaces import Interfaces
from maccord.fleet.nics import INTERFACE, IPVLAN, Siblings, each_once, is_parent
from maccord.fleet.numbering import Numbering
from maccord.fleet.ports import Ports
from maccord.fleet.records import Adapter, GuestIp, Member, Row, Switch, Uplink

_ON_THE_WIRE = {"physical", "team", INTERFACE}
"""Kinds of adapters that are the host's own, whatever its switches confine."""

_SHOWN_MAX = 128
"""No team shows more adapters to its host (Windows: 32, one per VLAN); of more, the rest are no adapters of it."""


@dataclass(slots=True)
class AdapterRows:
    """Rows of the five tables that are about adapters, numbered from where the tables stand."""

    base: dict[str, int]
    adapter: list[Adapter] = field(default_factory=list)
    switch: list[Switch] = field(default_factory=list)
    uplink: list[Uplink] = field(default_factory=list)
    guest_ip: list[GuestIp] = field(default_factory=list)
    member: list[Member] = field(default_factory=list)

    @classmethod
    def starting_at(cls, tables: dict[str, list[Row]]) -> Self:
        """Return empty rows that continue `tables`."""
        return cls({name: len(tables[name]) for name in ("adapter", "switch", "uplink", "guest_ip", "member")})

    def next_id(self, table: str) -> int:
        """Return the id of the next row of a table."""
        return self.base[table] + len(getattr(self, table))


def joined_adapters(
    host: HostRecords, number: int, domains: tuple[int, int], numbering: Numbering, rows: AdapterRows
) -> AdapterRows:
    """Fill `rows` with the switches, adapters, uplinks and team members of host `number`.

    `domains` are that of machines of which no switch is known, and that of the wire which the host's own NICs are on.
    """
    domain, wire = domains
    switches = _Switches(host, number, rows)
    machines = _Machines(host)
    ports = Ports(host)
    nics = each_once(host.of(AdapterSeen))
    siblings = Siblings(nics)
    interfaces = Interfaces(host, nics)
    queues = _Queues(host)
    for nic in nics:
        switch = switches.find(nic)
        confined = switch is not None and switch.kind != "external"
        machine = machines.find(nic)
        running = _runs(nic, machine)
        plugged = nic.kind != "vm" or (nic.linked and bool(nic.switch or nic.switch_id))
        machine_id = nic.machine_id or (machine.id if machine else "")
        name = nic.machine or (machine.name if machine else "")
        snapshot = nic.snapshot
        if machine is not None and machine.snapshot_of:
            machine_id, snapshot = machine.snapshot_of, machine.name or "snapshot"
            name = machines.name_of(machine.snapshot_of) or name
        reach = wire if nic.kind in _ON_THE_WIRE else domain
        if confined and switch:
            reach = _confined(host, switch, numbering)
        elif nic.overlay:
            reach = numbering.overlay(nic.overlay)
        _add_guest_ips(rows, nic, reach)
        rows.adapter.append(
            Adapter(
                id=rows.next_id("adapter"),
                host_id=number,
                domain=reach,
                kind=nic.kind,
                name=nic.name,
                device=nic.id,
                machine_id=machine_id,
                machine=name,
                machine_no=numbering.machine(machine_id, host.name, name),
                mac=nic.mac,
                zeros=nic.zeros,
                permanent=nic.permanent,
                dynamic=nic.dynamic,
                running=running,
                live=running is True and plugged and not snapshot,
                shared=machine is not None and (machine.clustered or machine.replica),
                switch_id=switches.number_of(switch),
                vlans=numbering.vlan_set(interfaces.vlans(nic, ports.vlans_of(nic, switch))),
                spoofing=ports.spoofing_of(nic),
                iov=nic.iov,
                vmq=queues.of(nic),
                parent=switch is not None and is_parent(nic, switch, siblings),
                description=IPVLAN if switch is not None and switch.ipvlan else nic.description,
                created=machine.created if machine else "",
                snapshot=snapshot,
                file=nic.place.file,
                place=nic.at_mac or nic.place.at,
                manager=nic.manager,
                role=interfaces.role(nic),
                bound_to=interfaces.bound_to(nic),
                serves=interfaces.serves(nic),
            )
        )
    _add_uplinks(rows, switches.seen)
    _add_members(rows, host.of(TeamSeen))
    return rows


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


class _Switches:
    """A host's switches, found by id or by name; what several cmdlets tell of one is put together."""

    def __init__(self, host: HostRecords, number: int, rows: AdapterRows) -> None:
        merged: dict[str, SwitchSeen] = {}
        for one in host.of(SwitchSeen):
            merged[one.name.casefold()] = _merged(merged.get(one.name.casefold()), one)
        self._by_key = {**merged, **{one.id: one for one in merged.values() if one.id}}
        self._rows: dict[str, int] = {}
        self.seen: list[tuple[SwitchSeen, Switch]] = []
        for key, one in merged.items():
            at = rows.next_id("switch")
            row = Switch(at, number, one.name, one.kind, one.embedded_team, one.place.file, one.place.at)
            rows.switch.append(row)
            self.seen.append((one, row))
            self._rows[key] = at

    def find(self, nic: AdapterSeen) -> SwitchSeen | None:
        found = self._by_key.get(nic.switch_id) if nic.switch_id else None
        return found or (self._by_key.get(nic.switch.casefold()) if nic.switch else None)

    def number_of(self, switch: SwitchSeen | None) -> int | None:
        return None if switch is None else self._rows[switch.name.casefold()]


def _merged(first: SwitchSeen | None, other: SwitchSeen) -> SwitchSeen:
    if first is None or (first.assumed and not other.assumed):
        return other
    if other.assumed:
        return first
    return replace(
        first,
        id=first.id or other.id,
        embedded_team=first.embedded_team or other.embedded_team,
        vlans=first.vlans or other.vlans,
        uplinks=tuple(dict.fromkeys(first.uplinks + other.uplinks)),
        uplink_ids=tuple(dict.fromkeys(first.uplink_ids + other.uplink_ids)),
    )


class _Machines:
    """A host's machines, found by id or by a name that only one of them has."""

    def __init__(self, host: HostRecords) -> None:
        seen = host.of(MachineSeen)
        self._by_id: dict[str, MachineSeen] = {}
        for one in seen:
            known = self._by_id.get(one.id)
            if one.id and (known is None or not _tells_more(known, one)):
                self._by_id[one.id] = one
        names: dict[str, list[MachineSeen]] = {}
        for one in seen:
            names.setdefault(one.name.casefold(), []).append(one)
        self._by_name = {name: ones[0] for name, ones in names.items() if len({one.id for one in ones}) == 1}
        self._states = {one.number: one for one in seen if one.number and one.running is not None}

    def find(self, nic: AdapterSeen) -> MachineSeen | None:
        if nic.kind != "vm":
            return None
        found = self._by_id.get(nic.machine_id) or self._by_name.get(nic.machine.casefold())
        if found is not None and found.running is None and found.number in self._states:
            told = self._states[found.number]
            return replace(found, running=told.running, state=told.state)
        return found

    def name_of(self, machine_id: str) -> str:
        return self._by_id[machine_id].name if machine_id in self._by_id else ""


def _tells_more(one: MachineSeen, other: MachineSeen) -> bool:
    """Tell whether a record says more of the machine's state: a stored definition does not turn it off."""
    return bool(one.running) or (one.running is False and other.running is None)


def _runs(nic: AdapterSeen, machine: MachineSeen | None) -> bool | None:
    """Tell whether the adapter has power: its machine is on, or the host has it up. None: nobody says."""
    if nic.kind != "vm":
        return nic.up is not False
    if machine is not None and machine.running is not None:
        return machine.running
    return nic.up


class _Queues:
    """Whether VMQ is on for an adapter, by its name, or by its description.

    A management vNIC is listed as `vEthernet (NAME)`; a row called NAME is another adapter's then, such as its team's.
    """

    def __init__(self, host: HostRecords) -> None:
        self._by_name: dict[str, bool] = {}
        self._by_description: dict[str, bool] = {}
        for one in host.of(QueueSeen):
            name = one.name.casefold()
            self._by_name[name] = one.enabled or self._by_name.get(name, False)
            self._by_description[one.description] = one.enabled or self._by_description.get(one.description, False)

    def of(self, nic: AdapterSeen) -> bool | None:
        """Tell whether it is on in one of its rows; None when the evidence does not say."""
        if not self._by_name:
            return None
        name = nic.name.casefold()
        alias = self._by_name.get(f"vethernet ({name})")
        told: list[bool | None] = (
            [alias] if nic.kind == "management" and alias is not None else [self._by_name.get(name), alias]
        )
        told.append(self._by_description.get(nic.description) if nic.description else None)
        return True in told if any(one is not None for one in told) else None


def _add_uplinks(rows: AdapterRows, switches: list[tuple[SwitchSeen, Switch]]) -> None:
    wired = [row for row in rows.adapter if row.kind in ("physical", "team")]
    by_id, by_description = _grouped(wired, lambda row: row.device), _grouped(wired, lambda row: row.description)
    for seen, switch in switches:
        found = [row.id for key in set(seen.uplink_ids) - {""} for row in by_id.get(key, ())]
        found += [row.id for key in set(seen.uplinks) for row in by_description.get(key, ())]
        for number in sorted(set(found)):
            rows.uplink.append(Uplink(rows.next_id("uplink"), switch.id, number))


def _add_members(rows: AdapterRows, teams: list[TeamSeen]) -> None:
    wired = [row for row in rows.adapter if row.kind in ("physical", "team")]
    by_name = _grouped(wired, lambda row: row.name.casefold())
    by_description = _grouped(wired, lambda row: row.description)

    def rows_of(one: TeamSeen) -> list[Adapter]:
        named = by_name.get(one.name.casefold(), []) if one.name else []
        return named or (by_description.get(one.description, []) if one.description else [])

    shown: dict[str, list[Adapter]] = {}
    for one in teams:
        if one.role == "nic":
            shown.setdefault(one.team, []).extend(rows_of(one))
    for one in teams:
        for member in rows_of(one) if one.role == "member" else ():
            for nic in shown.get(one.team, ())[:_SHOWN_MAX]:
                if nic.id != member.id:
                    rows.member.append(Member(rows.next_id("member"), nic.id, member.id))


def _grouped(rows: list[Adapter], key: Callable[[Adapter], str]) -> dict[str, list[Adapter]]:
    found: dict[str, list[Adapter]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
