"""Laws of the layer-2 world, on networks and lives that nobody thought of."""

import json
from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.worlds.l2 import L2, plain
from maccord.worlds.l2.frame import BROADCAST, Kind

VLANS = (1, 10, 20)
OWN = 0x001320000000
CHANCE = st.randoms(use_true_random=False)
MODES = ("hyper-v-port", "dynamic", "address-hash", "active-standby", "lag")
ACTS = ("shut", "open", "clear", "unplug", "keepalive", "static", "announce")


def tree(chance, net):
    """One to four switches in a tree, joined by trunks."""
    switches = []
    for number in range(chance.randint(1, 4)):
        vendor = chance.choice(["cisco-ios", "cisco-nxos", "arista-eos", "juniper-junos", "h3c-comware"])
        switches.append(net.switch(f"s{number}", vendor=vendor, age_s=30))
        if number:
            parent = chance.choice(switches[:-1])
            native, latency_us = chance.choice([0, 1, 10]), chance.randint(0, 50)
            net.link(parent, f"down{number}", switches[-1], "up", native=native, latency_us=latency_us)
    return switches


def people(chance, net, switches, *, twins):
    """Two to eight stations in VLANs, on switches, with addresses of their own or, for `twins`, of few."""
    made = []
    for number in range(chance.randint(2, 8)):
        address = chance.randint(1, 3) if twins else number + 1
        station = net.station(f"pc{number}", mac=OWN + address, ip=f"10.0.0.{number + 1}")
        vlan = chance.choice(VLANS)
        net.plug(station, chance.choice(switches), f"Gi1/0/{number}", vlan=vlan)
        made.append((station, vlan))
    return made


def host(chance, net, switches):
    """A host with one to three uplinks and up to three guests."""
    uplinks = {f"NIC{number}": OWN + 0xA0 + number for number in range(chance.randint(1, 3))}
    virtual = net.virtual_switch("host", uplinks=uplinks, mode=chance.choice(MODES), guard=chance.random() < 0.5)
    for name in uplinks:
        net.uplink(virtual, name, chance.choice(switches), name)
    guests = []
    for number in range(chance.randint(0, 3)):
        guests.append(net.station(f"vm{number}", mac=OWN + chance.randint(1, 6), ip=f"10.0.0.{100 + number}"))
        net.attach(guests[-1], virtual, f"vm{number}", spoofing=chance.random() < 0.5, vlan=chance.choice([0, 10]))
    return guests


def act(chance, net, switches, made):
    """Do one thing that a person may do."""
    switch, station, what = chance.choice(switches), chance.choice(made), chance.choice(ACTS)
    port = chance.choice(sorted(switch.ports) or [""])
    if what == "unplug":
        net.unplug(station)
    elif what == "keepalive":
        net.keepalive(station, made[0], every_us=10_000)
    elif what == "announce":
        station.announce()
    elif what == "clear":
        switch.clear()
    elif port and what in ("shut", "open"):
        switch.shut(port, shut=what == "shut")
    elif port and what == "static" and 1 in switch.ports[port].tag_of:
        switch.static(OWN + 1, port)


def lived(chance, seed):
    """A network with twins, a host, a loop perhaps, and a life with all that can be done to it."""
    net = L2(seed=seed, in_flight_max=300)
    switches = tree(chance, net)
    made = [station for station, _ in people(chance, net, switches, twins=True)]
    made += host(chance, net, switches)
    if len(switches) > 1 and chance.random() < 0.5:
        net.link(switches[0], "loop", switches[-1], "loop")
    for station in made:
        if chance.random() < 0.5:
            net.traffic(station, every_us=chance.randint(500, 5000), to=chance.choice(made))
        else:
            net.traffic(station, per_second=chance.randint(1, 100), src=chance.choice([None, OWN + 0x15]))
    for _ in range(chance.randint(0, 6)):
        act(chance, net, switches, made)
        net.run(seconds=0.01)
        assert net.account().balanced
    net.run(seconds=0.02)
    return net, switches


@settings(max_examples=40)
@given(CHANCE, st.integers(0, 2**32))
def test_without_duplicate_addresses_nothing_moves_and_nothing_is_lost(chance, seed):
    net = L2(seed=seed)
    switches = tree(chance, net)
    made = people(chance, net, switches, twins=False)
    for station, _ in made:
        net.traffic(station, per_second=chance.randint(1, 20))
    for station, vlan in made:
        for other, other_vlan in made:
            if other is not station and (vlan == other_vlan or other is made[0][0]):
                assert net.ping(station, other, count=2).lost == (0 if vlan == other_vlan else 2)
    assert all(net.moves(switch).total == 0 for switch in switches)
    assert net.syslog() == []
    assert set(net.account().drops) <= {"nobody there", "VLAN not carried"}


@settings(max_examples=60)
@given(CHANCE, st.integers(0, 2**32))
def test_a_frame_is_never_delivered_out_of_its_vlan(chance, seed):
    net = L2(seed=seed)
    switches = tree(chance, net)
    made = people(chance, net, switches, twins=True)
    heard: Counter[tuple[int, int]] = Counter()
    for station, vlan in made:
        station.hears[Kind.DATA] = lambda _, frame, vlan=vlan: heard.update([(frame.body[0], vlan)])
    for _ in range(chance.randint(1, 40)):
        station, vlan = chance.choice(made)
        target = chance.choice([BROADCAST, *(other.nics[0].mac for other, _ in made)])
        station.tell(station.nics[0], target, Kind.DATA, (vlan,))
        net.run(seconds=chance.choice([0, 0.00001, 1]))
    station, vlan = made[0]
    station.tell(station.nics[0], BROADCAST, Kind.DATA, (vlan,))
    net.run(seconds=1)
    assert all(sent == received for sent, received in heard)
    others = sum(vlan == other for _, other in made[1:])
    assert heard.total() >= others


@settings(max_examples=80)
@given(CHANCE, st.integers(0, 2**32))
def test_every_frame_is_delivered_flooded_or_dropped_for_a_counted_reason(chance, seed):
    account = lived(chance, seed)[0].account()
    assert account.balanced, account
    assert min(account.sent, account.copied, account.taken, account.ignored, *account.drops.values()) >= 0


@settings(max_examples=80)
@given(CHANCE, st.integers(0, 2**32))
def test_a_table_has_one_port_for_an_address_in_a_vlan_and_the_port_carries_it(chance, seed):
    net, switches = lived(chance, seed)
    for switch in switches:
        entries = switch.entries()
        assert len({(vlan, mac) for vlan, mac, _ in entries}) == len(entries) == switch._held
        for vlan, mac, entry in entries:
            assert vlan in entry.port.tag_of
            assert entry.static or net.now_us - entry.seen_us <= switch.age_us
            assert not mac >> 40 & 1


@settings(max_examples=60)
@given(CHANCE, st.integers(0, 2**32))
def test_the_history_of_a_table_ends_with_what_is_in_it(chance, seed):
    net, switches = lived(chance, seed)
    for switch in switches:
        last = {(change.vlan, change.mac): change.port for change in net.table_over_time(switch).changes}
        now = {(vlan, mac): entry.port.name for vlan, mac, entry in switch.entries()}
        assert len(now) == sum(port is not None for port in last.values())
        assert sorted(port for port in last.values() if port) == sorted(now.values())


@settings(max_examples=40)
@given(CHANCE, st.integers(0, 2**32))
def test_after_silence_of_its_age_a_table_is_empty(chance, seed):
    net = L2(seed=seed)
    switches = tree(chance, net)
    made = people(chance, net, switches, twins=True)
    chatters = [net.traffic(station, every_us=20_000) for station, _ in made]
    net.run(seconds=1)
    for chatter in chatters:
        chatter.stop()
    net.run(seconds=29.9)
    assert any(switch.entries() for switch in switches)
    net.run(seconds=1)
    assert not any(switch.entries() for switch in switches)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_the_same_seed_and_calls_give_the_same_bytes(calls, seed):
    def told():
        net, switches = lived(Random(calls), seed)
        results = [
            net.account(),
            *(net.moves(one) for one in switches),
            *(net.table_over_time(one) for one in switches),
        ]
        tables = [net.address_table(switch) for switch in switches]
        events = [repr(event) for virtual in net.virtual_switches.values() for event in virtual.events]
        return json.dumps([plain(results), tables, events, [line.text for line in net.syslog()]])

    assert told() == told()
