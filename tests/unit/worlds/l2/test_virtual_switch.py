"""What a host's virtual switch lets pass, on Windows Server 2008 and since."""

import re

from maccord.mac import parse_value
from maccord.worlds.l2 import L2
from maccord.worlds.l2.frame import Kind
from tests.kit.l2 import TWIN, ip, mac, say, stations

EVERYBODY = "FF-FF-FF-FF-FF-FF"
FIRST, SECOND = "97B1A2BA-D679-4290-AD9B-262DE33C16D6", "BFA4D592-1F9D-8484-8ABF-9EDA1534529E"


OWN = (mac(1), mac(2))


def host(*, guard=True, macs=OWN, spoofing=(False, False), vlans=(0, 0)):
    """A host with guests, one uplink, and three machines beside it."""
    net = L2(seed=5)
    core = net.switch("core")
    virtual = net.virtual_switch("HV07", uplinks={"NIC1": mac(0xA1)}, guard=guard)
    net.uplink(virtual, "NIC1", core, "Gi1/0/48")
    guests = []
    for number, address in enumerate(macs):
        guests.append(net.station(f"vm{number}", mac=address, ip=ip(number + 1)))
        net.attach(
            guests[-1],
            virtual,
            f"vm{number}",
            guid=(FIRST, SECOND)[number],
            spoofing=spoofing[number],
            vlan=vlans[number],
        )
    return net, core, virtual, guests, stations(net, core, 3, first=11)


def test_guests_and_the_world_outside_reach_each_other():
    net, core, _, guests, outside = host()
    assert net.ping(guests[0], guests[1], count=3).lost == 0
    assert net.ping(guests[0], outside[0], count=3).lost == 0
    assert net.ping(outside[1], guests[1], count=3).lost == 0
    assert core.where(parse_value(mac(1))) == "Gi1/0/48"
    assert net.account().balanced


def test_what_guests_say_to_each_other_does_not_leave():
    net, _, _, guests, outside = host()
    net.ping(guests[0], guests[1], count=1)
    before = [pc.ignored for pc in outside]
    net.ping(guests[0], guests[1], count=5)
    assert [pc.ignored for pc in outside] == before


def test_the_guard_drops_what_a_guest_sends_as_somebody_else():
    net, core, virtual, guests, _ = host()
    say(net, guests[0], EVERYBODY, src=TWIN)
    assert virtual.drops == {"spoofed source": 1}
    assert core.where(parse_value(TWIN)) is None


def test_a_guest_that_may_spoof_is_let_through():
    net, core, virtual, guests, _ = host(spoofing=(True, False))
    say(net, guests[0], EVERYBODY, src=TWIN)
    assert virtual.drops == {}
    assert core.where(parse_value(TWIN)) == "Gi1/0/48"


def test_windows_server_2008_has_no_guard():
    net, core, virtual, guests, _ = host(guard=False)
    say(net, guests[0], EVERYBODY, src=TWIN)
    assert virtual.drops == {}
    assert core.where(parse_value(TWIN)) == "Gi1/0/48"


def test_a_second_port_with_an_address_is_told_whom_it_is_pinned_to():
    _, _, virtual, _, _ = host(macs=(TWIN, TWIN))
    (event,) = virtual.events
    assert (event.log, event.provider, event.id, event.level, event.host) == ("System", "VMSMP", 28, "Warning", "HV07")
    assert event.message == (
        f"Port '{SECOND}' was prevented from using MAC address '{TWIN}' because it is pinned to port '{FIRST}'."
    )


def test_a_pinned_address_silences_the_second_port_alone():
    net, _, virtual, guests, outside = host(macs=(TWIN, TWIN))
    assert net.ping(guests[0], outside[0], count=3).lost == 0
    assert net.ping(guests[1], outside[0], count=2).lost == 2
    assert set(virtual.drops) == {"pinned to another port"}


def test_event_28_comes_once_a_second():
    net, _, virtual, guests, _ = host(macs=(TWIN, TWIN))
    net.traffic(guests[1], every_us=100_000)
    net.run(seconds=10)
    assert len(virtual.events) == 10
    assert net.account().drops["pinned to another port"] == 100


def test_even_a_guest_that_may_spoof_cannot_take_a_pinned_address():
    net, _, virtual, guests, _ = host(spoofing=(False, True))
    say(net, guests[1], EVERYBODY, src=mac(1))
    assert virtual.drops == {"pinned to another port": 1}


def test_one_address_in_two_vlans_is_pinned_to_neither():
    _, _, virtual, _, _ = host(macs=(TWIN, TWIN), vlans=(10, 20))
    assert not virtual.events


def test_on_2008_two_guests_of_one_host_take_an_address_from_each_other():
    net, core, virtual, guests, outside = host(guard=False, macs=(TWIN, TWIN))
    net.traffic(guests[0], per_second=5)
    net.traffic(guests[1], per_second=5)
    seen = net.ping(outside[0], guests[0], count=60)
    assert 10 < seen.lost < 50
    assert not virtual.events
    assert net.moves(core).total == 0


def test_a_port_that_goes_away_leaves_its_address_to_the_next():
    net, _, virtual, guests, outside = host(macs=(TWIN, TWIN))
    net.unplug(guests[0])
    virtual.events.clear()
    assert net.ping(guests[1], outside[0], count=3).lost == 0
    assert not virtual.events


def test_unknown_unicast_from_outside_is_not_flooded_to_guarded_ports():
    net, _, virtual, guests, outside = host()
    say(net, outside[0], mac(0xEE))
    assert [guest.ignored for guest in guests] == [0, 0]
    assert virtual.drops == {"nobody there": 1}


def test_unknown_unicast_from_outside_reaches_ports_that_learn():
    net, _, _, guests, outside = host(spoofing=(True, False))
    say(net, outside[0], mac(0xEE))
    assert [guest.ignored for guest in guests] == [1, 0]


def test_a_guest_that_never_spoke_is_known_by_its_port():
    for guard in (True, False):
        net, _, _, guests, outside = host(guard=guard)
        say(net, guests[0], mac(2))
        assert guests[1].taken == 1
        assert [pc.ignored for pc in outside] == [0, 0, 0]


def test_what_no_port_holds_leaves_and_reaches_learning_ports():
    net, _, _, guests, outside = host(spoofing=(False, True))
    say(net, guests[0], mac(0xEE))
    assert guests[1].ignored == 1
    assert [pc.ignored for pc in outside] == [1, 1, 1]
    assert net.account().balanced


def test_addresses_behind_a_port_are_learnt_up_to_a_bound():
    net, _, virtual, guests, _ = host(spoofing=(True, False))
    nic = guests[0].nics[0]
    for number in range(10_100):
        guests[0].tell(nic, 0x0113, Kind.DATA, (), src=0x001500000000 + number)
        net.run(seconds=0.00001)
    assert len(virtual.learnt) == 10_000
    assert (0, 0x001500000000 + 10_099) in virtual.learnt


def test_a_guests_vlan_is_its_tag_on_the_uplink():
    net, core, _, guests, outside = host(vlans=(10, 20))
    for pc, vlan in zip(outside, (10, 20), strict=False):
        net.unplug(pc)
        net.plug(pc, core, f"Gi2/0/{vlan}", vlan=vlan)
    assert net.ping(guests[0], outside[0], count=3).lost == 0
    assert net.ping(guests[1], outside[1], count=3).lost == 0
    assert net.ping(guests[0], outside[1], count=2).lost == 2
    assert core.where(parse_value(mac(1)), 10) == "Gi1/0/48"


def test_a_private_switch_has_no_way_out():
    net = L2(seed=1)
    virtual = net.virtual_switch("HV07")
    one, other = net.station("one", mac=mac(1), ip=ip(1)), net.station("other", mac=mac(2), ip=ip(2))
    net.attach(one, virtual, "one")
    net.attach(other, virtual, "other")
    assert net.ping(one, other, count=3).lost == 0
    assert net.ping(one, "10.0.0.9", count=2).lost == 2
    say(net, one, mac(0xEE))
    assert net.account().drops == {"no uplink": 1}
    assert net.account().balanced


def test_guids_that_nobody_gave_are_drawn_from_the_seed():
    def drawn(seed):
        net = L2(seed=seed)
        return net.attach(net.station("vm", mac=mac(1)), net.virtual_switch("HV07"), "vm").spec.guid

    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", drawn(1))
    assert drawn(1) == drawn(1) != drawn(2)


def test_twins_on_two_hosts_hear_each_other_and_take_each_others_frames():
    net = L2(seed=5)
    core = net.switch("core")
    guests = []
    for number in (1, 2):
        virtual = net.virtual_switch(f"HV0{number}", uplinks={"NIC1": mac(0xA0 + number)})
        net.uplink(virtual, "NIC1", core, f"Gi1/0/{number}")
        guests.append(net.station(f"vm{number}", mac=TWIN, ip=ip(number)))
        net.attach(guests[-1], virtual, "vm")
        net.traffic(guests[-1], per_second=2)
    (desk,) = stations(net, core, 1, first=9)
    seen = net.ping(desk, guests[0], count=60)
    assert 10 < seen.lost < 50
    assert net.moves(core, TWIN).total > 20
    assert net.account().balanced
