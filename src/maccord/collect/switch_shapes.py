"""The tables of the platforms that most networks are made of, one shape each.

Sources, beside recorded output: Cisco IOS, IOS XE and NX-OS command references ("show mac address-table", "show ip
arp", "show ipv6 neighbors", "show l2vpn evpn mac"), Cisco IOS XR "show arp", Cisco ASA "show arp", Arista EOS User
Manual, Junos CLI reference ("show ethernet-switching table", "show bridge mac-table", "show arp"), HPE ArubaOS-Switch
and AOS-CX, H3C Comware and Huawei VRP command references, Dell OS9 and OS10 user guides, Cumulus Linux "Ethernet
Bridging", Brocade FastIron; bridge(8), ip-neighbour(8), brctl(8), arp(8), proc(5); Windows `arp -a`.
"""

from functools import cache

from maccord.collect.switch_shape import Shape
from maccord.collect.switch_told import of_bridge, of_neighbour, of_routes

_TABLES = (
    Shape(
        "Cisco IOS, Arista EOS",
        (
            "vlan mac address type ports",
            "vlan mac address type port",
            "vlan mac address type ports state",
        ),
        "FLAGS? VLAN MAC KIND PORTS?",
        wraps=True,
    ),
    Shape(
        "Arista EOS",
        ("vlan mac address type ports moves last move",),
        r"VLAN MAC KIND PORT (?:\d++\s++(?:\d++\sdays?,\s)?[\d:.]++\sago)?",
    ),
    Shape(
        "Cisco IOS",
        (),
        r"TAG MAC (?P<kind>STATIC|DYNAMIC) PORTS",
        alone=True,
        wraps=True,
    ),
    Shape(
        "Cisco Catalyst 6500",
        ("vlan mac address type learn age ports",),
        "FLAGS? VLAN MAC KIND (?:Yes|No|-+) _ PORTS?",
        alone=True,
        wraps=True,
    ),
    Shape(
        "Cisco Catalyst 4500",
        ("vlan mac address type protocols port",),
        r"VLAN MAC KIND _ PORTS?",
        wraps=True,
    ),
    Shape(
        "Cisco IOS, early",
        ("destination address address type vlan destination port",),
        "MAC KIND VLAN PORTS?",
    ),
    Shape(
        "Cisco NX-OS",
        tuple(
            f"{segment} mac address type age secure ntfy {ports}"
            for segment in ("vlan", "vlan/bd", "vni", "bd", "topology")
            for ports in ("ports", "port", "ports/swid.ssid.lid", "ports/swid.ssid.lid/tunnel")
        ),
        "FLAGS? VLAN MAC KIND _ [TF~-]+ [TF~-]+ PORTS?",
        alone=True,
    ),
    Shape(
        "Junos",
        (
            "vlan mac mac age logical",
            "vlan mac mac age logical nh rtr",
            "vlan mac mac logical",
            "vlan mac mac gbp logical svlbnh/ active",
            "vlan mac mac logical svlbnh/ active",
            "vlan mac mac logical active",
        ),
        r"VLAN MAC (?P<kind>[A-Z]+(?:,[A-Z]+)*) (?:-|\d+)? (?P<port>[A-Za-z]\S++) ...",
    ),
    Shape(
        "Junos bridge",
        ("mac mac logical", "mac mac logical nh rtr", "mac mac logical nh mac active"),
        r"MAC (?P<kind>[A-Z]+(?:,[A-Z]+)*) (?P<port>[A-Za-z]\S++) ...",
    ),
    Shape("Junos EX, early", ("vlan mac address type age interfaces",), "VLAN MAC KIND _ PORTS"),
    Shape("Linux bridge", (), "MAC dev PORT KINDS", tell=of_bridge, alone=True),
    Shape(
        "Linux brctl",
        ("port no mac addr is local? ageing timer",),
        "PORT MAC (?:(?P<own>yes)|no) _",
        tell=of_bridge,
    ),
    Shape(
        "Cumulus Linux",
        ("vlan master interface mac tunneldest state flags lastseen",),
        r"(?P<svi>\d+|untagged|-)? (?:(?!\d)[^\s,]+)? (?P<port>[A-Za-z]\S*+) MAC KINDS",
        tell=of_bridge,
    ),
    Shape(
        "Cumulus Linux NVUE",
        (
            "entry-id mac address vlan interface remote-dst src-vni entry-type last-update age",
            "mac address vlan interface remote-dst src-vni entry-type last-update age",
        ),
        r"N? MAC (?P<svi>\d+)? (?P<port>[A-Za-z]\S*+) KINDS",
        tell=of_bridge,
    ),
    Shape(
        "HPE ProCurve, ArubaOS-Switch",
        ("mac address port vlan", "mac address located on port vlan"),
        "MAC PORT VLAN",
    ),
    Shape("HPE ProCurve", ("mac address port", "mac address located on port"), "MAC PORT"),
    Shape("HPE AOS-CX", ("mac address vlan type port",), "MAC VLAN KIND PORTS"),
    Shape("Dell OS10", ("vlanid mac address type interface",), "VLAN MAC KIND PORTS"),
    Shape(
        "Dell OS9",
        ("vlanid mac address type interface state",),
        r"VLAN MAC KIND (?:\([A-Z]\))? (?P<port>[A-Za-z-]+\s?[\d/]*) (?:Active|Inactive)",
    ),
    Shape(
        "Huawei VRP",
        (
            "mac address vlan/vsi learned-from type",
            "mac address vlan/vsi/bd learned-from type",
            "mac address vlan/vsi/bd learned-from type age",
        ),
        "MAC VLAN PORT KIND ...",
    ),
    Shape(
        "Huawei VRP, early",
        ("mac address vlan/ pevlan cevlan port type lsp/lsr-id", "mac address vlan/ pevlan cevlan port type"),
        "MAC VLAN _ _ PORT KIND ...",
    ),
    Shape(
        "H3C Comware",
        (
            "mac address vlan id state port/nickname aging",
            "mac address vlan id state port/nickname aging time",
            "mac address vlan id state port/interface aging",
            "mac address vlan id state port aging",
            "mac address vlan id state port index aging time",
            "mac address vlan id state port index aging time(s)",
            "mac addr vlan id state port index aging time(s)",
            "mac address vlan id state port index aging",
        ),
        "MAC VLAN KIND PORT ...",
    ),
    Shape(
        "Cisco Small Business", ("vlan mac address port type",), "VLAN MAC PORT? (?P<kind>dynamic|static|self|secure)"
    ),
    Shape(
        "Cisco IOS XR", ("topo id producer next hop(s) mac address ip address",), "N _ PORT MAC (?P<ip>[0-9A-Fa-f.:]+)?"
    ),
    Shape("Brocade FastIron", ("mac-address port type vlan",), "MAC PORT KIND VLAN"),
    Shape("Brocade FastIron, index", ("mac-address port type index vlan",), "MAC PORT KIND N VLAN"),
    Shape(
        "Cisco IOS XE EVPN",
        ("mac address evi vlan esi ether tag next hop(s)",),
        "MAC _ VLAN _ _ PORTS",
        tell=of_routes,
    ),
    Shape(
        "Cisco IOS XE EVPN, bridge domains",
        ("mac address evi bd esi ether tag next hop(s)",),
        "MAC _ _ _ _ PORTS",
        tell=of_routes,
    ),
    Shape(
        "Cisco IOS XE EVPN routes",
        ("evi etag prod mac address next hop(s) seq number",),
        r"N N KIND MAC (?P<port>\S+(?:\s\S+)?) N",
        tell=of_routes,
    ),
)

_NEIGHBOURS = (
    Shape(
        "Cisco IOS ARP",
        (
            "protocol address age (min) hardware addr type interface",
            "protocol address age(min) hardware addr type interface",
        ),
        "Internet IP OWNAGE MAC _ PORT? ...",
        tell=of_neighbour,
        alone=True,
    ),
    Shape(
        "Dell OS9 ARP",
        ("protocol address age(min) hardware address interface vlan cpu",),
        r"Internet IP _ MAC (?P<port>[A-Za-z-]+\s?[\d/]*) (?:-|(?P<svi>Vl\s\d+)) ...",
        tell=of_neighbour,
    ),
    Shape(
        "ArubaOS ARP", ("protocol ip address hardware address interface age",), "_ IP MAC PORT ...", tell=of_neighbour
    ),
    Shape(
        "Cisco NX-OS ARP",
        ("address age mac address interface", "address age mac address interface flags"),
        "IP _ MAC PORT (?:[*+#]|CP|PS|RO|D|,)? (?:[*+#]|CP|PS|RO|D|,)?",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco NX-OS ARP detail",
        (
            "address age mac address interface physical interface",
            "address age mac address interface physical interface flags",
        ),
        "IP _ MAC SVI PORT (?:[*+#]|CP|PS|RO|D|,)? (?:[*+#]|CP|PS|RO|D|,)?",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco NX-OS ARP of all VRFs",
        ("address age mac address interface physical interface flags vrf name",),
        "IP _ MAC SVI PORT (?:[*+#]|CP|PS|RO|D|,)? (?:[*+#]|CP|PS|RO|D|,)? VRF?",
        tell=of_neighbour,
    ),
    Shape(
        "Arista EOS ARP",
        (
            "address age (min) hardware addr interface",
            "address age (sec) hardware addr interface",
        ),
        r"IP AGE MAC SVIPORT",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco IOS XR ARP",
        ("address age hardware addr state type interface",),
        "IP _ MAC STATE _ PORT?",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco ASA ARP",
        (),
        r"(?P<port>[A-Za-z][\w-]*+) IP (?P<mac>[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}) (?:-|\d+|alias)",
        tell=of_neighbour,
        alone=True,
    ),
    Shape("HPE ProCurve ARP", ("ip address mac address type port",), "IP MAC KIND PORT?", tell=of_neighbour),
    Shape(
        "HPE AOS-CX ARP",
        ("ipv4 address mac port physical port state vrf", "ipv4 address mac port physical port state"),
        "IP MAC SVI PORT KIND VRF?",
        tell=of_neighbour,
    ),
    Shape(
        "HPE AOS-CX neighbours",
        ("ipv6 address mac port physical port state vrf", "ipv6 address mac port physical port state"),
        "IP6 MAC SVI PORT KIND VRF?",
        tell=of_neighbour,
    ),
    Shape(
        "Junos ARP, no names",
        ("mac address address interface flags", "mac address address interface flags ttl"),
        r"MAC IP PORT (?:\[\S+\])? ...",
        tell=of_neighbour,
    ),
    Shape(
        "Junos ARP",
        ("mac address address name interface flags", "mac address address name interface flags ttl"),
        r"MAC IP _ PORT (?:\[\S+\])? ...",
        tell=of_neighbour,
    ),
    Shape(
        "Junos neighbours",
        (
            "ipv6 address linklayer address state exp rtr secure interface",
            "ipv6 address linklayer address state exp rtr interface",
        ),
        r"IP6 MAC _ _ _ (?:yes|no)? PORT (?:\[\S+\])?",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Linux neighbours",
        (),
        "ANYIP dev PORT lladdr MAC ...",
        tell=of_neighbour,
        alone=True,
    ),
    Shape(
        "arp -a",
        (),
        r"_ \((?P<ip>[0-9.]+)\) at MAC (?:\[\w+\])? (?:PERM|PUP)? on PORT ...",
        tell=of_neighbour,
        alone=True,
    ),
    Shape(
        "Linux arp",
        ("address hwtype hwaddress flags mask iface",),
        r"ANYIP [a-z]\S* MAC _ _? PORT",
        tell=of_neighbour,
    ),
    Shape(
        "Linux /proc/net/arp",
        ("ip address hw type flags hw address mask device",),
        "IP 0x[0-9a-f]+ 0x[0-9a-f]+ MAC _ PORT",
        tell=of_neighbour,
    ),
    Shape(
        "Windows arp -a",
        ("internet address physical address type",),
        "IP MAC KIND",
        tell=of_neighbour,
    ),
    Shape(
        "Huawei VRP ARP",
        (
            "ip address mac address expire(m) type interface vpn-instance",
            "ip address mac address exp(m) type interface vpn-instance",
        ),
        r"IP MAC (?:\d++)? (?:(?P<own>I)(?:\s-)?|[DSO]\S*+(?:\s[-\d])?) PORT VRF?",
        tell=of_neighbour,
        vlan_below=True,
    ),
    Shape(
        "H3C Comware ARP",
        tuple(
            f"ip address mac address {segment} {interface} aging type"
            for segment in ("vlan", "vlan id", "vlan/vsi", "vlan/vsi name", "svlan/vsi", "vid")
            for interface in ("interface", "interface/link id", "port")
        ),
        "IP MAC VLAN PORT _ _",
        tell=of_neighbour,
    ),
    Shape(
        "H3C Comware neighbours",
        (
            "ipv6 address mac address vid interface state t age",
            "ipv6 address mac address vlan/vsi interface state t aging",
            "ipv6 address link layer vid interface state t age",
        ),
        "IP6 MAC VLAN PORT _ _ _",
        tell=of_neighbour,
    ),
    Shape(
        "Dell OS10 ARP",
        ("address hardware address interface egress interface",),
        "IP MAC SVI PORT",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco IOS neighbours",
        ("ipv6 address age link-layer addr state interface",),
        "IP6 _ MAC _ PORT",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Cisco IOS XR neighbours",
        (
            "ipv6 address age link-layer addr state interface location",
            "ipv6 address age link-layer add state interface location",
        ),
        r"\[?(?P<ip>(?=[0-9A-Fa-f]*+:)[0-9A-Fa-f:.]++)\]? _ MAC _ PORT _",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Arista EOS neighbours",
        ("ipv6 address age hardware addr interface", "ipv6 address age (sec) hardware addr interface"),
        r"IP6 AGE MAC SVIPORT",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Arista EOS neighbours, with states",
        ("ipv6 address age hardware addr state interface",),
        r"IP6 AGE MAC [A-Z]+ SVIPORT",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Cisco NX-OS neighbours",
        ("address age mac address pref source interface", "address age mac address pref source interface flags"),
        "IP6 _ MAC _ _ PORT ...",
        tell=of_neighbour,
        folds=True,
    ),
    Shape(
        "Cisco IOS XE EVPN neighbours",
        ("ip address evi vlan mac address next hop(s)",),
        "ANYIP N VLAN MAC PORTS",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco IOS XE EVPN neighbours, bridge domains",
        ("ip address evi bd mac address next hop(s)",),
        "ANYIP N N MAC PORTS",
        tell=of_neighbour,
    ),
    Shape(
        "Cisco IOS XE EVPN neighbour routes",
        ("evi etag prod mac address host ip next hop(s)",),
        "N N KIND MAC ANYIP PORTS",
        tell=of_neighbour,
    ),
)

SHAPES = _TABLES + _NEIGHBOURS
ALONE = tuple(shape for shape in SHAPES if shape.alone)
HEADER_MAX = max(len(header) for shape in SHAPES for header in shape.headers)


@cache
def by_header() -> dict[str, Shape]:
    """Return each shape under the headers it is known by."""
    return {header: shape for shape in SHAPES for header in shape.headers}


def shape_under(line: str) -> Shape | None:
    """Return the shape whose header a line is, whatever its case and spaces."""
    if len(line) > 4 * HEADER_MAX or "|" in line:
        return None
    return by_header().get(" ".join(line.casefold().split()))
