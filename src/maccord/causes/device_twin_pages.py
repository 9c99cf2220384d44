"""The pages of expected twins among interfaces of switches, routers and servers."""

SUBINTERFACE = """A VLAN subinterface wears the address of the interface that it is on.

What:    eth1.10, Ethernet1/3.10 or xe-0/0/1.10 are one interface's ways into several VLANs. They have the address
         of their parent, which carries the VLANs of all of them.

Told by: one device, and the name of the subinterface is that of its parent and a number.

Confirm: ip -d link show eth1.10
         show interface Ethernet1/3.10 on Cisco NX-OS

Fix:     nothing to mend.

Source:  Linux, ip-link(8) on type vlan; Cisco NX-OS Interfaces Configuration Guide, "Configuring Layer 3
         Interfaces".
"""

BRIDGE_INTERFACE = """A bridge, its port and its VLAN interfaces wear one address.

What:    A Linux bridge takes the lowest address of its ports unless it is given one, and the interfaces in its
         VLANs (switch virtual interfaces, SVIs) take the bridge's. All of it is one device's own address.

Told by: one device; the interface is the bridge, a port of this bridge, or a VLAN interface on it. The same
         address on a second device is a duplicate like any other.

Confirm: bridge link show
         ip -br link show type bridge
         ip -br link show type vlan

Fix:     nothing to mend. A bridge without an address of its own changes it when the port with the lowest one
         goes; set one (hwaddress in /etc/network/interfaces) where something depends on it.

Source:  Linux, net/bridge (the bridge identifier follows the ports); Cumulus Linux, "VLAN-aware Bridge Mode".
"""

ROUTER_MAC = """The routed interfaces of one switch wear its router address.

What:    Many switches have one address for all that they route: routed ports, and VLAN interfaces that have no
         other. Each of these interfaces is in a network of its own, so one address is enough.

Told by: one device; the device itself lists the address as its own (a router's entry in its address table, or
         the router MAC of a VXLAN network), and the interfaces are routed ones and no ports of a bridge. The same
         address on a second device is a duplicate like any other.

Confirm: show mac address-table address 4401.0201.1b08 on Cisco NX-OS: the entries with G are the router's
         show vdc detail on Cisco NX-OS prints the address of the chassis

Fix:     nothing to mend. Two routed ports of one switch that lead into one layer-2 network confuse the switches
         there: put them into an aggregate, or set an address on one of them.

Source:  Cisco NX-OS, "show mac address-table" (flag G: gateway MAC); RFC 9135, section 4.2 (router's MAC).
"""

ANYCAST_GATEWAY = """Several switches are one default gateway: an anycast gateway.

What:    In an EVPN fabric, and with VRR or distributed anycast gateways, every leaf has the same gateway IP
         address and the same MAC address in a VLAN, so that a machine finds its gateway next to it wherever it
         moves. The frames never cross the fabric to another leaf.

Told by: VLAN interfaces (SVIs, or VRR interfaces on top of them) of several devices are in one VLAN and have
         the same IP addresses. An SVI that carries the routed traffic of a VXLAN network (L3 VNI) has no IP
         address; it is told by its VLAN, and its address is not the one that the device routes with. An address
         that is alike without that, or that a server has too, is a duplicate like any other.

Confirm: show running-config | include anycast-gateway-mac on Cisco NX-OS, on each leaf
         show interface vlan 10 on each leaf: one IP address, one MAC address
         net show interface vlan10-v0 on Cumulus Linux

Fix:     nothing to mend. Two fabrics that are connected at layer 2 and have one gateway address but are not
         meant to be one gateway need different ones.

Source:  Cisco NX-OS, "Configuring VXLAN BGP EVPN" (fabric forwarding anycast-gateway-mac); Cumulus Linux, "Virtual
         Router Redundancy - VRR"; RFC 9135, section 4.1.
"""

MLAG_SYSTEM = """The two halves of an MLAG pair share the pair's system address.

What:    Two switches of a pair (MLAG, vPC, CLAG) act as one towards what is connected to both, and have a system
         address for that: in LACP, and on interfaces through which they route as one.

Told by: both devices name this address as their pair's, each knows the other (its address, or as the neighbour at
         the peer link), and the interfaces are in one VLAN. Of four switches that have one system address the
         two pairs are two owners: each pair needs one of its own.

Confirm: net show clag on Cumulus Linux
         show vpc role on Cisco NX-OS: "vPC system-mac"

Fix:     nothing to mend, within a pair. Give each pair of a fabric its own: clag sys-mac, or another vPC domain.

Source:  Cumulus Linux, "Multi-Chassis Link Aggregation - MLAG" (clagd-sys-mac, address range
         44:38:39:ff:00:00 to ff:ff); Cisco NX-OS, "Configuring vPCs" (system-mac).
"""

PAGES = {
    "subinterface": SUBINTERFACE,
    "bridge-interface": BRIDGE_INTERFACE,
    "router-mac": ROUTER_MAC,
    "anycast-gateway": ANYCAST_GATEWAY,
    "mlag-system": MLAG_SYSTEM,
}
"""Every kind of expected twin among interfaces, with its page."""
