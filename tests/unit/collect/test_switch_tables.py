"""What is read of address tables, ARP tables and neighbour tables that switches and routers print."""

from pathlib import PurePath
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maccord.collect import read, switch_tables, switch_templates
from maccord.collect.document import Document
from maccord.collect.kinds import COLLECTORS
from maccord.collect.switch_told import vlan_number
from maccord.fleet.evidence import HostSeen, SightingSeen
from maccord.mac import parse_value

A, B, C = "0015.5dc8.6a00", "0015.5dc8.6a01", "0015.5dc8.6a02"
IOS = "Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
CAT6500 = (
    "  vlan   mac address     type    learn     age              ports\n------+----------------+--------+-----+---\n"
)
CAT4500 = (
    " vlan     mac address     type        protocols               port\n---------+---------------+--------+------\n"
)
NXOS = "   VLAN     MAC Address      Type      age     Secure NTFY Ports\n---------+-----------------+--------+-----\n"
JUNOS = (
    "    Vlan                MAC                 MAC         Age    Logical                NH        RTR\n"
    "    name                address             flags              interface              Index     ID\n"
)


def document(text, folder="SW1"):
    return Document("table.txt", folder, text if isinstance(text, bytes) else text.encode())


def parsed(text):
    assert switch_tables.claims(document(text))
    return switch_tables.parse(document(text))


def sightings(text):
    """Return the sightings of text that is without problems."""
    result = parsed(text)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, SightingSeen)]


def sighting(text):
    (found,) = sightings(text)
    return found


def told(text):
    return [(one.kind, one.vlan, one.port) for one in sightings(text)]


def hosts(text):
    return [(one.host, one.platform) for one in parsed(text).seen if isinstance(one, HostSeen)]


# -- address tables


def test_learned_address_is_a_sighting_at_its_port_in_its_vlan():
    found = sighting(f"{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n")
    assert (found.host, found.mac, found.kind) == ("SW1", parse_value(A), "dynamic")
    assert (found.vlan, found.port, found.edge) == (10, "Gi1/0/7", None)
    assert (found.place.file, found.place.at) == ("table.txt", "line 3")
    assert (found.ip, found.vrf, found.name, found.seen_at) == ("", "", "", "")


def test_table_belongs_to_the_switch_its_folder_is_named_for():
    assert hosts(f"{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n") == [("SW1", "switch")]


def test_rows_of_the_switch_itself_are_counted_and_known_as_its_own():
    rows = (
        f" All    0100.0ccc.cccc    STATIC      CPU\n   1    {A}    STATIC      Vl1\n"
        f"  10    {B}    STATIC      Gi1/0/1\n  10    {C}    STATIC      Drop\n"
    )
    assert told(IOS + rows) == [
        ("own", 0, "CPU"),
        ("own", 1, "Vl1"),
        ("static", 10, "Gi1/0/1"),
        ("static", 10, "Drop"),
    ]


def test_empty_table_is_evidence_and_no_fault():
    assert sightings(f"          Mac Address Table\n\n{IOS}Total Mac Addresses for this criterion: 0\n") == []


def test_ports_of_one_row_are_one_sighting_over_several_lines():
    row = f"* 102  {A}    static  Yes          -   Gi1/2,Gi1/4\n{' ' * 51}Gi1/9,Gi1/10\n{' ' * 51}Router,Switch\n"
    assert told(CAT6500 + row) == [("static", 102, "Gi1/2,Gi1/4,Gi1/9,Gi1/10,Router,Switch")]


def test_ports_separated_by_spaces_are_separated_by_commas():
    assert told(f"{IOS}   4    {A}    STATIC      Po10 Po123\n") == [("static", 4, "Po10,Po123")]


def test_rows_of_a_catalyst_6500_may_carry_flags():
    rows = f" *  R     51 {A}   static   No       -      Router\n         65 {B}  dynamic  Yes      280     Te1/4\n"
    assert told(CAT6500 + rows) == [("own", 51, "Router"), ("dynamic", 65, "Te1/4")]


def test_group_without_ports_and_port_in_the_vlan_column_of_a_catalyst_4500():
    text = (
        f"{CAT4500}  10      {A}   dynamic ip,ipx,assigned,other Port-channel15              \n\n"
        "Multicast Entries\n vlan     mac address     type    ports\n---------+----\n"
        "   1      ffff.ffff.ffff   system \nGi1/48    ffff.ffff.ffff   system Gi1/48,Switch\n"
    )
    assert told(text) == [("dynamic", 10, "Port-channel15"), ("static", 1, ""), ("static", 0, "Gi1/48,Switch")]


def test_age_and_moves_behind_a_port_of_arista_are_not_ports():
    header = "Vlan    Mac Address       Type        Ports      Moves   Last Move\n"
    rows = (
        f" 101    {A}    DYNAMIC     Po2        1       9 days, 15:57:28 ago\n"
        f" 102    {B}    STATIC      Router\n 103    {C}    DYNAMIC     Vx1        1       0:05:05 ago\n"
    )
    assert told(header + rows) == [("dynamic", 101, "Po2"), ("own", 102, "Router"), ("dynamic", 103, "Vx1")]
    assert [one.edge for one in sightings(header + rows)] == [None, None, False]


def test_flags_of_nxos_tell_gateways_and_the_peer_link():
    rows = (
        f"G    -     {A}   static   -         F      F    sup-eth1(R)\n"
        f"*   10     {B}   dynamic  0         F      F    Eth1/7\n"
        f"+   10     {C}   dynamic  ~~~       F      F    Po1\n"
        f"+   11     {C}   dynamic  0         F      F    vPC Peer-Link(R)\n"
        f"C   12     {C}   dynamic  NA        F      F    nve1(10.1.103.1)\n"
        f"    13     {C}   secure   -         T      F    Eth1/8\n"
    )
    assert [(one.kind, one.vlan, one.port, one.edge) for one in sightings(NXOS + rows)] == [
        ("own", 0, "sup-eth1", None),
        ("dynamic", 10, "Eth1/7", None),
        ("dynamic", 10, "Po1", False),
        ("dynamic", 11, "vPC Peer-Link", False),
        ("dynamic", 12, "nve1(10.1.103.1)", False),
        ("static", 13, "Eth1/8", None),
    ]


def test_rows_are_known_without_their_header_where_they_speak_for_themselves():
    assert told(f"*  711     {A}   dynamic  0         F      F    Eth1/3\n") == [("dynamic", 711, "Eth1/3")]
    assert told(f" 711    {A}    DYNAMIC     Te1/1/3\n") == [("dynamic", 711, "Te1/1/3")]


def test_name_of_a_vlan_is_no_number():
    rows = "    Vlan100             00:15:5d:c8:6a:00   DLR           -   ae3.0                  0         0\n"
    rows += "    v20                 00:15:5d:c8:6a:01   S,NM          -   xe-0/0/51:0.0          0         0\n"
    assert told(JUNOS + rows) == [("dynamic", 0, "ae3.0"), ("static", 0, "xe-0/0/51:0.0")]


def test_bridge_domain_of_junos_tells_the_vlan_of_the_rows_below():
    text = (
        "Routing instance : default-switch\n Bridging domain : blue, VLAN : 100\n"
        "   MAC                 MAC      Logical          NH     RTR\n"
        "   address             flags    interface        Index  ID\n"
        "   00:15:5d:c8:6a:00   D        ge-0/0/1.0\n"
    )
    assert told(text) == [("dynamic", 100, "ge-0/0/1.0")]


def test_flood_rows_of_early_junos_carry_no_address():
    text = (
        "  VLAN              MAC address       Type         Age Interfaces\n"
        "  blue              *                 Flood          - All-members\n"
        "  blue              00:15:5d:c8:6a:00 Learn          0 xe-0/0/44.0\n"
        "  blue              00:15:5d:c8:6a:01 Static         - Router\n"
    )
    assert told(text) == [("dynamic", 0, "xe-0/0/44.0"), ("own", 0, "Router")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("dev p-a master br0 ", ("dynamic", 0, "p-a", None)),
        ("dev p-a vlan 10 master br0 ", ("dynamic", 10, "p-a", None)),
        ("dev p-a VLAN 10 master br0 permanent", ("own", 10, "p-a", None)),
        ("dev p-a vlan 10 master br0 sticky static", ("static", 10, "p-a", None)),
        ("dev vni13 dst 10.0.0.101 self extern_learn", ("dynamic", 0, "vni13", False)),
        ("dev swp1 self permanent", ("own", 0, "swp1", None)),
    ],
    ids=["learned", "vlan", "own", "static", "tunnel", "nic's filter"],
)
def test_rows_of_a_linux_bridge(row, expected):
    found = sighting(f"00:15:5d:c8:6a:00 {row}\n")
    assert (found.kind, found.vlan, found.port, found.edge) == expected


def test_address_of_zeros_that_floods_a_tunnel_is_no_sighting():
    text = "00:00:00:00:00:00 dev vni13 dst 10.0.0.101 self permanent\n00:15:5d:c8:6a:00 dev p-a master br0\n"
    assert told(text) == [("dynamic", 0, "p-a")]


def test_log_of_a_monitor_is_no_table():
    move = "00:15:5d:c8:6a:00 dev p-a master br0 \n"
    for mark in ("Timestamp: Sat Nov 21 10:28:53 2026 544987 usec\n", "Deleted 00:15:5d:c8:6a:00 dev p-b master br0\n"):
        assert not switch_tables.claims(document(move + mark))
        assert not switch_tables.claims(document(mark + move))


OTHERS = {
    "cumulus": (
        (
            "VLAN      Master  Interface  MAC                TunnelDest  State      Flags          LastSeen\n"
            "--------  ------  ---------  -----------------  ----------  ---------  -------------  --------\n"
            "10        bridge  bond1      00:15:5d:c8:6a:00                                        <1 sec\n"
            "10        bridge  bridge     00:15:5d:c8:6a:01              permanent                 1 day, 00:13:08\n"
            "untagged          vni-13     00:15:5d:c8:6a:02  10.0.0.101             self, offload  00:01:49\n"
        ),
        [("dynamic", 10, "bond1", None), ("own", 10, "bridge", None), ("dynamic", 0, "vni-13", False)],
    ),
    "procurve": (
        (
            " Status and Counters - Port Address Table\n\n  MAC Address       Port       VLAN\n  ---- ---- ----\n"
            "  00155d-c86a00     Trk1       17\n"
        ),
        [("dynamic", 17, "Trk1", None)],
    ),
    "aos-cx": (
        (
            "MAC Address          VLAN     Type                      Port\n-----\n"
            "00:15:5d:c8:6a:00    10       dynamic                   1/1/7\n"
            "00:15:5d:c8:6a:01    10       evpn                      vxlan1(10.0.0.2)\n"
        ),
        [("dynamic", 10, "1/1/7", None), ("dynamic", 10, "vxlan1(10.0.0.2)", False)],
    ),
    "os10": (
        (
            "VlanId        Mac Address         Type        Interface\n"
            "1             00:15:5d:c8:6a:00   dynamic     ethernet1/1/30\n"
        ),
        [("dynamic", 1, "ethernet1/1/30", None)],
    ),
    "os9": (
        (
            "VlanId     Mac Address           Type          Interface        State\n"
            " 1000      00:15:5d:c8:6a:00     Dynamic       Gi 1/21          Active\n"
        ),
        [("dynamic", 1000, "Gi 1/21", None)],
    ),
    "huawei": (
        (
            "MAC Address    VLAN/VSI/BD                       Learned-From        Type\n-----\n"
            "0015-5dc8-6a00 10/-/-                            GE1/0/1             dynamic\n"
            "0015-5dc8-6a01 -/-/10000                         10.1.1.1            evn\n"
        ),
        [("dynamic", 10, "GE1/0/1", None), ("dynamic", 0, "10.1.1.1", False)],
    ),
    "huawei, early": (
        (
            "MAC Address    VLAN/       PEVLAN CEVLAN Port            Type      LSP/LSR-ID\n"
            "               VSI/SI                                              MAC-Tunnel\n-----\n"
            "0015-5dc8-6a00 1           -      -      GE0/0/1         dynamic   0/-\n"
        ),
        [("dynamic", 1, "GE0/0/1", None)],
    ),
    "comware": (
        (
            "MAC Address      VLAN ID    State            Port/Nickname            Aging\n"
            "0015-5dc8-6a00   1          Learned          GE1/0/1                  Y\n"
        ),
        [("dynamic", 1, "GE1/0/1", None)],
    ),
    "small business": (
        (
            "  Vlan        Mac Address         Port       Type    \n--- --- --- ---\n"
            "   1       00:15:5d:c8:6a:00      gi1      dynamic  \n"
            "   1       00:15:5d:c8:6a:01       0         self   \n"
        ),
        [("dynamic", 1, "gi1", None), ("own", 1, "0", None)],
    ),
    "ios xr": (
        (
            "Topo ID  Producer  Next Hop(s)  Mac Address     IP Address\n-------  --------  ---  ---  ---\n"
            f"0        0/0/CPU0  BE1.7        {A}\n1        0/0/CPU0  BE2.7        {B}  10.1.0.1\n"
        ),
        [("dynamic", 0, "BE1.7", None), ("dynamic", 0, "BE2.7", None)],
    ),
    "evpn routes": (
        (
            "  EVI       ETag  Prod    Mac Address                  Next Hop(s) Seq Number\n"
            f"    1          0 L2VPN {A}                       BD11:0          0\n"
            f"   10          0 L2VPN {B}                  Et0/0 EFP:1          0\n"
            f"   10          0   BGP {C}            V:2002 IP:2.2.2.2          0\n"
        ),
        [
            ("dynamic", 0, "BD11:0", None),
            ("dynamic", 0, "Et0/0 EFP:1", None),
            ("dynamic", 0, "V:2002 IP:2.2.2.2", False),
        ],
    ),
    "fastiron": (
        "MAC-Address     Port           Type          VLAN\n0015.5dc8.6a00  1/1/5          Dynamic       20\n",
        [("dynamic", 20, "1/1/5", None)],
    ),
    "brctl": (
        (
            "port no\tmac addr\t\tis local?\tageing timer\n"
            "  1\t00:15:5d:c8:6a:00\tno\t\t   3.14\n  1\t00:15:5d:c8:6a:01\tyes\t\t   0.00\n"
        ),
        [("dynamic", 0, "1", None), ("own", 0, "1", None)],
    ),
    "evpn": (
        (
            "MAC Address    EVI   VLAN  ESI                      Ether Tag  Next Hop(s)\n"
            f"{A} 1     11    0000.0000.0000.0000.0000 0          Et1/0:11\n"
            f"{B} 1     11    0000.0000.0000.0000.0000 0          11.11.11.2\n"
            f"{C} 1     11    0000.0000.0000.0000.0000 0          Duplicate\n"
        ),
        [("dynamic", 11, "Et1/0:11", None), ("dynamic", 11, "11.11.11.2", False), ("dynamic", 11, "", None)],
    ),
}


@pytest.mark.parametrize(("text", "expected"), OTHERS.values(), ids=OTHERS)
def test_tables_of_other_platforms(text, expected):
    assert [(one.kind, one.vlan, one.port, one.edge) for one in sightings(text)] == expected


def test_zeros_that_a_switch_learned_are_a_sighting():
    found = sighting(f"{IOS} 402    0000.0000.0000    DYNAMIC     Te1/1/10\n")
    assert (found.mac, found.port) == (0, "Te1/1/10")


# -- ARP and neighbour tables


def neighbours(text):
    return [(one.kind, one.ip, one.vlan, one.port, one.vrf) for one in sightings(text)]


NEIGHBOURS = {
    "ios": (
        (
            "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
            f"Internet  10.1.0.1                -   {A}  ARPA   Vlan10\n"
            "Internet  10.1.0.9                0   Incomplete      ARPA\n"
            f"Internet  10.1.0.2               12   {B}  ARPA   GigabitEthernet2.390\n"
        ),
        [("own", "10.1.0.1", 10, "Vlan10", ""), ("neighbour", "10.1.0.2", 0, "GigabitEthernet2.390", "")],
    ),
    "nxos": (
        (
            "IP ARP Table for context blue\nTotal number of entries: 3\n"
            "Address         Age       MAC Address     Interface        Physical Interface\n"
            f"10.1.0.1        00:02:06  {A}  Ethernet7/47     Ethernet7/47\n"
            "10.1.0.9        00:00:13  INCOMPLETE      Vlan701          Vlan701\n"
            f"10.1.0.2        00:02:55  {B}  Vlan900          port-channel12   +\n"
        ),
        [
            ("neighbour", "10.1.0.1", 0, "Ethernet7/47", "blue"),
            ("neighbour", "10.1.0.2", 900, "port-channel12", "blue"),
        ],
    ),
    "eos": (
        (
            "VRF: MGMT\nAddress         Age (sec)  Hardware Addr   Interface\n"
            f"10.1.0.1          0:00:00  {A}  Management1\n\n"
            "VRF: default\nAddress         Age (sec)  Hardware Addr   Interface\n"
            f"10.1.0.2              N/A  {B}  Vlan101, Port-Channel2\n"
            f"10.1.0.3  1 day, 0:00:01   {C}  Vlan1, not learned\n"
        ),
        [
            ("neighbour", "10.1.0.1", 0, "Management1", "MGMT"),
            ("neighbour", "10.1.0.2", 101, "Port-Channel2", ""),
            ("neighbour", "10.1.0.3", 1, "Vlan1", ""),
        ],
    ),
    "xr": (
        (
            "Address         Age        Hardware Addr   State      Type  Interface\n"
            f"10.1.0.1        -          {A}  Interface  ARPA  GigabitEthernet0/0/0/0\n"
            "10.1.0.9        00:00:03   0000.0000.0000  Incomplete ARPA  GigabitEthernet0/0/0/0\n"
            f"10.1.0.2        01:25:23   {B}  Dynamic    ARPA  GigabitEthernet0/0/0/0\n"
        ),
        [
            ("own", "10.1.0.1", 0, "GigabitEthernet0/0/0/0", ""),
            ("neighbour", "10.1.0.2", 0, "GigabitEthernet0/0/0/0", ""),
        ],
    ),
    "asa": (f"\toutside 10.1.0.1 {A} 15\n", [("neighbour", "10.1.0.1", 0, "outside", "")]),
    "ip neigh": (
        (
            "10.1.0.1 dev eth0 lladdr 00:15:5d:c8:6a:00 REACHABLE\n10.1.0.9 dev eth0  FAILED\n"
            "fe80::1%eth0 dev eth0 lladdr 00:15:5d:c8:6a:01 router STALE\n"
        ),
        [("neighbour", "10.1.0.1", 0, "eth0", ""), ("neighbour", "fe80::1", 0, "eth0", "")],
    ),
    "arp -a": (
        "gw (10.1.0.1) at 00:15:5d:c8:6a:00 [ether] on eth1.100\n? (10.1.0.9) at <incomplete> on eth1\n",
        [("neighbour", "10.1.0.1", 0, "eth1.100", "")],
    ),
    "arp -n": (
        (
            "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
            "10.1.0.1                 ether   00:15:5d:c8:6a:00   C                     eth0\n"
            "10.1.0.9                         (incomplete)                              eth0\n"
        ),
        [("neighbour", "10.1.0.1", 0, "eth0", "")],
    ),
    "/proc/net/arp": (
        (
            "IP address       HW type     Flags       HW address            Mask     Device\n"
            "10.1.0.1         0x1         0x2         00:15:5d:c8:6a:00     *        eth0\n"
        ),
        [("neighbour", "10.1.0.1", 0, "eth0", "")],
    ),
    "windows": (
        (
            "Interface: 10.1.0.5 --- 0x3\n  Internet Address      Physical Address      Type\n"
            "  10.1.0.1              00-15-5d-c8-6a-00     dynamic   \n"
        ),
        [("neighbour", "10.1.0.1", 0, "", "")],
    ),
    "windows, in German": (
        (
            "Schnittstelle: 10.1.0.5 --- 0x3\n  Internetadresse       Physische Adresse     Typ\n"
            "  10.1.0.1              00-15-5d-c8-6a-00     dynamisch \n"
        ),
        [("neighbour", "10.1.0.1", 0, "", "")],
    ),
    "junos": (
        (
            "MAC Address       Address         Name                      Interface               Flags\n"
            "00:15:5d:c8:6a:00 10.1.0.1        gw.example.org            irb.20 [ae0.0]          none\n"
        ),
        [("neighbour", "10.1.0.1", 0, "irb.20", "")],
    ),
    "procurve": (
        (
            "  IP Address      MAC Address       Type    Port\n  --- --- --- ---\n"
            "  10.1.0.1        00155d-c86a00     dynamic 2   \n  10.1.0.2        00155d-c86a01     dynamic\n"
        ),
        [("neighbour", "10.1.0.1", 0, "2", ""), ("neighbour", "10.1.0.2", 0, "", "")],
    ),
    "huawei": (
        (
            "IP ADDRESS      MAC ADDRESS     EXPIRE(M) TYPE        INTERFACE   VPN-INSTANCE\n"
            "                                          VLAN/CEVLAN\n-----\n"
            "10.1.0.1        0015-5dc8-6a00            I -         Vlanif10    blue\n"
            "10.1.0.2        0015-5dc8-6a01  20        D-0         GE0/0/1     \n"
            "                                          100/-\n"
        ),
        [("own", "10.1.0.1", 10, "Vlanif10", "blue"), ("neighbour", "10.1.0.2", 100, "GE0/0/1", "")],
    ),
    "comware": (
        (
            "  Type: S-Static   D-Dynamic\n"
            "IP address      MAC address    VLAN/VSI   Interface/Link ID        Aging Type\n"
            "10.1.0.1        0015-5dc8-6a00 10         GE1/0/1                  17    D\n"
        ),
        [("neighbour", "10.1.0.1", 10, "GE1/0/1", "")],
    ),
    "arubaos": (
        (
            "IPV4 ARP Table\n--------------\n"
            "Protocol        IP Address      Hardware Address    Interface    Age\n"
            "Internet        10.1.0.1        00:15:5d:c8:6a:00   vlan10       5\n"
        ),
        [("neighbour", "10.1.0.1", 10, "vlan10", "")],
    ),
    "os10": (
        (
            "Address        Hardware address    Interface                     Egress Interface\n"
            "10.1.0.1       00:15:5d:c8:6a:00   vlan100                       port-channel5\n"
        ),
        [("neighbour", "10.1.0.1", 100, "port-channel5", "")],
    ),
    "ios, IPv6": (
        (
            "IPv6 Address                              Age Link-layer Addr State Interface\n"
            f"2001:DB8:0:1::A                            12 {A}  STALE Vl10\n"
            "FE80::9                                     0 -               INCMP Vl10\n"
        ),
        [("neighbour", "2001:db8:0:1::a", 10, "Vl10", "")],
    ),
    "nxos, IPv6": (
        (
            "IPv6 Adjacency Table for VRF default\nTotal number of entries: 2\n"
            "Address         Age       MAC Address     Pref Source     Interface\n"
            f"fe80::1         00:08:40  {A}  50   icmpv6     Ethernet1/46\n"
            f"2001:db8:1111:2222:3333:4444:5555:6666\n                00:08:41  {B}  50   icmpv6     Vlan7\n"
        ),
        [
            ("neighbour", "fe80::1", 0, "Ethernet1/46", ""),
            ("neighbour", "2001:db8:1111:2222:3333:4444:5555:6666", 7, "Vlan7", ""),
        ],
    ),
    "eos, IPv6": (
        (
            "IPv6 Address                                  Age Hardware Addr   Interface\n"
            f"fe80::5200:ff:fed7:ee0b                   0:44:17 {A}  Et1\n"
        ),
        [("neighbour", "fe80::5200:ff:fed7:ee0b", 0, "Et1", "")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_neighbour_tables(text, expected):
    assert neighbours(text) == expected


def test_vrf_of_the_command_holds_for_its_rows_alone():
    header = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
    text = (
        f"SW1#show ip arp vrf blue\n{header}Internet  10.1.0.1  5   {A}  ARPA   Vlan10\n"
        f"SW1#show ip arp\n{header}Internet  10.1.0.1  5   {B}  ARPA   Vlan20\nSW1#"
    )
    assert [one.vrf for one in sightings(text)] == ["blue", ""]


def test_vrf_of_a_table_does_not_reach_the_next_one():
    arp = "VRF: blue\nAddress         Age (sec)  Hardware Addr   Interface\n10.1.0.1  0:00:00  {}  Management1\n"
    mac = f"Vlan    Mac Address       Type        Ports      Moves   Last Move\n  10    {B}    DYNAMIC     Et1\n"
    assert [(one.ip, one.vrf) for one in sightings(arp.format(A) + mac)] == [("10.1.0.1", "blue"), ("", "")]


# -- sessions


def test_session_with_other_commands_gives_its_tables():
    text = (
        "SW1#show version\nCisco IOS Software\nBase ethernet MAC Address : 00:15:5D:00:00:01\n"
        f"SW1#show mac address-table\n          Mac Address Table\n\n{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n"
        "SW1#show interfaces Gi1/0/7\n  Hardware is Gigabit Ethernet, address is 0015.5d00.0002 (bia 0015.5d00.0002)\n"
        "SW1#show ip arp\nProtocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
        f"Internet  10.1.0.1                5   {A}  ARPA   Vlan10\nSW1#\n"
    )
    assert [(one.kind, one.place.at) for one in sightings(text)] == [("dynamic", "line 9"), ("neighbour", "line 14")]
    assert hosts(text) == [("SW1", "switch")]


def test_prompt_does_not_rename_the_switch_of_the_folder():
    assert hosts(f"Switch#show mac address-table\n{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n") == [("SW1", "switch")]


def test_session_on_several_devices_tells_them_apart():
    row = f"{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n"
    text = f"SW1#show mac address-table\n{row}SW1#ssh SW2\nSW2>show mac address-table\n{row}SW2>\n"
    assert hosts(text) == [("SW1", "switch"), ("SW2", "switch")]
    assert [one.host for one in sightings(text)] == ["SW1", "SW2"]


@pytest.mark.parametrize(
    "prompt",
    [
        "SW1#show mac address-table",
        "SW1>sh mac add",
        "SW1# show mac address-table ",
        "SW1(config)#do show mac address-table",
        "RP/0/RP0/CPU0:SW1#show arp",
        "admin@SW1> show ethernet-switching table",
        "<SW1>display mac-address",
        "[~SW1]display mac-address",
        "cumulus@SW1:mgmt:~$ net show bridge macs",
        "show mac address-table",
    ],
)
def test_prompts_end_a_table_and_are_no_rows(prompt):
    text = f"{prompt}\n{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n{prompt}\nsomething of {B}\n"
    assert told(text) == [("dynamic", 10, "Gi1/0/7")]
    assert hosts(text) == [("SW1", "switch")]


def test_text_of_a_terminal_reads_like_text_of_a_file():
    clean = IOS + "".join(f"  10    0015.5dc8.6a{low:02x}    DYNAMIC     Gi1/0/{low}\n" for low in range(8))
    lines = clean.split("\n")
    for pager in (" --More-- ", "---- More ----", "---(more 35%)---", "<--- More --->"):
        erased = "\b" * len(pager)
        dirty = [*lines[:4], f"{pager}{erased}{' ' * len(pager)}{erased}{lines[4]}", *lines[5:]]
        redrawn = [*lines[:4], f"{pager}\r{' ' * len(pager)}\r{lines[4]}", *lines[5:]]
        escaped = [*lines[:4], f"{pager}\x1b[42D{' ' * 42}\x1b[42D{lines[4]}", *lines[5:]]
        for text in ("\n".join(dirty), "\r\n".join(redrawn), "\r\n".join(escaped), "\r\r\n".join(lines)):
            assert sightings(text) == sightings(clean)
    own_line = [*lines[:4], "  --More--", *lines[4:]]
    assert told("\r\n".join(own_line)) == told(clean)


def test_utf16_as_powershell_redirects_it_is_read():
    text = f"{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n"
    assert switch_tables.parse(document(b"\xff\xfe" + text.encode("utf-16-le"))).seen == parsed(text).seen


# -- what is wrong or no table


def test_row_that_is_not_understood_is_a_problem_with_its_line():
    result = parsed(
        f"{IOS}  10    {A}    DYNAMIC     Gi1/0/7\n  10 :: {B} garbled\n  10    0015.5dc8.6axx  DYNAMIC  Gi1\n"
    )
    assert [(one.at, one.reason) for one in result.problems] == [
        ("line 4", "a row of a table that is not understood"),
        ("line 5", "a row of a table that is not understood"),
    ]
    assert len([one for one in result.seen if isinstance(one, SightingSeen)]) == 1


def test_address_of_64_bits_is_a_problem_and_no_sighting():
    result = parsed("00:15:5d:c8:6a:00 dev p-a master br0\n00:15:5d:ff:fe:c8:6a:00 dev ib0 master br0\n")
    assert [one.at for one in result.problems] == ["line 2"]


def test_a_thousand_broken_rows_are_few_problems():
    result = parsed(IOS + f"  10 :: {B} garbled\n" * 1000)
    assert len(result.problems) == switch_tables.PROBLEMS_MAX + 1
    assert result.problems[-1].reason == "980 more lines like these are not understood"


def test_impossible_ip_address_is_a_problem_and_the_sighting_stays():
    result = parsed("10.1.0.300 dev eth0 lladdr 00:15:5d:c8:6a:00 REACHABLE\n")
    assert [(one.at, one.reason) for one in result.problems] == [("line 1", "'10.1.0.300' is no IP address")]
    assert [one.ip for one in result.seen if isinstance(one, SightingSeen)] == [""]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", 10),
        ("4094", 4094),
        ("4095", 0),
        ("0", 0),
        ("All", 0),
        ("N/A", 0),
        ("-", 0),
        ("10/-/-", 10),
        ("9" * 5000, 0),
        ("²", 0),
        ("", 0),
        (None, 0),
        ("blue10", 0),
    ],
)
def test_vlan_is_a_number_that_a_frame_can_carry(text, number):
    assert vlan_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        '{"Vlan    Mac Address       Type        Ports": 1}',
        '[\n  {"mac": "00:15:5d:c8:6a:00", "ifname": "p-a"}\n]',
        "<rpc-reply>\n<l2ng-l2-mac-address>00:15:5d:c8:6a:00</l2ng-l2-mac-address></rpc-reply>",
        "Dynamic Address Count  : 8\nTotal Mac Addresses    : 9\n",
        "%SW_MATM-4-MACFLAP_NOTIF: Host 0015.5dc8.6a00 in vlan 10 is flapping between port Gi1/0/1 and port Gi1/0/2\n",
        "Vlan10 - Group 1\n  Virtual MAC address is 0000.0c9f.f001\n",
        "interface GigabitEthernet1/0/1\n mac-address 0015.5dc8.6a00\n",
    ],
    ids=["json header", "json", "xml", "counts", "syslog", "hsrp", "configuration"],
)
def test_text_that_merely_holds_addresses_is_not_claimed(text):
    assert not switch_tables.claims(document(text))
    assert not switch_templates.claims(document(text))


def test_tables_are_offered_documents_before_readers_of_json_and_templates_after_all_others():
    names = list(COLLECTORS)
    assert names.index("switch-tables") < names.index("hyperv")
    assert names[-1] == "switch-templates"


def test_junos_session_that_begins_with_a_brace_is_no_json():
    text = f"{{master:0}}\nadmin@SW1> show ethernet-switching table\n{JUNOS}"
    text += "    v20  00:15:5d:c8:6a:00   D  -   ae3.0  0  0\n"
    result = read(document(text))
    assert result is not None
    assert result.problems == []
    assert len(result.seen) == 2


# -- any bytes

LINES = [
    *IOS.splitlines(),
    *NXOS.splitlines(),
    f"  10    {A}    DYNAMIC     Gi1/0/7",
    f"* 102  {A}    static  Yes          -   Gi1/2,Gi1/4",
    f"{' ' * 51}Gi1/9,Gi1/10",
    "00:15:5d:c8:6a:00 dev vni13 dst 10.0.0.101 self",
    "SW2#show mac address-table",
    *(line for text, _ in [*OTHERS.values(), *NEIGHBOURS.values()] for line in text.splitlines()),
    "",
]


@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=40)), max_size=20), st.sampled_from("\n\r\x1b\b\0 "))
@settings(deadline=None)
@example(["00:15:5d:c8:6a:00 dev p-a master br0", "2001:db8::1"], "\r")
def test_any_lines_in_any_order_give_records_and_problems(lines, mark):
    for raw in ("\n".join(lines).encode("utf-8", "replace"), mark.join(lines).encode("utf-8", "replace")):
        result = read(document(raw))
        assert result is not None
        for one in result.seen:
            if isinstance(one, SightingSeen):
                assert 0 <= one.mac < 1 << 48
                assert 0 <= one.vlan <= 4094
                assert PurePath(one.place.file).name == "table.txt"


@given(st.binary(max_size=300))
def test_any_bytes_below_a_header_do_not_raise(raw):
    assert read(document(NXOS.encode() + raw)) is not None


HOSTILE = {
    "one long line": "0015.5dc8.6a00 " * 70_000,
    "dots": f"{IOS}" + "." * 1_000_000,
    "spaces": f"{IOS}" + " " * 1_000_000,
    "long rows": f"{IOS}" + f"  10    {A}    DYNAMIC     {'Gi1 ' * 900}\n" * 200,
    "broken long rows": f"{CAT6500}" + f"  10    {A}    DYNAMIC  {'x ' * 1900}\x00\n" * 200,
    "ports without end": f"{CAT6500}* 102  {A}    static  Yes   -   Gi1/2\n" + f"{' ' * 51}Gi1/9,Gi1/10\n" * 20_000,
    "addresses to be folded": "Address         Age       MAC Address     Pref Source     Interface\n"
    + "2001:db8::1\n" * 50_000,
    "escapes": "\x1b[" * 500_000 + "\n" + IOS,
    "carriage returns": "\r" * 1_000_000 + IOS,
    "prompts": "SW1#show mac address-table\n" * 30_000,
    "devices": "".join(f"SW{at}#show mac address-table\n  10    {A}    DYNAMIC     Gi1\n" for at in range(10_000)),
    "huge numbers": f"{IOS}{'9' * 3000}    {A}    DYNAMIC     Gi1/0/7\n" * 100,
    "pagers": IOS + "-- more " * 100_000,
    "pagers in lines": IOS + "--(more 1 " * 300 + "\n" + ("--(more" * 500 + "\n") * 100,
    "hexadecimal": IOS + "a" * 1_000_000,
    "hexadecimal lines": IOS + ("ab:" * 1300 + "\n") * 200,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_size(text):
    started = process_time()
    assert read(document(text)) is not None
    assert process_time() - started < 5
