"""Who can be reached while a step runs: the host on an emulated wire, and somebody who pings it once a second.

Nothing but this host and the observers is on the wire: what is measured is what the step cuts off, and not what the
fault that it repairs loses anyway. Observers sit at access ports of the VLANs of what they ask, without a router in
between. Machines whose guests told no IPv4 address are given one for the emulation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from math import ceil

from msgspec import Struct

from maccord.mac.address import show
from maccord.worlds.hyperv import Host, Machine, Vnic
from maccord.worlds.l2 import L2, Station
from maccord.worlds.l2.ping import Ping
from maccord.worlds.wired import Wires

MACHINES_MAX = 50
"""So many machines of a host are asked at once; where there are more, the first ones by id stand for all."""
_SECOND_US = 1_000_000
_GUESTS = int(IPv4Address("198.18.0.0"))
"""Addresses for benchmarks (RFC 2544), which no guest has."""
_OBSERVER_MAC = 0x0200_5E00_0000
MANAGEMENT = "management"


class Outage(Struct, frozen=True, kw_only=True):
    """How long somebody was not reachable during a step: `who` is `management` or a machine's name.

    `begins_s` counts from the beginning of the step; `ends` is false where it was still so at the step's end. `before`
    is false where nobody answered before either: then some or all of it is the fault that the plan repairs.
    """

    who: str
    seconds: int
    begins_s: int
    ends: bool = True
    before: bool = True


@dataclass(slots=True)
class _Target:
    who: str
    lost: list[int] = field(default_factory=list)
    asked: int = 0
    answered_last: bool = False


class Watch:
    """One host on a wire, from before a step to after it. Call `look` each time something has changed."""

    def __init__(self, host: Host, machines: Iterable[Machine], *, seed: int = 0) -> None:
        self._host = host
        self._net = L2(seed)
        self._wires = Wires(self._net, self._net.switch("core"))
        self._wires.plug_in(host)
        self._observers: dict[tuple[int, int], Station] = {}
        self._machines = sorted((one for one in machines if one.has_power), key=lambda one: one.id)[:MACHINES_MAX]
        self._targets = {MANAGEMENT: _Target(MANAGEMENT)} | {one.id: _Target(one.name) for one in self._machines}
        self._numbers: dict[str, int] = {}
        self._at_s = 0
        self._pings = 0
        self._where = _management(host)
        self._vlans = {ip: vlan for vlan, ip in self._where}
        self._ask(3)
        self.before = {key for key, one in self._targets.items() if one.answered_last}
        self._at_s = 0
        for one in self._targets.values():
            one.lost.clear()

    @property
    def known(self) -> bool:
        """Whether an interface is known by which the host is managed."""
        return bool(self._where)

    @property
    def managed_before(self) -> bool:
        """Whether the host's management answered before the step."""
        return MANAGEMENT in self.before

    @property
    def managed(self) -> bool:
        """Whether the host's management answered last."""
        return self._targets[MANAGEMENT].answered_last

    def look(self, seconds: float) -> None:
        """Let so many seconds pass, with the host as it is now."""
        self._wires.update()
        self._ask(max(1, ceil(seconds)))

    def outages(self) -> tuple[Outage, ...]:
        """Return who was not reachable: management first, then machines by name that had been before."""
        found = []
        for key, one in self._targets.items():
            if one.lost and (key in self.before or (key == MANAGEMENT and self._where)):
                found.append(
                    Outage(
                        who=one.who,
                        seconds=len(one.lost),
                        begins_s=one.lost[0],
                        ends=one.answered_last,
                        before=key in self.before,
                    )
                )
        return tuple(sorted(found, key=lambda one: (one.who != MANAGEMENT, one.who, one.begins_s)))

    def _ask(self, seconds: int) -> None:
        """Ping everybody once a second for so long."""
        asked = {key: self._pings_to(key) for key in self._targets}
        running = {
            key: [self._ping(vlan, ip, seconds) for vlan, ip in places] for key, places in asked.items() if places
        }
        self._net.run(seconds=seconds)
        for key, target in self._targets.items():
            echoes = [ping.echoes for ping in running.get(key, ())]
            replies = {at for seen in echoes for at, echo in seen.items() if echo.outcome == "reply"}
            target.lost += [self._at_s + at for at in range(seconds) if at + 1 not in replies]
            target.answered_last = seconds in replies
        self._at_s += seconds

    def _ping(self, vlan: int, ip: int, count: int) -> Ping:
        self._pings += 1
        return Ping(
            self._observer(vlan, ip),
            ip,
            identifier=self._pings,
            count=count,
            every_us=_SECOND_US,
            timeout_us=_SECOND_US - 1,
            waits=False,
        )

    def _pings_to(self, key: str) -> list[tuple[int, int]]:
        """Return where somebody is asked for now: VLAN and IPv4 address. Those who manage hosts stay in their VLAN."""
        if key == MANAGEMENT:
            now = [ip for _, ip in _management(self._host)]
            return [(self._vlans.get(ip, self._where[0][0] if self._where else 0), ip) for ip in now] or self._where
        machine = next(one for one in self._machines if one.id == key)
        return [(adapter.vlan, ip) for adapter in machine.adapters if (ip := self._numbered(adapter.id, adapter.vlan))]

    def _numbered(self, adapter: str, vlan: int) -> int:
        """Give an adapter an address of the emulation, unless it is off the wire; 0 then."""
        try:
            nic = self._wires.nic(adapter)
        except KeyError:
            return self._numbers.get(adapter, 0)
        ip = self._numbers.setdefault(adapter, _GUESTS + vlan * 256 + len(self._numbers) % 200 + 1)
        if ip not in nic.ips:
            nic.ips.insert(0, ip)
            self._net.stations[nic.device].announce(nic)
        return ip

    def _observer(self, vlan: int, ip: int) -> Station:
        """Return who asks: at a port of the VLAN, with an address of the network of what is asked for."""
        network = ip >> 8
        if (vlan, network) not in self._observers:
            number = len(self._observers)
            last = 254 if ip & 0xFF != 254 else 253
            self._observers[vlan, network] = self._wires.new_station(
                f"observer {number}",
                show(_OBSERVER_MAC + number),
                str(IPv4Address(network << 8 | last)),
                vlan=vlan or None,
            )
        return self._observers[vlan, network]


def _management(host: Host) -> list[tuple[int, int]]:
    """Return the VLAN and IPv4 address of each interface by which a host is managed: those with a gateway, else all."""
    talking = [one for one in host.interfaces() if not one.used_by]
    found = [one for one in talking if one.ipv4 is not None and not one.ipv4.link_local]
    routed = [one for one in found if one.ipv4 is not None and one.ipv4.gateway]
    return [(_vlan(one), int(one.ipv4.address)) for one in routed or found if one.ipv4 is not None]


def _vlan(one: object) -> int:
    return one.vlan if isinstance(one, Vnic) else 0
