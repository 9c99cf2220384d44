"""MAC address tables of the platforms that most networks are made of, one shape each.

Sources, beside recorded output: Cisco IOS, IOS XE, IOS XR and NX-OS command references ("show mac address-table", "show
l2vpn evpn mac", "show l2vpn mac-learning"), Arista EOS User Manual, Junos CLI reference ("show ethernet-switching
table", "show bridge mac-table"), HPE ArubaOS-Switch and AOS-CX, H3C Comware and Huawei VRP command references, Dell OS9
and OS10 user guides, Cumulus Linux "Ethernet Bridging", Brocade FastIron; bridge(8), brctl(8).
"""

from maccord.collect.switch_shape import Shape
from maccord.collect.switch_told import of_bridge, of_routes

ADDRESS_TABLES = (
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
        vlan_above=True,
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
