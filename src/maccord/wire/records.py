"""What one frame, log line or table row tells: the records that collectors and `watch` stand on.

Times are whole nanoseconds since 1970 in UTC; 0 where nobody says. MAC addresses are 48-bit whole numbers, IP addresses
canonical text (RFC 5952), empty where there is none. Texts come from the wire: they are cut to `TEXT_MAX` characters,
control characters are marks by then, and they are to be escaped all the same wherever they are shown. `line` is where a
record stands in its source: the number of the packet in a capture (from 1, as Wireshark counts), or the line of a log.
"""

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

TEXT_MAX = 255
"""How many characters of a text from the wire are kept; a DHCP option or an LLDP value has no more octets."""


class At(Struct, frozen=True, order=True, gc=False):
    """A vantage point: the device that saw (`observer`: a switch, a host with a sniffer) and its port.

    Either may be empty: a capture that names no interface, a log line that tells no port.
    """

    observer: str = ""
    port: str = ""


class Domain(Struct, frozen=True, order=True, gc=False):
    """The layer-2 domain that a frame belongs to, within one fabric; the same address in two of them is no conflict.

    `vlans` are the frame's own tags, outermost first; priority tags (VLAN 0) are none (IEEE 802.1Q). `tunnel` says what
    the frame travelled in: `vxlan`, `geneve`, `nvgre`, `gre`, `erspan`, `pbb` or `wlan`; `network` is then the VNI, the
    VSID, the key, the session, the I-SID or the BSSID. A GRE tunnel without a key is known by its `ends` alone, two
    addresses in order. The tags of what is around a tunnel do not count: VNI 5000 is one segment on whichever underlay
    (RFC 7348).
    """

    vlans: tuple[int, ...] = ()
    tunnel: str = ""
    network: int = 0
    ends: str = ""

    @property
    def vlan(self) -> int:
        """The innermost tag, 0 where there is none."""
        return self.vlans[-1] if self.vlans else 0

    @property
    def name(self) -> str:
        """What tells the domain apart beside the innermost tag: `vxlan 5000`, outer tags as `vlan 100`, or nothing."""
        around = [f"vlan {vlan}" for vlan in self.vlans[:-1]]
        tunnel = f"{self.tunnel} {self.ends or self.network}" if self.tunnel else ""
        return ", ".join([*([tunnel] if tunnel else []), *around])


PLAIN = Domain()
"""Untagged Ethernet in no tunnel."""


class Presence(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """That an address sent from a place: all its frames within one batch, as Ethernet (or 802.11) source.

    `times` are int64, nanoseconds, least byte first, ascending, never empty: `numpy.frombuffer(times, "<i8")`. There is
    one for each frame as long as `grain_ns` is 0. Of an address that sent more than `TIMES_MAX` frames there is the
    first frame's time of each slot of `grain_ns` in which it sent at all, slots counted from 1970; `last_ns` is the
    last frame's. Frames of a file are not always in order of time: `first_ns` is the earliest. `frames` counts them
    all, `line` is the number of the first packet.
    """

    at: At
    domain: Domain
    mac: int
    frames: int
    first_ns: int
    last_ns: int
    line: int
    times: bytes
    grain_ns: int = 0


class ArpSeen(Struct, frozen=True, gc=False, tag=True):
    """An ARP packet for IPv4.

    `kind`: `request`, `reply`, `probe` (a request for an address that the sender does not use yet: sender IP 0.0.0.0),
    `announcement` (sender and target IP are equal, request or reply: gratuitous ARP), or `reverse` (RARP, by which
    hypervisors announce a machine that has moved). `source` is the frame's
    source, `mac` and `ip` the sender's as the packet claims, `target_mac` and `target_ip` the target's. `to_all` is
    true for a broadcast frame.

    Source: RFC 826; RFC 903 (reverse); RFC 5227 section 1.1 (ARP Probe, ARP Announcement).
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    kind: Literal["request", "reply", "probe", "announcement", "reverse"]
    source: int
    mac: int
    ip: str
    target_mac: int
    target_ip: str
    to_all: bool


class NeighbourSeen(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A message of IPv6 neighbour discovery that names an address.

    `kind`: `solicitation` (sender `ip` asks), `probe` (duplicate address detection: the sender has no address yet, and
    `ip` is the one it wants), `advertisement` (`ip` answers from `mac`), `announcement` (an advertisement that nobody
    asked for), `router` (a router advertisement; `ip` is the router's). `mac` is the link-layer address option, or the
    frame's source where there is none (`told` is false then). `override`, `solicited` and `is_router` are flags of
    advertisements. `target_ip` is whom a solicitation asks for.

    Source: RFC 4861 sections 4.3, 4.4, 7.2.6; RFC 4862 section 5.4.
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    kind: Literal["solicitation", "probe", "advertisement", "announcement", "router"]
    source: int
    mac: int
    told: bool
    ip: str
    target_ip: str = ""
    override: bool = False
    solicited: bool = False
    is_router: bool = False


class DhcpSeen(Struct, frozen=True, gc=False, tag=True):
    """A DHCP message, of either version.

    `message` is the type in the RFC's words, lower case: `discover`, `offer`, `request`, `ack`, `nak`, `decline`,
    `release`, `inform`; `solicit`, `advertise`, `reply`, ... `bootp` where an old packet has none. `client` is chaddr,
    or for version 6 the link-layer address in the client's DUID, None where there is none. `client_id` is option 61
    (version 6: the DUID) in hexadecimal. `ips` are addresses given, yiaddr or those of the IAs; of answers of a server
    alone. `wanted_ip` is what the client asks for (option 50) or holds (ciaddr). `from_server` tells the
    direction, `server_ip` is option 54.

    Source: RFC 2131, RFC 2132, RFC 8415.
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    version: Literal[4, 6]
    message: str
    source: int
    client: int | None
    client_id: str = ""
    host_name: str = ""
    vendor_class: str = ""
    ips: tuple[str, ...] = ()
    wanted_ip: str = ""
    server_ip: str = ""
    from_server: bool = False
    transaction: int = 0
    relay_ip: str = ""


class LinkHeard(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A device that says who it is to the other end of its cable: LLDP or CDP.

    `chassis` is the chassis id in text (an address as 00-15-5D-C8-6A-00), `chassis_mac` its number where it is an
    address. `port` is the port id as told, `port_name` the description. `capabilities` are the enabled ones: `bridge`,
    `router`, `station`, `wlan`, `repeater`, `telephone`, `docsis`, `other`; a bridge at the other end makes this port a
    transit port. `address_ips` are management addresses.

    Source: IEEE 802.1AB-2016 section 8; Cisco, "Cisco Discovery Protocol (CDP) Packet Format".
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    protocol: Literal["lldp", "cdp"]
    source: int
    chassis: str
    port: str
    system: str = ""
    port_name: str = ""
    chassis_mac: int | None = None
    port_mac: int | None = None
    capabilities: tuple[str, ...] = ()
    native_vlan: int = 0
    address_ips: tuple[str, ...] = ()
    ttl_s: int = 0


class BundleHeard(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A link aggregation partner, heard by LACP: ports that lead to one `system` and `key` should be one bundle.

    Source: IEEE 802.1AX-2020 section 6.4.2.3.
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    source: int
    system: int
    key: int
    port: int
    partner: int


class RedundancyHeard(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A hello of a first-hop redundancy protocol: its virtual address is shared by design.

    `virtual_mac` is None where the packet does not settle it. `ips` are the virtual addresses as far as told. `state`
    is the protocol's word (HSRP: `active`, `standby`, ...; VRRP: `master`; CARP: `master`; GLBP: ``).

    Source: RFC 5798, RFC 9568 (VRRP); RFC 2281 (HSRP); OpenBSD carp(4); Cisco, "GLBP - Gateway Load Balancing
    Protocol".
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    protocol: Literal["vrrp", "hsrp", "carp", "glbp"]
    source: int
    group: int
    virtual_mac: int | None
    ips: tuple[str, ...] = ()
    priority: int = 0
    state: str = ""
    sender_ip: str = ""


class TraitSeen(Struct, frozen=True, gc=False, tag=True):
    """What an IP packet gives away of the machine that made it: samples, not every packet.

    `hops` is TTL or hop limit as it stands. `ident` is IPv4's identification (None when it is zero with don't-fragment,
    which tells nothing), `clock` TCP's timestamp value TSval. Packets that a router passed on carry its address and
    other machines' traits: compare within one `(source, ip)`.

    Source: RFC 791, RFC 6864, RFC 7323; T. Kohno et al., "Remote physical device fingerprinting" (2005).
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    source: int
    ip: str
    hops: int
    ident: int | None = None
    clock: int | None = None


class TableChange(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An entry of a switch's address table that came, changed or went: `at` is the device and the port.

    `change`: `learned` (new, or at this port now), `aged` (gone), `static` (configured), `own` (the device's own).
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    mac: int
    change: Literal["learned", "aged", "static", "own"]


class MoveLogged(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A device's log says that an address moved, flaps, or is there twice. `at.port` is where it is now, where told.

    `kind`: `move` (one move), `flap` (moves to and fro between the two ports; `count` moves where told, else 0),
    `duplicate` (the device itself judged: EVPN's duplicate detection), `ip` (two addresses answer for `ip`; `mac` is
    the newcomer's, `other_mac` the known owner's, None where not told), `own` (the device received its own address as a
    source), `pinned` (Hyper-V's switch refused an address that another port holds, event 28), `team` (management
    adapter and team member share an address, 16945). `ports` are all ports that the line names, the older first. `vni`
    stands in `domain`. `mac` is None where the line tells none. `message` names the vendor's mnemonic.
    """

    time_ns: int
    at: At
    domain: Domain
    line: int
    kind: Literal["move", "flap", "duplicate", "ip", "own", "pinned", "team"]
    mac: int | None
    ports: tuple[str, ...] = ()
    other_mac: int | None = None
    ip: str = ""
    count: int = 0
    message: str = ""


Told = (
    ArpSeen
    | NeighbourSeen
    | DhcpSeen
    | LinkHeard
    | BundleHeard
    | RedundancyHeard
    | TraitSeen
    | TableChange
    | MoveLogged
)
"""All records of one moment; every one has `time_ns`, `at`, `domain` and `line`."""


class Fault(Struct, frozen=True, gc=False):
    """Something in a source that cannot be read, and where: `byte 1024`, `packet 17`, `line 3`."""

    at: str
    reason: str


@dataclass(slots=True)
class Batch:
    """What a piece of a source says: a capture yields one after the other, a live source one at a time.

    `told` is in the order of the source, `presences` one per (place, domain, address), in order of (place, domain,
    address). `packets` counts packets, `frames` also frames inside tunnels, `arp` ARP packets in whichever frame.
    `dropped` are packets that the kernel had no room for. `through_ns` is the latest time in the batch.
    """

    told: list[Told] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    packets: int = 0
    frames: int = 0
    arp: int = 0
    dropped: int = 0
    through_ns: int = 0


TIMES_MAX = 4096
"""How many times one Presence keeps."""
