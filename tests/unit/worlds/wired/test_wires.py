"""Emulated hosts on an emulated wire: who hears whom, and what a change of a host does to the network."""

import pytest

from maccord.mac import parse_value, show
from maccord.worlds.hyperv import World
from maccord.worlds.l2 import L2
from maccord.worlds.wired import Wires
from tests.kit.hyperv_worlds import ready

VENDORS = ["cisco-ios", "cisco-nxos", "arista-eos", "juniper-junos", "h3c-comware"]


def guest(host, name, ip):
    machine = host.create_vm(name, host.switch("LAN"))
    machine.adapter.guest_ips.append(ip)
    machine.start()
    return machine


def wired(world, *, seed=3, vendor="cisco-ios", **more):
    net = L2(seed)
    wires = Wires(net, net.switch("core", vendor=vendor), vendor=vendor, **more)
    wires.plug_in(*world.hosts)
    return net, wires, wires.new_station("desk", "02-00-00-00-00-99", "10.0.0.99")


def two_hosts(profile="2022"):
    """Two hosts whose addresses end alike, with one machine each."""
    world = World(seed=1)
    one, other = ready(world, "HV01", "10.1.5.20", profile), ready(world, "HV02", "10.2.5.20", profile)
    return world, guest(one, "web", "10.0.0.1"), guest(other, "db", "10.0.0.2")


def test_two_hosts_with_one_range_make_a_ping_that_sometimes_answers():
    world, web, db = two_hosts()
    assert web.adapter.mac == db.adapter.mac
    net, wires, desk = wired(world)
    net.traffic(wires.station("web"), per_second=2)
    net.traffic(wires.station("db"), per_second=2)
    seen = net.ping(desk, "10.0.0.1", count=60)
    assert 10 < seen.lost < 50
    assert net.moves(wires.core, web.adapter.mac).total > 60
    assert net.account().balanced


def test_a_machine_that_is_stopped_is_off_the_wire_and_its_twin_answers_always():
    world, _, db = two_hosts()
    net, wires, desk = wired(world)
    net.traffic(wires.station("db"), per_second=5)
    db.turn_off()
    wires.update()
    assert net.ping(desk, "10.0.0.1", count=20).lost == 0


def test_every_nic_has_a_port_of_its_own_that_it_keeps():
    world, _, _ = two_hosts()
    net, wires, _ = wired(world)
    assert wires.places == {"Gi1/0/1": "HV01 Ethernet 1", "Gi1/0/2": "HV02 Ethernet 1", "Gi1/0/3": "desk"}
    world.hosts[0].restart()
    wires.update()
    assert len(wires.places) == 3
    assert net.account().balanced


@pytest.mark.parametrize("vendor", VENDORS)
def test_ports_are_called_as_the_vendor_calls_them(vendor):
    world, _, _ = two_hosts()
    net, wires, desk = wired(world, vendor=vendor)
    net.ping(desk, "10.0.0.1", count=1)
    assert list(wires.places)[2] in net.address_table(wires.core)


def test_a_guest_that_insists_on_an_address_is_heard_on_2008_and_not_since():
    lost = {}
    for profile in ("2008", "2008 R2"):
        world = World(seed=1)
        host = ready(world, "HV01", "10.1.5.20", profile)
        guest(host, "nlb", "10.0.0.1").adapter.send_from("02-BF-0A-00-00-01")
        net, _, desk = wired(world)
        lost[profile] = net.ping(desk, "10.0.0.1", count=5).lost
    assert lost == {"2008": 0, "2008 R2": 5}


def test_permission_to_spoof_lets_it_through():
    world = World(seed=1)
    machine = guest(ready(world, "HV01", "10.1.5.20"), "nlb", "10.0.0.1")
    machine.adapter.send_from("02-BF-0A-00-00-01")
    machine.adapter.allow_spoofing()
    net, _, desk = wired(world)
    assert net.ping(desk, "10.0.0.1", count=5).lost == 0


def test_machines_of_two_vlans_do_not_hear_each_other():
    world, web, _ = two_hosts()
    web.adapter.set_vlan(20)
    net, _, desk = wired(world)
    assert net.ping(desk, "10.0.0.1", count=3).lost == 3
    assert net.ping(desk, "10.0.0.2", count=3).lost == 0


def test_a_private_switch_reaches_nobody_outside_and_its_machines_reach_each_other():
    world = World(seed=1)
    host = ready(world, "HV01", "10.1.5.20")
    inside = host.private_switch("inside")
    for at in (1, 2):
        machine = host.create_vm(f"vm{at}", inside)
        machine.adapter.guest_ips.append(f"10.0.0.{at}")
        machine.start()
    net, wires, desk = wired(world)
    assert net.ping(wires.station("vm1"), "10.0.0.2", count=3).lost == 0
    assert net.ping(desk, "10.0.0.2", count=3).lost == 3


def test_a_live_migration_moves_the_machines_address_to_the_other_port_at_once():
    world = World(seed=1)
    one, other = ready(world, "HV01", "10.1.5.20"), ready(world, "HV02", "10.1.5.21")
    web = guest(one, "web", "10.0.0.1")
    net, wires, desk = wired(world)
    assert net.ping(desk, "10.0.0.1", count=3).lost == 0
    assert wires.places[wires.core.where(web.adapter.mac)] == "HV01 Ethernet 1"
    web.live_migrate(other)
    wires.update()
    net.run(seconds=0.001)  # the announcement is on its way
    assert net.ping(desk, "10.0.0.1", count=3).lost == 0
    assert wires.places[wires.core.where(web.adapter.mac)] == "HV02 Ethernet 1"
    assert [station for station in net.stations if station.startswith("web")] == ["web"]


def test_a_nic_that_gets_another_address_announces_it():
    world = World(seed=1)
    host = world.host("HV01")
    nic = host.add_nic(ip="10.0.0.5")
    net, wires, desk = wired(world)
    assert net.ping(desk, "10.0.0.5", count=2).lost == 0
    nic.override("02-00-00-00-00-05")
    wires.update()
    net.run(seconds=0.001)
    assert net.ping(desk, "10.0.0.5", count=2).lost == 0
    assert wires.core.where(parse_value("02-00-00-00-00-05")) == "Gi1/0/1"


@pytest.mark.parametrize(
    ("mode", "balancing", "expected"),
    [
        ("switch independent", "dynamic", "dynamic"),
        ("switch independent", "hyper-v port", "hyper-v-port"),
        ("switch independent", "transport ports", "address-hash"),
        ("lacp", "dynamic", "lag"),
        ("static", "mac addresses", "lag"),
    ],
)
def test_a_team_shares_the_work_by_its_mode(mode, balancing, expected):
    world = World(seed=1)
    host = world.host("HV01", "2012 R2")
    team = host.team("infra", [host.add_nic(), host.add_nic()], mode=mode, balancing=balancing)
    team.set_ip("10.0.0.5")
    net, _, desk = wired(world)
    assert net.virtual_switches["HV01 infra"].team.mode.value == expected
    assert net.ping(desk, "10.0.0.5", count=5).lost == 0
    assert net.moves(net.switches["core"]).total == 0
    assert net.account().balanced


def test_a_link_aggregate_is_a_place_of_its_own():
    world = World(seed=1)
    host = world.host("HV01", "2012 R2")
    team = host.team("infra", [host.add_nic(), host.add_nic()], mode="lacp")
    team.set_ip("10.0.0.5")
    _, wires, _ = wired(world)
    wires.net.run(seconds=0.001)
    assert wires.places[wires.core.where(team.mac)] == "HV01 Ethernet 1, HV01 Ethernet 2"


def test_a_second_nic_that_joins_a_team_leaves_its_traffic_running():
    world = World(seed=1)
    host = world.host("HV01", "2012 R2")
    first, second = host.add_nic(), host.add_nic()
    team = host.team("infra", [first])
    team.set_ip("10.0.0.5")
    net, _, desk = wired(world)
    assert net.ping(desk, "10.0.0.5", count=2).lost == 0
    team.add(second)
    net.run(seconds=1)
    assert net.ping(desk, "10.0.0.5", count=5).lost == 0


def test_an_inherited_address_moves_between_two_ports_when_its_vnic_goes_by_the_second_member():
    figures = {}
    for first_port in (0, 1):
        world = World(seed=1)
        host = world.host("HV05", "2012 R2")
        nics = [host.add_nic(), host.add_nic()]
        host.enable_role()
        switch = host.external_switch("infra", host.team("infra", nics))
        host.vnic("infra").set_ip("10.0.0.5")
        assert host.vnic("infra").mac == nics[0].permanent
        assert switch.team is not None
        net, wires, desk = wired(world, first_port=first_port)
        for at in range(8):
            other = wires.new_station(f"pc{at}", f"02-00-00-00-01-0{at}", f"10.0.0.{at + 100}")
            net.traffic(wires.station("HV05"), per_second=2, to=other)
        net.run(seconds=5)
        seen = net.ping(desk, "10.0.0.5", count=60)
        figures[first_port] = seen.lost, net.moves(wires.core, show(nics[0].permanent)).total
    assert figures[0] == (0, 0)
    lost, moves = figures[1]
    assert 5 < lost < 55
    assert moves > 50


def test_the_same_world_and_seed_give_the_same_run():
    def run():
        world, _, _ = two_hosts()
        net, wires, desk = wired(world)
        net.traffic(wires.station("web"), per_second=2)
        net.traffic(wires.station("db"), per_second=2)
        return net.ping(desk, "10.0.0.1", count=20).text(), net.table_over_time(wires.core).text()

    assert run() == run()


def test_a_host_that_is_down_is_off_the_wire_and_comes_back():
    world = World(seed=1)
    host = world.host("HV01")
    host.add_nic(ip="10.0.0.5")
    net, wires, desk = wired(world)
    host.shut_down()
    wires.update()
    assert net.ping(desk, "10.0.0.5", count=2).lost == 2
    host.start_up()
    wires.update()
    assert net.ping(desk, "10.0.0.5", count=2).lost == 0
