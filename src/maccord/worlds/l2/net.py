"""A layer-2 network: built, run, and asked what a person would see."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from maccord.mac.address import parse_value, show
from maccord.worlds.l2.address_table import Row
from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.dhcp import DhcpClient, DhcpServer
from maccord.worlds.l2.errors import BadTime, CannotBuild, NameTaken, NoSuchPort, PortTaken, Unreachable
from maccord.worlds.l2.frame import BROADCAST
from maccord.worlds.l2.ipv4 import parse_ipv4, show_ipv4
from maccord.worlds.l2.load import Chatter, Connection
from maccord.worlds.l2.ping import Ping
from maccord.worlds.l2.port import LATENCY_US, connect, disconnect
from maccord.worlds.l2.seen import Account, MoveSeen, MovesSeen, PingSeen, Place, System, TableSeen
from maccord.worlds.l2.station import Nic, Station
from maccord.worlds.l2.switch import HOPS_MAX, Switch
from maccord.worlds.l2.switch_port import SwitchPort
from maccord.worlds.l2.syslog import Line
from maccord.worlds.l2.team import Member, Mode, Team
from maccord.worlds.l2.vendors import MakeLog, vendor_of
from maccord.worlds.l2.virtual_switch import PortSpec, VirtualPort, VirtualSwitch

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
IN_FLIGHT_MAX = 200_000
START = "2026-01-01T00:00:00"


class L2:
    """A network. The same calls with the same seed give the same bytes of every result.

    `start` is the time of day at which it begins, for logs alone. `in_flight_max` bounds the frames under way at once.

    >>> net = L2(seed=17)
    >>> core = net.switch("core")
    >>> web = net.station("web", mac="00-15-5D-C8-6A-00", ip="192.168.200.20")
    >>> desk = net.station("desk", mac="00-13-20-F5-F8-7D", ip="192.168.200.106")
    >>> net.plug(web, core, "Gi1/0/1")
    >>> net.plug(desk, core, "Gi1/0/2")
    >>> net.ping(desk, "192.168.200.20", count=4).lost
    0
    """

    def __init__(self, seed: int, *, start: str = START, in_flight_max: int = IN_FLIGHT_MAX) -> None:
        try:
            self.start = datetime.fromisoformat(start)
        except ValueError as wrong:
            raise BadTime(repr(start[:40]), f"it is no time of day; write it like {START}") from wrong
        self.agenda = Agenda(seed, in_flight_max=in_flight_max)
        self.switches: dict[str, Switch] = {}
        self.stations: dict[str, Station] = {}
        self.virtual_switches: dict[str, VirtualSwitch] = {}
        self._tables: dict[str, str] = {}
        self._identifiers = 0

    @property
    def seed(self) -> int:
        """What replays this run, with the same calls."""
        return self.agenda.seed

    @property
    def now_us(self) -> int:
        """How far the run is, in microseconds."""
        return self.agenda.now_us

    # Building ----------------------------------------------------------------------------------------------------

    def switch(
        self,
        name: str,
        *,
        vendor: str = "cisco-ios",
        age_s: float | None = None,
        capacity: int | None = None,
        hops_max: int = HOPS_MAX,
        log: MakeLog | None = None,
    ) -> Switch:
        """Add a switch. `age_s` None: the vendor's; `log`: a vendor's log with other limits."""
        made = vendor_of(vendor)
        self._new(name)
        age_us = round((made.age_s if age_s is None else age_s) * SECOND_US)
        written = (log or made.log)(name, self.start)
        self.switches[name] = Switch(self.agenda, name, written, age_us=age_us, capacity=capacity, hops_max=hops_max)
        self._tables[name] = vendor
        return self.switches[name]

    def station(
        self,
        name: str,
        *,
        mac: str | int | None = None,
        ip: str | None = None,
        tag: int = 0,
        arp_age_s: float | None = 30,
    ) -> Station:
        """Add a machine, with one interface where a `mac` is given. `arp_age_s` None: it never forgets a neighbour."""
        self._new(name)
        age_us = None if arp_age_s is None else round(arp_age_s * SECOND_US)
        station = self.stations[name] = Station(self.agenda, name, age_us)
        if mac is not None:
            self.nic(station, mac=mac, ip=ip, tag=tag)
        return station

    def nic(self, station: Station, *, mac: str | int, ip: str | None = None, name: str = "", tag: int = 0) -> Nic:
        """Add an interface to a machine."""
        name = name or f"eth{len(station.nics)}"
        if any(nic.name == name for nic in station.nics):
            raise NameTaken(f"{station.name} {name}")
        nic = Nic(station.name, name, station.receive, _mac(mac), tag)
        station.nics.append(nic)
        if ip is not None:
            nic.ips.append(parse_ipv4(ip))
        return nic

    def virtual_switch(
        self,
        name: str,
        *,
        uplinks: Mapping[str, str | int] | None = None,
        mode: str = Mode.HYPER_V_PORT.value,
        guard: bool = True,
        flowlet_us: int = 0,
    ) -> VirtualSwitch:
        """Add a host's virtual switch. `uplinks` maps physical adapters to their addresses, the primary one first.

        `guard` false: Windows Server 2008. A host that teams its adapters without Hyper-V is one with a single port and
        without guard.
        """
        if mode not in {one.value for one in Mode}:
            raise CannotBuild(
                name, f"{mode!r} is no mode of a team; take one of {', '.join(one.value for one in Mode)}"
            )
        self._new(name)
        virtual = VirtualSwitch(self.agenda, name, None, guard=guard)
        if uplinks:
            members = [Member(name, one, virtual.receive_outside, _mac(mac)) for one, mac in uplinks.items()]
            virtual.team = Team(name, Mode(mode), members, flowlet_us=flowlet_us)
        self.virtual_switches[name] = virtual
        return virtual

    def attach(
        self,
        where: Station | Nic,
        virtual: VirtualSwitch,
        port: str,
        *,
        guid: str = "",
        spoofing: bool = False,
        vlan: int = 0,
        vmq: bool = False,
    ) -> VirtualPort:
        """Give an interface a port of a virtual switch, with the interface's address (see PortSpec).

        Without `guid` one is drawn.
        """
        nic = _nic(where)
        if port in virtual.ports:
            raise PortTaken(f"{virtual.name} {port}", str(virtual.ports[port].far))
        spec = PortSpec(port, guid or self._guid(), nic.mac, spoofing=spoofing, vlan=vlan, vmq=vmq)
        made = virtual.connect(spec)
        connect(nic, made, 1)
        return made

    def plug(
        self,
        what: Station | Nic | Member,
        switch: Switch,
        port: str,
        *,
        vlan: int | None = None,
        latency_us: int = LATENCY_US,
    ) -> None:
        """Put a cable from a machine into a port; `vlan` makes it an access port of that VLAN."""
        socket = switch.socket(port)
        end = _nic(what) if isinstance(what, Station) else what
        if vlan is not None and socket.far is None and end.far is None:
            switch.access(port, vlan)
        connect(end, socket, latency_us)

    def uplink(self, virtual: VirtualSwitch, adapter: str, switch: Switch, port: str, *, native: int = 1) -> None:
        """Put a cable from a host's adapter into a port, a trunk that carries every VLAN."""
        members = virtual.team.members if virtual.team else []
        member = next((one for one in members if one.name == adapter), None)
        if member is None:
            raise NoSuchPort(virtual.name, adapter, tuple(one.name for one in members))
        socket = switch.socket(port)
        if socket.logical is socket and socket.far is None:
            switch.trunk(port, native=native)
        self.plug(member, switch, port)

    def link(
        self,
        one: Switch,
        port: str,
        other: Switch,
        other_port: str,
        *,
        native: int = 1,
        vlans: Iterable[int] | None = None,
        latency_us: int = LATENCY_US,
    ) -> None:
        """Put a cable between two switches, a trunk at both ends. `vlans` None: all; ports of a LAG keep its VLANs."""
        carried = None if vlans is None else tuple(vlans)
        connect(one.socket(port), other.socket(other_port), latency_us)
        for switch, name in ((one, port), (other, other_port)):
            if switch.port(name).logical.name == name:
                switch.trunk(name, native=native, vlans=carried)

    def unplug(self, what: Station | Nic | Member) -> None:
        """Pull the cable of a machine, or take its port of a virtual switch away."""
        far = disconnect(_nic(what) if isinstance(what, Station) else what)
        if isinstance(far, SwitchPort):
            self.switches[far.device].went_down(far)
        elif isinstance(far, VirtualPort):
            self.virtual_switches[far.device].disconnect(far)

    # Life --------------------------------------------------------------------------------------------------------

    def traffic(
        self,
        station: Station | Nic,
        *,
        every_us: int | None = None,
        per_second: float | None = None,
        to: Station | Nic | str | int | None = None,
        src: str | int | None = None,
    ) -> Chatter:
        """Have a machine talk, steadily or at random, to another one; None: to everybody. `src`: as somebody else."""
        nic = _nic(station)
        target = BROADCAST if to is None else _mac(to) if isinstance(to, str | int) else _nic(to).mac
        source = None if src is None else _mac(src)
        return Chatter(self.stations[nic.device], nic, target, every_us=every_us, per_second=per_second, src=source)

    def keepalive(self, client: Station, server: Station, *, every_us: int = SECOND_US) -> Connection:
        """Keep a connection between two machines alive; it counts what stalls."""
        server_ip = next((ip for nic in server.nics for ip in nic.ips), None)
        if server_ip is None:
            raise Unreachable(server.name, "it has no IPv4 address to be reached at; give it one")
        client.own_ip(server_ip)
        self._identifiers += 1
        return Connection(client, server, server_ip, ident=self._identifiers, every_us=every_us)

    def dhcp_server(
        self, station: Station, *, first: str, last: str, reservations: Mapping[str, str] | None = None
    ) -> DhcpServer:
        """Have a machine hand out addresses, `last` included, and reserved ones by MAC address."""
        low, high = parse_ipv4(first), parse_ipv4(last)
        if high < low or high - low > 0xFFFF:
            raise CannotBuild(f"{first} to {last}", "it is no range of 1 to 65,536 addresses; give the lower one first")
        reserved = {_mac(mac): parse_ipv4(ip) for mac, ip in (reservations or {}).items()}
        return DhcpServer(station, _nic(station), range(low, high + 1), reserved)

    def dhcp(self, station: Station | Nic) -> DhcpClient:
        """Have an interface ask for an address, from now on."""
        nic = _nic(station)
        return DhcpClient(self.stations[nic.device], nic)

    def run(self, *, seconds: float | None = None, until_us: int | None = None) -> None:
        """Let time pass: for so many seconds, or up to a moment."""
        if (seconds is None) == (until_us is None):
            raise BadTime("run", "say how long: either seconds or until_us")
        end_us = self.now_us + round(seconds * SECOND_US) if seconds is not None else until_us
        assert end_us is not None
        if end_us < self.now_us:
            raise BadTime("run", f"that moment has passed; it is {self.now_us} microseconds now")
        self.agenda.run(end_us)

    def ping(
        self,
        station: Station,
        target: str | Station,
        *,
        count: int = 4,
        every_us: int = SECOND_US,
        timeout_us: int = SECOND_US,
        system: System = "windows",
    ) -> PingSeen:
        """Ping from a machine, let time pass until it is done, and return what it saw."""
        ip = _first_ip(target) if isinstance(target, Station) else parse_ipv4(target)
        if min(count, every_us, timeout_us) < 1:
            raise BadTime(station.name, "a ping needs a count, a pause and a timeout above 0")
        self._identifiers += 1
        began_us = self.now_us
        own_ip = show_ipv4(station.own_ip(ip))
        ping = Ping(
            station,
            ip,
            identifier=self._identifiers,
            count=count,
            every_us=every_us,
            timeout_us=timeout_us,
            waits=system == "windows",
        )
        self.agenda.run_while(lambda: ping.running, 1 << 62)
        echoes = tuple(ping.echoes[sequence] for sequence in sorted(ping.echoes))
        return PingSeen(own_ip, show_ipv4(ip), system, self.now_us - began_us, echoes)

    # What a person sees ------------------------------------------------------------------------------------------

    def address_table(self, switch: Switch) -> str:
        """The address table now, as the switch's vendor prints it."""
        moves = switch.ledger.moves_all
        moved_us = {(move.vlan, move.mac): move.at_us for move in switch.ledger.moves}
        rows = [
            Row(
                vlan,
                mac,
                entry.port.name,
                entry.static,
                self.now_us - entry.seen_us if not entry.static else 0,
                moves[vlan, mac],
                self.now_us - moved_us.get((vlan, mac), entry.seen_us if not entry.static else 0),
            )
            for vlan, mac, entry in switch.entries()
        ]
        return vendor_of(self._tables[switch.name]).table(rows)

    def table_over_time(self, switch: Switch, mac: str | int | None = None) -> TableSeen:
        """What changed in the address table, of one address or of all, in order of time."""
        switch.entries()
        wanted = None if mac is None else _mac(mac)
        ledger = switch.ledger
        changes = sorted(
            (change for change in ledger.changes if wanted in (None, change.mac)), key=lambda change: change.at_us
        )
        return TableSeen(
            switch.name,
            ledger.changes_all - len(ledger.changes),
            tuple(Place(one.at_us, one.vlan, show(one.mac), one.port) for one in changes),
        )

    def moves(self, switch: Switch, mac: str | int | None = None, *, vlan: int | None = None) -> MovesSeen:
        """How often addresses moved: one or all, in one VLAN or in all."""
        wanted = None if mac is None else _mac(mac)
        ledger = switch.ledger
        minutes: Counter[int] = Counter()
        for (minute, in_vlan, moved), count in ledger.per_minute.items():
            if wanted in (None, moved) and vlan in (None, in_vlan):
                minutes[minute] += count
        latest = tuple(
            MoveSeen(move.at_us, move.vlan, show(move.mac), move.old, move.new)
            for move in ledger.moves
            if wanted in (None, move.mac) and vlan in (None, move.vlan)
        )
        last = max(0, self.now_us - 1) // MINUTE_US
        per_minute = tuple((minute, minutes[minute]) for minute in range(max([last, *minutes]) + 1))
        return MovesSeen(switch.name, minutes.total(), per_minute, latest)

    def syslog(self, *switches: Switch) -> list[Line]:
        """What switches wrote, in order of time; of all of them where none is named."""
        named = switches or tuple(self.switches.values())
        lines = [line for switch in named for line in switch.log.lines(self.now_us)]
        return sorted(lines, key=lambda line: line.at_us)

    def account(self) -> Account:
        """What became of every frame so far."""
        stations, switches = self.stations.values(), self.switches.values()
        virtual = self.virtual_switches.values()
        drops: Counter[str] = Counter()
        for counted in (one.drops for group in (stations, switches, virtual) for one in group):
            drops.update(counted)
        return Account(
            events=self.agenda.happened,
            sent=sum(one.sent for one in stations),
            copied=sum(one.copies for one in switches) + sum(one.copies for one in virtual),
            taken=sum(one.taken for one in stations),
            ignored=sum(one.ignored for one in stations),
            in_flight=self.agenda.frames_in_flight,
            drops=dict(sorted(drops.items())),
        )

    # Within ------------------------------------------------------------------------------------------------------

    def _new(self, name: str) -> None:
        if name in self.switches or name in self.stations or name in self.virtual_switches:
            raise NameTaken(name)
        if not name.isprintable() or not name:
            raise CannotBuild(repr(name[:40]), "a name needs printable characters")

    def _guid(self) -> str:
        digits = f"{self.agenda.chance.getrandbits(128):032X}"
        return "-".join(digits[first:last] for first, last in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))


def _mac(value: str | int) -> int:
    """A MAC address from a text or a number. Raises BadAddress."""
    return parse_value(value if isinstance(value, str) else f"{value:012x}")


def _nic(what: Station | Nic) -> Nic:
    """The interface that is meant: a machine's only one."""
    if isinstance(what, Nic):
        return what
    if len(what.nics) != 1:
        raise CannotBuild(what.name, f"it has {len(what.nics)} interfaces; name the one you mean")
    return what.nics[0]


def _first_ip(station: Station) -> int:
    ips = [ip for nic in station.nics for ip in nic.ips]
    if not ips:
        raise Unreachable(station.name, "it has no IPv4 address to be reached at; give it one")
    return ips[0]
