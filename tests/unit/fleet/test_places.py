"""Where ports lead, which of them are one place, and which networks hosts are in, told by records of a few devices."""

import pytest

from maccord.fleet.assemble import assemble
from maccord.fleet.config import Fabric, FleetConfig
from maccord.fleet.evidence import AdapterSeen, HostSeen, LinkSeen, PeerSeen, Place, PortSeen, SightingSeen
from maccord.fleet.records import Host, MlagPeer, Sighting

PLACE = Place("f", "/0")
MAC = 0x00155D000001


def device(host, platform="switch", fabric=""):
    return HostSeen(host, PLACE, platform, fabric=fabric)


def port(host, name, role="port", part_of=""):
    return PortSeen(host=host, place=PLACE, port=name, role=role, part_of=part_of)


def seen(host, name, kind="dynamic", edge=None, mac=MAC):
    return SightingSeen(host=host, place=Place("f", f"/{name}"), mac=mac, kind=kind, port=name, edge=edge)


def link(host, name, peer):
    return LinkSeen(host, PLACE, name, peer, "")


def half(host, peer_mac, *ports, peer_link="peerlink", system=0x443939FF4094):
    return PeerSeen(host=host, place=PLACE, system=system, peer_mac=peer_mac, peer_link=peer_link, ports=ports)


def own(host, mac):
    return AdapterSeen(host=host, place=PLACE, kind="physical", name="peerlink", mac=mac)


def rows(*records):
    """Return the sightings of an estate as (device, port): (edge, spot)."""
    snapshot = assemble(records)
    hosts = [one.name for one in snapshot.tables["host"] if isinstance(one, Host)]
    listed = [one for one in snapshot.tables["sighting"] if isinstance(one, Sighting)]
    return {(hosts[one.host_id], one.port): (one.edge, one.spot) for one in listed}


def edge(*records):
    """Return whether the one sighting was made at an edge."""
    ((found, _),) = rows(*records).values()
    return found


LEAF = [device("leaf01"), port("leaf01", "swp1"), link("leaf01", "swp9", "spine01"), device("spine01")]


def test_a_port_without_a_neighbour_is_edge_where_the_device_tells_its_neighbours():
    assert edge(*LEAF, seen("leaf01", "swp1")) is True


def test_nobody_says_what_a_port_is_where_no_neighbours_are_told():
    assert edge(device("leaf01"), port("leaf01", "swp1"), seen("leaf01", "swp1")) is None


def test_nobody_says_what_a_port_is_that_the_device_does_not_list():
    assert edge(*LEAF, seen("leaf01", "swp7")) is None


@pytest.mark.parametrize(
    ("neighbour", "expected"),
    [("spine01", False), ("SPINE01.example.org", False), ("spine01(FOX123)", False), ("srv01", True), ("phone", None)],
)
def test_a_neighbour_that_is_a_switch_makes_a_port_transit_and_a_server_an_edge(neighbour, expected):
    records = [*LEAF, device("srv01", "linux"), link("leaf01", "swp1", neighbour)]
    assert edge(*records, seen("leaf01", "swp1")) is expected


def test_a_neighbour_of_the_same_name_in_another_network_is_somebody_else():
    one, other = device("a/leaf01", fabric="a"), device("b/spine01", fabric="b")
    records = [one, other, port("a/leaf01", "swp1"), link("a/leaf01", "swp1", "spine01")]
    assert edge(*records, seen("a/leaf01", "swp1")) is None


def test_an_aggregate_is_transit_when_a_member_of_it_leads_to_a_switch():
    members = [port("leaf01", f"swp{at}", part_of="bond1") for at in (3, 4)]
    records = [*LEAF, port("leaf01", "bond1", "aggregate"), *members]
    assert edge(*records, seen("leaf01", "bond1")) is True
    assert edge(*records, link("leaf01", "swp4", "spine01"), seen("leaf01", "bond1")) is False


@pytest.mark.parametrize("role", ["tunnel", "inner"])
def test_a_tunnel_or_an_interface_without_a_cable_is_no_edge(role):
    assert edge(*LEAF, port("leaf01", "vni10", role), seen("leaf01", "vni10")) is False


def test_a_devices_own_address_is_at_no_edge():
    assert edge(*LEAF, seen("leaf01", "swp1", "own")) is False


@pytest.mark.parametrize("kind", ["neighbour", "lease"])
def test_an_arp_table_or_a_lease_tells_no_place(kind):
    assert edge(*LEAF, seen("leaf01", "swp1", kind)) is None


@pytest.mark.parametrize("told", [True, False])
def test_what_the_evidence_says_of_a_port_counts(told):
    assert edge(*LEAF, port("leaf01", "vni10", "tunnel"), seen("leaf01", "vni10", edge=told)) is told


@pytest.mark.parametrize(("peer_link", "seen_at"), [("peerlink.4094", "peerlink"), ("po1", "vPC Peer-Link")])
def test_the_link_between_the_halves_of_a_pair_is_transit(peer_link, seen_at):
    records = [
        *LEAF,
        half("leaf01", None, peer_link=peer_link),
        port("leaf01", "po1", "aggregate"),
        port("leaf01", "peerlink", "aggregate"),
        port("leaf01", "peerlink.4094", part_of="peerlink"),
    ]
    assert edge(*records, seen("leaf01", seen_at)) is False


PAIR = [
    *(device("leaf01"), own("leaf01", 0x1), half("leaf01", 0x2, "bond1", "bond2", "bond5")),
    *(device("leaf02"), own("leaf02", 0x2), half("leaf02", 0x1, "bond1", "bond2", "bond6")),
]


def spots(*records):
    return {key: spot for key, (_, spot) in rows(*records).items()}


def test_ports_of_two_halves_that_lead_to_one_neighbour_are_one_place():
    found = spots(*PAIR, *(seen(host, name) for host in ("leaf01", "leaf02") for name in ("bond1", "bond2", "swp9")))
    assert found["leaf01", "bond1"] == found["leaf02", "bond1"]
    assert found["leaf01", "bond2"] == found["leaf02", "bond2"]
    assert len(set(found.values())) == 4, "bond1, bond2, and swp9 on either"


def test_ports_of_two_halves_that_are_called_differently_are_one_place_too():
    found = spots(*PAIR, seen("leaf01", "bond5"), seen("leaf02", "bond6"))
    assert len(set(found.values())) == 1


def test_switches_that_do_not_know_each_other_are_no_pair():
    strangers = [one if not isinstance(one, PeerSeen) else half(one.host, 0x9, "bond1") for one in PAIR]
    found = spots(*strangers, seen("leaf01", "bond1"), seen("leaf02", "bond1"))
    assert len(set(found.values())) == 2


def test_halves_find_each_other_by_the_neighbour_at_the_peer_link():
    records = [
        *(device("leaf01"), half("leaf01", None), link("leaf01", "peerlink", "leaf02")),
        *(device("leaf02"), half("leaf02", None), link("leaf02", "peerlink", "leaf01")),
    ]
    peers = [(one.host_id, one.peer_id) for one in assemble(records).tables["mlag_peer"] if isinstance(one, MlagPeer)]
    assert peers == [(0, 1), (1, 0)]


def test_of_three_that_claim_one_pair_nobody_is_a_peer():
    records = [
        record
        for number in (1, 2, 3)
        for record in (device(f"leaf0{number}"), own(f"leaf0{number}", 0x1), half(f"leaf0{number}", 0x1))
    ]
    peers = [one.peer_id for one in assemble(records).tables["mlag_peer"] if isinstance(one, MlagPeer)]
    assert peers == [None, None, None]


def test_a_member_and_a_subinterface_are_the_place_of_the_whole():
    records = [
        device("leaf01"),
        *(port("leaf01", "bond1", "aggregate"), port("leaf01", "swp1", part_of="bond1")),
        port("leaf01", "bond1.10", part_of="bond1"),
    ]
    found = spots(*records, *(seen("leaf01", name) for name in ("bond1", "swp1", "bond1.10")))
    assert len(set(found.values())) == 1


def test_interfaces_that_are_parts_of_each_other_do_not_end_the_run():
    records = [device("leaf01"), port("leaf01", "a", part_of="b"), port("leaf01", "b", part_of="a")]
    assert len(spots(*records, seen("leaf01", "a"), seen("leaf01", "b"))) == 2


# Networks ------------------------------------------------------------------------------------------------------


def networks(*records, config=None):
    snapshot = assemble(records, config)
    return {one.name: snapshot.fabrics[one.domain] for one in snapshot.tables["host"] if isinstance(one, Host)}


def test_the_one_network_that_evidence_tells_is_the_network_of_all():
    assert networks(device("dc1/leaf01", fabric="dc1"), device("HV01", "hyperv")) == {"leaf01": "", "HV01": ""}


def test_two_networks_are_apart_and_a_name_that_both_have_says_which():
    records = [device(f"{name}/leaf01", fabric=name) for name in ("dc1", "dc2")]
    found = networks(*records, device("dc2/leaf07", fabric="dc2"), device("HV01", "hyperv"))
    assert found == {"HV01": "", "dc1/leaf01": "dc1", "dc2/leaf01": "dc2", "leaf07": "dc2"}


def test_a_host_of_one_network_is_the_host_of_that_name_elsewhere():
    records = [device("dc1/HV01", fabric="dc1"), device("dc2/leaf01", fabric="dc2"), device("hv01", "hyperv")]
    assert networks(*records) == {"HV01": "dc1", "leaf01": "dc2"}


def test_fleet_toml_has_the_last_word_on_networks():
    records = [device(f"{name}/leaf01", fabric=name) for name in ("dc1", "dc2")]
    by_glob = FleetConfig((Fabric("both", ("dc?/*",)),))
    assert networks(*records, config=by_glob) == {"dc1/leaf01": "both", "dc2/leaf01": "both"}
    by_plain = FleetConfig((Fabric("leaves", ("leaf*",)),))
    assert networks(*records, config=by_plain) == {"dc1/leaf01": "leaves", "dc2/leaf01": "leaves"}
    by_name = FleetConfig((Fabric("dc1", ("HV*",)),))
    found = networks(*records, device("HV01", "hyperv"), config=by_name)
    assert found == {"HV01": "dc1", "dc1/leaf01": "dc1", "dc2/leaf01": "dc2"}
