"""A host's dynamic addresses: populating the range, issuing from it, and what a machine gets at power-on.

Source: J. Howard (2008); the vendor's "Hyper-V and dynamic MAC address regeneration" (2010), rules A and B; KB2804678.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal

from maccord.mac.address import Mac
from maccord.worlds.hyperv import messages
from maccord.worlds.hyperv.events import Event
from maccord.worlds.hyperv.interface import Interface
from maccord.worlds.hyperv.profile import POWERED
from maccord.worlds.hyperv.ranges import Range, Walk, derived
from maccord.worlds.hyperv.refusals import AddressInUse, InvalidStaticAddress, NoAddressAvailable

if TYPE_CHECKING:
    from maccord.worlds.hyperv.adapter import Adapter
    from maccord.worlds.hyperv.host import Host
    from maccord.worlds.hyperv.machine import Machine

Power = Literal["start", "restore"]


def populate(host: "Host") -> None:
    """Fill Minimum and Maximum from the host's IPv4 address, unless they are; they are never looked at again."""
    key = host.key
    if key.minimum is not None or key.maximum is not None:
        return
    source = counted(host)
    found = _octets(host, source.ipv4.address if source is not None and source.ipv4 is not None else None)
    if found is None:
        return
    key.minimum, key.maximum = found.first, found.last
    host.range = found
    told = {"interface": "", "ipv4": "", "server": ""}
    if source is not None and source.ipv4 is not None:
        server = source.ipv4.server
        told = {"interface": source.name, "ipv4": str(source.ip), "server": server.name if server else ""}
    host.note("populate range", told, found.first, found.last)


def counted(host: "Host") -> Interface | None:
    """Return the interface from whose IPv4 address the range stems, if there is one."""
    found = [one for one in host.interfaces() if one.ipv4 is not None and _counts(host, one.ipv4.address)]
    if not found:
        return None
    return found[0] if host.contested.which_ipv4 == "first" else found[-1]


def _counts(host: "Host", ipv4: IPv4Address) -> bool:
    if not ipv4.is_link_local:
        return True
    rule = host.contested.apipa
    return rule == "always" or (rule == "before 2012 R2" and not host.profile.since("2012 R2"))


def _octets(host: "Host", ipv4: IPv4Address | None) -> Range | None:
    if ipv4 is not None:
        return derived(ipv4)
    if host.contested.without_ipv4 == "empty":
        return None
    return derived(0 if host.contested.without_ipv4 == "zeros" else host.world.ids.below(1 << 16))


def held(host: "Host", besides: "Machine | None" = None) -> set[int]:
    """Return the addresses in use: those of running machines, and of the host's own vNICs."""
    taken = held_by_machines(host, besides)
    taken.update(vnic.mac for vnic in host.vnics)
    return taken


def held_by_machines(host: "Host", besides: "Machine | None" = None) -> set[int]:
    """Return the addresses that running machines hold, besides one."""
    holding = (*POWERED, "Saved") if host.contested.saved_holds else POWERED
    return {
        adapter.mac
        for one in host.machines
        if one.state in holding and one is not besides
        for adapter in one.adapters
        if adapter.mac
    }


def walk(host: "Host") -> Walk:
    """Return how the host's cursor goes."""
    contested = host.contested
    return Walk(names=contested.cursor_names, after_last=contested.cursor_after_last, outside=contested.cursor_outside)


def issue_for_vnic(host: "Host", name: str) -> int:
    """Issue an address for one of the host's own adapters, for good."""
    populate(host)
    found = walk(host).issue(host.range, host.key.current, held(host)) if host.range is not None else None
    if found is None:
        raise NoAddressAvailable(name, f"no address of the dynamic range of {host.name} is free")
    mac, host.key.current = found
    host.note("issue address", {"vnic": name, "why": "created"}, mac)
    return mac


@dataclass(frozen=True, slots=True)
class Issued:
    """An address that an adapter gets at power-on, and why: `first start`, `rule A` or `rule B`."""

    adapter: "Adapter"
    mac: int
    why: str


def at_power_on(host: "Host", machine: "Machine", how: Power) -> None:
    """Give the machine's adapters what they need to be powered on, or refuse and change nothing but the log."""
    populate(host)
    machines = held_by_machines(host, machine)
    others = machines | {vnic.mac for vnic in host.vnics}
    cursor = host.key.current
    issued: list[Issued] = []
    for adapter in machine.adapters:
        why = _check(host, adapter, how, others, machines)
        if why:
            found = walk(host).issue(host.range, cursor, others) if host.range is not None else None
            if found is None:
                raise _exhausted(host, adapter)
            mac, cursor = found
            issued.append(Issued(adapter, mac, why))
        else:
            mac = adapter.mac
        others.add(mac)
        machines.add(mac)
    host.key.current = cursor
    for one in issued:
        _assign(host, one)


def _assign(host: "Host", one: Issued) -> None:
    old, one.adapter.mac = one.adapter.mac, one.mac
    machine = one.adapter.machine
    told = {"machine": machine.name, "machine_id": machine.id, "adapter": one.adapter.id, "why": one.why}
    host.note("issue address", told, one.mac, *([old] if old else []))


def _check(host: "Host", adapter: "Adapter", how: Power, others: set[int], machines: set[int]) -> str:
    """Return why an adapter needs a new address, empty if it does not; refuse what cannot be powered on."""
    if not adapter.dynamic:
        _check_static(host, adapter, machines)
        return ""
    if not adapter.mac:
        return "first start"
    regenerates, contested = host.profile.regenerates, host.contested
    outside = host.range is not None and adapter.mac not in host.range
    if regenerates and outside and (how == "start" or contested.rule_a_on_restore):
        return "rule A"
    if adapter.mac not in others:
        return ""
    if contested.in_use_at_start == "issue" or (contested.in_use_at_start == "by version" and regenerates):
        return "rule B"
    raise _in_use(adapter)


def _check_static(host: "Host", adapter: "Adapter", machines: set[int]) -> None:
    if not valid_static(adapter.mac):
        machine = adapter.machine
        events = messages.unsupported_static(machine.name, adapter.name, adapter.id, adapter.mac, host.world.now_us)
        raise InvalidStaticAddress(
            machine.name, f"{Mac(adapter.mac)} can be no adapter's address", "", _logged(host, events)
        )
    if host.contested.static_in_use == "refuse" and adapter.mac in machines:
        raise _in_use(adapter)


def _in_use(adapter: "Adapter") -> AddressInUse:
    machine = adapter.machine
    said = messages.failed_to_power_on(machine.name, adapter.id)
    return AddressInUse(machine.name, f"a running machine of the host holds {adapter.address}", said)


def _exhausted(host: "Host", adapter: "Adapter") -> NoAddressAvailable:
    machine, now = adapter.machine, host.world.now_us
    if host.profile.worker_event == 12565:
        events = messages.no_address_2008(machine.name, adapter.name, adapter.id, now)
    else:
        events = messages.no_address(machine.name, machine.id, adapter.name, adapter.id, now)
    told = {"machine": machine.name, "machine_id": machine.id}
    host.note("no address", told, *([host.range.first, host.range.last] if host.range else []))
    said = messages.failed_to_power_on(machine.name, adapter.id)
    return NoAddressAvailable(machine.name, f"no address of {host.range} is free", said, _logged(host, events))


def _logged(host: "Host", events: tuple[Event, ...]) -> tuple[Event, ...]:
    for event in events:
        host.events.add(event)
    return events


def valid_static(mac: int) -> bool:
    """Tell whether an adapter can have the address: no group bit (broadcast has it too), and not all zeros."""
    return mac != 0 and not mac >> 40 & 1


def refused_at_set(host: "Host") -> bool:
    """Tell whether an impossible static address is refused when it is set, and not when the machine starts."""
    rule = host.contested.invalid_static
    return rule == "at set" or (rule == "by version" and host.profile.since("2008 R2"))
