"""What packets tell of addresses: ARP, neighbour discovery, DHCP, LLDP, CDP, LACP, first-hop redundancy, traits."""

import struct

import pytest

from maccord.wire.capture import read_capture
from maccord.wire.records import At
from tests.kit.captured import ALL, NO_IP, A, B, arp, dhcp, ethernet, ip4, ip6, lldp_part, number, packed, pcap, udp

LINK_LOCAL = b"\xfe\x80" + bytes(13) + b"\1"
GROUP = bytes.fromhex("333300000001")


def told_of(*frames):
    batches = list(read_capture(pcap(frames), At("switch1", "port1")))
    return [one for batch in batches for one in batch.told]


def only(kind, *frames):
    return [one for one in told_of(*frames) if type(one).__name__ == kind]


# ARP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("packet", "kind", "ip"),
    [
        (arp(1, A, "10.0.0.1", target_ip="10.0.0.2"), "request", "10.0.0.1"),
        (arp(2, A, "10.0.0.1", B, "10.0.0.2"), "reply", "10.0.0.1"),
        (arp(1, A, NO_IP, target_ip="10.0.0.2"), "probe", ""),
        (arp(1, A, "10.0.0.1", target_ip="10.0.0.1"), "announcement", "10.0.0.1"),
        (arp(2, A, "10.0.0.1", A, "10.0.0.1"), "announcement", "10.0.0.1"),
        (arp(3, A, NO_IP, A, NO_IP), "reverse", ""),
    ],
)
def test_arp_is_told_by_what_it_is_for(packet, kind, ip):
    (seen,) = told_of(ethernet(packet, 0x8035 if kind == "reverse" else 0x0806, A, ALL))
    assert (seen.kind, seen.mac, seen.ip, seen.source, seen.to_all) == (kind, number(A), ip, number(A), True)


def test_an_arp_packet_may_claim_another_address_than_its_frame_has():
    (seen,) = told_of(ethernet(arp(2, B), 0x0806, A, ALL))
    assert (seen.source, seen.mac) == (number(A), number(B))


def test_arp_of_another_network_is_counted_and_tells_nothing():
    odd = bytearray(arp())
    odd[4] = 8
    batches = list(read_capture(pcap([ethernet(bytes(odd), 0x0806)]), At()))
    assert sum(batch.arp for batch in batches) == 1
    assert not [one for batch in batches for one in batch.told]


# Neighbour discovery -------------------------------------------------------------------------------------------


def icmp6(kind, body):
    return struct.pack(">BBH", kind, 0, 0) + body


def discovery(message, source=LINK_LOCAL, hops=255):
    return ethernet(ip6(message, 58, source, hops=hops), 0x86DD, A, GROUP)


TARGET = LINK_LOCAL[:-1] + b"\x99"
OWN = b"\2\1" + B


@pytest.mark.parametrize(
    ("message", "source", "kind", "ip"),
    [
        (icmp6(135, bytes(4) + TARGET + b"\1\1" + B), LINK_LOCAL, "solicitation", "fe80::1"),
        (icmp6(135, bytes(4) + TARGET), bytes(16), "probe", "fe80::99"),
        (icmp6(136, b"\x60\0\0\0" + TARGET + OWN), LINK_LOCAL, "advertisement", "fe80::99"),
        (icmp6(136, b"\x20\0\0\0" + TARGET + OWN), LINK_LOCAL, "announcement", "fe80::99"),
        (icmp6(134, bytes(12) + b"\1\1" + B), LINK_LOCAL, "router", "fe80::1"),
    ],
)
def test_neighbour_discovery_is_told_by_what_it_is_for(message, source, kind, ip):
    (seen,) = only("NeighbourSeen", discovery(message, source))
    assert (seen.kind, seen.ip, seen.source) == (kind, ip, number(A))
    assert (seen.mac, seen.told) == ((number(A), False) if kind == "probe" else (number(B), True))
    assert seen.override == (kind in ("advertisement", "announcement"))


def test_discovery_that_was_routed_is_not_believed():
    assert only("NeighbourSeen", discovery(icmp6(136, b"\x20\0\0\0" + TARGET + OWN), hops=64)) == []


def test_discovery_behind_other_headers_is_read():
    message = icmp6(136, b"\x20\0\0\0" + TARGET + OWN)
    hop_by_hop = bytes([58, 0]) + bytes(6)
    frame = ethernet(ip6(hop_by_hop + message, 0), 0x86DD, A, GROUP)
    assert [one.ip for one in only("NeighbourSeen", frame)] == ["fe80::99"]


# DHCP ----------------------------------------------------------------------------------------------------------


def test_a_client_is_told_with_all_that_identifies_it():
    options = b"\x3d\7\1" + B + b"\x0c\5host1" + b"\x3c\6MSFT 5" + b"\x32\4" + packed("10.0.0.9")
    (seen,) = only("DhcpSeen", dhcp(3, A, options))
    assert (seen.message, seen.client, seen.client_id) == ("request", number(A), "01" + B.hex())
    assert (seen.host_name, seen.vendor_class, seen.wanted_ip, seen.ips) == ("host1", "MSFT 5", "10.0.0.9", ())
    assert (seen.version, seen.from_server, seen.transaction) == (4, False, 77)


def test_a_server_s_answer_tells_what_it_gives():
    (seen,) = only("DhcpSeen", dhcp(5, A, b"\x36\4" + packed("10.0.0.254"), given="10.0.0.9"))
    assert (seen.message, seen.ips, seen.server_ip, seen.from_server) == ("ack", ("10.0.0.9",), "10.0.0.254", True)


def test_a_host_name_has_no_control_characters():
    (seen,) = only("DhcpSeen", dhcp(1, A, b"\x0c\x06\x1b[31mx"))
    assert seen.host_name == "\ufffd[31mx"


def test_an_option_in_parts_is_one_option():
    (seen,) = only("DhcpSeen", dhcp(1, A, b"\x0c\3abc\x0c\3def"))
    assert seen.host_name == "abcdef"


def dhcp6(kind, options):
    message = bytes([kind]) + b"\0\0\x4d" + options
    return ethernet(ip6(udp(message, 546, 547), 17), 0x86DD, A, GROUP)


def option6(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


DUID = option6(1, b"\0\1\0\1" + bytes(4) + B)
IA = option6(3, bytes(12) + option6(5, b"\x20\1\r\xb8" + bytes(11) + b"\5" + bytes(8)))


@pytest.mark.parametrize("relayed", [False, True])
def test_dhcp_of_version_6_tells_client_name_and_addresses(relayed):
    inner = bytes([7]) + b"\0\0\x4d" + DUID + IA + option6(39, b"\0\5host1\4corp")
    message = bytes([13, 0]) + bytes(32) + option6(9, inner) if relayed else inner
    (seen,) = only("DhcpSeen", ethernet(ip6(udp(message, 547, 547), 17), 0x86DD, A, GROUP))
    assert (seen.version, seen.message, seen.client, seen.ips) == (6, "reply", number(B), ("2001:db8::5",))
    assert (seen.host_name, seen.from_server) == ("host1.corp", True)


def test_a_client_of_version_6_wants_what_it_names():
    (seen,) = only("DhcpSeen", dhcp6(3, DUID + IA))
    assert (seen.message, seen.wanted_ip, seen.ips, seen.transaction) == ("request", "2001:db8::5", (), 77)


# Cables --------------------------------------------------------------------------------------------------------


def test_lldp_tells_device_port_and_what_it_is():
    parts = [
        lldp_part(1, b"\4" + B),
        lldp_part(2, b"\5Gi1/0/3"),
        lldp_part(3, b"\0\x78"),
        lldp_part(4, b"to the core"),
        lldp_part(5, b"switch2"),
        lldp_part(7, b"\0\x14\0\x14"),
        lldp_part(8, b"\5\1" + packed("10.0.0.3") + b"\2\0\0\0\1\0"),
        lldp_part(127, b"\x00\x80\xc2\x01\0\x0a"),
    ]
    (seen,) = told_of(ethernet(b"".join(parts) + b"\0\0", 0x88CC))
    assert (seen.chassis, seen.chassis_mac, seen.port) == ("00-15-5D-0A-00-03", number(B), "Gi1/0/3")
    assert (seen.system, seen.port_name, seen.capabilities) == ("switch2", "to the core", ("bridge", "router"))
    assert (seen.address_ips, seen.native_vlan, seen.ttl_s) == (("10.0.0.3",), 10, 120)


def test_cdp_tells_device_and_port():
    def part(kind, value):
        return struct.pack(">HH", kind, 4 + len(value)) + value

    address = struct.pack(">I", 1) + b"\1\1\xcc\0\4" + packed("10.0.0.3")
    parts = part(1, b"switch2") + part(2, address) + part(3, b"Gi0/1") + part(4, b"\0\0\0\x28") + part(10, b"\0\7")
    payload = bytes.fromhex("aaaa0300000c2000") + b"\2\xb4\0\0" + parts
    (seen,) = told_of(B + A + struct.pack(">H", len(payload)) + payload)
    assert (seen.protocol, seen.system, seen.port, seen.native_vlan) == ("cdp", "switch2", "Gi0/1", 7)
    assert (seen.address_ips, seen.capabilities) == (("10.0.0.3",), ("bridge",))


def test_lacp_tells_the_partner():
    body = b"\1\1\1\x14\x80\0" + B + b"\0\x0d\x80\0\0\x16" + bytes(4) + b"\2\x14\x80\0" + A + bytes(90)
    (seen,) = told_of(ethernet(body, 0x8809))
    assert (seen.system, seen.key, seen.port, seen.partner) == (number(B), 13, 22, number(A))


# Shared by design ----------------------------------------------------------------------------------------------


def redundancy(payload, protocol):
    return only("RedundancyHeard", ethernet(ip4(payload, protocol, "10.0.0.3", hops=255), 0x0800))


def test_vrrp_tells_its_group_and_addresses():
    (seen,) = redundancy(bytes([0x21, 51, 100, 1, 0, 1, 0, 0]) + packed("10.0.0.1") + bytes(8), 112)
    assert (seen.protocol, seen.group, seen.virtual_mac) == ("vrrp", 51, 0x00005E000133)
    assert (seen.ips, seen.sender_ip, seen.priority) == (("10.0.0.1",), "10.0.0.3", 100)


def test_carp_is_not_taken_for_vrrp():
    (seen,) = redundancy(bytes([0x21, 51, 0, 7, 0, 1, 0, 0]) + bytes(28), 112)
    assert (seen.protocol, seen.group, seen.ips) == ("carp", 51, ())


def test_hsrp_of_both_versions_is_told():
    first = bytes([0, 0, 16, 3, 10, 110, 5, 0]) + b"cisco\0\0\0" + packed("10.0.0.1")
    group = struct.pack(">H", 300)
    body = bytes([2, 0, 6, 4]) + group + B + struct.pack(">III", 110, 3000, 10000) + packed("10.0.0.1") + bytes(12)
    (one,) = redundancy(udp(first, 1985, 1985), 17)
    (two,) = redundancy(udp(bytes([1, 40]) + body, 1985, 1985), 17)
    assert (one.group, one.virtual_mac, one.ips, one.state) == (5, 0x00000C07AC05, ("10.0.0.1",), "active")
    assert (two.group, two.virtual_mac, two.ips, two.state) == (300, 0x00000C9FF12C, ("10.0.0.1",), "active")


def test_glbp_tells_its_group():
    (seen,) = redundancy(udp(bytes([1, 0, 0, 9]) + bytes(8), 3222, 3222), 17)
    assert (seen.protocol, seen.group) == ("glbp", 9)


# Traits --------------------------------------------------------------------------------------------------------


def test_traffic_gives_away_hops_identification_and_clock():
    clock = b"\1\1\x08\x0a" + struct.pack(">II", 123456, 0)
    tcp = struct.pack(">HHIIBBHHH", 1, 2, 0, 0, 8 << 4, 0x10, 0, 0, 0) + clock
    (seen,) = told_of(ethernet(ip4(tcp, 6, hops=128, ident=99), 0x0800))
    assert (seen.ip, seen.hops, seen.ident, seen.clock) == ("10.0.0.1", 128, 99, 123456)


def test_an_identification_of_zero_that_nobody_may_fragment_tells_nothing():
    (seen,) = told_of(ethernet(ip4(bytes(20), 1, ident=0, flags=0x4000), 0x0800))
    assert seen.ident is None


def test_of_much_traffic_few_samples_are_taken():
    frames = [ethernet(ip4(bytes(20), 1, ident=at), 0x0800) for at in range(5000)]
    told = told_of(*frames)
    assert 32 <= len(told) <= 128
