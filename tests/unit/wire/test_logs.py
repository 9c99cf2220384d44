"""What is read of logs: of a Linux bridge's table, and of the vendors' messages on addresses that move."""

from datetime import datetime

import pytest

from maccord.wire.fdb_log import FdbLog, is_fdb_log
from maccord.wire.move_logs import NO_YEAR, MoveLog
from maccord.wire.records import At, Domain
from tests.kit.recorded import RECORDED, needs_recorded

MAC = 0x00155DC86A00


def at(*parts, micro=0):
    text = "{}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00".format(*parts)
    return int(datetime.fromisoformat(text).timestamp()) * 10**9 + micro * 1000


# Bridges -------------------------------------------------------------------------------------------------------


def changes(text):
    log = FdbLog("br")
    return [one for line in text.splitlines() if (one := log.feed(line))]


def test_an_entry_has_the_time_of_the_line_before():
    text = "Timestamp: Sat Nov 21 10:28:53 2026 544987 usec\n00:15:5d:c8:6a:00 dev p-a vlan 10 master br0 \n"
    (one,) = changes(text)
    assert (one.at, one.mac, one.domain, one.change) == (At("br", "p-a"), MAC, Domain((10,)), "learned")
    assert (one.time_ns, one.line) == (at(2026, 11, 21, 10, 28, 53, micro=544987), 2)


def test_short_times_and_deletions_are_read():
    (one,) = changes("[2026-11-21T10:28:54.001122] Deleted 00:15:5d:c8:6a:00 dev p-c master br0")
    assert (one.change, one.time_ns) == ("aged", at(2026, 11, 21, 10, 28, 54, micro=1122))


@pytest.mark.parametrize(
    ("rest", "change", "port"),
    [
        ("dev eth0 master br0 permanent", "own", "eth0"),
        ("dev eth0 master br0 static", "static", "eth0"),
        ("dev vxlan5 dst 10.0.0.2 self", "learned", "vxlan5/10.0.0.2"),
        ("dev eth0 self", "static", "eth0"),
    ],
)
def test_what_kind_of_entry_it_is_is_told(rest, change, port):
    (one,) = changes(f"00:15:5d:c8:6a:00 {rest}")
    assert (one.change, one.at.port) == (change, port)


@pytest.mark.parametrize(
    "line", ["", "fdb", "00:15:5d:c8:6a:00", "00:15:5d:c8:6a:00 lladdr", "Timestamp: never", "x" * 9999]
)
def test_other_lines_are_passed_over(line):
    assert changes(line) == []


def test_a_table_is_no_log():
    assert not is_fdb_log("00:15:5d:c8:6a:00 dev p-a master br0\n")
    assert is_fdb_log("Deleted 00:15:5d:c8:6a:00 dev p-a master br0\n")


@needs_recorded
@pytest.mark.parametrize(
    ("scenario", "moves"),
    [
        ("01-healthy", 0),
        ("02-duplicate-mac-both-talk", 33),
        ("03-duplicate-mac-owner-silent", 4),
        ("04-ip-conflict", 0),
        ("05-migration-with-garp", 1),
        ("06-team-two-uplinks-no-lag", 96),
        ("07-vrrp-failover", 1),
    ],
)
def test_recorded_moves_are_all_there(scenario, moves):
    ports: dict[int, str] = {}
    found = 0
    for one in changes((RECORDED / "lab" / scenario / "fdb-monitor.txt").read_text()):
        found += ports.get(one.mac, one.at.port) != one.at.port
        ports[one.mac] = one.at.port
    assert found == moves


# Messages ------------------------------------------------------------------------------------------------------


def logged(line, **told):
    return MoveLog("folder").feed(line, **told)


@pytest.mark.parametrize(
    ("line", "kind", "ports", "vlan"),
    [
        (
            "%SW_MATM-4-MACFLAP_NOTIF: Host 0015.5dc8.6a00 in vlan 10 is flapping between port Gi1/0/3 and port Po7",
            *("flap", ("Gi1/0/3", "Po7"), 10),
        ),
        (
            "%C4K_EBM-4-HOSTFLAPPING: Host 00:15:5D:C8:6A:00 in vlan 1 is flapping between port Gi6/37 and port Gi6/38",
            *("flap", ("Gi6/37", "Gi6/38"), 1),
        ),
        (
            "%L2FM-4-L2FM_MAC_MOVE: Mac 0015.5dc8.6a00 has moved from Eth1/15 to Eth9/8",
            "move",
            ("Eth1/15", "Eth9/8"),
            0,
        ),
        (
            "%L2FM-4-L2FM_MAC_MOVE2: Mac 0015.5dc8.6a00 in vlan 100 has moved from Po1 to Eth1/2",
            *("move", ("Po1", "Eth1/2"), 100),
        ),
        (
            (
                "%ETH-4-HOST_FLAPPING: Host 00:15:5d:c8:6a:00 in VLAN 42 is flapping between interface Ethernet12 and "
                "interface Port-Channel1"
            ),
            *("flap", ("Ethernet12", "Port-Channel1"), 42),
        ),
        (
            (
                "%%10MAC/4/MAC_FLAPPING: MAC address 0015-5dc8-6a00 in VLAN 500 has moved from port "
                "GE1/0/1 to port GE1/0/2 "
                "for 3 times."
            ),
            *("move", ("GE1/0/1", "GE1/0/2"), 500),
        ),
        (
            (
                "%%01L2IFPPI/4/MFLPVLANALARM(l)[1]:OID 1.3.6 MAC move detected, VlanId = "
                "7, MacAddress = 0015-5dc8-6a00, "
                "Original-Port = GE0/0/1, Flapping port = GE0/0/2. Please check the network."
            ),
            *("flap", ("GE0/0/1", "GE0/0/2"), 7),
        ),
        (
            (
                "%EVPN-3-BLACKLISTED_DUPLICATE_MAC: MAC address 00:15:5d:c8:6a:00 on VLAN 110 has been "
                "blacklisted for moving 5 "
                "or more times within the past 180 seconds"
            ),
            *("duplicate", (), 110),
        ),
    ],
)
def test_vendors_messages_on_moves_are_read(line, kind, ports, vlan):
    one = logged(line)
    assert (one.kind, one.mac, one.ports, one.domain.vlan) == (kind, MAC, ports, vlan)
    assert one.at.observer == "folder"
    assert one.message


@pytest.mark.parametrize(
    ("line", "ip", "other", "port"),
    [
        (
            "%IP-4-DUPADDR: Duplicate address 172.16.1.216 on GigabitEthernet1, sourced by 0015.5dc8.6a00",
            *("172.16.1.216", None, "GigabitEthernet1"),
        ),
        (
            (
                "%ARP-3-DUP_SRC_IP: arp [4033] Source address of packet received from "
                "0015.5dc8.6a00 on Vlan10(port-channel1) is "
                "duplicate of local, 10.1.1.1"
            ),
            *("10.1.1.1", None, "Vlan10"),
        ),
        ("arpwatch: flip flop 10.0.0.1 0:15:5d:c8:6a:0 (0:c:29:1:2:3) eth0", "10.0.0.1", 0x000C29010203, "eth0"),
        (
            (
                "ARP/4/ARP_IP_CONFLICT_DETECT: Detected an IP address collision. (IpAddress=10.0.0.1, Local "
                "MacAddress=000c-2901-0203, Local InterfaceName=GE1, Local VLAN=7, Local INNER-VLAN=0, Received "
                "MacAddress=0015-5dc8-6a00, Received InterfaceName=GE2, Received VLAN=7, Received INNER-VLAN=0)"
            ),
            *("10.0.0.1", 0x000C29010203, "GE2"),
        ),
    ],
)
def test_vendors_messages_on_two_addresses_for_one_ip_are_read(line, ip, other, port):
    one = logged(line)
    assert (one.kind, one.mac, one.ip, one.other_mac, one.at.port) == ("ip", MAC, ip, other, port)


def test_frr_s_duplicate_is_in_the_domain_of_its_vni():
    one = logged("VNI 1002: MAC 00:15:5d:c8:6a:00 detected as duplicate during local update, last VTEP 10.33.0.1")
    assert (one.kind, one.domain) == ("duplicate", Domain((), "vxlan", 1002))


def test_a_bridge_that_hears_itself_is_told():
    line = "br0: received packet on eth0 with own address as source address (addr:00:15:5d:c8:6a:00, vlan:0)"
    one = logged(line)
    assert (one.kind, one.mac, one.at.port) == ("own", MAC, "eth0")


FLAP = "%SW_MATM-4-MACFLAP_NOTIF: Host 0015.5dc8.6a00 in vlan 10 is flapping between port Gi1 and port Gi2"


@pytest.mark.parametrize(
    ("head", "host", "time"),
    [
        ("<188>Apr 26 12:27:55 acc-sw1 1041: Apr 26 12:27:55.941: ", "acc-sw1", at(NO_YEAR, 4, 26, 12, 27, 55)),
        ("<188>2026 Apr 26 12:29:01 n5k-a ", "n5k-a", at(2026, 4, 26, 12, 29, 1)),
        ("<188>1 2026-04-26T12:29:01.5Z sw9 - - - - ", "sw9", at(2026, 4, 26, 12, 29, 1, micro=500000)),
        ("2026-04-26T14:29:01+02:00 sw9 ", "sw9", at(2026, 4, 26, 12, 29, 1)),
        ("*Apr 26 12:27:55.941: ", "folder", at(NO_YEAR, 4, 26, 12, 27, 55, micro=941000)),
        ("", "folder", 0),
    ],
)
def test_a_header_tells_device_and_time(head, host, time):
    one = logged(head + FLAP)
    assert (one.at.observer, one.time_ns) == (host, time)


def test_a_log_server_s_clock_counts_where_a_line_has_no_year():
    assert logged("<188>Apr 26 12:27:55 acc-sw1 " + FLAP, received_ns=5).time_ns == 5
    assert logged("<188>2026 Apr 26 12:29:01 n5k-a " + FLAP, received_ns=5).time_ns == at(2026, 4, 26, 12, 29, 1)


@pytest.mark.parametrize(
    "line", ["", "x" * 5000, "Host nothing is flapping between port a and port b", "flip flop 1 2 (3)"]
)
def test_lines_that_tell_nothing_are_passed_over(line):
    assert logged(line) is None


def test_long_lines_take_no_long_time():
    for word in ("is flapping between", "has moved", "IP address collision", "MAC move detected"):
        assert logged((f"Host {word} " * 200)[:2000]) is None
