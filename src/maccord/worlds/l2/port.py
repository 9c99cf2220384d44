"""A port and the cable in it."""

from collections import Counter
from collections.abc import Callable
from heapq import heappush
from typing import Any

from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.errors import BadTime, PortTaken
from maccord.worlds.l2.frame import Frame

LATENCY_US = 2
"""A cable's default: 100 m of copper delay half a microsecond, and a short frame takes another at 1 Gbit/s."""

Receive = Callable[[Any, Frame, int], None]


class Port:
    """One end of a cable, or an empty socket.

    `far` is the port at the other end and `receive` what this port's device does with a frame: `receive(port, frame,
    hops)`. `up` is true while a cable is in and neither end is shut.
    """

    __slots__ = ("device", "far", "latency_us", "name", "receive", "shut", "up")

    def __init__(self, device: str, name: str, receive: Receive) -> None:
        self.device = device
        self.name = name
        self.receive = receive
        self.far: Port | None = None
        self.latency_us = LATENCY_US
        self.up = False
        self.shut = False

    @property
    def label(self) -> str:
        """The port as a person says it: device and name."""
        return f"{self.device} {self.name}"

    def __repr__(self) -> str:
        return f"<port {self.label}>"


def connect(one: Port, other: Port, latency_us: int) -> None:
    """Put a cable between two empty ports. Raises PortTaken and BadTime."""
    for port in (one, other):
        if port.far is not None:
            raise PortTaken(port.label, port.far.label)
    if latency_us < 0:
        raise BadTime(one.label, f"a cable cannot have a latency of {latency_us} microseconds; use 0 or more")
    one.far, other.far = other, one
    one.latency_us = other.latency_us = latency_us
    settle(one)


def disconnect(port: Port) -> Port | None:
    """Pull the cable out of a port; return the port at its other end."""
    far = port.far
    if far is not None:
        port.far = far.far = None
        port.up = far.up = False
    return far


def settle(port: Port) -> None:
    """Bring a cable's both ends up or down, by whether either is shut."""
    far = port.far
    if far is None:
        port.up = False
    else:
        port.up = far.up = not (port.shut or far.shut)


def send(agenda: Agenda, port: Port, frame: Frame, hops: int, drops: Counter[str]) -> None:
    """Put a frame on the cable of a port; without a link it is dropped, and counted."""
    far = port.far
    if far is None or not port.up:
        drops["no link"] += 1
        return
    heappush(agenda.heap, (agenda.now_us + port.latency_us, agenda.next_order(), far.receive, far, frame, hops))
