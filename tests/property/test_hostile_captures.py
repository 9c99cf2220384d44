"""Captures and logs that lie: nothing is raised, nothing hangs, both walks find the same, whatever the bytes are."""

import time
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maccord.wire.capture import CaptureStream, read_capture
from maccord.wire.fdb_log import FdbLog, is_fdb_log
from maccord.wire.move_logs import MoveLog, is_move, year_in
from maccord.wire.records import At
from maccord.wire.scan import EVERYTHING, ROWS, WANTED, Form, PlainScanner, WasmScanner
from tests.kit.captured import ALL, A, arp, dhcp, ethernet, geneve, gre, ip4, ip6, pcap, pcapng, tagged, udp, vxlan

AT = At("switch", "port")
ASK = ethernet(arp(), 0x0806, A, ALL)
FRAMES = [
    ASK,
    tagged(ASK, 10),
    tagged(ASK, 1, 2, 3, 4, 5),
    vxlan(ASK, 5),
    geneve(vxlan(ASK, 6), 7, bytes(16)),
    gre(tagged(ASK, 9), 77),
    gre(ASK),
    dhcp(3, A, b"\x0c\5host1\x3d\7\1" + A),
    ethernet(ip4(bytes(30), 6), 0x0800),
    ethernet(ip6(bytes([136, 0, 0, 0, 32, 0, 0, 0]) + bytes(16) + b"\2\1" + A, 58), 0x86DD),
    ethernet(ip4(udp(bytes(60), 1985, 1985), 17), 0x0800),
    ethernet(b"\4\7\4" + A + b"\4\2\5p" + bytes(20), 0x88CC),
    bytes(14),
    b"",
]
SAMPLES = [
    pcap(FRAMES),
    pcap(FRAMES, big=True, nano=True),
    pcapng(FRAMES),
    pcapng(FRAMES, ">"),
    *(pcap(FRAMES, link=link) for link in (0, 101, 105, 113, 119, 127, 163, 192, 276)),
]
LINES = [
    "Timestamp: Sat Nov 21 10:28:53 2026 544987 usec",
    "[2026-11-21T10:28:54.001122] Deleted 00:15:5d:c8:6a:00 dev p-c vlan 7 master br0",
    "<188>Apr 26 12:27:55 sw1 1041: Host 0015.5dc8.6a00 in vlan 10 is flapping between port a and port b",
    "arpwatch: flip flop 10.0.0.1 0:15:5d:c8:6a:0 (0:c:29:1:2:3) eth0",
    "br0: received packet on eth0 with own address as source address (addr:00:15:5d:c8:6a:00, vlan:0)",
]
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_all(raw, **told):
    batches = list(read_capture(raw, AT, **told))
    for batch in batches:
        for one in batch.told:
            assert one.line >= 1
            assert 0 <= getattr(one, "mac", 0) < 1 << 48
        for presence in batch.presences:
            times = np.frombuffer(presence.times, "<i8")
            assert 0 < len(times) <= max(presence.frames, 1)
            assert presence.first_ns <= presence.last_ns
    return batches


@st.composite
def maimed(draw):
    """A capture with some octets changed, some taken out, and an end that may come early."""
    raw = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 8))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.sampled_from([0, 1, 2, 4, 6, 8, 0x7F, 0x80, 0xFF]))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(raw) - 1))
        del raw[at : at + draw(st.integers(1, 40))]
    return bytes(raw[: draw(st.integers(0, len(raw)))])


@quick
@given(st.binary(max_size=400))
def test_any_octets_are_survived(octets):
    read_all(octets)
    for sample in SAMPLES[:3]:
        read_all(sample[:24] + octets)
        read_all(sample + octets)


@quick
@given(maimed(), st.integers(1, 300))
def test_a_maimed_capture_reads_the_same_whole_and_in_pieces(raw, size):
    batches = read_all(raw)
    stream = CaptureStream(AT)
    packets = sum(stream.feed(raw[at : at + size]).packets for at in range(0, len(raw), size))
    stream.end()
    assert packets == sum(batch.packets for batch in batches)


@quick
@given(maimed())
def test_the_fast_reader_finds_what_the_plain_one_finds(raw):
    results = []
    for large in (False, True):
        stream = CaptureStream(AT, large=large)
        stream.put(memoryview(raw))
        batch = stream.end()
        told = [one for one in batch.told if type(one).__name__ != "TraitSeen"]
        results.append((told, batch.presences, batch.packets, batch.frames, batch.arp, batch.faults))
    assert results[0] == results[1]


@st.composite
def forms(draw):
    ng, big = draw(st.booleans()), draw(st.booleans())
    return Form(ng, big, 12 if ng else draw(st.sampled_from([16, 24])), draw(st.sampled_from([100, 1 << 18])))


@quick
@given(forms(), st.lists(st.tuples(st.integers(0, 90), st.binary(max_size=20)), max_size=12), st.integers(0, 2000))
def test_both_walks_stop_at_the_same_record_for_the_same_reason(form, parts, end):
    order: Literal["big", "little"] = "big" if form.big else "little"
    raw = b""
    for length, filling in parts:
        if form.ng:
            size = 12 + length // 4 * 4
            body = (6).to_bytes(4, order) + size.to_bytes(4, order) + filling
            raw += body.ljust(size, b"\1")[:size]
        else:
            raw += (
                bytes(8) + length.to_bytes(4, order) + bytes(form.header - 12) + filling.ljust(length, b"\1")[:length]
            )
    raw = raw[:end]
    found = []
    for scanner in (PlainScanner(4096), WasmScanner(4096)):
        scanner.octets[: len(raw)] = np.frombuffer(raw, np.uint8)
        for mode in (EVERYTHING, WANTED):
            walked = scanner.walk(0, len(raw), form, mode)
            found.append((mode, walked.count, walked.stop, walked.why, walked.numbers.tolist()))
        walked = scanner.walk(0, len(raw), form, ROWS)
        assert len(walked.rows) + len(walked.offsets) <= walked.count
    assert found[:2] == found[2:]


def test_a_capture_of_empty_packets_takes_no_long_time():
    raw = pcap([]) + bytes(16) * 200_000
    began = time.process_time()
    batches = read_all(raw)
    assert sum(batch.packets for batch in batches) == 200_000
    assert time.process_time() - began < 20


@pytest.mark.parametrize("size", range(1, 60))
def test_packets_of_a_few_octets_tell_nothing_of_their_neighbours(size):
    for batch in read_all(pcap([frame[:size] for frame in FRAMES])):
        assert all(type(one).__name__ in ("TraitSeen", "ArpSeen", "LinkHeard", "BundleHeard") for one in batch.told)


@quick
@given(st.one_of(st.text(max_size=300), st.sampled_from(LINES)), st.text(max_size=40), st.integers(0, 120))
def test_any_line_is_survived(line, more, at):
    mixed = line[:at] + more + line[at:]
    for one in (line, mixed):
        FdbLog("br").feed(one)
        MoveLog("sw").feed(one)
        MoveLog("sw").feed(one, 5)
        is_fdb_log(one)
        is_move(one)
        year_in(one)
