"""Layer 2 simulated by `maccord.worlds.l2` against SimPy, the same model in both.

The model: a core switch, four access switches, stations spread over them. Each station makes itself known with one
broadcast, then sends to one other station again and again, at a pace of its own; two stations have one address, so a
part of the table flaps. Every cable has a latency, every switch learns, ages, forwards and floods. Both simulations
must come to the same numbers of frames sent, delivered, flooded and moved, or the comparison ends.

SimPy's side is written the way its documentation does it: a cable as in its example "Event Latency" (a store, and a
process that waits for each message), a process for each port that takes from the store, a process for each sender. A
second one, "lean", leaves stores and port processes out: a timeout per frame on a cable, with a callback. That is as
little as SimPy can be asked to do; nobody would write it first.

Rounds interleave the three; the median of CPU seconds counts. An event is a frame that arrives, or a sender's timer.

    python bench/l2.py [--stations 48] [--events 300000] [--rounds 5]
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import simpy

from maccord.worlds.l2 import L2

ACCESS = 4
AGE_US = 300_000_000
LATENCY_US = 5
BROADCAST = (1 << 48) - 1


@dataclass(frozen=True)
class Sender:
    """A station: its address, its access switch, whom it talks to, how often, and when first."""

    number: int
    mac: int
    switch: int
    to: int
    every_us: int
    first_us: int


@dataclass(frozen=True)
class Counts:
    """What both must agree on."""

    sent: int
    delivered: int
    flooded: int
    forwarded: int
    moves: int


def main() -> None:
    """Print seconds, events per second and ratios."""
    options = _options()
    senders = plan(options.stations)
    until_us = _length(senders, options.events)
    runs: dict[str, Callable[[list[Sender], int], tuple[Counts, float]]] = {
        "maccord": by_maccord,
        "simpy": by_simpy,
        "simpy, lean": by_lean_simpy,
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    found: dict[str, Counts] = {}
    for _ in range(options.rounds):
        for name, run in runs.items():
            found[name], took = run(senders, until_us)
            seconds[name].append(took)
    counts = found["maccord"]
    assert all(other == counts for other in found.values()), f"they do not agree: {found}"
    events = counts.sent + counts.sent + counts.delivered + counts.forwarded
    print(f"{options.stations} stations, {ACCESS + 1} switches, {until_us / 1e6:.1f} s of network: {counts}")
    ours = statistics.median(seconds["maccord"])
    for name, rounds in seconds.items():
        median = statistics.median(rounds)
        print(f"{name:12} {median:7.2f} s  {events / median:>11,.0f} events/s  ratio {median / ours:.1f}")


def plan(stations: int) -> list[Sender]:
    """The stations of a run; the last one has the first one's address, on another switch."""
    chance = random.Random(7)
    macs = [0x00155D000000 + number for number in range(stations)]
    macs[-1] = macs[0]
    return [
        Sender(
            number,
            macs[number],
            number % ACCESS,
            macs[(number + 1 + chance.randrange(stations - 2)) % stations],
            chance.randrange(9_001, 11_000),
            1 + number * 1_009,
        )
        for number in range(stations)
    ]


def _length(senders: list[Sender], events: int) -> int:
    """How long a run must be for about so many events: a frame is sent, and arrives at two or four devices."""
    per_us = sum(1 / sender.every_us for sender in senders) * 4.8
    return round(events / per_us)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=48)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


# maccord ---------------------------------------------------------------------------------------------------------


def by_maccord(senders: list[Sender], until_us: int) -> tuple[Counts, float]:
    """Run the model in maccord's world; return counts and CPU seconds of the run."""
    net = L2(seed=1)
    core = net.switch("core", age_s=AGE_US / 1e6)
    access = [net.switch(f"access{number}", age_s=AGE_US / 1e6) for number in range(ACCESS)]
    for number, switch in enumerate(access):
        net.link(core, f"down{number}", switch, "up", latency_us=LATENCY_US)
    for sender in senders:
        station = net.station(f"station{sender.number}", mac=sender.mac)
        net.plug(station, access[sender.switch], f"port{sender.number}", latency_us=LATENCY_US)
        nic = station.nics[0]
        net.agenda.at(sender.first_us, station.tell, nic, BROADCAST, 0, ())
        net.agenda.at(
            sender.first_us + 100_000, lambda nic=nic, one=sender: net.traffic(nic, every_us=one.every_us, to=one.to)
        )
    # The steady pace begins at a random part of the period in the world; here all begin at once, as in SimPy.
    net.agenda.chance = Still()
    started = time.process_time()
    net.run(until_us=until_us)
    took = time.process_time() - started
    switches = net.switches.values()
    return Counts(
        sum(one.sent for one in net.stations.values()),
        sum(one.taken + one.ignored for one in net.stations.values()),
        sum(one.flooded for one in switches),
        sum(one.forwarded + one.flooded + one.copies for one in switches),
        sum(one.ledger.moves_all.total() for one in switches),
    ), took


class Still(random.Random):
    """Chance that begins every period at its start."""

    def randrange(self, *_args: object, **_options: object) -> int:
        """Return 0."""
        return 0


# SimPy -----------------------------------------------------------------------------------------------------------


@dataclass
class Packet:
    """A frame."""

    dst: int
    src: int


class Cable:
    """A cable with a latency, as in SimPy's example "Event Latency"."""

    def __init__(self, env: simpy.Environment, delay: int) -> None:
        self.env = env
        self.delay = delay
        self.store = simpy.Store(env)

    def latency(self, packet: Packet) -> Generator[simpy.Event, Any, None]:
        """Wait, then hand over."""
        yield self.env.timeout(self.delay)
        self.store.put(packet)

    def put(self, packet: Packet) -> None:
        """Send a packet."""
        self.env.process(self.latency(packet))

    def get(self) -> simpy.Event:
        """Wait for a packet."""
        return self.store.get()


class SimpySwitch:
    """A learning switch: ports are pairs of cables, one for each direction."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.outs: list[Cable | LeanCable] = []
        self.table: dict[int, tuple[int, float]] = {}
        self.flooded = self.forwarded = self.moves = 0

    def add(self, into: Cable, out: Cable) -> None:
        """Add a port."""
        self.outs.append(out)
        self.env.process(self.listen(len(self.outs) - 1, into))

    def listen(self, port: int, into: Cable) -> Generator[simpy.Event, Any, None]:
        """Take packets from a port for ever."""
        while True:
            packet = yield into.get()
            self.handle(port, packet)

    def handle(self, port: int, packet: Packet) -> None:
        """Learn, then forward or flood."""
        now = self.env.now
        known = self.table.get(packet.src)
        if known is not None and known[0] != port and now - known[1] <= AGE_US:
            self.moves += 1
        self.table[packet.src] = (port, now)
        target = self.table.get(packet.dst)
        if target is None or now - target[1] > AGE_US:
            self.flooded += 1
            for number, out in enumerate(self.outs):
                if number != port:
                    self.forwarded += 1
                    out.put(packet)
        elif target[0] != port:
            self.forwarded += 1
            self.outs[target[0]].put(packet)


class SimpyStation:
    """A sender, and a receiver that counts."""

    def __init__(self, env: simpy.Environment, sender: Sender) -> None:
        self.env = env
        self.sender = sender
        self.sent = self.delivered = 0

    def talk(self, out: "Cable | LeanCable") -> Generator[simpy.Event, Any, None]:
        """Send one broadcast, then steadily to one address."""
        sender = self.sender
        yield self.env.timeout(sender.first_us)
        self.sent += 1
        out.put(Packet(BROADCAST, sender.mac))
        yield self.env.timeout(100_000)
        packet = Packet(sender.to, sender.mac)
        while True:
            self.sent += 1
            out.put(packet)
            yield self.env.timeout(sender.every_us)

    def listen(self, into: Cable) -> Generator[simpy.Event, Any, None]:
        """Count what arrives."""
        while True:
            packet = yield into.get()
            self.handle(packet)

    def handle(self, packet: Packet) -> None:
        """Count a packet, for this station or not."""
        self.delivered += packet is not None

    def hear(self, event: simpy.Event) -> None:
        """Count what a lean cable brings."""
        assert isinstance(event.value, Packet)
        self.handle(event.value)


def by_simpy(senders: list[Sender], until_us: int) -> tuple[Counts, float]:
    """Run the model in SimPy, as its documentation would; return counts and CPU seconds of the run."""
    env = simpy.Environment()
    core, access = SimpySwitch(env), [SimpySwitch(env) for _ in range(ACCESS)]
    for switch in access:
        up, down = Cable(env, LATENCY_US), Cable(env, LATENCY_US)
        core.add(up, down)
        switch.add(down, up)
    stations = []
    for sender in senders:
        station = SimpyStation(env, sender)
        into, out = Cable(env, LATENCY_US), Cable(env, LATENCY_US)
        access[sender.switch].add(out, into)
        env.process(station.listen(into))
        env.process(station.talk(out))
        stations.append(station)
    return _run(env, until_us, [core, *access], stations)


class LeanCable:
    """A cable without store or process: a timeout that calls the receiver."""

    def __init__(self, env: simpy.Environment, receive: Callable[[Any], None]) -> None:
        self.env = env
        self.receive = receive

    def put(self, packet: Packet) -> None:
        """Send a packet."""
        timeout = self.env.timeout(LATENCY_US, packet)
        assert timeout.callbacks is not None
        timeout.callbacks.append(self.receive)


class LeanSwitch(SimpySwitch):
    """A switch that cables call."""

    def entrance(self) -> Callable[[Any], None]:
        """What a cable into the next port calls."""
        port = len(self.outs)
        return lambda event: self.handle(port, event.value)


def by_lean_simpy(senders: list[Sender], until_us: int) -> tuple[Counts, float]:
    """Run the model in SimPy with as few events as can be; return counts and CPU seconds of the run."""
    env = simpy.Environment()
    core, access = LeanSwitch(env), [LeanSwitch(env) for _ in range(ACCESS)]
    for switch in access:
        up, down = LeanCable(env, core.entrance()), LeanCable(env, switch.entrance())
        core.outs.append(down)
        switch.outs.append(up)
    stations = []
    for sender in senders:
        station, switch = SimpyStation(env, sender), access[sender.switch]
        out = LeanCable(env, switch.entrance())
        switch.outs.append(LeanCable(env, station.hear))
        env.process(station.talk(out))
        stations.append(station)
    return _run(env, until_us, [core, *access], stations)


def _run(
    env: simpy.Environment, until_us: int, switches: list[Any], stations: list[SimpyStation]
) -> tuple[Counts, float]:
    started = time.process_time()
    env.run(until=until_us + 0.5)
    took = time.process_time() - started
    return Counts(
        sum(one.sent for one in stations),
        sum(one.delivered for one in stations),
        sum(one.flooded for one in switches),
        sum(one.forwarded for one in switches),
        sum(one.moves for one in switches),
    ), took


if __name__ == "__main__":
    main()
