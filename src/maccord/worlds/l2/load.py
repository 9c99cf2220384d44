"""Stations that talk: steady and random chatter, and connections that are kept alive.

Source of the connection's times: RFC 6298 (retransmission timer: 1 s at first, doubled each time) and Windows'
`TcpMaxDataRetransmissions`, 5 (Microsoft, "TCP/IP and NBT configuration parameters").
"""

from dataclasses import dataclass
from heapq import heappush

from maccord.worlds.l2.errors import BadTime
from maccord.worlds.l2.frame import Frame, Kind
from maccord.worlds.l2.station import Nic, Station

SECOND_US = 1_000_000
RETRY_US = 1_000_000
RETRIES_MAX = 5


class Chatter:
    """Frames from one interface to one MAC address: every `every_us`, or `per_second` at random (a Poisson process).

    One frame is sent again and again. `src` other than the interface's address makes a guest that spoofs. The first
    frame of a steady chatter leaves after a random part of its period, so that several do not march in step.
    """

    __slots__ = ("_every_us", "_frame", "_mean_us", "_talk_on", "agenda", "frames", "nic", "station", "stopped")

    def __init__(
        self,
        station: Station,
        nic: Nic,
        to: int,
        *,
        every_us: int | None = None,
        per_second: float | None = None,
        src: int | None = None,
    ) -> None:
        if (every_us is None) == (per_second is None):
            raise BadTime(station.name, "say how often it talks: either every_us or per_second")
        if (every_us is not None and every_us <= 0) or (per_second is not None and per_second <= 0):
            raise BadTime(station.name, "it cannot talk with a pause of zero or less; give a number above 0")
        self.station = station
        self.agenda = station.agenda
        self.nic = nic
        self.frames = 0
        self.stopped = False
        self._frame = Frame(to, nic.mac if src is None else src, tag=nic.tag)
        self._every_us = every_us
        self._mean_us = SECOND_US / per_second if per_second else 0.0
        self._talk_on = self._talk
        first = self.agenda.chance.randrange(every_us) if every_us else self._pause()
        self.agenda.after(first, self._talk, None, None, 0)

    def stop(self) -> None:
        """Say no more."""
        self.stopped = True

    def _pause(self) -> int:
        return self._every_us or round(self.agenda.chance.expovariate(1.0) * self._mean_us)

    def _talk(self, _first: object, _second: object, _hops: int) -> None:
        """Send a frame and plan the next: an event itself, without a timer's detour."""
        if self.stopped:
            return
        self.frames += 1
        self.station.emit(self.nic, self._frame)
        agenda = self.agenda
        pause_us = self._every_us or self._pause()
        heappush(agenda.heap, (agenda.now_us + pause_us, agenda.next_order(), self._talk_on, None, None, 0))


@dataclass(slots=True)
class ConnectionSeen:
    """What a connection went through.

    `stalls` counts segments that had to be sent again, `retransmissions` how often, `broken` how often the connection
    was lost: nothing came back in spite of all retransmissions, or a machine without such a connection reset it.
    """

    segments: int = 0
    acknowledged: int = 0
    stalls: int = 0
    retransmissions: int = 0
    broken: int = 0
    resets: int = 0
    longest_stall_us: int = 0


class Connection:
    """A keepalive every `every_us` from one station to another's IP, acknowledged, sent again where it is not.

    The server's side is known by its station alone: a twin with the same IP that gets a segment answers with a reset.
    A broken connection is made anew with the next keepalive.
    """

    __slots__ = ("_sequence", "_since_us", "agenda", "client", "every_us", "ident", "seen", "server", "server_ip")

    def __init__(self, client: Station, server: Station, server_ip: int, *, ident: int, every_us: int) -> None:
        if every_us <= 0:
            raise BadTime(client.name, "a keepalive needs a pause above 0")
        self.client = client
        self.agenda = client.agenda
        self.server = server
        self.server_ip = server_ip
        self.ident = ident
        self.every_us = every_us
        self.seen = ConnectionSeen()
        self._sequence = 0
        self._since_us = 0
        client.listeners[Kind.ACKNOWLEDGEMENT, ident] = self._acknowledged
        client.listeners[Kind.RESET, ident] = self._reset
        server.listeners[Kind.SEGMENT, ident] = self._serve
        self.agenda.after(0, self._keep_alive)

    def _keep_alive(self) -> None:
        self._sequence += 1
        self.seen.segments += 1
        self._since_us = self.agenda.now_us
        self._transmit(self._sequence, 0)

    def _transmit(self, sequence: int, retries: int) -> None:
        if sequence != self._sequence or self._since_us < 0:
            return
        if retries > RETRIES_MAX:
            self.seen.broken += 1
            self._next()
            return
        if retries:
            self.seen.stalls += retries == 1
            self.seen.retransmissions += 1
        body = (self.client.own_ip(self.server_ip), self.server_ip, self.ident, sequence)
        self.client.tell_ip(self.server_ip, Kind.SEGMENT, body, flow=self.ident)
        self.agenda.after(RETRY_US << retries, self._transmit, sequence, retries + 1)

    def _serve(self, _nic: Nic, frame: Frame) -> None:
        client_ip, server_ip, ident, sequence = frame.body
        self.server.tell_ip(client_ip, Kind.ACKNOWLEDGEMENT, (server_ip, client_ip, ident, sequence), flow=ident)

    def _acknowledged(self, _nic: Nic, frame: Frame) -> None:
        if frame.body[3] != self._sequence or self._since_us < 0:
            return
        self.seen.acknowledged += 1
        took_us = self.agenda.now_us - self._since_us
        if took_us >= RETRY_US:
            self.seen.longest_stall_us = max(self.seen.longest_stall_us, took_us)
        self._next()

    def _reset(self, _nic: Nic, frame: Frame) -> None:
        if frame.body[3] == self._sequence and self._since_us >= 0:
            self.seen.broken += 1
            self.seen.resets += 1
            self._next()

    def _next(self) -> None:
        """This one is settled; plan the next."""
        self._since_us = -1
        self.agenda.after(self.every_us, self._keep_alive)
