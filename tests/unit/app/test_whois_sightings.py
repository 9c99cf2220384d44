"""What `whois` tells of records that no collector of these tests writes: sightings, events, burned-in addresses."""

from datetime import UTC, datetime

from maccord.app.check import check
from maccord.app.registry import prefixes
from maccord.app.whois import Fleet, whois
from maccord.engine.duck import DuckEngine
from maccord.fleet.assemble import assemble
from maccord.fleet.config import FleetConfig
from maccord.fleet.evidence import AdapterSeen, EventSeen, HostSeen, Place, SightingSeen
from maccord.mac import Mac

NOW = datetime(2027, 1, 15, tzinfo=UTC)
ADDRESS = Mac.parse("00-15-5D-01-02-03")


def place(at, file="a.json"):
    return Place(file, at)


def known(tmp_path, *seen):
    engine = DuckEngine()
    report = check(assemble(seen, files=1), engine, config=FleetConfig(), now=NOW)
    answer = whois(ADDRESS, prefixes(tmp_path / "none"), Fleet(report, engine))
    assert answer.evidence is not None
    return answer.evidence


def sighting(host, at, **more):
    return SightingSeen(host=host, place=place(at, "sw.txt"), mac=ADDRESS.value, **more)


def test_sightings_are_told_with_device_port_vlan_and_ip(tmp_path):
    found = known(
        tmp_path,
        HostSeen("sw2", place("line 1", "sw.txt"), "switch"),
        HostSeen("sw1", place("line 1", "sw.txt"), "switch"),
        sighting("sw2", "line 9", kind="dynamic", port="Eth1/4", vlan=10),
        sighting("sw1", "line 3", kind="neighbour", port="Vlan10", ip="10.0.0.7", vrf="prod", seen_at="2027-01-01"),
    )
    assert [(one.device, one.kind, one.port, one.vlan, one.ip, one.vrf) for one in found.sightings] == [
        ("sw1", "neighbour", "Vlan10", 0, "10.0.0.7", "prod"),
        ("sw2", "dynamic", "Eth1/4", 10, "", ""),
    ]
    assert found.sightings[1].evidence.at == "line 9"
    assert found.hosts == 0


def test_an_event_that_names_the_address_is_told(tmp_path):
    event = EventSeen("HV01", place("/Event/0"), "Microsoft-Windows-Hyper-V-VmSwitch", 28, ADDRESS.value, "", "2027")
    found = known(tmp_path, HostSeen("HV01", place(""), "hyperv"), event)
    assert [(one.host, one.number, one.logged) for one in found.events] == [("HV01", 28, "2027")]


def test_a_nic_that_wears_another_address_is_told_by_its_burned_in_one(tmp_path):
    nic = AdapterSeen(
        host="HV01", place=place("/NetAdapter/0"), kind="physical", name="NIC1", mac=1, permanent=ADDRESS.value
    )
    found = known(tmp_path, HostSeen("HV01", place(""), "hyperv"), nic)
    assert [(one.adapter, one.role) for one in found.owners] == [("NIC1", "permanent")]


def test_a_nic_that_wears_its_burned_in_address_is_told_once(tmp_path):
    nic = AdapterSeen(
        host="HV01", place=place("/NetAdapter/0"), kind="physical", name="NIC1", mac=ADDRESS.value,
        permanent=ADDRESS.value,
    )  # fmt: skip
    found = known(tmp_path, HostSeen("HV01", place(""), "hyperv"), nic)
    assert [(one.adapter, one.role) for one in found.owners] == [("NIC1", "wears")]
