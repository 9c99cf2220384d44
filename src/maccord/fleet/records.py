"""The tables that rules query: one class per table, one field per column, rows numbered by `id` from 0.

Addresses are 48-bit integers. `domain` numbers a layer-2 domain: 0 and up for the fabrics of `fleet.toml`, below 0 for
what a private or internal switch confines. `file` with `place` or an `at_` column says where a value was read.
"""

from msgspec import Struct


class Host(Struct, frozen=True, gc=False):
    """A hypervisor host, or a VMM server. `identity` is shared by hosts that carry a copied identity.

    `wwpn_free` counts the World Wide Port Names of the host's range that no adapter in the evidence has.
    """

    id: int
    name: str
    platform: str
    domain: int
    identity: int
    machine_guid: str | None
    guid_at: str
    wwpn_first: str | None
    wwpn_last: str | None
    wwpn_at: str
    wwpn_free: int | None
    collected_at: str
    file: str


class Pool(Struct, frozen=True, gc=False):
    """A range that addresses are issued from. `kind` is dynamic (a host's own), vmm or container.

    `derived` says whether the range is the one Hyper-V derives from an IPv4 address that the host holds now; it is
    null when the evidence holds no address of that host. `identity` is its host's.
    """

    id: int
    host_id: int
    identity: int
    domain: int
    kind: str
    name: str
    first: int
    last: int
    cursor: int | None
    default_shaped: bool
    derived: bool | None
    file: str
    at_first: str
    at_last: str
    at_cursor: str


class Adapter(Struct, frozen=True, gc=False):
    """Anything that owns an address. `live` says that it can answer now: its machine runs and it is plugged in.

    `dynamic` is null where the platform does not say; `vlans` numbers a row of `vlan_set`. `machine_no` is one number
    for all adapters of a machine, wherever it is known: its id counts, or its host and name where it has none.
    `manager` names what issued the address, where that is a vCenter Server, a cluster or a cloud.

    `kind` is vm, management, physical, team, interface (a logical one of a switch or router) or virtual. Of a device's
    interfaces, `role` is subinterface, svi, vrr, bridge, routed (a port, or an SVI without a bridge, that wears the
    device's own router address) or l3vni (an SVI for the routed traffic of a VXLAN network), `bound_to` names the
    interface that it is stacked on, and `serves` the IP addresses of a gateway.
    """

    id: int
    host_id: int
    domain: int
    kind: str
    name: str
    device: str
    machine_id: str
    machine: str
    machine_no: int
    mac: int | None
    zeros: bool
    permanent: int | None
    dynamic: bool | None
    running: bool | None
    live: bool
    shared: bool
    switch_id: int | None
    vlans: int
    spoofing: bool | None
    iov: bool
    vmq: bool | None
    parent: bool
    description: str
    created: str
    snapshot: str
    file: str
    place: str
    manager: str = ""
    role: str = ""
    bound_to: str = ""
    serves: str = ""


class Issuer(Struct, frozen=True, gc=False):
    """A manager that issued addresses from a block which its product shares with others' (`mac.defaults`).

    One row per manager, layer-2 domain and block. `issued` counts the different addresses, from `low` to `high`;
    `total` counts those of all blocks of that product. `host_id`, `file` and `place` are of the lowest address.
    """

    id: int
    host_id: int
    domain: int
    manager: str
    product: str
    first: int
    last: int
    sequential: bool
    issued: int
    total: int
    low: int
    high: int
    file: str
    place: str


class Switch(Struct, frozen=True, gc=False):
    """A virtual switch; `kind` is private, internal or external."""

    id: int
    host_id: int
    name: str
    kind: str
    embedded_team: bool
    file: str
    place: str


class Uplink(Struct, frozen=True, gc=False):
    """A NIC or a team's adapter that a switch is bound to."""

    id: int
    switch_id: int
    adapter_id: int


class GuestIp(Struct, frozen=True, gc=False):
    """An IPv4 address that a guest reports on an adapter, as a number."""

    id: int
    adapter_id: int
    domain: int
    address: int


class Member(Struct, frozen=True, gc=False):
    """A NIC that belongs to the team which `team_id`, an adapter, shows to the host."""

    id: int
    team_id: int
    adapter_id: int


class VlanSet(Struct, frozen=True, gc=False):
    """A set of VLANs as text: `0` untagged, `10`, `0,100-199`."""

    id: int
    vlans: str


class IpAddress(Struct, frozen=True, gc=False):
    """An IPv4 address that a host holds; `derives` is the first address of the range Hyper-V makes of it."""

    id: int
    host_id: int
    address: str
    derives: int
    file: str
    place: str


class Event(Struct, frozen=True, gc=False):
    """An event of a Windows log, with the address that its message names."""

    id: int
    host_id: int
    provider: str
    number: int
    mac: int | None
    logged: str
    file: str
    place: str


class Hba(Struct, frozen=True, gc=False):
    """One World Wide Port Name of a virtual Fibre Channel adapter, 16 hexadecimal digits."""

    id: int
    host_id: int
    domain: int
    machine_id: str
    machine: str
    wwpn: str
    file: str
    place: str


class Granted(Struct, frozen=True, gc=False):
    """An address that a VMM server says it granted."""

    id: int
    host_id: int
    mac: int
    file: str
    place: str


class Sighting(Struct, frozen=True, gc=False):
    """An address that a device saw at `port`, in a VLAN (0: not told), or knows with `ip`, in `vrf`.

    `host_id` is the device. `kind` is dynamic, static, own, neighbour or lease; `edge` is null where nobody says
    whether the port leads to end stations. `spot` numbers where the port leads: the ports of an aggregate have one
    number, and so have those of two MLAG peers that lead to one neighbour; null without a port. `segment` is what tells
    the layer-2 domain beside the VLAN, such as the network of a tunnel.
    """

    id: int
    host_id: int
    domain: int
    kind: str
    vlan: int
    mac: int
    port: str
    ip: str
    vrf: str
    name: str
    edge: bool | None
    seen_at: str
    file: str
    place: str
    spot: int | None = None
    segment: str = ""


class Unrest(Struct, frozen=True, gc=False):
    """One place of what moves or contradicts itself on the wire: rows of one `fault` belong together.

    `kind` is that of a verdict (wire/track/verdict.py). `mac` is the address that the fault goes by, `wears` the one
    that was seen at this place: another one where two addresses answer for one IP address, or many circle in a loop.
    `host_id` is the device that saw it, `port` where; `ip` are the IP addresses claimed there. `vlan` is 0 where frames
    were untagged, `tunnel` and `network` tell what they travelled in. `moves` counts all of the fault, `fast` the most
    within the window of RFC 7432, `returns` those back to a port; `visits` and `held_ms` are of this place.
    `certainty` is in percent; `reasons`, `undecided` and `seen_by` have one sentence a line.
    """

    id: int
    host_id: int
    domain: int
    fault: int
    kind: str
    mac: int
    wears: int
    vlan: int
    tunnel: str
    network: int
    port: str
    edge: bool | None
    ip: str
    first_seen: str
    last_seen: str
    visits: int
    held_ms: int
    began: str
    ended: str
    moves: int
    fast: int
    returns: int
    certainty: int
    reasons: str
    undecided: str
    seen_by: str
    file: str
    place: str


class MlagPeer(Struct, frozen=True, gc=False):
    """One half of an MLAG pair; `peer_id` is the host that is the other half, null where the evidence has none."""

    id: int
    host_id: int
    peer_id: int | None
    system: int | None
    file: str
    place: str


class Declared(Struct, frozen=True, gc=False):
    """An address that documentation gives to `owner`, on the interface `name`.

    Of two rows of one `source` the owners are one if `owner_id` is; of any two, if `owner` is. Addresses that several
    owners share by design (virtual routers, clusters) are left out.
    """

    id: int
    host_id: int
    domain: int
    mac: int
    source: str
    owner_id: str
    owner: str
    name: str
    file: str
    place: str


Row = (
    Host
    | Pool
    | Adapter
    | Issuer
    | Switch
    | Uplink
    | GuestIp
    | Member
    | VlanSet
    | IpAddress
    | Event
    | Hba
    | Granted
    | Sighting
    | Declared
    | MlagPeer
    | Unrest
)

OBSERVERS = frozenset({"switch", "dhcp", "netbox"})
"""Platforms of devices that only tell of others' addresses; a report does not count them as hosts."""

TABLES: dict[str, type[Row]] = {
    "host": Host,
    "pool": Pool,
    "adapter": Adapter,
    "issuer": Issuer,
    "switch": Switch,
    "uplink": Uplink,
    "guest_ip": GuestIp,
    "member": Member,
    "vlan_set": VlanSet,
    "ip_address": IpAddress,
    "event": Event,
    "hba": Hba,
    "granted": Granted,
    "sighting": Sighting,
    "declared": Declared,
    "mlag_peer": MlagPeer,
    "unrest": Unrest,
}
"""Every table by its name; the engine creates them from the classes, so that columns are told in one place."""
