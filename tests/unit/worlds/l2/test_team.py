"""Which adapter of a team a frame leaves by, with which source address, and what is let in."""

import pytest

from maccord.mac import parse_value
from maccord.worlds.l2 import L2, CannotBuild
from maccord.worlds.l2.frame import Frame, Kind
from maccord.worlds.l2.team import Member, Mode, Team
from tests.kit.l2 import TWIN, ip, mac, stations

MODES = [mode.value for mode in Mode]
SWITCH_INDEPENDENT = [mode for mode in MODES if mode != "lag"]
PRIMARY, SECONDARY = mac(0xA1), mac(0xA2)


def team(mode, members=2):
    net = L2(seed=1)
    core = net.switch("core")
    virtual = net.virtual_switch(
        "host", uplinks={f"NIC{number}": mac(0xA0 + number) for number in range(1, members + 1)}, mode=mode
    )
    for number in range(1, members + 1):
        net.uplink(virtual, f"NIC{number}", core, f"Gi1/0/{number}")
    return virtual.team


def frames(kind=Kind.DATA, count=40):
    return [Frame(0x001320000000 + number, parse_value(TWIN), kind=kind, flow=number) for number in range(count)]


def left(chosen, index=0, kind=Kind.DATA):
    """(member, source) of many conversations of one port."""
    ways = [chosen.leave(index, frame, 0) for frame in frames(kind)]
    return {(member.name, frame.src) for member, frame in ways}


def of(member, source):
    return (member, parse_value(source))


def test_hyper_v_port_sends_all_of_a_port_by_one_member_with_its_own_address():
    chosen = team("hyper-v-port")
    assert left(chosen, 0) == {of("NIC1", TWIN)}
    assert left(chosen, 1) == {of("NIC2", TWIN)}
    assert left(chosen, 2) == {of("NIC1", TWIN)}


def test_dynamic_replaces_the_source_off_the_ports_own_member():
    chosen = team("dynamic")
    assert left(chosen, 0) == {of("NIC1", TWIN), of("NIC2", SECONDARY)}
    assert left(chosen, 1) == {of("NIC2", TWIN), of("NIC1", PRIMARY)}


def test_dynamic_sends_arp_by_the_ports_own_member_as_it_is():
    assert left(team("dynamic"), 1, Kind.ARP) == {of("NIC2", TWIN)}


def test_address_hash_replaces_the_source_off_the_primary_member():
    chosen = team("address-hash")
    for index in (0, 1):
        assert left(chosen, index) == {of("NIC1", TWIN), of("NIC2", SECONDARY)}
        assert left(chosen, index, Kind.ARP) == {of("NIC1", TWIN)}


def test_a_link_aggregate_replaces_nothing():
    assert left(team("lag")) == {of("NIC1", TWIN), of("NIC2", TWIN)}


def test_the_standby_adapter_is_idle():
    assert left(team("active-standby")) == {of("NIC1", TWIN)}


@pytest.mark.parametrize("mode", MODES)
def test_when_the_primary_fails_the_next_takes_over_with_its_addresses(mode):
    chosen = team(mode)
    chosen.members[0].up = False
    assert left(chosen, 0) == {of("NIC2", TWIN)}


def test_a_temporary_primary_leaves_the_source_of_arp_as_it_is_and_others_are_still_replaced():
    chosen = team("address-hash", members=3)
    chosen.members[0].up = False
    assert left(chosen) == {of("NIC2", TWIN), of("NIC3", mac(0xA3))}
    assert left(chosen, 0, Kind.ARP) == {of("NIC2", TWIN)}


@pytest.mark.parametrize("mode", MODES)
def test_without_any_link_nothing_leaves(mode):
    chosen = team(mode)
    for member in chosen.members:
        member.up = False
    assert chosen.leave(0, frames()[0], 0) is None


def test_one_conversation_stays_with_one_member_and_its_pieces_may_not():
    chosen = team("dynamic")
    frame = frames()[0]
    assert len({chosen.leave(0, frame, at)[0].name for at in range(0, 10_000_000, 100_000)}) == 1
    chosen.flowlet_us = 1_000_000
    assert len({chosen.leave(0, frame, at)[0].name for at in range(0, 10_000_000, 100_000)}) == 2


def teamed(mode, *, lag=False, talk=True, members=2):
    """A host with two guests in a team, and eight machines that talk with them."""
    net = L2(seed=8)
    core = net.switch("core")
    if lag:
        core.lag("Po1", [f"Gi1/0/{number}" for number in range(1, members + 1)])
    virtual = net.virtual_switch(
        "host", uplinks={f"NIC{number}": mac(0xA0 + number) for number in range(1, members + 1)}, mode=mode
    )
    for number in range(1, members + 1):
        net.uplink(virtual, f"NIC{number}", core, f"Gi1/0/{number}")
    guests = [net.station(f"vm{number}", mac=mac(number), ip=ip(number)) for number in (1, 2)]
    for guest in guests:
        net.attach(guest, virtual, guest.name)
    pcs = stations(net, core, 8, first=11)
    for pc in pcs if talk else ():
        net.traffic(pc, every_us=1_000_000)
        for guest in guests:
            net.keepalive(guest, pc)
    return net, core, virtual, guests, pcs


@pytest.mark.parametrize("mode", SWITCH_INDEPENDENT)
def test_a_team_that_the_switch_knows_nothing_of_flaps_nothing_and_loses_nothing(mode):
    net, core, _, guests, pcs = teamed(mode)
    for guest in guests:
        assert net.ping(pcs[0], guest, count=10).lost == 0
        assert net.ping(guest, pcs[1], count=10).lost == 0
    assert net.moves(core).total == 0
    assert net.account().balanced


@pytest.mark.parametrize("mode", SWITCH_INDEPENDENT)
def test_a_broadcast_reaches_each_guest_once(mode):
    net, _, _, guests, pcs = teamed(mode, talk=False)
    pcs[0].announce()
    net.run(seconds=0.01)
    assert [guest.taken for guest in guests] == [1, 1]


def test_a_broadcast_comes_twice_where_the_switch_does_not_know_of_the_aggregate():
    net, _, _, guests, pcs = teamed("lag", talk=False)
    pcs[0].announce()
    net.run(seconds=0.01)
    assert [guest.taken for guest in guests] == [2, 2]


@pytest.mark.parametrize("mode", MODES)
def test_a_guests_own_broadcast_does_not_come_back(mode):
    net, _, virtual, guests, _ = teamed(mode, talk=False)
    guests[0].announce()
    net.run(seconds=0.01)
    assert [guest.taken for guest in guests] == [0, 1]
    assert virtual.drops == {"own frame came back": 1}


@pytest.mark.parametrize("mode", SWITCH_INDEPENDENT)
def test_an_adapter_that_fails_costs_little(mode):
    net, core, _, guests, pcs = teamed(mode)
    net.ping(pcs[0], guests[0], count=3)
    core.shut("Gi1/0/1")
    assert net.ping(pcs[0], guests[0], count=10).lost <= 2
    assert net.ping(pcs[0], guests[1], count=10).lost <= 2
    assert net.account().balanced


def test_a_link_aggregate_on_both_sides_flaps_nothing():
    net, core, _, guests, pcs = teamed("lag", lag=True)
    assert net.ping(pcs[0], guests[0], count=10).lost == 0
    assert net.moves(core).total == 0


def test_a_link_aggregate_on_the_hosts_side_alone_flaps():
    net, core, _, guests, pcs = teamed("lag")
    net.ping(pcs[0], guests[0], count=10)
    assert net.moves(core, mac(1)).total > 10
    assert net.account().balanced


def converged(management, *, vmq):
    """A converged host: a management adapter with some address, a guest beside it, both by one Dynamic team."""
    net = L2(seed=9)
    core = net.switch("core")
    host = net.virtual_switch("HV07", uplinks={"NIC1": PRIMARY, "NIC2": SECONDARY}, mode="dynamic")
    for number in (1, 2):
        net.uplink(host, f"NIC{number}", core, f"Te1/0/{number}")
    guest = net.station("guest", mac=TWIN, ip=ip(2))
    parent = net.station("management", mac=management, ip=ip(1))
    net.attach(guest, host, "guest")
    net.attach(parent, host, "management", vmq=vmq)
    pcs = stations(net, core, 8, first=11)
    for pc in pcs:
        net.traffic(pc, per_second=1)
        net.traffic(guest, per_second=2, to=pc)
        net.traffic(parent, per_second=2, to=pc)
    net.run(seconds=10)
    seen = net.ping(pcs[0], parent, count=60)
    assert net.account().balanced
    return net, core, seen


def test_a_management_adapter_with_its_teams_address_is_reached_erratically_with_vmq():
    net, core, seen = converged(PRIMARY, vmq=True)
    assert 5 < seen.lost < 55
    assert net.moves(core, PRIMARY).total > 100


def test_switching_vmq_off_hides_the_loss_and_leaves_the_moves():
    net, core, seen = converged(PRIMARY, vmq=False)
    assert seen.lost == 0
    assert net.moves(core, PRIMARY).total > 100


@pytest.mark.parametrize("vmq", [True, False])
def test_a_management_adapter_with_an_address_of_its_own_is_reached_always(vmq):
    net, core, seen = converged(mac(3), vmq=vmq)
    assert seen.lost == 0
    assert net.moves(core).total == 0


def test_a_team_without_adapters_is_refused():
    with pytest.raises(CannotBuild, match="name at least one adapter"):
        Team("host", Mode.LAG, [])


def test_a_mode_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(CannotBuild, match="take one of hyper-v-port, dynamic, address-hash, active-standby, lag"):
        L2(seed=1).virtual_switch("host", mode="round-robin")


def test_a_member_knows_its_own_address():
    assert [member.mac for member in team("lag").members] == [parse_value(PRIMARY), parse_value(SECONDARY)]
    assert all(isinstance(member, Member) for member in team("lag").members)
