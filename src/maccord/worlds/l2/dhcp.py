"""DHCP as far as it decides who gets which address: DISCOVER, OFFER, REQUEST, ACK.

A server here knows its clients by hardware address, as servers do that get no client identifier (RFC 2131, 2 and 4.2).
So two stations with one MAC address are one client to it and are given one IP. Clients ask for broadcast answers, as
Windows Vista and 2008 do by default (Microsoft KB928233); they send again after 4, 8 and 16 s (RFC 2131, 4.1).
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from maccord.worlds.l2.errors import CannotBuild
from maccord.worlds.l2.frame import BROADCAST, Frame, Kind
from maccord.worlds.l2.station import Nic, Station


class Message(IntEnum):
    """Message types. Source: RFC 2132, 9.6."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    ACK = 5
    NAK = 6


TRIES_MAX = 4
FIRST_RETRY_US = 4_000_000


class DhcpServer:
    """A server on a station: `pool` in order, `reservations` by hardware address.

    `leases` maps a hardware address to its IP; they are held for good. `exhausted` counts requests that could not be
    answered because nothing was left.
    """

    __slots__ = ("_free", "exhausted", "leases", "nic", "reservations", "station")

    def __init__(self, station: Station, nic: Nic, pool: Iterable[int], reservations: Mapping[int, int]) -> None:
        if not nic.ips:
            raise CannotBuild(station.name, "a DHCP server needs an IPv4 address of its own; give the station one")
        promised = {*reservations.values(), *nic.ips}
        self.station = station
        self.nic = nic
        self.reservations = dict(reservations)
        self.leases: dict[int, int] = {}
        self.exhausted = 0
        self._free = [ip for ip in sorted(set(pool), reverse=True) if ip not in promised]
        station.hears[Kind.DHCP] = self._hear

    def _address_of(self, client: int) -> int | None:
        leased = self.leases.get(client) or self.reservations.get(client)
        if leased is None and self._free:
            leased = self._free.pop()
        if leased is not None:
            self.leases[client] = leased
        return leased

    def _hear(self, nic: Nic, frame: Frame) -> None:
        message, transaction, client, wanted, server_ip = frame.body
        own = nic.ips[0]
        if message == Message.DISCOVER:
            offered = self._address_of(client)
            if offered is None:
                self.exhausted += 1
            else:
                self.station.tell(nic, BROADCAST, Kind.DHCP, (Message.OFFER, transaction, client, offered, own))
        elif message == Message.REQUEST and server_ip == own:
            answer = Message.ACK if self.leases.get(client) == wanted else Message.NAK
            self.station.tell(nic, BROADCAST, Kind.DHCP, (answer, transaction, client, wanted, own))


class DhcpClient:
    """An interface that asks for its address: `state` is "asking", "bound", or "failed" after four tries."""

    __slots__ = ("nic", "state", "station", "transaction", "tries")

    def __init__(self, station: Station, nic: Nic) -> None:
        self.station = station
        self.nic = nic
        self.state = "asking"
        self.tries = 0
        self.transaction = station.agenda.chance.getrandbits(32)
        station.listeners[Kind.DHCP, self.transaction] = self._hear
        self._discover()

    def _discover(self) -> None:
        if self.state != "asking":
            return
        if self.tries == TRIES_MAX:
            self.state = "failed"
            return
        self._say(Message.DISCOVER, 0, 0)
        self.station.agenda.after(FIRST_RETRY_US << self.tries, self._discover)
        self.tries += 1

    def _say(self, message: Message, wanted: int, server_ip: int) -> None:
        body = (message, self.transaction, self.nic.mac, wanted, server_ip)
        self.station.tell(self.nic, BROADCAST, Kind.DHCP, body)

    def _hear(self, nic: Nic, frame: Frame) -> None:
        message, _, client, offered, server_ip = frame.body
        if nic is not self.nic or client != nic.mac or self.state != "asking":
            return
        if message == Message.OFFER:
            self._say(Message.REQUEST, offered, server_ip)
        elif message == Message.ACK:
            self.state = "bound"
            nic.ips = [offered]
            self.station.announce(nic)
