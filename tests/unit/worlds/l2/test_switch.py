"""What a learning switch does with frames, and what it remembers."""

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2
from maccord.worlds.l2.frame import Kind
from tests.kit.l2 import TWIN, mac, say, stations, twins

NOWHERE = "00-13-20-00-00-FF"
EVERYBODY = "FF-FF-FF-FF-FF-FF"


def network(count=3, **options):
    net = L2(seed=1)
    core = net.switch("core", **options)
    return net, core, stations(net, core, count)


def heard(pcs):
    """How many frames each station saw, for it or not."""
    return [pc.taken + pc.ignored for pc in pcs]


def test_an_unknown_address_is_flooded_to_every_other_port():
    net, core, pcs = network(4)
    say(net, pcs[0], NOWHERE)
    assert heard(pcs) == [0, 1, 1, 1]
    assert (core.flooded, core.copies, core.forwarded) == (1, 2, 0)


def test_broadcast_and_multicast_are_flooded_and_taken():
    net, _, pcs = network(3)
    say(net, pcs[0], EVERYBODY)
    say(net, pcs[0], "01-00-5E-00-00-01")
    assert [pc.taken for pc in pcs] == [0, 2, 2]


def test_a_known_address_gets_its_frame_alone():
    net, core, pcs = network(3)
    say(net, pcs[1], NOWHERE)
    say(net, pcs[0], mac(2))
    assert [pc.taken for pc in pcs] == [0, 1, 0]
    assert core.where(parse_value(mac(2))) == "Gi1/0/2"


def test_a_frame_that_nobody_could_get_is_counted():
    net, core, pcs = network(1)
    say(net, pcs[0], NOWHERE)
    assert core.drops == {"nobody there": 1}


def test_a_frame_for_the_port_it_came_from_goes_nowhere():
    net, core, pcs = network(2)
    say(net, pcs[0], NOWHERE)
    say(net, pcs[0], mac(1))
    assert core.drops == {"came from there": 1}


def test_an_entry_ages_and_its_frames_are_flooded_again():
    net, core, pcs = network(3, age_s=10)
    say(net, pcs[1], NOWHERE)
    net.run(seconds=9)
    say(net, pcs[0], mac(2))
    assert pcs[2].ignored == 1
    net.run(seconds=1)
    say(net, pcs[0], mac(2))
    assert pcs[2].ignored == 2
    assert core.where(parse_value(mac(2))) is None


def test_an_entry_lives_while_its_address_is_heard():
    net, core, pcs = network(2, age_s=10)
    net.traffic(pcs[0], every_us=9_000_000)
    net.run(seconds=100)
    changes = net.table_over_time(core, mac(1)).changes
    assert [change.port for change in changes] == ["Gi1/0/1"]


def test_the_history_tells_when_an_entry_aged_though_nobody_looked():
    net, core, pcs = network(2, age_s=10)
    say(net, pcs[0], NOWHERE)
    net.run(seconds=60)
    learnt, aged = net.table_over_time(core).changes
    assert (learnt.at_us, learnt.port) == (2, "Gi1/0/1")
    assert (aged.at_us, aged.port) == (10_000_002, None)


def test_a_link_that_goes_down_takes_its_entries_along():
    net, core, pcs = network(2)
    say(net, pcs[0], NOWHERE)
    core.shut("Gi1/0/1")
    assert core.where(parse_value(mac(1))) is None
    say(net, pcs[0], NOWHERE)
    assert pcs[0].drops == {"no link": 1}
    core.shut("Gi1/0/1", shut=False)
    say(net, pcs[0], NOWHERE)
    assert core.where(parse_value(mac(1))) == "Gi1/0/1"


def test_a_frame_under_way_is_lost_when_its_link_goes_down():
    net, core, pcs = network(2)
    pcs[0].tell(pcs[0].nics[0], parse_value(NOWHERE), Kind.DATA, ())
    core.shut("Gi1/0/1")
    net.run(seconds=1)
    assert core.drops == {"link down": 1}


def test_an_unplugged_station_is_forgotten_and_can_be_plugged_in_elsewhere():
    net, core, pcs = network(2)
    say(net, pcs[0], NOWHERE)
    net.unplug(pcs[0])
    net.plug(pcs[0], core, "Gi1/0/24")
    say(net, pcs[0], NOWHERE)
    assert core.where(parse_value(mac(1))) == "Gi1/0/24"
    assert net.moves(core).total == 0


def test_a_static_entry_neither_ages_nor_moves():
    net, core, pcs = network(3, age_s=10)
    core.static(parse_value(mac(1)), "Gi1/0/1")
    say(net, pcs[1], NOWHERE, src=mac(1))
    net.run(seconds=1000)
    assert core.where(parse_value(mac(1))) == "Gi1/0/1"
    say(net, pcs[0], NOWHERE)
    net.run(seconds=1000)
    assert core.where(parse_value(mac(1))) == "Gi1/0/1"
    assert net.moves(core).total == 0


def test_a_full_table_floods_what_it_could_not_learn():
    net, core, pcs = network(3, capacity=1)
    say(net, pcs[0], NOWHERE)
    say(net, pcs[1], NOWHERE)
    assert core.refused == 1
    before = pcs[2].ignored
    say(net, pcs[0], mac(2))
    assert pcs[2].ignored == before + 1


def test_a_full_table_has_room_again_when_entries_have_aged():
    net, core, pcs = network(2, capacity=1, age_s=10)
    say(net, pcs[0], NOWHERE)
    net.run(seconds=11)
    say(net, pcs[1], NOWHERE)
    assert core.refused == 0
    assert core.where(parse_value(mac(2))) == "Gi1/0/2"


def test_a_group_address_is_never_learnt():
    net, core, pcs = network(2)
    say(net, pcs[0], NOWHERE, src="01-00-5E-00-00-01")
    assert core.entries() == []


def test_an_access_port_drops_tagged_frames():
    net = L2(seed=1)
    core = net.switch("core")
    tagged = net.station("tagged", mac=mac(1), tag=10)
    plain = net.station("plain", mac=mac(2))
    net.plug(tagged, core, "Gi1/0/1", vlan=10)
    net.plug(plain, core, "Gi1/0/2", vlan=10)
    say(net, tagged, EVERYBODY)
    assert core.drops == {"VLAN not carried": 1}
    assert plain.taken == 0


def test_a_trunk_carries_its_native_vlan_untagged_and_the_others_tagged():
    net = L2(seed=1)
    core, edge = net.switch("core"), net.switch("edge")
    net.link(core, "Te1", edge, "Te1", native=10)
    for vlan in (10, 20):
        one, other = net.station(f"one{vlan}", mac=mac(vlan)), net.station(f"other{vlan}", mac=mac(vlan + 1))
        net.plug(one, core, f"Gi{vlan}", vlan=vlan)
        net.plug(other, edge, f"Gi{vlan}", vlan=vlan)
        say(net, one, EVERYBODY)
    assert core.port("Te1").tag_of == {1: 1, 10: 0, 20: 20}
    assert [net.stations[name].taken for name in ("other10", "other20")] == [1, 1]


def test_a_trunk_takes_up_vlans_that_come_over_it():
    net = L2(seed=1)
    first, middle, last = (net.switch(name) for name in ("first", "middle", "last"))
    net.link(first, "Te1", middle, "Te1")
    net.link(middle, "Te2", last, "Te1")
    one, other = net.station("one", mac=mac(1)), net.station("other", mac=mac(2))
    net.plug(one, first, "Gi1", vlan=300)
    net.plug(other, last, "Gi1", vlan=300)
    say(net, one, EVERYBODY)
    assert other.taken == 1
    assert middle.where(parse_value(mac(1)), 300) == "Te1"


def test_a_trunk_of_named_vlans_drops_others():
    net = L2(seed=1)
    core, edge = net.switch("core"), net.switch("edge")
    net.link(core, "Te1", edge, "Te1", vlans=[10])
    edge.trunk("Te1", vlans=[20])
    one = net.station("one", mac=mac(1))
    net.plug(one, core, "Gi1", vlan=10)
    say(net, one, EVERYBODY)
    assert edge.drops == {"VLAN not carried": 1}


def test_one_address_in_two_vlans_is_two_entries_and_no_move():
    net = L2(seed=1)
    core = net.switch("core")
    for vlan in (10, 20):
        station = net.station(f"pc{vlan}", mac=TWIN)
        net.plug(station, core, f"Gi{vlan}", vlan=vlan)
        say(net, station, EVERYBODY)
    assert [(vlan, entry.port.name) for vlan, _, entry in core.entries()] == [(10, "Gi10"), (20, "Gi20")]
    assert net.moves(core).total == 0


def test_a_move_is_counted_with_its_time_and_both_ports():
    net, core, web, twin, _ = twins()
    say(net, web, EVERYBODY)
    say(net, twin, EVERYBODY)
    (move,) = net.moves(core, TWIN).latest
    assert (move.at_us, move.vlan, move.mac, move.old, move.new) == (1002, 1, TWIN, "Gi1/0/1", "Gi1/0/2")
    assert core.where(parse_value(TWIN)) == "Gi1/0/2"


def test_an_address_that_comes_elsewhere_after_ageing_is_no_move():
    net, core, web, twin, _ = twins(age_s=10)
    say(net, web, EVERYBODY)
    net.run(seconds=11)
    say(net, twin, EVERYBODY)
    assert net.moves(core).total == 0
    assert [change.port for change in net.table_over_time(core).changes] == ["Gi1/0/1", None, "Gi1/0/2"]


def test_moves_per_minute_tell_of_quiet_minutes_too():
    net, core, web, twin, _ = twins()
    say(net, web, EVERYBODY)
    say(net, twin, EVERYBODY)
    net.run(until_us=119_999_998)
    say(net, web, EVERYBODY)
    seen = net.moves(core)
    assert seen.latest[-1].at_us == 120_000_000
    assert seen.per_minute == ((0, 1), (1, 0), (2, 1))
    assert seen.text().splitlines()[0] == "MAC moves on core: 2"


def test_a_loop_ends_in_a_counted_storm():
    net = L2(seed=1)
    one, other = net.switch("one"), net.switch("other")
    net.link(one, "Te1", other, "Te1")
    net.link(one, "Te2", other, "Te2")
    pc = net.station("pc", mac=mac(1))
    net.plug(pc, one, "Gi1")
    say(net, pc, EVERYBODY)
    net.run(seconds=1)
    account = net.account()
    assert account.in_flight == 0
    assert account.drops["too many hops"] == 2
    assert net.moves(one, mac(1)).total + net.moves(other, mac(1)).total > 10
    assert account.balanced


def test_a_storm_that_multiplies_stays_within_what_may_be_in_flight():
    net = L2(seed=1, in_flight_max=500)
    switches = [net.switch(f"s{number}") for number in range(5)]
    for first in range(5):
        for second in range(first):
            net.link(switches[first], f"to{second}", switches[second], f"to{first}")
    pc = net.station("pc", mac=mac(1))
    net.plug(pc, switches[0], "Gi1")
    pc.tell(pc.nics[0], parse_value(EVERYBODY), Kind.DATA, ())
    for at_us in range(1, 200):
        net.run(until_us=at_us)
        assert len(net.agenda.heap) < 500 + 5
    account = net.account()
    assert (account.in_flight, account.balanced) == (0, True)
    assert account.drops["buffers full"] > 0


def lagged(*, known):
    """A host with two uplinks in one aggregate; `known`: whether the switch was told of it."""
    net = L2(seed=3)
    core = net.switch("core")
    if known:
        core.lag("Po1", ["Gi1/0/1", "Gi1/0/2"])
    host = net.virtual_switch("host", uplinks={"NIC1": mac(0xA1), "NIC2": mac(0xA2)}, mode="lag")
    net.uplink(host, "NIC1", core, "Gi1/0/1")
    net.uplink(host, "NIC2", core, "Gi1/0/2")
    guest = net.station("guest", mac=TWIN)
    net.attach(guest, host, "guest")
    pcs = stations(net, core, 20, first=3)
    for pc in pcs:
        net.traffic(pc, every_us=1_000_000)
        net.traffic(guest, every_us=100_000, to=pc)
    net.run(seconds=10)
    return net, core, guest


def test_members_of_a_link_aggregate_are_one_port():
    net, core, guest = lagged(known=True)
    assert net.moves(core).total == 0
    assert core.where(parse_value(TWIN)) == "Po1"
    assert guest.drops == {}
    assert net.account().balanced


def test_an_aggregate_that_the_switch_does_not_know_of_makes_its_host_flap():
    net, core, _ = lagged(known=False)
    seen = net.moves(core, TWIN)
    assert seen.total > 100
    assert {move.new for move in seen.latest} == {"Gi1/0/1", "Gi1/0/2"}
    assert net.account().balanced


def test_an_aggregate_goes_on_with_the_members_that_are_left():
    net, core, guest = lagged(known=True)
    core.shut("Gi1/0/1")
    assert core.where(parse_value(TWIN)) == "Po1"
    taken = guest.taken
    net.run(seconds=10)
    assert guest.taken > taken
    core.shut("Gi1/0/2")
    assert core.where(parse_value(TWIN)) is None


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_an_age_of_nothing_is_refused(seconds):
    with pytest.raises(Exception, match="entries must live for some time"):
        L2(seed=1).switch("core", age_s=seconds)
