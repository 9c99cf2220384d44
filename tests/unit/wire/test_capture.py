"""What is read of captures of both formats, and what is said of broken ones."""

import struct

import numpy as np
import pytest

from maccord.wire.capture import CaptureStream, read_capture
from maccord.wire.records import At, Domain, Fault
from maccord.wire.sources import OWNERS_MAX
from tests.kit.captured import (
    ALL,
    SECOND,
    A,
    B,
    arp,
    block,
    enhanced,
    ethernet,
    geneve,
    gre,
    interface,
    ip4,
    number,
    option,
    pcap,
    pcapng,
    section,
    tagged,
    vxlan,
)

AT = At("switch1", "port1")
START = 1_700_000_000 * SECOND
ASK = ethernet(arp(), 0x0806, A, ALL)
ANSWER = ethernet(arp(2, B, "10.0.0.2", A, "10.0.0.1"), 0x0806, B, A)


def whole(raw, **told):
    """Return all that a capture tells, in one batch."""
    batches = list(read_capture(raw, AT, **told))
    last = batches[-1]
    last.told = [one for batch in batches for one in batch.told]
    last.faults = [fault for batch in batches for fault in batch.faults]
    last.packets = sum(batch.packets for batch in batches)
    last.arp = sum(batch.arp for batch in batches)
    return last


def told_of(frame):
    """Return what one frame tells, but for samples of traffic."""
    return [one for one in whole(pcap([frame])).told if type(one).__name__ != "TraitSeen"]


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", ["micro", "nano", "modified"])
def test_every_classic_capture_reads_the_same(big, kind):
    batch = whole(pcap([ASK, ANSWER], big=big, nano=kind == "nano", modified=kind == "modified"))
    assert [(one.kind, one.time_ns - START, one.line) for one in batch.told] == [("request", 0, 1), ("reply", 10**6, 2)]
    assert (batch.packets, batch.arp, batch.faults) == (2, 2, [])


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_reads_as_pcap_does(order):
    ours, theirs = whole(pcapng([ASK, ANSWER], order)), whole(pcap([ASK, ANSWER]))
    assert ours.told == theirs.told
    assert ours.presences == theirs.presences
    assert ours.packets == 2


def test_nanoseconds_are_kept_as_they_are():
    batch = whole(pcap([ASK, ASK], nano=True, step_ns=123_456_789))
    assert batch.presences[0].last_ns == START + 123_456_789


@pytest.mark.parametrize(
    ("tick", "ticks"), [(6, 5_000_000), (9, 5 * 10**9), (3, 5_000), (0, 5), (12, 5 * 10**12), (0x80 | 10, 5 << 10)]
)
def test_an_interface_s_clock_counts_as_it_says(tick, ticks):
    raw = section() + interface(tick=tick) + enhanced(ASK, ticks)
    assert whole(raw).told[0].time_ns == 5 * SECOND


def test_an_interface_s_clock_may_begin_later():
    raw = section() + interface(since=1_700_000_000) + enhanced(ASK, 0)
    assert whole(raw).told[0].time_ns == START


def test_frames_are_seen_at_the_interface_that_a_capture_names():
    raw = section() + interface(name="eth3") + interface(name="eth4") + enhanced(ASK, 1) + enhanced(ASK, 2, interface=1)
    assert [one.at for one in whole(raw).presences] == [At("switch1", "eth3"), At("switch1", "eth4")]


def test_interfaces_without_names_are_told_apart_by_number():
    raw = section() + interface() + interface() + enhanced(ASK, 1) + enhanced(ASK, 2, interface=1)
    assert [one.at.port for one in whole(raw).presences] == ["port1/0", "port1/1"]


def test_what_went_out_of_a_port_was_not_seen_to_come_in():
    outward = enhanced(ASK, 1, options=option(2, struct.pack("<I", 2)))
    inward = enhanced(ANSWER, 2, options=option(2, struct.pack("<I", 1)))
    batch = whole(section() + interface() + outward + inward)
    assert [one.mac for one in batch.presences] == [number(B)]
    assert batch.arp == 2


def test_sections_of_both_orders_may_follow_one_another():
    batch = whole(pcapng([ASK], "<") + pcapng([ANSWER], ">"))
    assert [one.kind for one in batch.told] == ["request", "reply"]
    assert [one.line for one in batch.told] == [1, 2]


def test_simple_and_old_packets_are_read():
    simple = block(3, struct.pack("<I", len(ASK)) + ASK)
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 1, len(ASK), len(ASK)) + ASK)
    assert whole(section() + interface() + simple + old).arp == 2


def test_blocks_that_are_no_packets_are_passed_over():
    large = block(0x0BAD, bytes(3 << 20))
    batch = whole(section() + interface() + block(4, b"") + enhanced(ASK, 1) + large + enhanced(ANSWER, 2))
    assert [one.line for one in batch.told] == [1, 2]
    assert batch.faults == []


def test_a_packet_of_an_interface_nobody_described_is_a_fault():
    batch = whole(section() + interface() + enhanced(ASK, 1, interface=7))
    assert batch.faults == [Fault("packet 1", "interface 7 is described nowhere")]


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_capture_that_was_cut_off_is_read_as_far_as_it_goes(make):
    raw = make([ASK, ANSWER])
    batch = whole(raw[:-5])
    assert [one.kind for one in batch.told] == ["request"]
    assert batch.packets == 1
    assert "cut off in the middle of packet 2" in batch.faults[0].reason


def test_a_capture_is_not_read_beyond_a_length_that_cannot_be():
    raw = bytearray(pcap([ASK, ANSWER]))
    raw[24 + 16 + len(ASK) + 8 : 24 + 16 + len(ASK) + 12] = b"\xff\xff\xff\x7f"
    batch = whole(bytes(raw))
    assert batch.packets == 1
    assert "packet 2 has an impossible length" in batch.faults[0].reason
    assert batch.faults[0].at == f"byte {24 + 16 + len(ASK)}"


@pytest.mark.parametrize("raw", [b"", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", b"nothing of the kind, and longer"])
def test_what_is_no_whole_header_is_a_fault_and_nothing_else(raw):
    batch = whole(raw)
    assert len(batch.faults) == 1
    assert batch.packets == 0


def test_a_link_type_that_is_not_read_is_said():
    assert "link type 147" in whole(pcap([ASK], link=147)).faults[0].reason


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
@pytest.mark.parametrize("make", [pcap, pcapng])
def test_it_makes_no_difference_how_a_capture_comes_in_pieces(make, size):
    raw = make([ASK, ANSWER, vxlan(ASK, 5), tagged(ANSWER, 7)] * 3)
    stream = CaptureStream(AT)
    told, packets = [], 0
    frames: dict[tuple[Domain, int], int] = {}
    for at in range(0, len(raw), size):
        batch = stream.feed(raw[at : at + size])
        told += batch.told
        packets += batch.packets
        for one in batch.presences:
            frames[one.domain, one.mac] = frames.get((one.domain, one.mac), 0) + one.frames
    assert stream.end().faults == []
    expected = whole(raw)
    assert [one for one in told if type(one).__name__ == "ArpSeen"] == [
        one for one in expected.told if type(one).__name__ == "ArpSeen"
    ]
    assert packets == expected.packets == 12
    assert frames == {(one.domain, one.mac): one.frames for one in expected.presences}


# Layers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "domain"),
    [
        (ASK, Domain()),
        (tagged(ASK, 10), Domain((10,))),
        (tagged(ASK, 0x6000), Domain()),  # a priority alone
        (tagged(ASK, 100, 10), Domain((100, 10))),
        (tagged(tagged(ASK, 10), 100, kind=0x88A8), Domain((100, 10))),
        (vxlan(ASK, 5000), Domain((), "vxlan", 5000)),
        (tagged(vxlan(ASK, 5000), 7), Domain((), "vxlan", 5000)),
        (vxlan(tagged(ASK, 10), 5000), Domain((10,), "vxlan", 5000)),
        (geneve(ASK, 77, bytes(8)), Domain((), "geneve", 77)),
        (gre(ASK, 42), Domain((), "gre", 42)),
        (gre(ASK, 6001 << 8 | 9), Domain((), "nvgre", 6001)),
        (gre(ASK), Domain((), "gre", 0, "10.9.0.1 10.9.0.2")),
        (gre(ASK, source="10.9.0.2", target="10.9.0.1"), Domain((), "gre", 0, "10.9.0.1 10.9.0.2")),
        (vxlan(vxlan(ASK, 1), 2), Domain((), "vxlan", 1)),
    ],
)
def test_a_frame_belongs_to_the_domain_of_its_tags_and_tunnel(frame, domain):
    (told,) = told_of(frame)
    assert told.domain == domain
    assert told.kind == "request"
    inside = [one for one in whole(pcap([frame])).presences if one.domain == domain]
    assert [one.mac for one in inside] == [number(A)]


def test_arp_in_snap_is_read():
    snap = bytes.fromhex("aaaa03000000") + struct.pack(">H", 0x0806) + arp()
    (told,) = told_of(ALL + A + struct.pack(">H", len(snap)) + snap + bytes(20))
    assert told.kind == "request"


def test_linux_cooked_frames_tell_their_source_and_not_what_was_sent():
    def cooked(kind, mac, payload):
        return struct.pack(">HHH", kind, 1, 6) + mac + bytes(2) + struct.pack(">H", 0x0806) + payload

    batch = whole(pcap([cooked(1, A, arp()), cooked(4, B, arp(2, B))], link=113))
    assert [one.mac for one in batch.presences] == [number(A)]
    assert [one.to_all for one in batch.told] == [True, False]


def test_second_version_of_linux_cooked_is_read():
    frame = struct.pack(">HHIHBB", 0x0806, 0, 3, 1, 0, 6) + A + bytes(2) + arp()
    batch = whole(pcap([frame], link=276))
    assert [one.mac for one in batch.presences] == [number(A)]
    assert batch.arp == 1


def radio(flags, one, two, three, *, quality=False):
    kind = 0x88 if quality else 0x08
    return bytes([kind, flags, 0, 0]) + one + two + three + bytes(2) + (bytes(2) if quality else b"") + SNAP + arp()


CELL = bytes.fromhex("0a0000000001")
SNAP = bytes.fromhex("aaaa030000000806")


@pytest.mark.parametrize(
    "frame",
    [
        radio(0x01, CELL, A, ALL),  # from a station
        radio(0x02, ALL, CELL, A),  # from the access point
        radio(0x00, ALL, A, CELL),  # from one station to another
        radio(0x01, CELL, A, ALL, quality=True),
    ],
)
@pytest.mark.parametrize("link", [105, 127])
def test_frames_of_a_radio_cell_are_in_a_domain_of_their_own(frame, link):
    header = bytes.fromhex("0000080000000000") if link == 127 else b""
    batch = whole(pcap([header + frame], link=link))
    assert [(one.mac, one.domain) for one in batch.presences] == [(number(A), Domain((), "wlan", number(CELL)))]
    assert [one.kind for one in batch.told] == ["request"]


def test_what_is_encrypted_tells_its_addresses_alone():
    batch = whole(pcap([radio(0x41, CELL, A, ALL)], link=105))
    assert [one.mac for one in batch.presences] == [number(A)]
    assert batch.told == []


def test_no_field_is_read_beyond_where_a_packet_was_cut():
    for size in range(14, len(ASK)):
        raw = pcap([ASK[:size], ANSWER])
        batch = whole(raw)
        assert [one.kind for one in batch.told] == ["reply"], size
        assert batch.packets == 2


# Presences -----------------------------------------------------------------------------------------------------


def test_a_presence_has_the_time_of_every_frame():
    batch = whole(pcap([ASK, ANSWER, ASK], step_ns=10**6))
    one = next(one for one in batch.presences if one.mac == number(A))
    assert (one.at, one.frames, one.line, one.grain_ns) == (AT, 2, 1, 0)
    assert np.frombuffer(one.times, "<i8").tolist() == [START, START + 2 * 10**6]
    assert (one.first_ns, one.last_ns) == (START, START + 2 * 10**6)


def test_times_of_an_address_that_sends_much_are_thinned_and_its_first_and_last_kept():
    frames = [ASK] * 20_000
    (one,) = whole(pcap(frames, step_ns=10**6)).presences
    times = np.frombuffer(one.times, "<i8")
    assert one.frames == 20_000
    assert one.grain_ns > 0
    assert 1000 < len(times) <= 4096
    assert (np.diff(times) > 0).all()
    assert len(set((times // one.grain_ns).tolist())) == len(times)
    assert (one.first_ns, one.last_ns) == (START, START + 19_999 * 10**6)


def test_frames_of_a_file_need_not_be_in_order_of_time():
    raw = section() + interface() + enhanced(ASK, 9_000_000) + enhanced(ASK, 1_000_000)
    (one,) = whole(raw).presences
    assert (one.first_ns, one.last_ns) == (SECOND, 9 * SECOND)


def test_whoever_invents_addresses_costs_bounded_memory():
    count = OWNERS_MAX + 500
    macs = np.arange(count, dtype=">u8").view(np.uint8).reshape(-1, 8)[:, 2:]
    record = np.zeros((count, 16 + 14), np.uint8)
    record[:, 8] = record[:, 12] = 14
    record[:, 16 + 6 : 16 + 12] = macs
    batch = whole(pcap([]) + record.tobytes())
    assert len(batch.presences) == OWNERS_MAX
    assert "500 frames" in batch.faults[0].reason


def test_the_fast_way_tells_what_packets_tell_and_no_presences():
    traffic = ethernet(ip4(bytes(40), 6), 0x0800)
    raw = pcap([traffic, ASK, traffic, ANSWER, vxlan(ASK, 9)] * 5)
    fast, full = whole(raw, sources=False), whole(raw)
    assert fast.told == [one for one in full.told if type(one).__name__ != "TraitSeen"]
    assert fast.presences == []
    assert (fast.packets, fast.arp) == (25, 15)
