"""Emulated networks with a tap at every port of every switch: what they carry goes to the engine of verdicts."""

from contextlib import contextmanager

from maccord.wire.records import PLAIN, ArpSeen, At, Domain, TableChange
from maccord.wire.track import FAULTS, Tracker
from maccord.worlds.l2.frame import Kind
from maccord.worlds.l2.ipv4 import show_ipv4
from maccord.worlds.l2.switch import Switch

START_NS = 1_800_000_000 * 10**9


class Taps:
    """Follows what ports hear, frame by frame, and what address tables say, apart from each other."""

    def __init__(self, settings=None):
        self.by_frames = Tracker(settings)
        self.by_tables = Tracker(settings)

    def hear(self, switch, port, frame):
        port = port.logical
        vid = frame.tag or next((vlan.vid for vlan in [port.vlan_of.get(frame.tag)] if vlan), 0)
        domain = Domain((vid,)) if vid > 1 else PLAIN
        at, time_ns = At(switch.name, port.name), START_NS + switch.agenda.now_us * 1000
        self.by_frames.hear(0, at, domain, frame.src, time_ns)
        if frame.kind == Kind.ARP:
            self.by_frames.tell(0, _arp(frame, at, domain, time_ns))

    def read_tables(self, net):
        for switch in net.switches.values():
            last: dict[tuple[int, int], str] = {}
            for change in sorted(switch.ledger.changes, key=lambda one: one.at_us):
                gone = change.port is None
                port = last.get((change.vlan, change.mac), "") if gone else change.port
                last[change.vlan, change.mac] = port
                self.by_tables.tell(
                    0,
                    TableChange(
                        time_ns=START_NS + change.at_us * 1000,
                        at=At(switch.name, port),
                        domain=Domain((change.vlan,)) if change.vlan > 1 else PLAIN,
                        line=1,
                        mac=change.mac,
                        change="aged" if gone else "learned",
                    ),
                )

    def faults(self, tracker):
        return [one for one in tracker.all_verdicts() if one.kind in FAULTS]


def _arp(frame, at, domain, time_ns):
    operation, sender_ip, sender, target_ip = frame.body
    ip, target = show_ipv4(sender_ip), show_ipv4(target_ip)
    kind = "announcement" if ip == target else "reply" if operation == 2 else "request"
    return ArpSeen(
        time_ns=time_ns,
        at=at,
        domain=domain,
        line=1,
        kind=kind,  # type: ignore[arg-type]
        source=frame.src,
        mac=sender,
        ip=ip,
        target_mac=frame.dst,
        target_ip=target,
        to_all=frame.dst == (1 << 48) - 1,
    )


@contextmanager
def tapped(settings=None):
    """Tap every switch that hears a frame within the context."""
    taps, receive = Taps(settings), Switch.receive

    def heard(self, port, frame, hops):
        if port.up and (port.logical.vlan_of.get(frame.tag) or port.logical.name):
            taps.hear(self, port, frame)
        receive(self, port, frame, hops)

    Switch.receive = heard  # type: ignore[method-assign]
    try:
        yield taps
    finally:
        Switch.receive = receive  # type: ignore[method-assign]
