"""A host's virtual switch at layer 2: ports of guests, uplinks, and the guard against spoofed addresses.

Sources: Microsoft, "Hyper-V Virtual Switch", and KB968703 for the text of event 28. From Windows Server 2008 R2 on a
port may send with its own address alone unless MAC address spoofing is allowed on it; then addresses are learnt there.
A second port with an address that another port of its VLAN holds is refused: the address is pinned to the first one.
Who is first is the order of connecting; that is as observed, no document says it. On 2008 there is no guard and the
switch learns like any other. Unknown unicast is flooded to ports that learn, and to no others; from inside it leaves,
too.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from maccord.mac.address import show
from maccord.worlds.l2.agenda import Agenda
from maccord.worlds.l2.frame import Frame, is_group
from maccord.worlds.l2.port import Port, Receive, send
from maccord.worlds.l2.team import Member, Team

EVENT_EVERY_US = 1_000_000
"""Event 28 comes once a second for a port, as its readers tell."""
EVENTS_MAX = 10_000
LEARNT_MAX = 10_000
"""So many addresses are learnt behind ports; a further one pushes the oldest out."""


@dataclass(frozen=True, slots=True)
class VmsmpEvent:
    """An event of the virtual switch, in the System log of the host."""

    at_us: int
    host: str
    message: str
    id: int = 28
    provider: str = "VMSMP"
    log: str = "System"
    level: str = "Warning"


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A port of a virtual switch, as a host's configuration tells of it. `vlan` 0: untagged.

    `vmq` true: what comes in for this port by another adapter than its own is lost. With Hyper-V port and Dynamic
    distribution a port's hardware queue is on one adapter ("Sum-of-Queues", Microsoft, "NIC Teaming"); that frames are
    lost which come in by another one is a hypothesis. It is what would make a field report true: a management adapter
    with its team's address was reached erratically until VMQ was switched off for it (B. Gelens, 2014).
    """

    name: str
    guid: str
    mac: int
    spoofing: bool = False
    vlan: int = 0
    vmq: bool = False


class VirtualPort(Port):
    """A port of a virtual switch; a station's interface is plugged into it."""

    __slots__ = ("index", "pinned_to", "spec", "told_us")

    def __init__(self, device: str, receive: Receive, spec: PortSpec, index: int) -> None:
        super().__init__(device, spec.name, receive)
        self.spec = spec
        self.index = index
        self.pinned_to: VirtualPort | None = None
        self.told_us: int | None = None


class VirtualSwitch:
    """A virtual switch on a host. `guard` false makes it one of Windows Server 2008.

    `forwarded` counts what left by ports and uplinks, `copies` what delivering one frame to several of them added.
    """

    __slots__ = ("agenda", "copies", "drops", "events", "forwarded", "guard", "learnt", "name", "pins", "ports", "team")

    def __init__(self, agenda: Agenda, name: str, team: Team | None, *, guard: bool) -> None:
        self.agenda = agenda
        self.name = name
        self.guard = guard
        self.team = team
        self.ports: dict[str, VirtualPort] = {}
        self.pins: dict[tuple[int, int], VirtualPort] = {}
        self.learnt: dict[tuple[int, int], VirtualPort] = {}
        self.events: deque[VmsmpEvent] = deque(maxlen=EVENTS_MAX)
        self.drops: Counter[str] = Counter()
        self.copies = self.forwarded = 0

    # Configuration -----------------------------------------------------------------------------------------------

    def connect(self, spec: PortSpec) -> VirtualPort:
        """Add a port. With the guard on, its address is pinned to it, or it is told whom the address is pinned to."""
        port = VirtualPort(self.name, self.receive, spec, len(self.ports))
        self.ports[spec.name] = port
        if self.guard:
            holder = self.pins.setdefault((spec.vlan, spec.mac), port)
            if holder is not port:
                port.pinned_to = holder
                self._tell(port, spec.mac, holder)
        else:
            self._learn(port, spec.vlan, spec.mac)
        return port

    def disconnect(self, port: VirtualPort) -> None:
        """Take a port away; an address that was pinned to it is free for the next port that holds it."""
        del self.ports[port.name]
        key = (port.spec.vlan, port.spec.mac)
        if self.pins.get(key) is port:
            del self.pins[key]
            heirs = [one for one in self.ports.values() if one.pinned_to is port]
            for heir in heirs:
                heir.pinned_to = None if heir is heirs[0] else heirs[0]
            if heirs:
                self.pins[key] = heirs[0]
        for learnt in [at for at, holder in self.learnt.items() if holder is port]:
            del self.learnt[learnt]

    # Frames from ports -------------------------------------------------------------------------------------------

    def receive(self, port: VirtualPort, frame: Frame, hops: int) -> None:
        """Take a frame from a guest, if its source may be used here, and pass it on."""
        if not port.up:
            self.drops["link down"] += 1
            return
        if frame.tag:
            self.drops["VLAN not carried"] += 1
            return
        vlan = port.spec.vlan
        if not self._may_send(port, vlan, frame.src):
            return
        targets, known = self._targets(vlan, frame, port)
        if not known and self.team is not None:
            self._leave(port, frame, hops)
            self.copies += len(targets)
        elif targets:
            self.copies += len(targets) - 1
        else:
            self.drops["came from there" if known else "no uplink"] += 1
        self._hand_out(targets, frame, hops)

    def _may_send(self, port: VirtualPort, vlan: int, src: int) -> bool:
        if self.guard:
            if not port.spec.spoofing and src != port.spec.mac:
                self.drops["spoofed source"] += 1
                return False
            holder = self.pins.get((vlan, src))
            if holder is not None and holder is not port:
                self.drops["pinned to another port"] += 1
                self._tell(port, src, holder)
                return False
        if not is_group(src):
            self._learn(port, vlan, src)
        return True

    def _learn(self, port: VirtualPort, vlan: int, mac: int) -> None:
        if len(self.learnt) >= LEARNT_MAX and (vlan, mac) not in self.learnt:
            del self.learnt[next(iter(self.learnt))]
        self.learnt[vlan, mac] = port

    def _targets(self, vlan: int, frame: Frame, source: VirtualPort | None) -> tuple[list[VirtualPort], bool]:
        """The ports inside that a frame is for, and whether it is known to be for one of them alone."""
        holder = self.pins.get((vlan, frame.dst)) or self.learnt.get((vlan, frame.dst))
        if holder is not None:
            return ([] if holder is source else [holder]), True
        group = is_group(frame.dst)
        heard = [port for port in self.ports.values() if port is not source and port.spec.vlan == vlan]
        return [port for port in heard if group or port.spec.spoofing or not self.guard], False

    def _hand_out(self, targets: Sequence[VirtualPort], frame: Frame, hops: int) -> None:
        for port in targets:
            self.forwarded += 1
            send(self.agenda, port, frame, hops + 1, self.drops)

    def _leave(self, port: VirtualPort, frame: Frame, hops: int) -> None:
        assert self.team is not None
        way = self.team.leave(port.index, frame, self.agenda.now_us)
        if way is None:
            self.drops["no link"] += 1
            return
        member, leaving = way
        if port.spec.vlan:
            leaving = leaving.retagged(port.spec.vlan)
        self.forwarded += 1
        send(self.agenda, member, leaving, hops + 1, self.drops)

    # Frames from uplinks -----------------------------------------------------------------------------------------

    def receive_outside(self, member: Member, frame: Frame, hops: int) -> None:
        """Take a frame from an uplink, and hand it to the ports that it is for."""
        assert self.team is not None
        if not member.up:
            self.drops["link down"] += 1
            return
        if self._is_own(frame):
            self.drops["own frame came back"] += 1
            return
        targets, known = self._targets(frame.tag, frame, None)
        taken = [port for port in targets if self.team.lets_in(port.index, member, flooded=not known)]
        if not taken:
            self.drops["not for this uplink" if targets else "nobody there"] += 1
            return
        if known and taken[0].spec.vmq and not self.team.is_own(taken[0].index, member):
            self.drops["queue on another adapter"] += 1
            return
        self._hand_out(taken, frame.retagged(0) if frame.tag else frame, hops)
        self.copies += len(taken) - 1

    def _is_own(self, frame: Frame) -> bool:
        """Whether a frame was sent from here: flooded back by a switch, on another uplink.

        A twin's frame from another host looks the same. With one uplink nothing comes back, so there it is let in.
        """
        assert self.team is not None
        if len(self.team.members) == 1:
            return False
        key = (frame.tag, frame.src)
        return key in self.pins or key in self.learnt or any(one.mac == frame.src for one in self.team.members)

    # Events ------------------------------------------------------------------------------------------------------

    def _tell(self, port: VirtualPort, mac: int, holder: VirtualPort) -> None:
        now_us = self.agenda.now_us
        if port.told_us is not None and now_us - port.told_us < EVENT_EVERY_US:
            return
        port.told_us = now_us
        message = (
            f"Port '{port.spec.guid}' was prevented from using MAC address '{show(mac)}' "
            f"because it is pinned to port '{holder.spec.guid}'."
        )
        self.events.append(VmsmpEvent(now_us, self.name, message))
