"""A learning switch: what it does with a frame, and what a person may do to it.

Sources: IEEE 802.1Q-2018, 8.6 to 8.8 (forwarding, learning, ageing; 300 s by table 8-11) for the behaviour. There is
no spanning tree: a loop that somebody builds is a storm here, too, but each copy of a frame passes `hops_max` switches
at most and only so many are in flight at once, so that the storm is counted and ends.
"""

from collections import Counter
from collections.abc import Iterable
from heapq import heappush

from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.errors import BadTime, CannotBuild, NoSuchPort, PortTaken
from maccord.worlds.l2.frame import Frame, is_group
from maccord.worlds.l2.ledger import Ledger, Move
from maccord.worlds.l2.port import settle
from maccord.worlds.l2.switch_port import FOREVER, VLANS, Entry, SwitchPort, Vlan, checked_vlan, checked_vlans
from maccord.worlds.l2.syslog import Log

HOPS_MAX = 16
"""So many switches a copy passes at most: far more than a network without a loop has in a row."""


class Switch:
    """A switch. Ports come into being when they are configured or plugged into; each is access VLAN 1 at first.

    `forwarded` and `flooded` count frames, `copies` what flooding added to one each, `drops` the rest by reason.
    `capacity` bounds the entries of the whole table, static ones included; None: unbounded. A full table learns nothing
    new, so frames to what it does not know are flooded.
    """

    __slots__ = (
        "_heap",
        "_held",
        "_next_order",
        "age_us",
        "agenda",
        "capacity",
        "copies",
        "drops",
        "flooded",
        "forwarded",
        "hops_max",
        "ledger",
        "log",
        "name",
        "ports",
        "refused",
        "vlans",
    )

    def __init__(
        self, agenda: Agenda, name: str, log: Log, *, age_us: int, capacity: int | None = None, hops_max: int = HOPS_MAX
    ) -> None:
        if age_us <= 0:
            raise BadTime(name, "entries must live for some time; give an age above 0")
        self.agenda = agenda
        self._heap = agenda.heap
        self._next_order = agenda.next_order
        self.name = name
        self.log = log
        self.age_us = age_us
        self.capacity = capacity
        self.hops_max = hops_max
        self.ports: dict[str, SwitchPort] = {}
        self.vlans: dict[int, Vlan] = {}
        self.ledger = Ledger()
        self.drops: Counter[str] = Counter()
        self.forwarded = self.flooded = self.copies = self.refused = self._held = 0

    # Frames ------------------------------------------------------------------------------------------------------

    def receive(self, port: SwitchPort, frame: Frame, hops: int) -> None:
        """Learn from a frame and pass it on. This runs for every hop: it is written to be fast."""
        if not port.up:
            self.drops["link down"] += 1
            return
        port = port.logical
        vlan = port.vlan_of.get(frame.tag)
        if vlan is None:
            vlan = self._take_up(port, frame.tag)
            if vlan is None:
                self.drops["VLAN not carried"] += 1
                return
        now_us = self.agenda.now_us
        table = vlan.table
        entry = table.get(frame.src)
        if entry is not None and entry.port is port and 0 <= now_us - entry.seen_us <= self.age_us:
            entry.seen_us = now_us
        else:
            self._learn(vlan, port, frame.src, entry)
        entry = table.get(frame.dst)
        if entry is None or now_us - entry.seen_us > self.age_us:
            self._flood(vlan, port, frame, hops)
            return
        out = entry.port
        if out is port or hops >= self.hops_max:
            self.drops["came from there" if out is port else "too many hops"] += 1
            return
        tag = out.tag_of[vlan.vid]
        if tag != frame.tag:
            frame = frame.retagged(tag)
        wire = out.pick(frame) if out.members else out
        if wire is None or not wire.up:
            self.drops["link down"] += 1
            return
        self.forwarded += 1
        far = wire.far
        assert far is not None
        heappush(self._heap, (now_us + wire.latency_us, self._next_order(), far.receive, far, frame, hops + 1))

    def _flood(self, vlan: Vlan, port: SwitchPort, frame: Frame, hops: int) -> None:
        """Send a frame out of every other port of its VLAN."""
        agenda = self.agenda
        if hops >= self.hops_max:
            self.drops["too many hops"] += 1
            return
        if len(agenda.heap) >= agenda.in_flight_max:
            self.drops["buffers full"] += 1
            return
        sent = 0
        by_tag = {frame.tag: frame}
        for out in vlan.ports:
            if out is port or not out.up:
                continue
            tag = out.tag_of[vlan.vid]
            copy = by_tag.get(tag)
            if copy is None:
                copy = by_tag[tag] = frame.retagged(tag)
            wire = out.pick(frame) if out.members else out
            if wire is None or wire.far is None:
                continue
            far = wire.far
            heappush(
                agenda.heap, (agenda.now_us + wire.latency_us, agenda.next_order(), far.receive, far, copy, hops + 1)
            )
            sent += 1
        if sent:
            self.flooded += 1
            self.copies += sent - 1
        else:
            self.drops["nobody there"] += 1

    # Learning ----------------------------------------------------------------------------------------------------

    def _learn(self, vlan: Vlan, port: SwitchPort, mac: int, entry: Entry | None) -> None:
        """Everything but the ordinary case, an address heard again where it was."""
        if is_group(mac) or (entry is not None and entry.static):
            return
        now_us = self.agenda.now_us
        if entry is not None and now_us - entry.seen_us > self.age_us:
            self._forget(vlan, mac, entry.seen_us + self.age_us)
            entry = None
        if not vlan.learns:
            return
        if entry is not None:
            move = Move(now_us, vlan.vid, mac, entry.port.name, port.name)
            entry.port, entry.seen_us = port, now_us
            self.ledger.moved(move)
            if hold_us := self.log.moved(move):
                self._stop_learning(vlan, hold_us)
            return
        if self.capacity is not None and self._held >= self.capacity:
            self._expire()
            if self._held >= self.capacity:
                self.refused += 1
                return
        vlan.table[mac] = Entry(port, now_us)
        self._held += 1
        self.ledger.changed(now_us, vlan.vid, mac, port.name)

    def _stop_learning(self, vlan: Vlan, hold_us: int) -> None:
        vlan.learns = False
        self.agenda.after(hold_us, self._learn_again, vlan)

    def _learn_again(self, vlan: Vlan) -> None:
        vlan.learns = True
        self.log.learns_again(self.agenda.now_us, vlan.vid)

    def _forget(self, vlan: Vlan, mac: int, at_us: int) -> None:
        del vlan.table[mac]
        self._held -= 1
        self.ledger.changed(at_us, vlan.vid, mac, None)

    def _expire(self) -> None:
        """Take every entry out that has aged."""
        now_us = self.agenda.now_us
        for vlan in self.vlans.values():
            aged = [(mac, one.seen_us) for mac, one in vlan.table.items() if now_us - one.seen_us > self.age_us]
            for mac, seen_us in aged:
                self._forget(vlan, mac, seen_us + self.age_us)

    def entries(self) -> list[tuple[int, int, Entry]]:
        """What the table holds now, as (VLAN, address, entry), in that order; aged entries are gone."""
        self._expire()
        return sorted(
            ((vlan.vid, mac, entry) for vlan in self.vlans.values() for mac, entry in vlan.table.items()),
            key=lambda row: row[:2],
        )

    def where(self, mac: int, vlan: int = 1) -> str | None:
        """The port where an address is believed to be; None where the switch would flood."""
        entry = self.vlans[vlan].table.get(mac) if vlan in self.vlans else None
        return entry.port.name if entry and self.agenda.now_us - entry.seen_us <= self.age_us else None

    # What a person does ------------------------------------------------------------------------------------------

    def port(self, name: str) -> SwitchPort:
        """The port of a name, which must exist: raises NoSuchPort."""
        if name not in self.ports:
            raise NoSuchPort(self.name, name, tuple(self.ports))
        return self.ports[name]

    def socket(self, name: str) -> SwitchPort:
        """The port of a name; a new one, access VLAN 1, where there was none."""
        if name not in self.ports:
            self.ports[name] = SwitchPort(self.name, name, self.receive)
            self.access(name, 1)
        return self.ports[name]

    def access(self, name: str, vlan: int) -> None:
        """Make a port an access port of one VLAN: untagged frames alone, in and out."""
        self._carry(name, untagged=vlan, tagged=(), every=False)

    def trunk(self, name: str, *, native: int = 1, vlans: Iterable[int] | None = None) -> None:
        """Make a port a trunk: `native` untagged (0: none), `vlans` tagged; None: every VLAN there is."""
        self._carry(name, untagged=native, tagged=vlans or (), every=vlans is None)

    def _carry(self, name: str, *, untagged: int, tagged: Iterable[int], every: bool) -> None:
        subject = f"{self.name} {name}"
        numbers = checked_vlans(subject, untagged, tagged)
        port = self.ports.get(name) or self.ports.setdefault(name, SwitchPort(self.name, name, self.receive))
        if port.logical is not port:
            raise CannotBuild(subject, f"it is a member of {port.logical.name}; configure that one")
        self._flush(port, static=True)
        for vlan in self.vlans.values():
            if port in vlan.ports:
                vlan.ports.remove(port)
        port.vlan_of, port.tag_of, port.native = {}, {}, untagged
        port.carries_all = every
        if untagged:
            self._join(port, self.vlan(untagged), 0)
        for number in numbers or (list(self.vlans) if every else ()):
            if number != untagged:
                self._join(port, self.vlan(number), number)

    def _join(self, port: SwitchPort, vlan: Vlan, tag: int) -> None:
        port.vlan_of[tag] = vlan
        port.tag_of[vlan.vid] = tag
        if port not in vlan.ports:
            vlan.ports.append(port)
            vlan.ports.sort(key=lambda one: one.name)

    def vlan(self, number: int) -> Vlan:
        """The VLAN of a number; a new one where there was none. Raises BadVlan."""
        if number not in self.vlans:
            vlan = self.vlans[checked_vlan(self.name, number)] = Vlan(number)
            for port in self.ports.values():
                if port.carries_all and port.logical is port:
                    self._join(port, vlan, 0 if number == port.native else number)
        return self.vlans[number]

    def _take_up(self, port: SwitchPort, tag: int) -> Vlan | None:
        """The VLAN of a tag not met before on a trunk that carries all."""
        if port.carries_all and tag in VLANS and tag != port.native:
            return self.vlan(tag)
        return None

    def lag(self, name: str, members: Iterable[str]) -> SwitchPort:
        """Make ports the members of one link aggregate, static or LACP; it takes the first one's VLANs."""
        ports = [self.socket(member) for member in members]
        if name in self.ports:
            raise PortTaken(f"{self.name} {name}", name)
        if not ports:
            raise CannotBuild(f"{self.name} {name}", "a link aggregate needs members; name at least one port")
        for port in ports:
            if port.logical is not port or port.members:
                raise CannotBuild(port.label, f"it is part of {port.logical.name}; take another port")
        first = ports[0]
        carried = [number for number, tag in first.tag_of.items() if tag]
        aggregate = SwitchPort(self.name, name, self.receive)
        self.ports[name] = aggregate
        self._carry(name, untagged=first.native, tagged=() if first.carries_all else carried, every=first.carries_all)
        for port in ports:
            self._carry(port.name, untagged=0, tagged=(), every=False)
            port.logical = aggregate
        aggregate.members = ports
        aggregate.up = True
        return aggregate

    def static(self, mac: int, name: str, vlan: int = 1) -> None:
        """Write an entry that never ages or moves."""
        port = self.port(name).logical
        if vlan not in port.tag_of:
            raise CannotBuild(port.label, f"it does not carry VLAN {vlan}; configure it first")
        table = self.vlans[vlan].table
        self._held += mac not in table
        table[mac] = Entry(port, FOREVER)
        self.ledger.changed(self.agenda.now_us, vlan, mac, port.name)

    def shut(self, name: str, *, shut: bool = True) -> None:
        """Shut a port, or open it again; what was learnt there is flushed."""
        port = self.port(name)
        for one in port.members or [port]:
            one.shut = shut
            settle(one)
        if shut:
            self.went_down(port)

    def went_down(self, port: SwitchPort) -> None:
        """Flush what was learnt on a port that lost its link; on an aggregate that has no other member."""
        logical = port.logical
        if not any(member.up for member in logical.members):
            self._flush(logical)

    def _flush(self, port: SwitchPort, *, static: bool = False) -> None:
        now_us = self.agenda.now_us
        for vlan in self.vlans.values():
            gone = [mac for mac, entry in vlan.table.items() if entry.port is port and (static or not entry.static)]
            for mac in gone:
                self._forget(vlan, mac, now_us)

    def clear(self) -> None:
        """Forget every learnt entry, as `clear mac address-table dynamic` does."""
        for port in self.ports.values():
            self._flush(port)
