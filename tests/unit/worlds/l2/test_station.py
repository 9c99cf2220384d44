"""What a machine knows of its neighbours, and what it answers."""

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2, Unreachable
from maccord.worlds.l2.frame import Kind
from maccord.worlds.l2.ipv4 import parse_ipv4
from maccord.worlds.l2.station import REQUEST
from tests.kit.l2 import DESK, DESK_IP, TWIN, WEB_IP, mac, say, stations, twins

WEB = parse_ipv4(WEB_IP)
BROADCAST = (1 << 48) - 1


def knows(station, ip=WEB):
    return station.neighbours.find(ip)


def asked(net, station):
    """How many frames a station sends for one echo: one, or two with ARP."""
    before = station.sent
    net.ping(station, WEB_IP, count=1)
    return station.sent - before


def test_a_neighbour_is_asked_for_once_and_then_remembered():
    net, _, _, _, desk = twins()
    assert asked(net, desk) == 2
    assert asked(net, desk) == 1
    assert knows(desk) == parse_value(TWIN)


def test_a_neighbour_is_asked_for_again_when_its_entry_has_aged():
    net, _, _, _, desk = twins()
    asked(net, desk)
    net.run(seconds=31)
    assert knows(desk) is None
    assert asked(net, desk) == 2


def test_who_is_asked_remembers_who_asked():
    net, _, web, _, desk = twins()
    asked(net, desk)
    assert knows(web, parse_ipv4(DESK_IP)) == parse_value(DESK)


def test_who_merely_overhears_a_question_remembers_nobody():
    net, _, _, twin, desk = twins()
    asked(net, desk)
    assert knows(twin, parse_ipv4(DESK_IP)) is None


def test_a_gratuitous_arp_updates_an_entry():
    net, core, web, _, desk = twins()
    asked(net, desk)
    moved = net.station("new", mac=mac(7), ip=WEB_IP)
    net.plug(moved, core, "Gi1/0/7")
    moved.announce()
    net.run(seconds=0.01)
    assert knows(desk) == parse_value(mac(7))
    assert web.conflicts == 1


def test_a_gratuitous_arp_makes_no_entry():
    net, _, web, _, desk = twins()
    web.announce()
    net.run(seconds=0.01)
    assert knows(desk) is None


def test_a_twin_with_the_same_address_and_ip_is_never_taken_for_a_conflict():
    net, core, web, _, _ = twins()
    other = net.station("other", mac=TWIN, ip=WEB_IP)
    net.plug(other, core, "Gi1/0/7")
    other.announce()
    net.run(seconds=0.01)
    assert web.conflicts == 0


def test_an_entry_that_a_person_wrote_stays():
    net, _, web, _, desk = twins()
    desk.neighbours.write(WEB, parse_value(mac(9)))
    web.announce()
    net.run(seconds=1000)
    assert knows(desk) == parse_value(mac(9))


def test_a_machine_answers_for_its_own_ip_alone():
    net, _, web, twin, desk = twins()
    desk.tell(desk.nics[0], BROADCAST, Kind.ARP, (REQUEST, parse_ipv4(DESK_IP), parse_value(DESK), WEB))
    net.run(seconds=0.01)
    assert (web.sent, twin.sent) == (1, 0)


def test_an_echo_that_reaches_the_wrong_twin_is_not_answered():
    net, _, web, twin, desk = twins()
    say(net, twin, mac(9))
    body = (parse_ipv4(DESK_IP), WEB, 1, 1)
    desk.tell(desk.nics[0], parse_value(TWIN), Kind.ECHO_REQUEST, body)
    net.run(seconds=0.01)
    assert (twin.taken, twin.sent, web.taken) == (1, 1, 0)


def test_packets_beyond_what_may_wait_for_a_neighbour_push_the_oldest_out():
    net, _, _, _, desk = twins()
    failed = []
    for number in range(5):
        desk.neighbours.resolve(
            parse_ipv4("192.168.200.99"), lambda _: None, lambda number=number: failed.append(number)
        )
    assert failed == [0, 1]
    net.run(seconds=3)
    assert failed == [0, 1, 2, 3, 4]


def test_a_machine_without_an_ip_cannot_ping():
    net = L2(seed=1)
    mute = net.station("mute", mac=mac(1))
    net.plug(mute, net.switch("core"), "1")
    with pytest.raises(Unreachable, match="mute: it has no IPv4 address to talk from; give it one"):
        net.ping(mute, WEB_IP)


def test_a_machine_talks_by_the_interface_of_the_neighbours_network():
    net = L2(seed=1)
    core = net.switch("core")
    both = net.station("both")
    net.nic(both, name="lan", mac=mac(1), ip="10.0.0.1")
    net.nic(both, name="wan", mac=mac(2), ip="10.0.9.1")
    net.plug(both.nics[0], core, "1", vlan=10)
    net.plug(both.nics[1], core, "2", vlan=20)
    near = net.station("near", mac=mac(3), ip="10.0.9.2")
    net.plug(near, core, "3", vlan=20)
    assert net.ping(both, near, count=2).own_ip == "10.0.9.1"
    assert core.where(parse_value(mac(2)), 20) == "2"
    assert core.where(parse_value(mac(1)), 10) is None


def test_a_tagged_interface_talks_over_a_trunk():
    net = L2(seed=1)
    core = net.switch("core")
    router = net.station("router", mac=mac(1), ip="10.0.0.1", tag=30)
    net.plug(router, core, "1")
    core.trunk("1")
    (pc,) = stations(net, core, 1, vlan=30, first=2)
    assert net.ping(pc, router, count=2).lost == 0


def test_a_tag_that_is_not_ones_own_is_not_taken():
    net = L2(seed=1)
    core = net.switch("core")
    router = net.station("router", mac=mac(1), ip="10.0.0.1", tag=30)
    net.plug(router, core, "1")
    core.trunk("1")
    (pc,) = stations(net, core, 1, vlan=40, first=2)
    say(net, pc, "FF-FF-FF-FF-FF-FF")
    assert (router.taken, router.drops) == (0, {"VLAN not carried": 1})


def test_a_spoofed_frame_teaches_the_switch_another_place():
    net, core, _, _, desk = twins()
    say(net, desk, "FF-FF-FF-FF-FF-FF", src=TWIN)
    assert core.where(parse_value(TWIN)) == "Gi1/0/3"
