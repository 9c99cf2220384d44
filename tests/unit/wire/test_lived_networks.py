"""Emulated networks judge the engine: a healthy day is silent, and each duplicate is found within its first moves."""

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2
from tests.kit.tapped import tapped

MINUTE_US, HOUR = 60_000_000, 3600
VIRTUAL = "00-00-5E-00-01-0A"
TWIN = "00-15-5D-C8-6A-00"


def mac(number):
    return f"00-15-5D-01-{number >> 8:02X}-{number & 255:02X}"


def campus(seed, *, every_us=MINUTE_US):
    """Two access switches and a core, a LAG between one of them and the core, twelve stations that talk."""
    net = L2(seed=seed)
    core, left, right = (net.switch(name) for name in ("core", "left", "right"))
    core.lag("Po1", ["Te1", "Te2"])
    left.lag("Po1", ["Te1", "Te2"])
    for switch in (core, left):
        switch.trunk("Po1")
    net.link(core, "Te1", left, "Te1")
    net.link(core, "Te2", left, "Te2")
    net.link(core, "Te3", right, "Te1")
    stations = []
    for number in range(12):
        station = net.station(f"vm{number}", mac=mac(number), ip=f"10.0.0.{number + 1}")
        switch = left if number % 2 else right
        net.plug(station, switch, f"Gi1/0/{number}", vlan=10)
        stations.append(station)
    for number, station in enumerate(stations):
        net.traffic(station, every_us=every_us, to=stations[(number + 5) % 12])
        station.announce()
    return net, left, right, stations


def move(net, station, switch, port):
    net.unplug(station)
    net.run(seconds=0.5)
    net.plug(station, switch, port, vlan=10)
    station.announce()


@pytest.mark.parametrize("seed", [1, 17])
def test_a_healthy_day_with_migrations_failovers_roaming_and_bonds_gives_no_incident(seed):
    with tapped() as taps:
        net, left, right, stations = campus(seed)
        routers = [net.station(f"r{number}", mac=mac(100 + number), ip=f"10.0.0.{240 + number}") for number in (1, 2)]
        virtual = [net.nic(router, mac=VIRTUAL, ip="10.0.0.254") for router in routers]
        for router, nic, switch in zip(routers, virtual, (left, right), strict=True):
            net.plug(router.nics[0], switch, "Gi1/0/40", vlan=10)
            net.plug(nic, switch, "Gi1/0/41", vlan=10)
        host = net.virtual_switch("hv01", uplinks={"nic1": mac(201), "nic2": mac(202)}, mode="active-standby")
        net.uplink(host, "nic1", left, "Gi1/0/47", native=10)
        net.uplink(host, "nic2", right, "Gi1/0/47", native=10)
        for number in range(3):
            guest = net.station(f"guest{number}", mac=mac(210 + number), ip=f"10.0.0.{210 + number}")
            net.attach(guest, host, f"p{number}")
            net.traffic(guest, every_us=30_000_000, to=stations[number])
        for hour in range(24):
            net.run(seconds=HOUR / 4)
            move(net, stations[hour % 12], left if hour % 3 else right, f"Gi2/0/{hour}")  # a live migration
            net.run(seconds=HOUR / 4)
            laptop = stations[0]
            for step, port in enumerate(("Gi3/0/1", "Gi3/0/2", "Gi3/0/1") if hour % 6 == 2 else ()):  # it roams
                move(net, laptop, left, port)
                net.run(seconds=20 + step)
            master = routers[hour % 2].nics[1]  # the virtual router fails over every hour
            routers[hour % 2].announce(master)
            net.run(seconds=HOUR / 4)
            if hour % 8 == 3:  # a cable of the bond fails
                net.unplug(host.team.members[0])
            elif hour % 8 == 5:
                net.plug(host.team.members[0], left, "Gi1/0/47")
            net.run(seconds=HOUR / 4)
        taps.read_tables(net)
    assert taps.by_frames.counts.moves > 20
    assert taps.faults(taps.by_frames) == []
    assert taps.faults(taps.by_tables) == []


@pytest.mark.parametrize(("first_us", "second_us"), [(310_000, 700_000), (100_000, 5_000_000), (2_000_000, 90_000_000)])
@pytest.mark.parametrize("where", ["same switch", "two switches"])
def test_each_duplicate_is_found_within_its_first_five_moves(first_us, second_us, where):
    with tapped() as taps:
        net, left, right, stations = campus(5)
        net.run(seconds=120)
        web = net.station("web", mac=TWIN, ip="10.0.0.100")
        clone = net.station("clone", mac=TWIN, ip="10.0.0.101")
        net.plug(web, left, "Gi1/0/30", vlan=10)
        net.plug(clone, left if where == "same switch" else right, "Gi1/0/31", vlan=10)
        net.traffic(web, every_us=first_us, to=stations[0])
        net.traffic(clone, every_us=second_us, to=stations[2])
        net.run(seconds=600)
        taps.read_tables(net)
    for tracker in (taps.by_frames, taps.by_tables):
        (found,) = taps.faults(tracker)
        assert (found.kind, found.macs) == ("duplicate", (parse_value(TWIN),))
        assert 0 < found.needed <= 5


def test_a_silent_owner_that_is_asked_now_and_then_is_found():
    with tapped() as taps:
        net, left, _, stations = campus(9)
        web = net.station("web", mac=TWIN, ip="10.0.0.100")
        clone = net.station("clone", mac=TWIN, ip="10.0.0.101")
        net.plug(web, left, "Gi1/0/30", vlan=10)
        net.plug(clone, left, "Gi1/0/31", vlan=10)
        net.traffic(clone, every_us=2_000_000, to=stations[2])
        for _ in range(4):
            net.ping(stations[0], "10.0.0.100", count=2)
            net.run(seconds=40)
        taps.read_tables(net)
    assert [one.kind for one in taps.faults(taps.by_frames)] == ["duplicate"]
    assert [one.kind for one in taps.faults(taps.by_tables)] == ["duplicate"]


def test_two_hosts_with_one_ip_are_found_and_no_address_moves():
    with tapped() as taps:
        net, left, right, stations = campus(11)
        for number, switch in enumerate((left, right)):
            host = net.station(f"host{number}", mac=mac(300 + number), ip="10.0.0.200")
            net.plug(host, switch, "Gi1/0/30", vlan=10)
        for _ in range(6):
            net.ping(stations[0], "10.0.0.200", count=1)
            net.run(seconds=40)
    assert [one.kind for one in taps.faults(taps.by_frames)] == ["ip-conflict"]
