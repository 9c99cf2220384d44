"""Ping: echo requests, one a second, and what became of each.

Sources: Microsoft Learn, Windows commands, "ping" (Windows waits for an answer before it sends the next one);
iputils, ping(8) (one every interval, whatever came back; -W).
"""

from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.frame import Frame, Kind
from maccord.worlds.l2.seen import Echo, Outcome
from maccord.worlds.l2.station import Nic, Station

SECOND_US = 1_000_000


class Ping:
    """One run of ping from a station.

    An echo waits for its answer from the moment at which it leaves; one that waits for ARP is told "unreachable" when
    ARP gives up. `waits` true: as Windows, the next one is sent when this one is settled, `every_us` after it at the
    earliest. False: as Linux, one leaves every `every_us`.
    """

    __slots__ = (
        "_base_us",
        "_open",
        "_sent_us",
        "agenda",
        "count",
        "echoes",
        "every_us",
        "identifier",
        "station",
        "target",
        "timeout_us",
        "waits",
    )

    def __init__(
        self,
        station: Station,
        target: int,
        *,
        identifier: int,
        count: int,
        every_us: int,
        timeout_us: int,
        waits: bool,
    ) -> None:
        self.agenda: Agenda = station.agenda
        self.station = station
        self.target = target
        self.identifier = identifier
        self.count = count
        self.every_us = every_us
        self.timeout_us = timeout_us
        self.waits = waits
        self.echoes: dict[int, Echo] = {}
        self._open: dict[int, int] = {}
        self._sent_us: dict[int, int] = {}
        self._base_us = self.agenda.now_us
        station.listeners[Kind.ECHO_REPLY, identifier] = self._hear
        self._send(1)

    @property
    def running(self) -> bool:
        """Whether an echo is still to be sent or settled."""
        return len(self.echoes) < self.count

    def _send(self, sequence: int) -> None:
        self._open[sequence] = self.agenda.now_us
        body = (self.station.own_ip(self.target), self.target, self.identifier, sequence)
        self.station.neighbours.resolve(
            self.target, lambda mac: self._leave(mac, body, sequence), lambda: self._settle(sequence, "unreachable", 0)
        )
        if not self.waits and sequence < self.count:
            self.agenda.after(self.every_us, self._send, sequence + 1)

    def _leave(self, mac: int, body: tuple[int, ...], sequence: int) -> None:
        if sequence not in self._open:
            return
        self._sent_us[sequence] = self.agenda.now_us
        nic = self.station.nic_for(self.target)
        self.station.tell(nic, mac, Kind.ECHO_REQUEST, body, flow=self.identifier)
        self.agenda.after(self.timeout_us, self._settle, sequence, "timed out", 0)

    def _hear(self, _nic: Nic, frame: Frame) -> None:
        source, _, _, sequence = frame.body
        if source == self.target and sequence in self._sent_us:
            self._settle(sequence, "reply", self.agenda.now_us - self._sent_us[sequence])

    def _settle(self, sequence: int, outcome: Outcome, rtt_us: int) -> None:
        at_us = self._open.pop(sequence, None)
        if at_us is None:
            return
        self._sent_us.pop(sequence, None)
        self.echoes[sequence] = Echo(sequence, at_us - self._base_us, outcome, rtt_us)
        if self.waits and sequence < self.count:
            self.agenda.at(at_us + self.every_us, self._send, sequence + 1)
        if not self.running:
            del self.station.listeners[Kind.ECHO_REPLY, self.identifier]
