"""ARP and IPv6 neighbour tables of the platforms that most networks are made of, one shape each.

Sources, beside recorded output: Cisco IOS, IOS XE, IOS XR, NX-OS and ASA command references ("show ip arp": an age of
`-` means that the address is the router's own; "show ipv6 neighbors"), Arista EOS User Manual, Junos CLI reference
("show arp", "show ipv6 neighbors"), HPE ArubaOS-Switch, AOS-CX and ArubaOS, H3C Comware and Huawei VRP command
references (`I`: an interface's own), Dell OS9 and OS10 user guides; ip-neighbour(8), arp(8), proc(5); `arp -a` of
Windows, whose header is in the language of the system.
"""

from maccord.collect.switch_shape import Shape
from maccord.collect.switch_told import of_neighbour

NEIGHBOUR_TABLES = (
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
        r"IP (?P<mac>[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}) KIND",
        tell=of_neighbour,
        alone=True,
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
