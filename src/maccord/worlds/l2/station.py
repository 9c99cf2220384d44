"""An end station: network interfaces, an ARP cache, and answers to what is asked of it.

A station takes a frame that comes in on an interface and is addressed to that interface or to a group. Two stations
with one address both simply exist: each takes what happens to reach it, and is silent about packets for another's IP.
"""

from collections import Counter
from collections.abc import Callable

from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.arp import Fail, Neighbours
from maccord.worlds.l2.errors import Unreachable
from maccord.worlds.l2.frame import BROADCAST, GROUP_SHIFT, Frame, Kind
from maccord.worlds.l2.port import Port, Receive, send

REQUEST, REPLY = 1, 2
"""ARP's operations. Source: RFC 826."""


class Nic(Port):
    """A network interface. `tag` is the VLAN it tags its frames with; 0: none."""

    __slots__ = ("ips", "mac", "tag")

    def __init__(self, device: str, name: str, receive: Receive, mac: int, tag: int) -> None:
        super().__init__(device, name, receive)
        self.mac = mac
        self.ips: list[int] = []
        self.tag = tag


Hear = Callable[[Nic, Frame], None]


class Station:
    """A machine. `sent` counts frames that left it, `taken` those for it, `ignored` those for others, `drops` the rest.

    `conflicts` counts ARP packets that claim one of its IPs from an address that is not its own: what Windows logs as
    event 4199. A twin with the same MAC address is never counted there, because nothing tells the two apart (RFC 5227,
    2.1.1 looks at the sender's hardware address, too).
    """

    __slots__ = (
        "agenda",
        "conflicts",
        "drops",
        "hears",
        "ignored",
        "listeners",
        "name",
        "neighbours",
        "nics",
        "sent",
        "taken",
    )

    def __init__(self, agenda: Agenda, name: str, arp_age_us: int | None) -> None:
        self.agenda = agenda
        self.name = name
        self.nics: list[Nic] = []
        self.neighbours = Neighbours(agenda, self._ask, arp_age_us)
        self.hears: dict[int, Hear] = {
            Kind.ARP: self._hear_arp,
            Kind.ECHO_REQUEST: self._hear_echo,
            Kind.ECHO_REPLY: self._hear_answer,
            Kind.SEGMENT: self._hear_segment,
            Kind.ACKNOWLEDGEMENT: self._hear_answer,
            Kind.RESET: self._hear_answer,
            Kind.DHCP: self._hear_dhcp,
        }
        self.listeners: dict[tuple[int, int], Hear] = {}
        self.drops: Counter[str] = Counter()
        self.sent = self.taken = self.ignored = self.conflicts = 0

    # Frames ------------------------------------------------------------------------------------------------------

    def receive(self, nic: Nic, frame: Frame, _hops: int) -> None:
        """Take a frame, or ignore it."""
        if not nic.up:
            self.drops["link down"] += 1
            return
        dst = frame.dst
        if dst != nic.mac and not dst >> GROUP_SHIFT & 1:
            self.ignored += 1
            return
        if frame.tag != nic.tag:
            self.drops["VLAN not carried"] += 1
            return
        self.taken += 1
        hear = self.hears.get(frame.kind)
        if hear is not None:
            hear(nic, frame)

    def emit(self, nic: Nic, frame: Frame) -> None:
        """Send a frame of one's own."""
        self.sent += 1
        send(self.agenda, nic, frame, 0, self.drops)

    def tell(
        self, nic: Nic, mac: int, kind: Kind, body: tuple[int, ...], *, flow: int = 0, src: int | None = None
    ) -> None:
        """Send a new frame to a MAC address; `src` for what claims another source, a guest that spoofs."""
        source = nic.mac if src is None else src
        self.emit(nic, Frame(mac, source, tag=nic.tag, kind=kind, body=body, flow=flow))

    def tell_ip(self, ip: int, kind: Kind, body: tuple[int, ...], *, flow: int = 0, fail: Fail = lambda: None) -> None:
        """Send a packet to an IPv4 neighbour, after asking for its address where that is not known."""
        nic = self.nic_for(ip)
        self.neighbours.resolve(ip, lambda mac: self.tell(nic, mac, kind, body, flow=flow), fail)

    # Addresses ---------------------------------------------------------------------------------------------------

    def nic_for(self, ip: int) -> Nic:
        """The interface towards a neighbour: one with an IP of the same /24, else the first with an IP.

        Raises Unreachable for a station without an IP address: it could not be answered.
        """
        numbered = [nic for nic in self.nics if nic.ips]
        if not numbered:
            raise Unreachable(
                self.name, "it has no IPv4 address to talk from; give it one, or let it ask a DHCP server"
            )
        return next((nic for nic in numbered if any(own >> 8 == ip >> 8 for own in nic.ips)), numbered[0])

    def own_ip(self, ip: int) -> int:
        """The address that this station talks to a neighbour from."""
        nic = self.nic_for(ip)
        return next((own for own in nic.ips if own >> 8 == ip >> 8), nic.ips[0])

    def owns(self, ip: int) -> bool:
        """Whether an IP is this station's."""
        return any(ip in nic.ips for nic in self.nics)

    # ARP and echo ------------------------------------------------------------------------------------------------

    def announce(self, nic: Nic | None = None) -> None:
        """Send a gratuitous ARP for every IP, of one interface or of all.

        Windows does so whenever an IP is configured, so neighbours and switches learn the place at once.
        Source: RFC 5227, 2.3 (a request whose sender and target are both one's own IP).
        """
        for one in [nic] if nic else self.nics:
            for ip in one.ips:
                self.tell(one, BROADCAST, Kind.ARP, (REQUEST, ip, one.mac, ip))

    def _ask(self, ip: int) -> None:
        nic = self.nic_for(ip)
        self.tell(nic, BROADCAST, Kind.ARP, (REQUEST, self.own_ip(ip), nic.mac, ip))

    def _hear_arp(self, nic: Nic, frame: Frame) -> None:
        operation, sender_ip, sender_mac, target_ip = frame.body
        mine = target_ip in nic.ips
        if sender_ip in nic.ips:
            self.conflicts += sender_mac != nic.mac
        elif sender_ip:
            self.neighbours.hear(sender_ip, sender_mac, addressed=mine)
        if mine and operation == REQUEST and sender_ip != target_ip:
            self.tell(nic, sender_mac, Kind.ARP, (REPLY, target_ip, nic.mac, sender_ip))

    def _hear_echo(self, _nic: Nic, frame: Frame) -> None:
        source, target, identifier, sequence = frame.body
        if self.owns(target):
            self.tell_ip(source, Kind.ECHO_REPLY, (target, source, identifier, sequence), flow=identifier)

    def _hear_answer(self, nic: Nic, frame: Frame) -> None:
        """Hand an answer to whoever waits for it: by kind and identifier, the third part of the body."""
        listener = self.listeners.get((frame.kind, frame.body[2]))
        if listener is not None and self.owns(frame.body[1]):
            listener(nic, frame)

    def _hear_segment(self, nic: Nic, frame: Frame) -> None:
        """Serve a connection, or reset one that is not known here. Source: RFC 9293, 3.5.2."""
        source, target, ident, sequence = frame.body
        if not self.owns(target):
            return
        listener = self.listeners.get((Kind.SEGMENT, ident))
        if listener is not None:
            listener(nic, frame)
        else:
            self.tell_ip(source, Kind.RESET, (target, source, ident, sequence), flow=ident)

    def _hear_dhcp(self, nic: Nic, frame: Frame) -> None:
        """Hand a server's answer to the client whose transaction it is, the second part of the body."""
        listener = self.listeners.get((Kind.DHCP, frame.body[1]))
        if listener is not None:
            listener(nic, frame)
