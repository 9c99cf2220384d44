"""Two hosts that use one IP address, and takeovers that are none of that."""

import pytest

from maccord.mac import parse_value
from tests.kit.heard import MAC, OTHER, Ear, vlan

IP, ASKER = "10.0.0.1", 0x00155D0A0003
VRRP, GLBP_ONE, GLBP_TWO = "00-00-5E-00-01-33", "00-07-B4-00-01-01", "00-07-B4-00-01-02"


def test_two_that_answer_one_question_are_in_conflict():
    ear = Ear()
    for second in (0, 60):
        ear.arp("1", second, IP, MAC, kind="reply", to=ASKER)
        ear.arp("2", second + 0.001, IP, OTHER, kind="reply", to=ASKER)
    (found,) = [one for one in ear.verdicts if one.kind == "ip-conflict"]
    assert (found.ip, set(found.macs)) == (IP, {parse_value(MAC), parse_value(OTHER)})
    assert {(post.at.port, post.mac) for post in found.posts} == {("1", parse_value(MAC)), ("2", parse_value(OTHER))}


def test_ownership_that_goes_back_and_forth_is_a_conflict():
    ear = Ear()
    for step in range(5):
        ear.arp("1", step * 20, IP, MAC if step % 2 == 0 else OTHER)
    assert ear.faults == ["ip-conflict"]


def test_a_takeover_that_is_announced_is_a_failover_there_and_back():
    ear = Ear()
    for step in range(8):
        owner = MAC if step % 2 == 0 else OTHER
        ear.arp("1", step * 30, IP, owner, kind="announcement")
        ear.arp("1", step * 30 + 5, IP, owner, kind="reply", to=ASKER)
    assert ear.faults == []


def test_an_address_that_passes_to_another_host_once_is_no_conflict():
    ear = Ear()
    for second in range(0, 600, 10):
        ear.arp("1", second, IP, MAC if second < 300 else OTHER)
    assert ear.faults == []


def test_a_straggler_that_answers_once_more_is_no_conflict():
    ear = Ear()
    ear.arp("1", 0, IP, MAC)
    ear.arp("2", 10, IP, OTHER, kind="announcement")
    ear.arp("1", 10.2, IP, MAC, kind="reply", to=ASKER)
    ear.arp("2", 11, IP, OTHER)
    assert ear.faults == []


def test_the_same_ip_in_two_vlans_is_no_conflict():
    ear = Ear()
    for step in range(10):
        ear.arp("1", step, IP, MAC, domain=vlan(1))
        ear.arp("1", step + 0.5, IP, OTHER, domain=vlan(2))
    assert ear.faults == []


def test_several_virtual_routers_answer_for_one_address_by_design():
    ear = Ear()
    for step in range(10):
        ear.arp("1", step, IP, GLBP_ONE if step % 2 else GLBP_TWO, kind="reply", to=ASKER)
    assert ear.faults == []


def test_a_host_that_takes_the_address_of_a_virtual_router_is_in_conflict():
    ear = Ear()
    for step in range(10):
        ear.arp("1", step * 5, IP, VRRP if step % 2 else MAC, kind="reply", to=ASKER)
    assert ear.faults == ["ip-conflict"]


def test_probes_and_senders_without_an_address_claim_nothing():
    ear = Ear()
    for step in range(10):
        ear.arp("1", step, "0.0.0.0", MAC if step % 2 else OTHER)  # noqa: S104 - an address on the wire
        ear.arp("1", step, "", MAC if step % 2 else OTHER, kind="probe")
    assert ear.faults == []


def test_a_proxy_that_answers_for_everybody_is_left_alone():
    ear = Ear()
    for number in range(100):
        ip = f"10.0.1.{number}"
        for step in range(4):
            ear.arp("1", number * 10 + step, ip, f"00-13-20-00-00-{number:02X}", kind="reply", to=ASKER)
            if number > 40:
                ear.arp("2", number * 10 + step + 0.5, ip, MAC, kind="reply", to=ASKER)
            else:
                ear.arp("2", number * 10 + step + 0.5, f"10.0.2.{number}", MAC, kind="reply", to=ASKER)
    assert ear.faults == []


def test_a_device_that_says_so_itself_is_believed():
    ear = Ear()
    ear.logged(1, "ip", mac=OTHER, ip=IP, other_mac=parse_value(MAC), message="IP-4-DUPADDR")
    (found,) = ear.verdicts
    assert found.kind == "ip-conflict"
    assert "IP-4-DUPADDR" in found.reasons[0]


def test_a_host_that_watches_and_says_once_that_an_address_changed_hands_is_no_judge():
    ear = Ear()
    ear.logged(1, "ip", mac=OTHER, ip=IP, other_mac=parse_value(MAC))
    assert ear.faults == []
    for second, owner, former in ((20, MAC, OTHER), (40, OTHER, MAC)):
        ear.logged(second, "ip", mac=owner, ip=IP, other_mac=parse_value(former))
    assert ear.faults == ["ip-conflict"]


@pytest.mark.parametrize("ip", ["2001:db8::1", "fe80::1"])
def test_ipv6_neighbours_are_held_to_the_same(ip):
    ear = Ear()
    for step in range(6):
        ear.neighbour("1", step * 10, ip, MAC if step % 2 == 0 else OTHER)
    assert ear.faults == ["ip-conflict"]
