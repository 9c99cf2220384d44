"""Keeps a layer-2 network in step with the hosts that are plugged into it."""

from dataclasses import replace
from itertools import chain, count

from maccord.worlds.hyperv import Host
from maccord.worlds.l2 import L2, Member, Mode, Nic, PortSpec, Station, Switch, VirtualSwitch
from maccord.worlds.l2.ipv4 import parse_ipv4
from maccord.worlds.l2.port import LATENCY_US, connect
from maccord.worlds.l2.team import Team
from maccord.worlds.wired.plan import Bridge, Outlet, Plan, Uplink, plan_of

PORT_NAMES = {
    "cisco-ios": "Gi1/0/{}",
    "cisco-nxos": "Eth1/{}",
    "arista-eos": "Et{}",
    "juniper-junos": "ge-0/0/{}.0",
    "h3c-comware": "GE1/0/{}",
}
"""How a vendor's switches call a port."""
FIRST_PORT = 1
"""The number of the first vNIC or machine on a team, for its place among the members. Which port is bound to which
member is not documented; the switch's own port towards the team is taken to be port 0, so the first vNIC goes by the
second member. With 0 it would go by the first, which has a management vNIC's inherited address itself: no harm then."""


class Wires:
    """The cables between hosts and one physical switch, and everything on the hosts' ends.

    Each NIC gets the switch's next free port when it is first seen, and keeps it; `places` says which is whose. A team
    that depends on the switch (static, LACP) gets a link aggregate of the NICs that it begins with, and the switch
    keeps it whatever becomes of the team: nobody reconfigures it. An interface that comes up, or gets another IPv4 or
    MAC address, announces itself, as Windows does (RFC 5227, 2.3).
    """

    def __init__(self, net: L2, core: Switch, *, vendor: str = "cisco-ios", first_port: int = FIRST_PORT) -> None:
        self.net, self.core = net, core
        self.places: dict[str, str] = {}
        self._port_name = PORT_NAMES[vendor]
        self._first_port = first_port
        self._aggregates = 0
        self._hosts: list[Host] = []
        self._cables: dict[tuple[str, int], str] = {}
        self._bridges: dict[str, tuple[Bridge, VirtualSwitch]] = {}
        self._outlets: dict[str, tuple[Outlet, Station, Nic]] = {}
        self._stations: dict[str, Station] = {}

    def plug_in(self, *hosts: Host) -> None:
        """Put hosts on the wire, with whatever they have."""
        for host in hosts:
            self._hosts.append(host)
            for nic in host.nics:
                self._cable(host.name, nic.name, nic.permanent)
        self.update()

    def update(self) -> None:
        """Bring the wire in step with the hosts: what is gone goes first, then what is new comes."""
        plans = [(host.name, plan_of(host)) for host in self._hosts]
        for host in self._hosts:
            for nic in host.nics:
                self._cable(host.name, nic.name, nic.permanent)
        outlets = {one.key: one for _, plan in plans for one in plan.outlets}
        for key in [key for key, (old, _, _) in self._outlets.items() if not _same(old, outlets.get(key))]:
            self._take_away(key)
        self._unbridge({bridge.key: bridge for _, plan in plans for bridge in plan.bridges})
        for name, plan in plans:
            self._apply(name, plan)

    def station(self, name: str) -> Station:
        """Return the machine, or the management OS of the host, that has this name."""
        return self.net.stations[name]

    def nic(self, key: str) -> Nic:
        """Return what is on the wire for an interface or a machine's adapter, by its GUID."""
        return self._outlets[key][2]

    def new_station(self, name: str, mac: str, ip: str, *, vlan: int | None = None) -> Station:
        """Put something else into the next port of the switch: a desk, a server, a router. `vlan`: an access port."""
        station = self.net.station(name, mac=mac, ip=ip)
        port = self._cable(name, "", station.nics[0].mac)
        self.net.plug(station, self.core, port, vlan=vlan)
        return station

    # Cables ------------------------------------------------------------------------------------------------------

    def _cable(self, host: str, name: str, permanent: int) -> str:
        if (host, permanent) not in self._cables:
            port = self._port_name.format(len(self._cables) + 1)
            self._cables[host, permanent] = port
            self.places[port] = f"{host} {name}".strip()
        return self._cables[host, permanent]

    # Bridges -----------------------------------------------------------------------------------------------------

    def _unbridge(self, wanted: dict[str, Bridge]) -> None:
        """Pull the cables of uplinks that are none any more."""
        for key, (old, virtual) in list(self._bridges.items()):
            new = wanted.get(key)
            kept = {one.permanent for one in new.uplinks} if new else set()
            for uplink, member in zip(old.uplinks, _members(virtual), strict=True):
                if uplink.permanent not in kept:
                    self.net.unplug(member)
            if new is None:
                del self._bridges[key]

    def _apply(self, host: str, plan: Plan) -> None:
        for bridge in plan.bridges:
            self._bridge(host, bridge)
        for outlet in plan.outlets:
            self._put(host, outlet)

    def _bridge(self, host: str, bridge: Bridge) -> None:
        old, virtual = self._bridges.get(bridge.key, (None, None))
        if virtual is None:
            virtual = self.net.virtual_switch(self._free(bridge.name), guard=bridge.guard)
        known = {} if old is None else dict(zip((one.permanent for one in old.uplinks), _members(virtual), strict=True))
        members = [self._member(host, virtual, one, known.get(one.permanent)) for one in bridge.uplinks]
        virtual.team = Team(virtual.name, bridge.mode, members) if members else None
        if bridge.mode is Mode.LAG:
            self._aggregate([self._cables[host, one.permanent] for one in bridge.uplinks])
        self._bridges[bridge.key] = bridge, virtual

    def _member(self, host: str, virtual: VirtualSwitch, uplink: Uplink, known: Member | None) -> Member:
        if known is not None:
            known.mac = uplink.mac
            return known
        member = Member(virtual.name, uplink.name, virtual.receive_outside, uplink.mac)
        port = self._cables[host, uplink.permanent]
        socket = self.core.socket(port)
        if socket.logical is socket:
            self.core.trunk(port, native=1)
        connect(member, socket, LATENCY_US)
        return member

    def _aggregate(self, ports: list[str]) -> None:
        """Make a link aggregate of ports that are in none."""
        if len(ports) > 1 and all(self.core.port(port).logical.name == port for port in ports):
            self._aggregates += 1
            name = f"Po{self._aggregates}"
            self.core.lag(name, ports)
            self.places[name] = ", ".join(self.places[port] for port in ports)

    # Outlets -----------------------------------------------------------------------------------------------------

    def _put(self, host: str, outlet: Outlet) -> None:
        if outlet.key in self._outlets:
            old, station, nic = self._outlets[outlet.key]
            self._outlets[outlet.key] = outlet, station, nic
            if old.ips == outlet.ips:
                return
            nic.ips[:] = map(parse_ipv4, outlet.ips)
        else:
            station = self._station(outlet)
            nic = self.net.nic(station, mac=outlet.mac, name=outlet.key)
            nic.ips += map(parse_ipv4, outlet.ips)
            self._outlets[outlet.key] = outlet, station, nic
            if outlet.on is None:
                self.net.plug(nic, self.core, self._cables[host, outlet.cable])
            else:
                self._attach(self._bridges[outlet.on][1], outlet, nic)
        station.announce(nic)

    def _attach(self, virtual: VirtualSwitch, outlet: Outlet, nic: Nic) -> None:
        taken = {port.index for port in virtual.ports.values()}
        spec = PortSpec(outlet.key, outlet.guid.upper(), outlet.assigned, outlet.spoofing, outlet.vlan, outlet.vmq)
        port = virtual.connect(spec)
        port.index = next(at for at in count(self._first_port) if at not in taken)
        connect(nic, port, 1)

    def _take_away(self, key: str) -> None:
        _, station, nic = self._outlets.pop(key)
        self.net.unplug(nic)
        station.nics.remove(nic)

    def _station(self, outlet: Outlet) -> Station:
        """Return the station of an outlet: one for a host's management OS, one for each machine, wherever it runs."""
        if outlet.owner not in self._stations:
            self._stations[outlet.owner] = self.net.station(self._free(outlet.station))
        return self._stations[outlet.owner]

    def _free(self, name: str) -> str:
        """Return a name that the network does not have yet, and can have: machines may have one name, or odd ones."""
        name = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in name) or "nameless"
        taken = {*self.net.stations, *self.net.switches, *self.net.virtual_switches}
        names = chain([name], (f"{name} ({at})" for at in count(2)))
        return next(one for one in names if one not in taken)


def _members(virtual: VirtualSwitch) -> list[Member]:
    return virtual.team.members if virtual.team else []


def _same(old: Outlet, new: Outlet | None) -> bool:
    """Tell whether an outlet can stay where it is: all but its IPv4 addresses is as before."""
    return new is not None and replace(old, ips=new.ips) == new
