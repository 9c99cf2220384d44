"""What author and readers state in the comments of John Howard's post (H20 to H31), as far as hosts go."""

import pytest

from maccord.mac.address import Mac, show
from maccord.worlds.hyperv import PROFILES, AddressInUse, NotSupported, World
from tests.kit.hyperv_worlds import HOWARD_NIC, howards_server, ready


def notebooks():
    """Two notebooks of one image, on which an internal network was made before it became external."""
    world = World(seed=3)
    lan = world.dhcp("lan", "192.168.1.10", "192.168.1.99")
    master = world.host("MASTER", "2008")
    nic = master.add_nic(dhcp=lan)
    master.enable_role()
    network = master.internal_switch("Network")
    master.convert_switch(network, "external", nic)
    master.shut_down()
    image = world.image(master)
    return world, lan, [world.deploy(image, f"NB{at}") for at in (1, 2)]


def test_h20_the_parent_vnic_inherits_the_physical_address_when_the_switch_is_created():
    _, host = howards_server()
    host.enable_role()
    host.external_switch("LAN", host.nics[0])
    assert show(host.vnic("LAN").mac) == HOWARD_NIC
    assert host.vnic("LAN").ip == "192.168.200.106"
    assert host.nics[0].ipv4 is None


def test_h20_vm_nics_take_theirs_from_the_pool():
    _, host = howards_server()
    host.enable_role()
    vm = host.create_vm("web", host.external_switch("LAN", host.nics[0]))
    vm.start()
    assert vm.adapter.address == "00-15-5D-C8-6A-00"


def test_h20_the_vnic_keeps_the_inherited_address_when_the_nic_below_gets_another():
    _, host = howards_server()
    host.enable_role()
    host.external_switch("LAN", host.nics[0])
    host.nics[0].override("02-00-00-00-00-01")
    assert show(host.vnic("LAN").mac) == HOWARD_NIC


def test_h21_outside_the_parent_is_seen_by_its_physical_address_and_a_guest_by_its_virtual_one():
    world, host = howards_server()
    host.enable_role()
    vm = host.create_vm("web", host.external_switch("LAN", host.nics[0]))
    vm.start()
    assert world.speakers(HOWARD_NIC) == [("HV01", "vnic", "vEthernet (LAN)")]
    assert world.speakers(vm.adapter.mac) == [("HV01", "machine", "web")]


@pytest.mark.parametrize("sysprep", [False, True])
def test_h22_hosts_cloned_by_sysprep_have_clashing_ranges(sysprep):
    world = World(seed=2)
    master = world.host("MASTER", "2008")
    master.add_nic(ip="10.0.0.5")
    master.enable_role()
    master.create_vm("first").delete()
    master.shut_down()
    image = world.image(master)
    clones = [world.deploy(image, f"HV0{at}", sysprep=sysprep) for at in (1, 2)]
    for at, clone in enumerate(clones, start=1):
        clone.nics[0].set_ip(f"10.0.7.{at}")
        clone.create_vm("vm").start()
    assert clones[0].range == clones[1].range == master.range
    assert clones[0].machine("vm").adapter.mac == clones[1].machine("vm").adapter.mac
    equal_guids = clones[0].registry.machine_guid == clones[1].registry.machine_guid
    assert equal_guids is not sysprep


def test_h22_nothing_rechecks_the_range_against_the_hosts_address():
    _, host = howards_server()
    host.enable_role()
    host.create_vm("first")
    frozen = host.range
    host.nics[0].set_ip("10.9.8.7")
    host.restart()
    host.create_vm("second").start()
    assert host.range == frozen
    assert host.machine("second").adapter.address == "00-15-5D-C8-6A-00"


def test_h23_an_allocated_address_does_not_change_on_2008():
    _, host = howards_server()
    host.enable_role()
    vm = host.create_vm("web")
    vm.start()
    vm.turn_off()
    host.edit_registry(minimum="00-15-5D-00-00-00", maximum="00-15-5D-00-00-FF")
    host.restart()
    vm.start()
    assert vm.adapter.address == "00-15-5D-C8-6A-00"


def test_h23_and_does_from_2008_r2_on():
    _, host = howards_server(profile="2008 R2")
    host.enable_role()
    vm = host.create_vm("web")
    vm.start()
    vm.turn_off()
    host.set_range_in_ui("00-15-5D-00-00-00", "00-15-5D-00-00-FF")
    vm.start()
    assert vm.adapter.address == "00-15-5D-00-00-00"


def test_h24_a_guest_of_2008_sends_from_whatever_address_it_likes():
    world = World(seed=1)
    vm = (host := ready(world, "HV01", "10.0.0.5", "2008")).create_vm("web", host.switch("LAN"))
    vm.start()
    vm.adapter.send_from("02-00-00-00-00-01")
    assert world.speakers("02-00-00-00-00-01") == [("HV01", "machine", "web")]
    with pytest.raises(NotSupported):
        vm.adapter.allow_spoofing()


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "2008"])
def test_h24_the_switch_of_2008_r2_and_later_guards_against_it_unless_permitted(profile):
    world = World(seed=1)
    vm = (host := ready(world, "HV01", "10.0.0.5", profile)).create_vm("web", host.switch("LAN"))
    vm.start()
    vm.adapter.send_from("02-00-00-00-00-01")
    assert world.speakers("02-00-00-00-00-01") == []
    vm.adapter.allow_spoofing()
    assert world.speakers("02-00-00-00-00-01") == [("HV01", "machine", "web")]


def test_h25_an_internal_network_turned_external_leaves_a_pool_address_on_the_parents_vnic():
    _, host = howards_server()
    host.enable_role()
    network = host.internal_switch("Network")
    vnic = host.vnic("Network")
    assert show(vnic.mac) == "00-15-5D-C8-6A-00"
    host.convert_switch(network, "external", host.nics[0])
    assert show(vnic.mac) == "00-15-5D-C8-6A-00"


def test_h25_two_notebooks_then_show_one_address_and_get_one_reservation():
    world, lan, (one, other) = notebooks()
    mac = one.vnic("Network").mac
    lan.reserve(mac, "192.168.1.50")
    for notebook in (one, other):
        notebook.vnic("Network").renew()
    assert other.vnic("Network").mac == mac
    assert one.nics[0].permanent != other.nics[0].permanent
    assert {notebook.vnic("Network").ip for notebook in (one, other)} == {"192.168.1.50"}
    assert len(world.speakers(mac)) == 2


def test_h26_the_addresses_of_vms_are_reachable_for_inventory():
    world, host = howards_server()
    host.enable_role()
    host.internal_switch("Network")
    vm = host.create_vm("web")
    vm.start()
    export = world.export(host).decode()
    assert f'"MacAddress":"{Mac(vm.adapter.mac).bare}","DynamicMacAddressEnabled":true' in export
    assert f'"MacAddress":"{Mac(host.vnic("Network").mac).bare}","IsExternalAdapter":false' in export


def test_h27_a_cluster_of_four_and_25_machines_has_addresses_twice_after_recovery_from_saved_state():
    world = World(seed=27)
    master = world.host("MASTER", "2008 R2")
    nic = master.add_nic(ip="10.0.0.5")
    master.enable_role()
    master.convert_switch(master.internal_switch("LAN"), "external", nic)
    master.shut_down()
    image = world.image(master)
    nodes = [world.deploy(image, f"N{at}") for at in range(4)]
    cluster = world.cluster("CL", nodes)
    for at in range(25):
        node = nodes[at % 4]
        vm = node.create_vm(f"vm{at:02}", node.switch("LAN"))
        vm.start()
        cluster.add(vm)
    for node in nodes:
        node.shut_down()
    for node in nodes:
        node.start_up()
    assert all(vm.state == "Running" for node in nodes for vm in node.machines)
    macs = {vm.adapter.mac for node in nodes for vm in node.machines}
    assert all(len(world.speakers(mac)) >= 3 for mac in macs if mac != max(macs))
    assert len(world.speakers(nodes[0].vnic("LAN").mac)) == 4  # parents, included


def teamed_2008_r2():
    world = World(seed=28)
    host = world.host("HV01", "2008 R2")
    nics = [host.add_nic("00-15-17-00-00-01"), host.add_nic("00-15-17-00-00-02")]
    host.enable_role()
    team = host.team("Team1", nics)
    switch = host.external_switch("LAN", team)
    return world, host, team, switch


def test_h28_event_28_tells_every_second_that_a_port_is_pinned_when_a_makers_team_has_the_vnics_address():
    world, host, team, switch = teamed_2008_r2()
    host.create_vm("web", switch).start()
    before = len(host.events.of(28))
    world.wait(10)
    events = host.events.of(28)
    assert len(events) - before == 10
    vnic = host.vnic("LAN")
    assert vnic.mac == team.mac
    assert events[-1].message == (
        f"Port '{switch.port.upper()}' was prevented from using MAC address '00-15-17-00-00-01' because it is pinned "
        f"to port '{vnic.guid.upper()}'."
    )
    assert events[-1].at_us - events[-2].at_us == 1_000_000


def test_h28_a_vnic_address_that_differs_in_the_last_digit_solves_it():
    world, host, _, _ = teamed_2008_r2()
    host.vnic("LAN").mac = 0x00151700000F
    before = len(host.events.of(28))
    world.wait(60)
    assert len(host.events.of(28)) == before


def test_h28_2008_had_no_such_guard():
    world = World(seed=28)
    host = world.host("HV01", "2008")
    nics = [host.add_nic(), host.add_nic()]
    host.enable_role()
    host.external_switch("LAN", host.team("Team1", nics))
    world.wait(60)
    assert host.events.of(28) == []


def test_h29_names_of_virtual_hbas_are_given_out_per_host_and_cloned_with_it():
    world = World(seed=29)
    master = ready(world, "MASTER", "10.0.0.5", "2012")
    master.shut_down()
    image = world.image(master)
    one, other = (world.deploy(image, name, sysprep=True) for name in ("HV01", "HV02"))
    hbas = [host.create_vm("db").add_fibre_channel("SAN") for host in (one, other)]
    assert hbas[0].port_a == hbas[1].port_a
    assert hbas[0].port_b == hbas[0].port_a + 1
    assert f"{hbas[0].port_a:016X}".startswith("C003FF")


def test_h30_a_disk_moved_into_another_machine_keeps_the_first_ones_address():
    world, host = howards_server()
    host.enable_role()
    host.external_switch("LAN", host.nics[0])
    left = world.move_disk(host)
    assert show(host.vnic("LAN").mac) == HOWARD_NIC
    assert show(host.nics[0].mac) != HOWARD_NIC
    assert [show(nic.permanent) for nic in left] == [HOWARD_NIC]


def test_h30_and_the_first_machine_then_conflicts():
    world, host = howards_server()
    host.enable_role()
    host.external_switch("LAN", host.nics[0])
    (nic,) = world.move_disk(host)
    rebuilt = world.host("HV02", "2008")
    rebuilt.insert(nic)
    assert world.speakers(HOWARD_NIC) == [("HV01", "vnic", "vEthernet (LAN)"), ("HV02", "nic", "Ethernet 1")]


def test_h31_an_nlb_cluster_of_two_machines_conflicts_with_a_host_that_joins_until_it_is_stopped():
    world = World(seed=31)
    master = ready(world, "MASTER", "10.0.0.5", "2008")
    master.create_vm("first").delete()
    master.shut_down()
    image = world.image(master)
    old, joined, other = (world.deploy(image, name) for name in ("HV01", "HV02", "HV03"))
    members = [old.create_vm(name, old.switch("LAN")) for name in ("nlb1", "nlb2")]
    for member in members:
        member.adapter.join_nlb("10.0.0.100", "multicast")
        member.start()
    for host in (joined, other):
        host.delete_switch(host.switch("LAN"))
    joined.convert_switch(joined.internal_switch("LAN"), "external", joined.nics[0])
    other.external_switch("LAN", other.nics[0])
    clashing = [one for one in members if len(world.speakers(one.adapter.mac)) == 2]
    assert clashing == members[:1]
    assert world.speakers(members[0].adapter.mac)[1] == ("HV02", "vnic", "vEthernet (LAN)")
    for host in (joined, other):
        host.shut_down()
    assert [len(world.speakers(one.adapter.mac)) for one in members] == [1, 1]


def test_h31_machines_of_two_hosts_collide_while_the_hosts_themselves_do_too():
    world, _, hosts = notebooks()
    for host in hosts:
        host.create_vm("vm", host.switch("Network")).start()
    assert len(world.speakers(hosts[0].machine("vm").adapter.mac)) == 2
    assert len(world.speakers(hosts[0].vnic("Network").mac)) == 2


def test_a_static_twin_on_the_same_host_does_not_run():
    world = World(seed=1)
    host = ready(world, "HV01", "10.0.0.5")
    for name in ("one", "two"):
        host.create_vm(name).adapter.set_static("02-00-00-00-00-01")
    host.machine("one").start()
    with pytest.raises(AddressInUse):
        host.machine("two").start()
