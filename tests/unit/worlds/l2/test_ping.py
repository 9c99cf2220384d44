"""What ping shows on Windows and on Linux, while two machines have one address and while they do not."""

import json

from maccord.worlds.l2 import L2, Echo, PingSeen, plain
from tests.kit.l2 import DESK_IP, TWIN, WEB_IP, mac, twins

OUTCOMES = ("reply", "timed out", "reply")


def seen(outcomes=OUTCOMES, system="windows"):
    echoes = tuple(
        Echo(number, (number - 1) * 1_000_000, outcome, 1_500 if outcome == "reply" else 0)
        for number, outcome in enumerate(outcomes, 1)
    )
    return PingSeen(DESK_IP, WEB_IP, system, 2_001_500, echoes)


def test_windows_prints_a_line_per_echo_and_statistics():
    assert seen().text() == (
        "\nPinging 192.168.200.20 with 32 bytes of data:\n"
        "Reply from 192.168.200.20: bytes=32 time=1ms TTL=128\n"
        "Request timed out.\n"
        "Reply from 192.168.200.20: bytes=32 time=1ms TTL=128\n"
        "\nPing statistics for 192.168.200.20:\n"
        "    Packets: Sent = 3, Received = 2, Lost = 1 (33% loss),\n"
        "Approximate round trip times in milli-seconds:\n"
        "    Minimum = 1ms, Maximum = 1ms, Average = 1ms\n"
    )


def test_windows_counts_its_own_host_unreachable_as_received():
    assert seen(("unreachable", "timed out")).text() == (
        "\nPinging 192.168.200.20 with 32 bytes of data:\n"
        "Reply from 192.168.200.106: Destination host unreachable.\n"
        "Request timed out.\n"
        "\nPing statistics for 192.168.200.20:\n"
        "    Packets: Sent = 2, Received = 1, Lost = 1 (50% loss),\n"
    )


def test_linux_prints_what_comes_back_and_statistics():
    assert seen().text("linux") == (
        "PING 192.168.200.20 (192.168.200.20) 56(84) bytes of data.\n"
        "64 bytes from 192.168.200.20: icmp_seq=1 ttl=64 time=1.50 ms\n"
        "64 bytes from 192.168.200.20: icmp_seq=3 ttl=64 time=1.50 ms\n"
        "\n--- 192.168.200.20 ping statistics ---\n"
        "3 packets transmitted, 2 received, 33.3333% packet loss, time 2001ms\n"
        "rtt min/avg/max/mdev = 1.500/1.500/1.500/0.000 ms\n"
    )


def test_linux_counts_unreachable_as_errors():
    text = seen(("unreachable", "reply"), "linux").text()
    assert "From 192.168.200.106 icmp_seq=1 Destination Host Unreachable\n" in text
    assert "2 packets transmitted, 1 received, +1 errors, 50% packet loss" in text


def test_loss_over_time_has_a_row_per_second():
    assert [(row.second, row.sent, row.lost) for row in seen().by_second()] == [(0, 1, 0), (1, 1, 1), (2, 1, 0)]


def test_a_result_goes_through_json():
    values = json.loads(json.dumps(plain(seen())))
    assert values["lost"] == 1
    assert values["bySecond"][1] == {"second": 1, "sent": 1, "lost": 1}
    assert values["echoes"][1] == {"sequence": 2, "at_us": 1_000_000, "outcome": "timed out", "rtt_us": 0}


def test_a_ping_to_a_machine_that_is_alone_with_its_address_never_fails():
    net, _, _, twin, desk = twins()
    net.unplug(twin)
    assert net.ping(desk, WEB_IP, count=50).lost == 0


def test_a_ping_sometimes_answers_and_sometimes_times_out_while_a_twin_talks():
    net, _, web, twin, desk = twins()
    net.traffic(web, per_second=3)
    net.traffic(twin, per_second=3)
    outcomes = [echo.outcome for echo in net.ping(desk, WEB_IP, count=40).echoes]
    assert {"reply", "timed out"} == set(outcomes)
    assert 5 < outcomes.count("timed out") < 35, f"replay with seed={net.seed}"


def test_a_silent_twin_does_no_harm_until_it_speaks():
    net, _, _, twin, desk = twins()
    assert net.ping(desk, WEB_IP, count=5).lost == 0
    twin.announce()
    net.run(seconds=0.01)
    first = net.ping(desk, WEB_IP, count=1)
    assert first.echoes[0].outcome == "timed out"


def test_an_address_that_nobody_has_is_unreachable_when_arp_gives_up():
    net, _, _, _, desk = twins()
    seen = net.ping(desk, "192.168.200.99", count=2)
    assert [echo.outcome for echo in seen.echoes] == ["unreachable", "unreachable"]
    assert [echo.at_us for echo in seen.echoes] == [0, 3_000_000]
    assert desk.sent == 6


def test_linux_sends_every_second_whatever_comes_back():
    net, _, _, _, desk = twins()
    seen = net.ping(desk, "192.168.200.99", count=4, system="linux")
    assert [echo.at_us for echo in seen.echoes] == [0, 1_000_000, 2_000_000, 3_000_000]
    assert {echo.outcome for echo in seen.echoes} == {"unreachable"}


def test_the_round_trip_is_four_cables_long():
    net = L2(seed=1)
    core = net.switch("core")
    one, other = net.station("one", mac=mac(1), ip="10.0.0.1"), net.station("other", mac=mac(2), ip="10.0.0.2")
    net.plug(one, core, "1", latency_us=100)
    net.plug(other, core, "2", latency_us=1_000)
    assert [echo.rtt_us for echo in net.ping(one, other, count=2).echoes] == [2_200, 2_200]


def test_an_answer_that_comes_too_late_is_a_loss():
    net = L2(seed=1)
    core = net.switch("core")
    one, other = net.station("one", mac=mac(1), ip="10.0.0.1"), net.station("other", mac=mac(2), ip="10.0.0.2")
    net.plug(one, core, "1")
    net.plug(other, core, "2", latency_us=400_000)
    assert net.ping(one, other, count=2).lost == 0
    assert net.ping(one, other, count=2, timeout_us=500_000).lost == 2


def test_the_same_seed_gives_the_same_bytes():
    texts = []
    for _ in range(2):
        net, core, web, twin, desk = twins(seed=99)
        net.traffic(web, per_second=7)
        net.traffic(twin, per_second=5)
        ping = net.ping(desk, WEB_IP, count=30)
        results = [ping, net.moves(core), net.table_over_time(core, TWIN), net.account()]
        texts.append(json.dumps(plain(results)) + ping.text() + net.address_table(core) + repr(net.syslog()))
    assert texts[0] == texts[1]
