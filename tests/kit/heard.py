"""What a network lets one hear, built line by line, and what the engine of verdicts makes of it."""

from maccord.mac import parse_value
from maccord.wire.records import (
    PLAIN,
    ArpSeen,
    At,
    DhcpSeen,
    Domain,
    LinkHeard,
    MoveLogged,
    NeighbourSeen,
    TableChange,
    TraitSeen,
)
from maccord.wire.track import FAULTS, Tracker

SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND
MAC = "00-15-5D-C8-6A-00"
OTHER = "00-15-5D-C8-6B-11"
ALL = (1 << 48) - 1


class Ear:
    """Hears frames and tells the tracker; times are seconds from the start."""

    def __init__(self, settings=None, *, ground=None, domain=PLAIN):
        self.tracker = Tracker(settings, ground=ground)
        self.domain = domain

    def frame(self, port, seconds, mac=MAC, *, switch="sw1", domain=None):
        self.tracker.hear(0, At(switch, port), domain or self.domain, parse_value(mac), ns(seconds))

    def tell(self, record, told, port, seconds, *, switch="sw1", domain=None):
        common = {"time_ns": ns(seconds), "at": At(switch, port), "domain": domain or self.domain, "line": 1}
        self.tracker.tell(0, record(**common, **told))

    def arp(self, port, seconds, ip, mac=MAC, *, kind="request", to=0, switch="sw1", domain=None):
        self.frame(port, seconds, mac, switch=switch, domain=domain)
        number = parse_value(mac)
        told = {
            "kind": kind,
            "source": number,
            "mac": number,
            "ip": ip,
            "target_mac": to,
            "target_ip": ip if kind == "announcement" else "10.0.0.254",
            "to_all": kind != "reply",
        }
        self.tell(ArpSeen, told, port, seconds, switch=switch, domain=domain)

    def neighbour(self, port, seconds, ip, mac=MAC, *, kind="advertisement"):
        self.frame(port, seconds, mac)
        number = parse_value(mac)
        self.tell(NeighbourSeen, {"kind": kind, "source": number, "mac": number, "told": True, "ip": ip}, port, seconds)

    def trait(self, port, seconds, ip, mac=MAC, *, hops=64, ident=None, clock=None):
        self.frame(port, seconds, mac)
        told = {"source": parse_value(mac), "ip": ip, "hops": hops, "ident": ident, "clock": clock}
        self.tell(TraitSeen, told, port, seconds)

    def dhcp(self, port, seconds, client_id, host_name, mac=MAC, *, vendor_class=""):
        self.frame(port, seconds, mac)
        told = {
            "version": 4,
            "message": "request",
            "source": parse_value(mac),
            "client": parse_value(mac),
            "client_id": client_id,
            "host_name": host_name,
            "vendor_class": vendor_class,
        }
        self.tell(DhcpSeen, told, port, seconds)

    def learned(self, port, seconds, mac=MAC, *, change="learned", switch="sw1", domain=None):
        told = {"mac": parse_value(mac), "change": change}
        self.tell(TableChange, told, port, seconds, switch=switch, domain=domain)

    def link(self, port, system, *, capabilities=(), switch="sw1"):
        told = {
            "protocol": "lldp",
            "source": 1,
            "chassis": system,
            "port": "eth0",
            "system": system,
            "capabilities": capabilities,
        }
        self.tell(LinkHeard, told, port, 0, switch=switch)

    def logged(self, seconds, kind, *, ports=(), mac=MAC, switch="sw1", **more):
        told = {"kind": kind, "mac": None if mac is None else parse_value(mac), "ports": ports, **more}
        self.tell(MoveLogged, told, ports[-1] if ports else "", seconds, switch=switch)

    @property
    def verdicts(self):
        return self.tracker.all_verdicts()

    @property
    def kinds(self):
        return [one.kind for one in self.verdicts]

    @property
    def faults(self):
        return [one.kind for one in self.verdicts if one.kind in FAULTS]


def ns(seconds):
    return START + round(seconds * SECOND)


def vlan(number):
    return Domain((number,))
