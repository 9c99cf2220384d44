"""What a collector read, one small record per thing seen, before the records of a host are joined.

Every record names its host as the evidence spells it and the place it was read from. Addresses are 48-bit integers;
an address printed as all zeros is `None` with `zeros` set, since Hyper-V prints that for "not assigned yet".
"""

from typing import Annotated

from msgspec import Meta, Struct

from maccord.wire.records import Presence, Told

Address = Annotated[int, Meta(ge=0, le=(1 << 48) - 1)]
"""A MAC address as a number. Records that come from elsewhere (`fleet/packing.py`) are held to it."""

Whole = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""A number that a column of the tables can hold."""


class Place(Struct, frozen=True, order=True, gc=False):
    """Where a value stands: the file, relative to the argument that held it, and the spot inside it."""

    file: str
    at: str

    def down(self, step: str) -> "Place":
        """Return the place one step of a JSON pointer or XPath below this one."""
        return Place(self.file, f"{self.at}/{step}")


class HostSeen(Struct, frozen=True, gc=False):
    """A host, or a VMM server, that some evidence speaks of."""

    host: str
    place: Place
    platform: str
    collected_at: str = ""
    machine_guid: str | None = None
    wwpn_first: str | None = None
    wwpn_last: str | None = None
    wwpn_at: str = ""
    whole: bool = False
    """True for an export of the entire host: of two such, the newer one counts."""
    guid_at: str = "/MachineGuid"
    """Where in its file `machine_guid` stands: Windows' MachineGuid, or the machine-id of Linux."""
    fabric: str = ""
    """The network that the evidence itself puts the host in; `host` is then `FABRIC/NAME` (see fleet/fabrics.py)."""


class RangeSeen(Struct, frozen=True, gc=False):
    """A range that somebody issues addresses from; both ends inside."""

    host: str
    place: Place
    kind: str
    name: str
    first: Address
    last: Address
    at_first: str
    at_last: str
    cursor: Address | None = None
    at_cursor: str = ""
    wired: bool = True
    rank: Whole = 0
    """Which of several statements of the same range counts: the lowest."""


class MachineSeen(Struct, frozen=True, gc=False):
    """A virtual machine, and whether it is on. `state` is the platform's own word.

    `number` is what the host itself calls the machine, where a second listing of that host tells of its state by it
    alone. `home` is where it runs at one place only, such as the hypervisor that a pool says it is on, or a cluster:
    two records of one machine with one home tell of one run. `snapshot_of` is the id of the machine that this one is
    a snapshot of.
    """

    host: str
    place: Place
    id: str
    name: str
    running: bool | None
    state: str
    clustered: bool = False
    replica: bool = False
    created: str = ""
    number: str = ""
    home: str = ""
    snapshot_of: str = ""


class AdapterSeen(Struct, frozen=True, gc=False):
    """An adapter. `kind` is vm, management, physical, team or virtual; `linked` is false where its cable is pulled.

    Two more kinds tell of an adapter a second time: `management-nic` (Get-NetAdapter's word on a management vNIC) and
    `configured` (a network controller's word on an adapter it configures). `group` is the port group of its switch
    that it is plugged into. `overlay` names the virtual network whose members alone hear its frames, on any host.
    `manager` names what tells of the adapter and issued its address, unless `dynamic` says that a host did, where that
    is no single host: a vCenter Server by its UUID or name, a cluster, a cloud. Adapters of one manager carry one and
    the same name; empty: not known, or the host itself.

    Of a switch, a router or any device that lists its interfaces, `kind` may also be `interface`, a logical interface
    that talks for the device. `role` says which: subinterface, svi (the device's own interface in a VLAN), vrr (a
    gateway address that several devices have, on top of an SVI) or bridge. `bound_to` names the interface of the
    device that it is stacked on: a subinterface's parent, the bridge of a port or an SVI, a VRR's SVI.
    """

    host: str
    place: Place
    kind: str
    name: str
    id: str = ""
    mac: Address | None = None
    zeros: bool = False
    at_mac: str = ""
    permanent: Address | None = None
    dynamic: bool | None = None
    machine_id: str = ""
    machine: str = ""
    switch_id: str = ""
    switch: str = ""
    spoofing: bool | None = None
    iov: bool = False
    up: bool | None = None
    description: str = ""
    parent: bool = False
    ips: tuple[str, ...] = ()
    snapshot: str = ""
    vlans: str | None = None
    linked: bool = True
    group: str = ""
    overlay: str = ""
    manager: str = ""
    role: str = ""
    bound_to: str = ""


class SwitchSeen(Struct, frozen=True, gc=False):
    """A virtual switch. `kind` is private, internal or external; uplinks are NIC descriptions and GUIDs.

    `vlans` are those of its adapters that name none of their own. `segment` names the layer-2 segment that a switch of
    a kind other than external shares with switches of other hosts, such as an overlay network by its id; without it
    the switch stands alone. `assumed` marks a guess, which any other record of the switch overrules. `in_file` says
    that the name of the segment means something in its own file alone.
    """

    host: str
    place: Place
    id: str
    name: str
    kind: str
    embedded_team: bool = False
    uplinks: tuple[str, ...] = ()
    uplink_ids: tuple[str, ...] = ()
    vlans: str | None = None
    segment: str = ""
    assumed: bool = False
    ipvlan: bool = False
    """True where all adapters have the address of the uplink, by design."""
    in_file: bool = False


class VlanSeen(Struct, frozen=True, gc=False):
    """The VLANs of one adapter port, as a canonical set such as `0`, `10` or `0,100-199`."""

    host: str
    place: Place
    adapter_id: str
    machine: str
    vlans: str


class PortGroupSeen(Struct, frozen=True, kw_only=True, gc=False):
    """What a port group of a switch sets for adapters that say nothing themselves; no group: the switch as a whole.

    `switch` is the name or id that adapters give. `default` marks the group of adapters that name none.
    """

    host: str
    place: Place
    switch: str
    group: str = ""
    vlans: str | None = None
    spoofing: bool | None = None
    default: bool = False


class TeamSeen(Struct, frozen=True, gc=False):
    """A member of a team (`member`) or the adapter that the team shows (`nic`), by name and description."""

    host: str
    place: Place
    role: str
    team: str
    name: str
    description: str


class IpSeen(Struct, frozen=True, gc=False):
    """An IPv4 address that the host itself holds now."""

    host: str
    place: Place
    address: str
    alias: str


class QueueSeen(Struct, frozen=True, gc=False):
    """Whether virtual machine queues are on for one adapter of a host."""

    host: str
    place: Place
    name: str
    description: str
    enabled: bool


class HbaSeen(Struct, frozen=True, gc=False):
    """One World Wide Port Name of a virtual Fibre Channel adapter; all zeros when none could be issued."""

    host: str
    place: Place
    machine_id: str
    machine: str
    name: str
    wwpn: str


class EventSeen(Struct, frozen=True, gc=False):
    """An event of a Windows log, with the address its message names."""

    host: str
    place: Place
    provider: str
    number: Whole
    mac: Address | None
    message: str
    time: str = ""


class GrantSeen(Struct, frozen=True, gc=False):
    """An address that a VMM server granted from a pool of its own."""

    host: str
    place: Place
    mac: Address
    adapter: str


class SightingSeen(Struct, frozen=True, kw_only=True, gc=False):
    """An address that a device saw or knows of: a row of a switch's address table, of an ARP table, or a lease.

    `host` is the device that saw it: a switch, a router, a DHCP server. `kind` is `dynamic` (learned at `port`),
    `static` (configured there), `own` (the device's own: CPU, router, anycast gateway), `neighbour` (ARP or neighbour
    discovery: `ip` answers from the address) or `lease`. VLAN 0: not told. `edge` says whether `port` leads to end
    stations; uplinks, peer links and tunnels are transit and not edge; None: nobody says. `seen_at` is ISO 8601 in UTC.
    """

    host: str
    place: Place
    mac: Address
    kind: str
    port: str = ""
    vlan: Whole = 0
    ip: str = ""
    vrf: str = ""
    name: str = ""
    seen_at: str = ""
    edge: bool | None = None
    segment: str = ""
    """What tells the layer-2 domain beside the VLAN, such as a tunnel's network: `vxlan 5000`."""


class FramesSeen(Struct, frozen=True, gc=False):
    """How much a capture holds: `total` counts its packets, `arp` the ARP packets in them, those inside tunnels too."""

    host: str
    place: Place
    total: Whole
    arp: Whole


class PresenceSeen(Struct, frozen=True, gc=False):
    """When an address sent at a port, as a capture shows it; `host` is `presence.at.observer`."""

    host: str
    place: Place
    presence: Presence


class WireSeen(Struct, frozen=True, gc=False):
    """What one packet or log line told of addresses; `host` is `told.at.observer`."""

    host: str
    place: Place
    told: Told


class DeclaredSeen(Struct, frozen=True, kw_only=True, gc=False):
    """An address that documentation gives to a device or machine: what should be, not what is.

    `source` is the list of owners within which `owner_id` tells one from another; `owner` is the name, and two sources
    that use one name mean one owner. `host` says where the owner is, as far as that is known.
    """

    host: str
    place: Place
    mac: Address
    at_mac: str
    source: str
    owner_id: str
    owner: str
    name: str


class PortSeen(Struct, frozen=True, kw_only=True, gc=False):
    """An interface of a device, as what leads where: `role` is port, aggregate, tunnel or inner.

    A tunnel carries frames to other devices (VXLAN, VTEP); `inner` is what leads to no cable: a bridge, an SVI, a
    loopback. `part_of` names the aggregate of a member, or the parent of a subinterface; `vlan` is what a tunnel
    carries.
    """

    host: str
    place: Place
    port: str
    role: str
    part_of: str = ""
    vlan: Whole = 0


class LinkSeen(Struct, frozen=True, gc=False):
    """A neighbour that a device hears of at a port, by LLDP or the like."""

    host: str
    place: Place
    port: str
    peer: str
    peer_port: str


class PeerSeen(Struct, frozen=True, kw_only=True, gc=False):
    """One half of a pair of switches that act as one towards what is connected to both (MLAG, vPC).

    `system` is the address that the pair shares, `peer_mac` one of the other half, `peer_link` the port between the
    two, and `ports` are those that lead to the same neighbours as ports of the other half do.
    """

    host: str
    place: Place
    system: Address | None
    peer_mac: Address | None
    peer_link: str
    ports: tuple[str, ...] = ()


class VniSeen(Struct, frozen=True, gc=False):
    """A VXLAN network of a device: `routed` where it carries routed traffic (L3 VNI), with the address used for that.

    `vlan` is 0 where it is told by `port`, the tunnel's interface.
    """

    host: str
    place: Place
    vlan: Whole
    port: str
    routed: bool
    router_mac: Address | None


class StateSeen(Struct, frozen=True, kw_only=True, gc=False):
    """What a table that keeps history says of one thing at one time: the newest row of a key counts.

    `key` names the thing within the `table` of its host; `time` orders the rows. Where the newest says that the thing
    is gone, `says` is empty.
    """

    host: str
    place: Place
    table: str
    key: str
    time: Whole
    says: "tuple[Seen, ...]"


Seen = (
    HostSeen
    | RangeSeen
    | MachineSeen
    | AdapterSeen
    | SwitchSeen
    | VlanSeen
    | PortGroupSeen
    | TeamSeen
    | IpSeen
    | QueueSeen
    | HbaSeen
    | EventSeen
    | GrantSeen
    | SightingSeen
    | FramesSeen
    | PresenceSeen
    | WireSeen
    | DeclaredSeen
    | PortSeen
    | LinkSeen
    | PeerSeen
    | VniSeen
    | StateSeen
)
