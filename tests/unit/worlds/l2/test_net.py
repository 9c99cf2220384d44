"""What a network refuses to be, and that each refusal says what to do."""

import doctest
import json
import pickle
import tracemalloc

import pytest

from maccord.mac import parse_value
from maccord.mac.errors import BadAddress, MaccordError
from maccord.worlds.l2 import (
    L2,
    VENDORS,
    BadTime,
    BadVlan,
    CannotBuild,
    NameTaken,
    NoSuchPort,
    PortTaken,
    Unreachable,
    plain,
)
from maccord.worlds.l2 import net as net_module
from tests.kit.l2 import TWIN, mac, stations


def refused(kind, act, text):
    with pytest.raises(kind, match=text) as caught:
        act()
    assert isinstance(caught.value, MaccordError)
    assert "\n" not in str(caught.value)


def built():
    net = L2(seed=1)
    core = net.switch("core")
    return net, core, stations(net, core, 2)


def test_two_parts_of_one_name_are_refused():
    net, _, _ = built()
    for act in (net.switch, net.station, net.virtual_switch):
        refused(NameTaken, lambda act=act: act("core"), "core: the network has a part of this name already")


def test_a_cable_into_a_port_that_has_one_is_refused():
    net, core, _ = built()
    more = net.station("more", mac=mac(9))
    refused(PortTaken, lambda: net.plug(more, core, "Gi1/0/1"), "core Gi1/0/1: pc1 eth0 is plugged in here; unplug it")


def test_a_station_that_is_plugged_in_already_is_refused():
    net, core, pcs = built()
    refused(PortTaken, lambda: net.plug(pcs[0], core, "Gi1/0/9"), "pc1 eth0: core Gi1/0/1 is plugged in here")


def test_a_port_that_a_switch_does_not_have_is_refused_with_those_it_has():
    _, core, _ = built()
    refused(NoSuchPort, lambda: core.shut("Gi1/0/9"), "core Gi1/0/9: no such port; core has Gi1/0/1, Gi1/0/2")


def test_an_adapter_that_a_host_does_not_have_is_refused():
    net, core, _ = built()
    virtual = net.virtual_switch("host", uplinks={"NIC1": mac(0xA1)})
    refused(NoSuchPort, lambda: net.uplink(virtual, "NIC2", core, "Te1"), "host NIC2: no such port; host has NIC1")
    private = net.virtual_switch("private")
    refused(NoSuchPort, lambda: net.uplink(private, "NIC1", core, "Te1"), "private has none: plug something in first")


@pytest.mark.parametrize("vlan", [-1, 4095, 5000])
def test_a_number_that_is_no_vlan_is_refused(vlan):
    _, core, _ = built()
    refused(BadVlan, lambda: core.access("Gi1/0/1", vlan), f"core Gi1/0/1: {vlan} is no VLAN; use 1 to 4094")
    refused(BadVlan, lambda: core.trunk("Gi1/0/1", vlans=[vlan]), f"{vlan} is no VLAN")


def test_a_vlan_that_is_native_and_tagged_is_refused():
    _, core, _ = built()
    refused(CannotBuild, lambda: core.trunk("Gi1/0/1", native=10, vlans=[10]), "cannot be both native and tagged")


def test_a_member_of_an_aggregate_cannot_be_configured_or_taken_again():
    _, core, _ = built()
    core.lag("Po1", ["Gi1/0/1", "Gi1/0/2"])
    refused(CannotBuild, lambda: core.access("Gi1/0/1", 10), "it is a member of Po1; configure that one")
    refused(CannotBuild, lambda: core.lag("Po2", ["Gi1/0/1"]), "it is part of Po1; take another port")
    refused(PortTaken, lambda: core.lag("Po1", ["Gi1/0/5"]), "Po1")
    refused(CannotBuild, lambda: core.lag("Po3", []), "name at least one port")


def test_a_static_entry_on_a_port_without_its_vlan_is_refused():
    _, core, _ = built()
    refused(CannotBuild, lambda: core.static(parse_value(TWIN), "Gi1/0/1", 77), "it does not carry VLAN 77")


def test_an_unknown_vendor_is_refused_with_those_there_are():
    net, _, _ = built()
    refused(CannotBuild, lambda: net.switch("edge", vendor="netgear"), ", ".join(VENDORS))


def test_addresses_that_are_none_are_refused():
    net, _, _ = built()
    refused(BadAddress, lambda: net.station("one", mac="00-15-5D"), "is no MAC address")
    refused(BadAddress, lambda: net.station("two", mac=1 << 48), "is no MAC address")
    refused(CannotBuild, lambda: net.station("three", mac=mac(3), ip="10.0.0.256"), "it is no IPv4 address")


def test_a_machine_with_several_interfaces_asks_which_one_is_meant():
    net, core, _ = built()
    both = net.station("both")
    refused(CannotBuild, lambda: net.plug(both, core, "Gi1/0/8"), "it has 0 interfaces; name the one you mean")
    net.nic(both, mac=mac(3))
    net.nic(both, mac=mac(4))
    refused(CannotBuild, lambda: net.plug(both, core, "Gi1/0/8"), "it has 2 interfaces; name the one you mean")
    refused(NameTaken, lambda: net.nic(both, name="eth0", mac=mac(5)), "both eth0")


def test_times_that_are_none_are_refused():
    net, core, pcs = built()
    refused(BadTime, net.run, "either seconds or until_us")
    net.run(seconds=5)
    refused(BadTime, lambda: net.run(until_us=1), "that moment has passed; it is 5000000 microseconds now")
    refused(BadTime, lambda: net.ping(pcs[0], pcs[1], count=0), "a count, a pause and a timeout above 0")
    refused(BadTime, lambda: L2(seed=1, start="yesterday"), "it is no time of day")
    more = net.station("more", mac=mac(9))
    refused(BadTime, lambda: net.plug(more, core, "Gi1/0/9", latency_us=-1), "latency of -1 microseconds")


def test_a_ping_to_a_machine_without_an_ip_is_refused():
    net, _, pcs = built()
    refused(Unreachable, lambda: net.ping(pcs[0], net.station("mute", mac=mac(9))), "to be reached at; give it one")


def test_refusals_survive_a_trip_to_another_process():
    for error in (NameTaken("core"), PortTaken("core 1", "pc"), NoSuchPort("core", "1", ("2",)), BadVlan("core", 0)):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - of our own making


def test_a_port_that_was_refused_a_cable_is_as_it_was():
    net, core, pcs = built()
    more = net.station("more", mac=mac(9), ip="10.0.0.9")
    edge = net.switch("edge")
    host = net.virtual_switch("host", uplinks={"NIC1": mac(0xA1)})
    with pytest.raises(PortTaken):
        net.plug(more, core, "Gi1/0/1", vlan=20)
    with pytest.raises(PortTaken):
        net.link(edge, "Te1", core, "Gi1/0/1", native=20)
    with pytest.raises(PortTaken):
        net.uplink(host, "NIC1", core, "Gi1/0/1", native=20)
    assert core.port("Gi1/0/1").tag_of == {1: 0}
    net.plug(more, core, "Gi1/0/3")
    assert net.ping(pcs[0], more, count=1).lost == 0


def test_every_result_goes_through_json_and_has_a_text():
    net, core, pcs = built()
    results = [net.ping(pcs[0], pcs[1], count=2), net.moves(core), net.table_over_time(core), net.account()]
    assert json.loads(json.dumps(plain(results)))[3]["drops"] == {}
    assert all(result.text().endswith("\n") for result in results)


def test_lines_events_and_connections_go_through_json_too():
    net, core, pcs = built()
    twins = [net.station(name, mac=TWIN) for name in ("one", "other")]
    virtual = net.virtual_switch("HV07")
    for station in twins:
        net.attach(station, virtual, station.name)
    for number, name in enumerate(("two", "more"), 5):
        net.plug(net.station(name, mac=TWIN), core, f"Gi1/0/{number}")
        net.traffic(net.stations[name], per_second=5)
    connection = net.keepalive(pcs[0], pcs[1])
    net.run(seconds=10)
    line = net.syslog()[0]
    values = json.loads(json.dumps(plain([line, virtual.events[0], connection.seen])))
    assert values[0]["text"] == line.text
    assert (values[1]["id"], values[1]["provider"]) == (28, "VMSMP")
    assert values[2]["stalls"] == 0


def test_the_example_in_the_documentation_runs():
    assert doctest.testmod(net_module).attempted > 5
    assert doctest.testmod(net_module).failed == 0


def test_seconds_add_up_and_the_clock_stands_where_it_was_told():
    net, _, pcs = built()
    net.run(seconds=1.5)
    assert net.now_us == 1_500_000
    net.ping(pcs[0], pcs[1], count=3)
    assert 3_500_000 <= net.now_us < 4_500_000
    net.run(until_us=9_000_000)
    assert net.now_us == 9_000_000


@pytest.mark.slow
def test_a_million_events_need_little_memory():
    net = L2(seed=1)
    core = net.switch("core")
    pcs = stations(net, core, 20)
    for pc in pcs[:2]:
        pc.nics[0].mac = parse_value(TWIN)
    for number, pc in enumerate(pcs):
        net.traffic(pc, every_us=1000, to=pcs[number - 1])
    net.run(seconds=0.1)
    tracemalloc.start()
    while net.account().events < 1_000_000:
        net.run(seconds=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert net.moves(core, TWIN).total > 10_000
    assert peak < 50 * 2**20
    assert net.account().balanced
