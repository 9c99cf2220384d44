"""Who is given which IP address by a DHCP server that knows its clients by their hardware address."""

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2, CannotBuild
from maccord.worlds.l2.ipv4 import show_ipv4
from tests.kit.l2 import TWIN, mac


def network(clients, *, reservations=None, first="10.0.0.10", last="10.0.0.20"):
    """A server and clients that ask one after the other; return what each was given."""
    net = L2(seed=6)
    core = net.switch("core")
    server = net.station("server", mac=mac(0xD0), ip="10.0.0.1")
    net.plug(server, core, "Gi1/0/48")
    serving = net.dhcp_server(server, first=first, last=last, reservations=reservations)
    asked, pcs = [], []
    for number, address in enumerate(clients):
        pcs.append(net.station(f"pc{number}", mac=address))
        net.plug(pcs[-1], core, f"Gi1/0/{number + 1}")
        asked.append(net.dhcp(pcs[-1]))
        net.run(seconds=1)
    return net, core, serving, asked, pcs


def given(pcs):
    return [[show_ipv4(ip) for ip in pc.nics[0].ips] for pc in pcs]


def test_clients_are_given_addresses_in_turn():
    _, _, _, asked, pcs = network([mac(1), mac(2)])
    assert [one.state for one in asked] == ["bound", "bound"]
    assert given(pcs) == [["10.0.0.10"], ["10.0.0.11"]]


def test_a_reservation_is_kept_for_its_address():
    _, _, _, _, pcs = network([mac(1), mac(2)], reservations={mac(2): "10.0.0.10"})
    assert given(pcs) == [["10.0.0.11"], ["10.0.0.10"]]


def test_two_machines_with_one_mac_address_get_one_ip_address():
    _net, _, serving, _, pcs = network([TWIN, TWIN], reservations={TWIN: "10.0.0.15"})
    assert given(pcs) == [["10.0.0.15"], ["10.0.0.15"]]
    assert serving.leases == {parse_value(TWIN): pcs[0].nics[0].ips[0]}
    assert [pc.conflicts for pc in pcs] == [0, 0]


def test_a_new_lease_is_announced_so_that_switches_learn_the_place():
    _net, core, _, _, _ = network([mac(1)])
    assert core.where(parse_value(mac(1))) == "Gi1/0/1"


def test_when_nothing_is_left_a_client_gives_up_after_half_a_minute():
    net, _, serving, asked, pcs = network([mac(1), mac(2)], last="10.0.0.10")
    assert asked[1].state == "asking"
    net.run(seconds=60)
    assert asked[1].state == "failed"
    assert serving.exhausted == 4
    assert given(pcs) == [["10.0.0.10"], []]


def test_a_client_that_is_heard_late_is_served_late():
    net = L2(seed=6)
    core = net.switch("core")
    pc, server = net.station("pc", mac=mac(1)), net.station("server", mac=mac(2), ip="10.0.0.1")
    net.plug(server, core, "2")
    net.dhcp_server(server, first="10.0.0.10", last="10.0.0.10")
    asking = net.dhcp(pc)
    net.run(seconds=3)
    net.plug(pc, core, "1")
    net.run(seconds=2)
    assert asking.state == "bound"


def test_the_answer_to_a_twins_question_is_not_taken_for_ones_own():
    net, core, _, _, pcs = network([TWIN])
    twin = net.station("twin", mac=TWIN)
    net.plug(twin, core, "Gi1/0/9")
    before = given(pcs)
    net.dhcp(twin)
    net.run(seconds=1)
    assert given(pcs) == before
    assert given([twin]) == before


def test_a_server_needs_an_address_of_its_own():
    net = L2(seed=1)
    with pytest.raises(CannotBuild, match="needs an IPv4 address of its own"):
        net.dhcp_server(net.station("server", mac=mac(1)), first="10.0.0.1", last="10.0.0.2")


def test_a_range_that_runs_backwards_is_refused():
    net = L2(seed=1)
    server = net.station("server", mac=mac(1), ip="10.0.0.1")
    with pytest.raises(CannotBuild, match="give the lower one first"):
        net.dhcp_server(server, first="10.0.0.9", last="10.0.0.2")
