"""Stations that talk by themselves, and connections that stall when a twin takes their frames."""

import pytest

from maccord.worlds.l2 import L2, BadTime
from tests.kit.l2 import TWIN, WEB_IP, mac, stations, twins


def test_steady_chatter_keeps_its_pace():
    net = L2(seed=1)
    (pc,) = stations(net, net.switch("core"), 1)
    chatter = net.traffic(pc, every_us=200_000)
    net.run(seconds=10)
    assert chatter.frames == pc.sent == 50


def test_random_chatter_has_its_mean_and_the_spread_of_a_poisson_process():
    counts = []
    for seed in range(100):
        net = L2(seed=seed)
        (pc,) = stations(net, net.switch("core"), 1)
        net.traffic(pc, per_second=20)
        net.run(seconds=5)
        counts.append(pc.sent)
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    assert abs(mean - 100) < 4 * (100 / 100) ** 0.5
    # The variance of a sample of Poisson counts of mean 100 spreads by about 100 * sqrt(2/99).
    assert abs(variance - 100) < 4 * 100 * (2 / 99) ** 0.5


def test_chatter_to_one_machine_reaches_it_alone():
    net = L2(seed=1)
    pcs = stations(net, net.switch("core"), 3)
    pcs[1].announce()
    net.traffic(pcs[0], every_us=1000, to=pcs[1])
    net.run(seconds=1)
    assert pcs[0].sent == 1000
    assert pcs[1].taken in (999, 1000)
    assert pcs[2].ignored == 0


def test_chatter_that_was_stopped_is_silent():
    net = L2(seed=1)
    (pc,) = stations(net, net.switch("core"), 1)
    chatter = net.traffic(pc, every_us=1000)
    net.run(seconds=1)
    chatter.stop()
    sent = pc.sent
    net.run(seconds=1)
    assert pc.sent == sent


@pytest.mark.parametrize("how", [{}, {"every_us": 5, "per_second": 5}, {"every_us": 0}, {"per_second": -1.0}])
def test_a_pace_that_is_none_is_refused(how):
    net = L2(seed=1)
    with pytest.raises(BadTime, match="pc"):
        net.traffic(net.station("pc", mac=mac(1)), **how)


def test_a_connection_between_machines_of_their_own_addresses_never_stalls():
    net, _, web, twin, desk = twins()
    net.unplug(twin)
    connection = net.keepalive(desk, web)
    net.run(seconds=300)
    seen = connection.seen
    assert seen.segments in (seen.acknowledged, seen.acknowledged + 1)
    assert seen.acknowledged >= 299
    assert (seen.stalls, seen.broken) == (0, 0)


def test_a_connection_stalls_while_a_twin_takes_its_segments():
    net, _, web, twin, desk = twins()
    net.traffic(twin, per_second=5)
    net.traffic(web, per_second=5)
    seen = net.keepalive(desk, web).seen
    net.run(seconds=300)
    assert seen.stalls > 20
    assert seen.retransmissions >= seen.stalls
    assert seen.longest_stall_us >= 1_000_000


def test_a_connection_breaks_when_the_twin_alone_is_heard():
    net, core, web, twin, desk = twins()
    for station, other in ((desk, web), (web, desk)):
        station.neighbours.write(other.nics[0].ips[0], other.nics[0].mac)
    seen = net.keepalive(desk, web).seen
    net.run(seconds=5)
    assert seen.broken == 0
    net.traffic(twin, every_us=1000)
    net.run(seconds=70)
    assert (seen.broken, seen.resets) == (1, 0)
    assert core.where(twin.nics[0].mac) == "Gi1/0/2"


def test_a_twin_with_the_same_ip_resets_what_it_does_not_know():
    net, core, web, twin, desk = twins()
    net.unplug(twin)
    other = net.station("other", mac=TWIN, ip=WEB_IP)
    net.plug(other, core, "Gi1/0/9")
    connection = net.keepalive(desk, web)
    net.run(seconds=5)
    net.traffic(other, every_us=100_000)
    net.run(seconds=60)
    assert connection.seen.resets > 0
    assert connection.seen.broken >= connection.seen.resets


def test_a_connection_to_a_machine_that_is_gone_is_given_up_after_about_a_minute():
    net, _, web, _, desk = twins()
    seen = net.keepalive(desk, web).seen
    net.run(seconds=2)
    net.unplug(web)
    net.run(seconds=64.5)
    assert (seen.broken, seen.retransmissions) == (1, 5)


def test_a_connection_needs_an_address_to_go_to():
    net = L2(seed=1)
    core = net.switch("core")
    (pc,) = stations(net, core, 1)
    with pytest.raises(Exception, match="it has no IPv4 address to be reached at"):
        net.keepalive(pc, net.station("mute", mac=mac(9)))
