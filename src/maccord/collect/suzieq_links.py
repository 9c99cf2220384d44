"""SuzieQ's tables `lldp`, `mlag` and `evpnVni`: who is connected to whom, and which switches act as one.

Source: SuzieQ's documentation, "lldp", "mlag" and "evpnVni" tables; IEEE 802.1AB; RFC 9135, section 4.2 (router's MAC).
"""

from collections.abc import Iterator

from maccord.collect.suzieq_row import Row
from maccord.fleet.evidence import LinkSeen, PeerSeen, Seen, VniSeen

LLDP_COLUMNS = {"ifname": "text", "peerHostname": "text", "peerIfname": "text"}
MLAG_COLUMNS = {
    "systemId": "text",
    "peerMacAddress": "text",
    "peerLink": "text",
    "domainId": "text",
    "state": "text",
    "mlagDualPortsList": "texts",
}
VNI_COLUMNS = {"vni": "number", "type": "text", "routerMac": "text", "vlan": "number", "ifname": "text"}


def neighbour(row: Row) -> Iterator[Seen]:
    """Yield the neighbour at a port."""
    if row.text("ifname") and row.text("peerHostname"):
        yield LinkSeen(row.host, row.place, row.text("ifname"), row.text("peerHostname"), row.text("peerIfname"))


def peer(row: Row) -> Iterator[Seen]:
    """Yield this half of an MLAG pair, unless none is configured."""
    if row.text("state").casefold() != "disabled":
        yield PeerSeen(
            host=row.host,
            place=row.place,
            system=row.mac("systemId"),
            peer_mac=row.mac("peerMacAddress"),
            peer_link=row.text("peerLink"),
            ports=row.texts("mlagDualPortsList"),
        )


def network(row: Row) -> Iterator[Seen]:
    """Yield a VXLAN network of the device."""
    routed = row.text("type").casefold() == "l3"
    yield VniSeen(row.host, row.place, row.vlan(), row.text("ifname"), routed, row.mac("routerMac"))


def nothing(row: Row) -> Iterator[Seen]:
    """Yield nothing: which ports are in a VLAN is no question of addresses."""
    del row
    yield from ()
