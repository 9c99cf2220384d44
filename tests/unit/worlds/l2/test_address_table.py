"""Address tables as vendors' switches print them, which maccord's own collectors must be able to read."""

import pytest

from maccord.collect import Document, Parsed, read
from maccord.fleet.evidence import SightingSeen
from maccord.mac import parse_value
from maccord.worlds.l2 import L2, VENDORS
from maccord.worlds.l2.address_table import Row, arista_eos
from tests.kit.l2 import TWIN, mac, say

PORTS = {
    "cisco-ios": ("Gi1/0/1", "Gi1/0/2", "Po1"),
    "cisco-nxos": ("Eth1/1", "Eth1/2", "Po1"),
    "arista-eos": ("Et1", "Et2", "Po1"),
    "juniper-junos": ("ge-0/0/1.0", "ge-0/0/2.0", "ae1.0"),
    "h3c-comware": ("GE1/0/1", "GE1/0/2", "BAGG1"),
}


def sightings(text):
    parsed = read(Document("table.txt", "core", text.encode()))
    assert isinstance(parsed, Parsed)
    assert parsed.problems == []
    return sorted((one.vlan, one.mac, one.kind, one.port) for one in parsed.seen if isinstance(one, SightingSeen))


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_collector_reads_what_the_switch_of_a_vendor_prints(vendor):
    net = L2(seed=2)
    core = net.switch("core", vendor=vendor)
    ports = PORTS[vendor]
    for number, vlan in enumerate((10, 20)):
        station = net.station(f"pc{number}", mac=mac(number + 1))
        net.plug(station, core, ports[number], vlan=vlan)
        say(net, station, "FF-FF-FF-FF-FF-FF")
    net.plug(net.station("server", mac=TWIN), core, ports[2], vlan=4094)
    core.static(parse_value(TWIN), ports[2], 4094)
    # Junos shows a VLAN's name, which collectors read no number out of.
    first, second, third = (0, 0, 0) if vendor == "juniper-junos" else (10, 20, 4094)
    assert sightings(net.address_table(core)) == [
        (first, parse_value(mac(1)), "dynamic", ports[0]),
        (second, parse_value(mac(2)), "dynamic", ports[1]),
        (third, parse_value(TWIN), "static", ports[2]),
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_aged_entries_are_not_printed(vendor):
    net = L2(seed=2)
    core = net.switch("core", vendor=vendor)
    station = net.station("pc", mac=mac(1))
    net.plug(station, core, PORTS[vendor][0])
    say(net, station, "FF-FF-FF-FF-FF-FF")
    net.run(seconds=VENDORS[vendor].age_s - 1)
    assert len(sightings(net.address_table(core))) == 1
    net.run(seconds=2)
    text = net.address_table(core).replace("-", "").replace(":", "").replace(".", "")
    assert mac(1).replace("-", "").lower() not in text


def test_cisco_ios_prints_like_this():
    net = L2(seed=2)
    core = net.switch("core")
    station = net.station("pc", mac=TWIN)
    net.plug(station, core, "Gi1/0/1", vlan=10)
    say(net, station, "FF-FF-FF-FF-FF-FF")
    assert net.address_table(core) == (
        "          Mac Address Table\n"
        "-------------------------------------------\n"
        "\n"
        "Vlan    Mac Address       Type        Ports\n"
        "----    -----------       --------    -----\n"
        "  10    0015.5dc8.6a00    DYNAMIC     Gi1/0/1\n"
        "Total Mac Addresses for this criterion: 1\n"
    )


def test_arista_eos_tells_how_often_an_address_moved_and_when_last():
    day = 86_400_000_000
    rows = [
        Row(10, parse_value(TWIN), "Et1", static=False, age_us=0, moves=4, moved_us_ago=9 * day + 57_508_000_000),
        Row(10, parse_value(mac(1)), "Et2", static=False, age_us=0, moves=0, moved_us_ago=496_000_000),
        Row(10, parse_value(mac(2)), "Et3", static=True, age_us=0, moves=0, moved_us_ago=0),
    ]
    assert arista_eos(rows).splitlines()[5:8] == [
        "  10    0015.5dc8.6a00    DYNAMIC     Et1        5       9 days, 15:58:28 ago",
        "  10    0013.2000.0001    DYNAMIC     Et2        1       0:08:16 ago",
        "  10    0013.2000.0002    STATIC      Et3",
    ]
