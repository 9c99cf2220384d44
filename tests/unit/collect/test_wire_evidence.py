"""Captures and logs as evidence: sightings, counts, what goes along for rules, and what is said of broken ones."""

import io
import json

import numpy as np
import pytest

from maccord.app.gather import gather
from maccord.cli.main import run
from maccord.collect import captures, move_logs, switch_export, windows_events
from maccord.collect.document import Document, Unreadable
from maccord.fleet.evidence import EventSeen, FramesSeen, HostSeen, LinkSeen, PresenceSeen, SightingSeen, WireSeen
from maccord.wire.records import ArpSeen
from tests.kit.captured import ALL, A, B, arp, ethernet, ip4, number, pcap, pcapng, tagged, vxlan
from tests.kit.reading import read
from tests.kit.recorded import RECORDED, needs_recorded
from tests.kit.samples import SAMPLES

ASK = ethernet(arp(), 0x0806, A, ALL)
TRAFFIC = ethernet(ip4(bytes(60), 6), 0x0800, B, A)


def seen_in(raw, file="sw01/Gi1-0-3.pcap", folder="sw01", **told):
    return read(Document(file, folder, raw, **told))


def of(parsed, kind):
    return [one for one in parsed.seen if isinstance(one, kind)]


# Captures ------------------------------------------------------------------------------------------------------


def test_a_capture_is_seen_at_the_port_that_folder_and_name_tell():
    parsed = seen_in(pcap([ASK, TRAFFIC, ASK]))
    assert parsed.problems == []
    assert of(parsed, HostSeen) == [HostSeen("sw01", parsed.seen[0].place, "switch")]
    sightings = of(parsed, SightingSeen)
    assert [(one.host, one.port, one.mac, one.kind) for one in sightings] == [
        ("sw01", "Gi1-0-3", number(B), "dynamic"),
        ("sw01", "Gi1-0-3", number(A), "dynamic"),
    ]
    assert sightings[0].seen_at == "2023-11-14T22:13:20Z"
    assert sightings[0].place.at == "packet 2"
    assert [(one.total, one.arp) for one in of(parsed, FramesSeen)] == [(3, 2)]
    assert [one.presence.frames for one in of(parsed, PresenceSeen)] == [1, 2]


def test_an_address_is_one_sighting_in_however_many_domains_and_has_a_presence_in_each():
    parsed = seen_in(pcap([TRAFFIC, tagged(TRAFFIC, 10), vxlan(TRAFFIC, 5000)]))
    assert [one.mac for one in of(parsed, SightingSeen)] == [number(B), number(A)]
    assert sorted(one.presence.domain.name or str(one.presence.domain.vlan) for one in of(parsed, PresenceSeen)) == [
        *("0", "0", "10", "vxlan 5000"),
    ]


def test_a_sighting_in_a_tunnel_says_so():
    inner = ethernet(arp(), 0x0806, b"\2" + bytes(5), ALL)
    parsed = seen_in(pcap([vxlan(inner, 5000)]))
    assert [one.segment for one in of(parsed, SightingSeen) if one.mac == 2 << 40] == ["vxlan 5000"]


def test_what_is_told_again_and_again_is_kept_at_some_times_and_the_last():
    parsed = seen_in(pcap([ASK] * 5000, step_ns=10**8))
    told = [one.told for one in of(parsed, WireSeen) if isinstance(one.told, ArpSeen)]
    assert 16 < len(told) < 130
    assert told[0].line == 1
    assert told[-1].line == 5000
    assert len({one.line for one in told}) == len(told)


def test_a_large_capture_is_read_from_its_file(tmp_path):
    raw = pcap([ASK, TRAFFIC] * 20_000)
    (tmp_path / "p1.pcap").write_bytes(raw)
    with io.FileIO(tmp_path / "p1.pcap") as stream:
        assert seen_in(raw[:64], stream=stream).seen == seen_in(raw).seen


def test_a_capture_larger_than_the_limit_for_files_is_read_all_the_same(tmp_path):
    folder = tmp_path / "sw01"
    folder.mkdir()
    (folder / "p1.pcap").write_bytes(pcap([ASK, TRAFFIC] * 10_000))
    (folder / "notes.pcap").write_bytes(b"x" * (2 << 20))
    snapshot = gather([str(tmp_path)], bytes_max=1 << 20).snapshot
    assert snapshot.frames == (20_000, 10_000)
    assert [problem.file for problem in snapshot.problems] == ["sw01/notes.pcap"]


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_capture_that_was_cut_off_is_a_problem_and_evidence(make):
    parsed = seen_in(make([ASK, TRAFFIC])[:-3])
    assert [one.mac for one in of(parsed, SightingSeen)] == [number(A)]
    assert "cut off" in parsed.problems[0].reason


def test_a_capture_without_a_packet_that_can_be_read_is_a_problem_alone():
    with pytest.raises(Unreadable, match="impossible length"):
        captures.parse(Document("a.pcap", "sw", pcap([]) + b"\xff" * 40))


def test_the_report_counts_packets_and_sightings(tmp_path, capsys):
    (tmp_path / "sw01").mkdir()
    (tmp_path / "sw01" / "p1.pcap").write_bytes(pcap([ASK, TRAFFIC, vxlan(ASK, 9)]))
    run(["check", str(tmp_path), "--format", "json"])
    evidence = json.loads(capsys.readouterr().out)["evidence"]
    assert evidence["frames"] == {"total": 3, "arp": 2}
    assert evidence["sightings"] == 2
    assert evidence["hosts"] == 0


def test_tables_of_another_run_tell_as_much(tmp_path, capsys):
    (tmp_path / "in" / "sw01").mkdir(parents=True)
    (tmp_path / "in" / "sw01" / "p1.pcap").write_bytes(pcap([ASK, TRAFFIC, tagged(ASK, 7)]))
    assert run(["tables", str(tmp_path / "in"), "--output", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    reports = []
    for path in ("in", "out"):
        run(["check", str(tmp_path / path), "--format", "json", "--now", "2026-11-21T00:00:00Z"])
        reports.append(json.loads(capsys.readouterr().out))
    assert reports[0] == reports[1]


# Logs ----------------------------------------------------------------------------------------------------------


def test_a_log_of_a_bridge_is_sightings_and_changes():
    parsed = seen_in(SAMPLES["fdb-logs"].encode(), "br1/fdb.txt", "br1")
    assert [(one.host, one.port, one.vlan) for one in of(parsed, SightingSeen)] == [("br1", "p-a", 10)]
    assert [one.told.change for one in of(parsed, WireSeen)] == ["learned", "aged"]


def test_a_log_names_its_devices_and_windows_events_their_hosts():
    parsed = seen_in(SAMPLES["move-logs"].encode(), "logs/syslog", "logs")
    assert [(one.host, one.platform) for one in of(parsed, HostSeen)] == [("HV07", "hyperv"), ("n5k-a", "switch")]
    assert [one.told.ports for one in of(parsed, WireSeen)] == [("Po19", "Po22")]
    assert [(one.host, one.number, one.mac) for one in of(parsed, EventSeen)] == [("HV07", 28, 0xBC241108A001)]


def test_lines_without_a_year_are_of_the_year_that_others_tell():
    text = "<188>Apr 26 12:27:55 sw1 1: x Host 0015.5dc8.6a00 in vlan 1 is flapping between port a and port b\n"
    parsed = move_logs.parse(Document("l", "f", (text + "<5>2026 Apr 26 12:29:01 n5k-a hello\n").encode()))
    assert of(parsed, WireSeen)[-1].told.time_ns == 1777206475 * 10**9


@needs_recorded
def test_the_recorded_log_is_all_read():
    parsed = seen_in((RECORDED / "syslog" / "constructed-mac-moves.log").read_bytes(), "syslog/a.log", "syslog")
    assert parsed.problems == []
    assert [one.told.kind for one in of(parsed, WireSeen)] == ["flap"] * 4 + ["move"] * 2 + ["ip", "duplicate", "own"]
    assert [one.number for one in of(parsed, EventSeen)] == [28, 16945]


@needs_recorded
@pytest.mark.parametrize("scenario", sorted(path.name for path in RECORDED.glob("lab/*")))
def test_a_recorded_scenario_is_read_without_a_problem_but_for_what_is_no_evidence(scenario):
    snapshot = gather([str(RECORDED / "lab" / scenario)]).snapshot
    assert [problem.file for problem in snapshot.problems] == ["client-ping.txt"]
    assert snapshot.frames[0] > 100
    assert len(snapshot.tables["sighting"]) >= 7


# Windows' own logs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"ElfFile\0", b"ElfFile\0" + bytes(5000), b"ElfFile\0" + b"\xff" * 9000])
def test_a_damaged_log_of_events_is_a_problem(raw):
    document = Document("a.evtx", "HV01", raw)
    assert windows_events.claims(document)
    parsed = read(document)
    assert len(parsed.problems) <= 1  # one without a single event is none
    assert parsed.seen == []


def event(kind, data, **system):
    whole = {"Provider": {"#attributes": {"Name": "VMSMP"}}, "EventID": kind, "Computer": "HV01", **system}
    return {"Event": {"System": whole, "EventData": data}}


def test_an_event_s_values_stand_for_its_message():
    data = {"Data": [{"#text": "port"}, "00-15-5D-C8-6A-05", 7, {"deep": {"deeper": True}}]}
    time = {"#attributes": {"SystemTime": "2026-11-21T09:15:30Z"}}
    one = windows_events._event(Document("a", "f", b""), 5, event(28, data, TimeCreated=time))
    assert one is not None
    assert (one.host, one.provider, one.number, one.mac) == ("HV01", "VMSMP", 28, 0x00155DC86A05)
    assert one.message == "port 00-15-5D-C8-6A-05 7"
    assert (one.time, one.place.at) == ("2026-11-21T09:15:30Z", "record 5")


@pytest.mark.parametrize(
    "record", [None, [], {}, {"Event": 1}, {"Event": {"System": []}}, event("28", None), event("28x", None)]
)
def test_an_event_of_another_shape_is_none(record):
    assert windows_events._event(Document("a", "f", b""), 5, record) is None


# Switches by SNMP ----------------------------------------------------------------------------------------------


def test_what_a_switch_told_by_snmp_is_sightings_with_their_moment():
    parsed = seen_in(SAMPLES["switch-export"].encode(), "sw1/snmp-1.json", "sw1")
    assert [(one.kind, one.port, one.vlan, one.ip, one.seen_at) for one in of(parsed, SightingSeen)] == [
        ("dynamic", "Gi1/0/3", 10, "", "2026-11-21T10:00:00Z"),
        ("neighbour", "Vlan10", 0, "10.0.0.5", "2026-11-21T10:00:00Z"),
    ]
    assert [(one.port, one.peer, one.peer_port) for one in of(parsed, LinkSeen)] == [("Gi1/0/48", "core", "Eth1")]
    assert [one.told.time_ns for one in of(parsed, WireSeen)] == [1795255200 * 10**9]


@pytest.mark.parametrize(
    "change",
    [
        {"addresses": 5},
        {"addresses": [1]},
        {"addresses": [{"mac": "x"}]},
        {"neighbours": [{"ip": "x", "mac": "00155DC86A00"}]},
    ],
)
def test_what_is_not_as_it_should_be_in_an_export_is_a_problem(change):
    document = Document("a.json", "sw", json.dumps({"schema": "maccord.switch/1", "name": "sw1", **change}).encode())
    assert switch_export.claims(document)
    assert len(read(document).problems) == 1


def test_times_stay_exact_for_those_that_count_moves():
    (one,) = of(seen_in(pcap([ASK, ASK, ASK], step_ns=7 * 10**6)), PresenceSeen)
    assert np.diff(np.frombuffer(one.presence.times, "<i8")).tolist() == [7 * 10**6] * 2
