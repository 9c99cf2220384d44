"""NICs, teams, disks, DHCP, and what Windows' network shows of them."""

import pytest

from maccord.mac.address import show
from maccord.worlds.hyperv import PROFILES, Contested, NoAddressAvailable, NotSupported, World, WrongState
from tests.kit.hyperv_worlds import ready


def teamed(profile="2016", contested=None, nics=2):
    world = World(seed=4, contested=contested)
    host = world.host("HV01", profile)
    cards = [host.add_nic() for _ in range(nics)]
    host.enable_role()
    return world, host, cards, host.team("Team1", cards)


def test_a_team_keeps_a_removed_primarys_address_until_its_adapter_is_restarted():
    _, _, cards, team = teamed()
    team.remove(cards[0])
    assert team.mac == cards[0].permanent
    team.restart()
    assert team.mac == cards[1].permanent


def test_a_nic_pulled_from_a_team_and_put_into_another_host_conflicts_with_the_team():
    world, host, cards, team = teamed()
    other = ready(world, "HV02", "10.0.0.6")
    other.insert(cards[0].pull())
    assert world.speakers(cards[0].permanent) == [("HV01", "team", "Team1"), ("HV02", "nic", "Ethernet 2")]
    assert [nic.name for nic in team.members] == ["Ethernet 1", "Ethernet 2"]
    host.restart()
    assert team.mac == cards[1].permanent
    assert world.speakers(cards[0].permanent) == [("HV02", "nic", "Ethernet 2")]


def test_a_nic_pulled_from_below_a_switch_leaves_its_address_on_the_parents_vnic():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    host.allow_management(host.switch("LAN"))
    nic = host.nics[0].pull()
    assert host.vnic("LAN").mac == nic.permanent
    assert world.speakers(nic.permanent) == []  # nothing leads out of the host any more


def test_an_address_set_on_the_team_by_hand_stays():
    _, _, _, team = teamed()
    team.set_address("02-A0-C8-00-05-10")
    team.restart()
    assert show(team.mac) == "02-A0-C8-00-05-10"


def test_which_member_is_the_primary_can_be_left_to_chance():
    found = set()
    for seed in range(20):
        world = World(seed, contested=Contested(team_primary="chance"))
        host = world.host("HV01", "2016")
        cards = [host.add_nic() for _ in range(2)]
        found.add([nic.mac for nic in cards].index(host.team("T", cards).mac))
    assert found == {0, 1}


@pytest.mark.parametrize("follows", [False, True])
def test_whether_a_vnic_follows_its_team_can_be_set(follows):
    _, host, cards, team = teamed(contested=Contested(vnic_follows_team=follows))
    host.external_switch("LAN", team)
    team.remove(cards[0])
    team.restart()
    assert host.vnic("LAN").mac == cards[1 if follows else 0].permanent


def test_before_2012_a_team_is_that_of_the_nics_maker():
    _, host, _, team = teamed("2008 R2")
    assert not team.in_box
    assert team.description == "Intel(R) Advanced Network Services Virtual Adapter"
    host.external_switch("LAN", team)
    assert host.events.of(16945) == []


@pytest.mark.parametrize("profile", list(PROFILES))
def test_16945_is_logged_from_2012_r2_on(profile):
    _, host, _, team = teamed(profile)
    host.external_switch("LAN", team, allow_lbfo_teams=True)
    assert len(host.events.of(16945)) == PROFILES[profile].since("2012 R2")


@pytest.mark.parametrize("profile", ["2022", "2025"])
def test_2022_refuses_a_switch_on_a_team_unless_it_is_allowed(profile):
    _, host, _, team = teamed(profile)
    with pytest.raises(NotSupported):
        host.external_switch("LAN", team)
    assert host.switches == []
    host.external_switch("LAN", team, allow_lbfo_teams=True)


@pytest.mark.parametrize(("rule", "inherits"), [("pool", False), ("first member", True)])
def test_where_the_vnic_of_an_embedded_team_has_its_address_from_can_be_set(rule, inherits):
    world = World(seed=4, contested=Contested(embedded_team_vnic=rule))
    host = world.host("HV01", "2019")
    cards = [host.add_nic(ip="10.0.0.5"), host.add_nic()]
    host.enable_role()
    switch = host.external_switch("SET", cards)
    assert switch.embedded_team
    assert (host.vnic("SET").mac == cards[0].mac) is inherits
    assert host.vnic("SET").ip == "10.0.0.5"


def test_an_embedded_team_came_with_2016():
    world = World(seed=4)
    host = world.host("HV01", "2012 R2")
    cards = [host.add_nic(), host.add_nic()]
    host.enable_role()
    with pytest.raises(NotSupported):
        host.external_switch("SET", cards)


def test_the_nics_of_an_embedded_team_are_replaced_as_a_whole_and_vnics_keep_their_addresses():
    world = World(seed=4)
    host = world.host("HV01", "2019")
    cards = [host.add_nic(ip="10.0.0.5"), host.add_nic(), host.add_nic()]
    host.enable_role()
    switch = host.external_switch("SET", cards[:2])
    mac = host.vnic("SET").mac
    host.set_switch_team(switch, cards[1:])
    assert (switch.uplinks, host.vnic("SET").mac) == (cards[1:], mac)
    assert [nic.used_by for nic in cards] == [None, "SET", "SET"]


def test_a_nic_below_a_switch_has_no_ip_address_of_its_own():
    host = ready(World(seed=4), "HV01", "10.0.0.5")
    with pytest.raises(WrongState):
        host.nics[0].set_ip("10.0.0.6")


def test_a_conversion_that_finds_no_address_changes_nothing():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    switch = host.private_switch("inside")
    host.set_vmhost("00155D000500", "00155D000500")
    host.create_vm("web").start()
    with pytest.raises(NoAddressAvailable):
        host.convert_switch(switch, "internal")
    assert (switch.kind, host.vnics) == ("private", [])


def test_a_vlan_is_1_to_4094_or_none():
    host = ready(World(seed=4), "HV01", "10.0.0.5")
    vm = host.create_vm("web", host.switch("LAN"))
    vm.adapter.set_vlan(20)
    with pytest.raises(WrongState):
        vm.adapter.set_vlan(4095)
    assert vm.adapter.vlan == 20


def test_what_populated_a_range_is_in_the_journal():
    world = World(seed=4)
    staging = world.dhcp("staging", "10.9.0.50", "10.9.0.60")
    host = world.host("HV01")
    host.add_nic(dhcp=staging)
    host.enable_role()
    host.create_vm("first")
    (entry,) = world.journal.of("populate range")
    assert entry.objects == {"interface": "Ethernet 1", "ipv4": "10.9.0.50", "server": "staging"}


def test_deleting_an_external_switch_gives_the_nic_its_configuration_back():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    host.allow_management(host.switch("LAN"))
    assert (host.nics[0].ip, host.vnic("LAN").ip) == (None, "10.0.0.5")
    host.delete_switch(host.switch("LAN"))
    assert (host.nics[0].ip, host.vnics) == ("10.0.0.5", [])


def test_converting_with_a_new_address_can_be_set():
    world = World(seed=4, contested=Contested(conversion_keeps_address=False))
    host = world.host("HV01", "2008")
    nic = host.add_nic(ip="10.0.0.5")
    host.enable_role()
    host.convert_switch(host.internal_switch("LAN"), "external", nic)
    assert host.vnic("LAN").mac == nic.mac


def test_a_host_that_leaves_gives_its_lease_to_the_next():
    world = World(seed=4)
    staging = world.dhcp("staging", "10.0.0.50", "10.0.0.60")
    one, other = world.host("HV01").add_nic(dhcp=staging), world.host("HV02").add_nic(dhcp=staging)
    assert (one.ip, other.ip) == ("10.0.0.50", "10.0.0.51")
    one.set_ip("10.1.0.5")
    assert world.host("HV03").add_nic(dhcp=staging).ip == "10.0.0.50"


def test_a_lease_that_nobody_extends_goes_to_another():
    world = World(seed=4)
    lan = world.dhcp("lan", "10.0.0.50", "10.0.0.50", lease_s=3600)
    host = world.host("HV01")
    nic = host.add_nic(dhcp=lan)
    world.wait(7200)
    other = world.host("HV02").add_nic(dhcp=lan)
    assert nic.ip == "10.0.0.50"
    assert other.ip is not None
    assert other.ip.startswith("169.254.")
    host.shut_down()
    world.wait(7200)
    assert other.ip == "10.0.0.50"
    host.start_up()
    assert nic.ip is not None
    assert nic.ip.startswith("169.254.")


def test_a_reservation_goes_by_the_clients_address():
    world = World(seed=4)
    lan = world.dhcp("lan", "10.0.0.50", "10.0.0.60")
    lan.reserve(0x001B21000001, "10.0.0.50")
    assert world.host("HV01").add_nic(dhcp=lan).ip == "10.0.0.51"
    assert world.host("HV02").add_nic("00-1B-21-00-00-01", dhcp=lan).ip == "10.0.0.50"
    with pytest.raises(WrongState):
        lan.reserve(0x001B21000002, "10.0.0.50")


def test_an_overridden_network_address_stays_on_the_host_and_not_on_the_card():
    world = World(seed=4)
    nic = world.host("HV01").add_nic()
    nic.override("02-00-00-00-00-01")
    assert (show(nic.mac), nic.permanent == nic.mac) == ("02-00-00-00-00-01", False)
    world.host("HV02").insert(nic.pull())
    assert nic.mac == nic.permanent


def test_virtual_fibre_channel_names_run_out_silently():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5", "2012")
    host.set_port_names(0xC003FF0000010000, 0xC003FF0000010002)
    vm = host.create_vm("db")
    first, second = vm.add_fibre_channel("A"), vm.add_fibre_channel("B")
    assert (first.port_a & 0xF, first.port_b & 0xF, second.port_a & 0xF, second.port_b) == (0, 1, 2, 0)


def test_live_migration_alternates_between_the_sets_of_names():
    world = World(seed=4)
    one, other = ready(world, "HV01", "10.0.0.5"), ready(world, "HV02", "10.0.0.6")
    vm = one.create_vm("db", one.switch("LAN"))
    hba = vm.add_fibre_channel("SAN")
    vm.start()
    vm.live_migrate(other)
    assert hba.active == "B"


def test_2008_r2_has_no_names_to_give():
    with pytest.raises(WrongState):
        ready(World(seed=4), "HV01", "10.0.0.5", "2008 R2").create_vm("db").add_fibre_channel("SAN")


def test_a_container_network_has_a_pool_of_its_own_beside_the_machines():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5", "2016")
    network = host.container_network("cbr0", "l2bridge", uplink="Ethernet 1")
    assert (len(network.pool), network.pool.first >> 24, network.pool.first & 0xFFF) == (4096, 0x00155D, 0)
    assert host.start_container(network, "web") == network.pool.first
    assert host.start_container(network, "db") == network.pool.first + 1


def test_a_container_pool_can_follow_the_address_and_clones_share_it_either_way():
    world = World(seed=4, contested=Contested(container_pool="address"))
    host = ready(world, "HV01", "10.0.27.245", "2016")
    assert f"{host.container_network('nat').pool.first:012X}" == "00155D1BF000"
    host.shut_down()
    clone = world.deploy(world.image(host), "HV02", sysprep=True)
    assert clone.container_networks[0].pool == host.container_networks[0].pool


def test_an_image_is_taken_of_a_host_at_rest():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    host.create_vm("web").start()
    with pytest.raises(WrongState):
        world.image(host)


def test_a_clones_team_wears_the_address_of_the_clones_own_nic_and_its_vnic_that_of_the_image():
    world, host, cards, team = teamed()
    host.external_switch("LAN", team)
    host.shut_down()
    clone = world.deploy(world.image(host), "HV02", nics=2)
    assert clone.teams[0].members == clone.nics
    assert clone.teams[0].mac == clone.nics[0].permanent
    assert clone.vnic("LAN").mac == cards[0].permanent


def test_a_clone_lives_on_its_own():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    vm = host.create_vm("web", host.switch("LAN"))
    host.shut_down()
    clone = world.deploy(world.image(host), "HV02")
    clone.machine("web").start()
    assert (vm.state, clone.machine("web").id) == ("Off", vm.id)
    assert clone.machine("web").host is clone
    assert clone.switch("LAN").uplinks == clone.nics
    host.start_up()
    assert host.key.current is None


def test_generalizing_loses_external_switches_and_events_and_keeps_internal_ones():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    host.internal_switch("inside")
    host.shut_down()
    clone = world.deploy(world.image(host), "HV02", sysprep=True)
    assert [one.name for one in clone.switches] == ["inside"]
    assert clone.registry.machine_guid != host.registry.machine_guid
    assert clone.names == host.names


def test_a_moved_disk_that_does_not_find_its_nics_can_be_set():
    world = World(seed=4, contested=Contested(moved_disk_rebinds=False))
    host = ready(world, "HV01", "10.0.0.5")
    world.move_disk(host)
    assert host.switch("LAN").uplinks == []


def test_nlb_without_permission_to_spoof_is_cut_off_and_logs_53_and_12289_in_the_guest():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5", "2008 R2")
    vm = host.create_vm("web", host.switch("LAN"))
    vm.start()
    vm.adapter.join_nlb("10.0.0.10")
    assert [event.id for event in vm.guest_events] == [53, 12289]
    assert vm.adapter.source is None
    assert world.speakers("02-BF-0A-00-00-0A") == []
    vm.adapter.allow_spoofing()
    assert world.speakers("02-BF-0A-00-00-0A") == [("HV01", "machine", "web")]


def test_nlb_with_the_clusters_address_as_static_one_works_without():
    world = World(seed=4)
    host = ready(world, "HV01", "10.0.0.5")
    vm = host.create_vm("web", host.switch("LAN"))
    vm.adapter.set_static("02-BF-0A-00-00-0A")
    vm.start()
    vm.adapter.join_nlb("10.0.0.10")
    assert len(vm.guest_events) == 0
    assert world.speakers("02-BF-0A-00-00-0A") == [("HV01", "machine", "web")]


def test_of_one_kind_of_event_the_latest_500_are_kept():
    world = World(seed=4)
    host = world.host("HV01", "2008 R2")
    cards = [host.add_nic(), host.add_nic()]
    host.enable_role()
    host.external_switch("LAN", host.team("T", cards))
    world.wait(100_000)
    assert len(host.events.of(28)) == 500
    assert host.events.of(28)[-1].at_us == world.now_us - 1_000_000
