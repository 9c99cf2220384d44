"""The lines of vendors' switches about addresses that move, letter by letter, and how many there are."""

from datetime import datetime
from functools import partial

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2
from maccord.worlds.l2.ledger import Move
from maccord.worlds.l2.syslog_vendors import AristaEos, CiscoIos, CiscoNxos, H3cComware, JuniperJunos
from tests.kit.l2 import TWIN, say, twins

START = datetime.fromisoformat("2026-04-06T12:27:55.941")
EVERYBODY = "FF-FF-FF-FF-FF-FF"
SECOND = 1_000_000


def told(log, *moments_us, until_us=None, mac=TWIN, ports=("Gi1/0/3", "Gi1/0/7")):
    """The lines after moves to and fro at these moments."""
    for number, at_us in enumerate(moments_us):
        old, new = ports if number % 2 == 0 else ports[::-1]
        log.moved(Move(at_us, 10, parse_value(mac), old, new))
    return [line.text for line in log.lines(until_us if until_us is not None else moments_us[-1])]


def test_cisco_ios_names_host_vlan_and_both_ports():
    assert told(CiscoIos("acc-sw1", START), 0) == [
        (
            "<188>Apr  6 12:27:55 acc-sw1 1: Apr  6 12:27:55.941: %SW_MATM-4-MACFLAP_NOTIF: "
            "Host 0015.5dc8.6a00 in vlan 10 is flapping between port Gi1/0/3 and port Gi1/0/7"
        )
    ]


def test_cisco_ios_is_quiet_for_a_while_after_each_line():
    lines = told(CiscoIos("acc-sw1", START), *range(0, 60 * SECOND, SECOND // 2))
    assert [line.split(" ")[3] for line in lines] == ["12:27:55", "12:28:10", "12:28:25", "12:28:40"]


def test_cisco_ios_is_quiet_about_one_address_alone():
    log = CiscoIos("acc-sw1", START)
    told(log, 0, 1)
    assert len(told(log, 2, mac="00-00-00-00-00-01")) == 2


def test_how_long_a_switch_is_quiet_is_a_setting():
    log = partial(CiscoIos, quiet_us=SECOND)
    net, core, web, twin, _ = twins(log=log)
    net.traffic(web, every_us=400_000)
    net.traffic(twin, every_us=400_000)
    net.run(seconds=30)
    assert 20 <= len(net.syslog(core)) <= 30


def test_cisco_nxos_writes_a_line_per_move():
    assert told(CiscoNxos("n9k-a", START), 0, SECOND, ports=("Eth1/24", "Eth1/63")) == [
        (
            "<188>2026 Apr  6 12:27:55 n9k-a %L2FM-4-L2FM_MAC_MOVE2: "
            "Mac 0015.5dc8.6a00 in vlan 10 has moved from Eth1/24 to Eth1/63"
        ),
        (
            "<188>2026 Apr  6 12:27:56 n9k-a %L2FM-4-L2FM_MAC_MOVE2: "
            "Mac 0015.5dc8.6a00 in vlan 10 has moved from Eth1/63 to Eth1/24"
        ),
    ]


def test_cisco_nxos_stops_to_learn_at_ten_moves_in_ten_seconds_and_resumes_after_two_minutes():
    net, core, web, twin, _ = twins(vendor="cisco-nxos", ports=("Eth1/1", "Eth1/2", "Eth1/3"))
    for _ in range(20):
        for station in (web, twin):
            say(net, station, EVERYBODY)
    lines = [line.text for line in net.syslog(core)]
    assert len(lines) == 11
    assert lines[-1] == (
        "<186>2026 Jan  1 00:00:00 core %L2FM-2-L2FM_MAC_FLAP_DISABLE_LEARN: "
        "Disabling learning in vlan 1 for 120s due to too many mac moves"
    )
    assert net.moves(core).total == 10
    net.run(seconds=120)
    assert net.syslog(core)[-1].text == (
        "<186>2026 Jan  1 00:02:00 core %L2FM-2-L2FM_MAC_FLAP_RE_ENABLE_LEARN: Re-enabling learning in vlan 1"
    )
    say(net, twin, EVERYBODY)
    say(net, web, EVERYBODY)
    assert net.moves(core).total > 10


def test_a_vlan_that_does_not_learn_keeps_what_it_knows_and_others_learn_on():
    net, core, web, twin, desk = twins(vendor="cisco-nxos")
    for _ in range(10):
        for station in (web, twin):
            say(net, station, EVERYBODY)
    where = core.where(parse_value(TWIN))
    say(net, web, EVERYBODY)
    say(net, twin, EVERYBODY)
    say(net, desk, EVERYBODY)
    assert core.where(parse_value(TWIN)) == where
    assert core.where(desk.nics[0].mac) is None
    other = net.station("other", mac="00-13-20-00-00-01")
    net.plug(other, core, "Gi1/0/9", vlan=20)
    say(net, other, EVERYBODY)
    assert core.where(other.nics[0].mac, 20) == "Gi1/0/9"


def test_cisco_nxos_can_be_told_never_to_stop():
    net, core, web, twin, _ = twins(vendor="cisco-nxos", log=partial(CiscoNxos, moves_max=0))
    for _ in range(20):
        for station in (web, twin):
            say(net, station, EVERYBODY)
    assert net.moves(core).total == 39


def test_arista_eos_writes_one_line_per_window_with_how_often():
    moments = [0, 2 * SECOND, 5_254_330]
    assert told(AristaEos("leaf", START), *moments, until_us=14 * SECOND) == []
    assert told(AristaEos("leaf", START), *moments, until_us=15 * SECOND, ports=("Et39", "Po53")) == [
        (
            "<164>Apr  6 12:28:01 leaf PortSec: %ETH-4-HOST_FLAPPING: Host 00:15:5d:c8:6a:00 in VLAN 10 is flapping "
            "between interface Ethernet39 and interface Port-Channel53 (message repeated 3 times in 5.25433 secs)"
        )
    ]


def test_arista_eos_says_nothing_of_two_moves_in_a_window():
    assert told(AristaEos("leaf", START), 0, SECOND, until_us=60 * SECOND) == []


def test_arista_eos_tells_of_a_window_that_is_over_when_the_next_begins():
    log = AristaEos("leaf", START)
    assert len(told(log, 0, 1, 2, 20 * SECOND, 20 * SECOND + 1, 20 * SECOND + 2)) == 1


def test_junos_names_no_address_and_waits_for_fifty_moves_in_a_second():
    moments = range(0, SECOND, 25_000)
    assert told(JuniperJunos("qfx", START), *moments) == []
    lines = told(JuniperJunos("qfx", START), *range(0, SECOND, 20_000), until_us=SECOND)
    assert lines == [
        "<28>Apr  6 12:27:56 qfx l2ald[1987]: L2ALD_MAC_MOVE_NOTIFICATION: MAC Moves detected in the system"
    ]


def test_junos_writes_once_a_second():
    lines = told(JuniperJunos("qfx", START), *range(0, 10 * SECOND, 10_000))
    assert len(lines) == 10


def test_comware_writes_a_record_per_address_and_minute():
    log = H3cComware("hpe", START)
    assert told(log, 0, SECOND, 2 * SECOND, until_us=59 * SECOND) == []
    assert [line.text for line in log.lines(60 * SECOND)] == [
        (
            "<188>Apr  6 12:28:55 2026 hpe %%10MAC/4/MAC_FLAPPING: MAC address 0015-5dc8-6a00 in VLAN 10 "
            "has moved from port Gi1/0/3 to port Gi1/0/7 for 3 times"
        )
    ]


def test_comware_writes_twenty_records_per_minute_at_most():
    log = H3cComware("hpe", START)
    for number in range(50):
        log.moved(Move(number, 10, number, "GE1/0/1", "GE1/0/2"))
    assert len(log.lines(120 * SECOND)) == 20


@pytest.mark.parametrize("vendor", ["cisco-ios", "cisco-nxos", "arista-eos", "juniper-junos", "h3c-comware"])
def test_no_switch_writes_of_addresses_that_stay(vendor):
    net, core, _, twin, desk = twins(vendor=vendor)
    net.unplug(twin)
    net.ping(desk, "192.168.200.20", count=100)
    assert net.syslog(core) == []


def test_lines_of_several_switches_are_in_order_of_time():
    net = L2(seed=4)
    core, edge = net.switch("core"), net.switch("edge", vendor="cisco-nxos")
    net.link(core, "Te1/1/1", edge, "Eth1/48")
    for number, switch in enumerate((core, edge)):
        station = net.station(f"twin{number}", mac=TWIN)
        net.plug(station, switch, "port")
        net.traffic(station, per_second=1)
    net.run(seconds=60)
    lines = net.syslog()
    assert {line.switch for line in lines} == {"core", "edge"}
    assert [line.at_us for line in lines] == sorted(line.at_us for line in lines)
