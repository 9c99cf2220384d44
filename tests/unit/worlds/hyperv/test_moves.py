"""Machines that move or are copied between hosts."""

import pytest

from maccord.worlds.hyperv import AddressInUse, Contested, NotSupported, World, WrongState
from tests.kit.hyperv_worlds import ready


def two_hosts(profile="2022", contested=None):
    world = World(seed=5, contested=contested)
    one, other = ready(world, "HV01", "10.0.0.5", profile), ready(world, "HV02", "10.0.0.6", profile)
    vm = one.create_vm("web", one.switch("LAN"))
    vm.start()
    return world, one, other, vm


def test_live_migration_keeps_the_address_and_the_destination_announces_it():
    world, one, other, vm = two_hosts()
    vm.live_migrate(other)
    assert (vm.host, vm.adapter.address, one.machines) == (other, "00-15-5D-00-05-00", [])
    (entry,) = world.journal.of("live migrate")
    assert (entry.host, entry.objects["from"], entry.objects["to"]) == ("HV02", "HV01", "HV02")
    assert entry.objects["announced"] == "broadcast ARP"


def test_the_address_changes_at_the_next_cold_start_on_the_new_host_and_not_at_a_reboot():
    _, _, other, vm = two_hosts()
    vm.live_migrate(other)
    vm.reboot()
    assert vm.adapter.address == "00-15-5D-00-05-00"
    vm.turn_off()
    vm.start()
    assert vm.adapter.address == "00-15-5D-00-06-00"


def test_a_machine_that_arrives_first_populates_the_range():
    _, _, other, vm = two_hosts()
    assert other.range is None
    vm.live_migrate(other)
    assert str(other.range) == "00-15-5D-00-06-00 to 00-15-5D-00-06-FF"


def test_the_source_may_issue_the_migrated_address_again():
    world, one, other, vm = two_hosts()
    one.set_vmhost("00155D000500", "00155D000500")
    vm.live_migrate(other)
    again = one.create_vm("again", one.switch("LAN"))
    again.start()
    assert world.speakers(vm.adapter.mac) == [("HV01", "machine", "again"), ("HV02", "machine", "web")]


def test_2008_has_no_live_migration():
    _, _, other, vm = two_hosts("2008")
    with pytest.raises(NotSupported):
        vm.live_migrate(other)


@pytest.mark.parametrize(("rule", "moves"), [("refuse", False), ("keep", True)])
def test_what_happens_when_the_destination_uses_the_address_can_be_set(rule, moves):
    _, one, other, vm = two_hosts(contested=Contested(arrival_in_use=rule))
    other.set_vmhost("00155D000500", "00155D0005FF")
    other.create_vm("holder", other.switch("LAN")).start()
    if moves:
        vm.live_migrate(other)
        assert vm.host is other
        assert len(other.events.of(28)) == 1
    else:
        with pytest.raises(AddressInUse):
            vm.live_migrate(other)
        assert (vm.host, vm.state) == (one, "Running")


def test_a_migration_to_a_host_without_the_switch_is_refused():
    _, one, other, vm = two_hosts()
    other.delete_switch(other.switch("LAN"))
    with pytest.raises(WrongState):
        vm.live_migrate(other)
    assert vm.host is one


@pytest.mark.parametrize("profile", ["2008", "2008 R2", "2012", "2022"])
def test_quick_migration_keeps_the_address_until_a_later_cold_start(profile):
    _, _, other, vm = two_hosts(profile)
    vm.quick_migrate(other)
    assert (vm.host, vm.state, vm.adapter.address) == (other, "Running", "00-15-5D-00-05-00")
    vm.turn_off()
    vm.start()
    assert vm.adapter.address == ("00-15-5D-00-05-00" if profile == "2008" else "00-15-5D-00-06-00")


@pytest.mark.parametrize(("profile", "at_move"), [("2008", True), ("2008 R2", True), ("2012", False), ("2022", False)])
def test_the_switch_of_a_moved_machine_is_corrected_at_the_move_or_from_2012_on_when_it_is_powered_on(profile, at_move):
    _, one, other, vm = two_hosts(profile)
    vm.turn_off()
    vm.move(other)
    stale = one.switch("LAN").id
    assert (vm.adapter.switch_id == other.switch("LAN").id) is at_move
    assert (vm.adapter.switch_id == stale) is not at_move
    vm.start()
    assert vm.adapter.switch_id == other.switch("LAN").id


@pytest.mark.parametrize("corrects", [False, True])
def test_whether_the_correction_at_the_move_includes_addresses_can_be_set(corrects):
    _, _, other, vm = two_hosts("2008 R2", Contested(correction_reissues=corrects))
    vm.turn_off()
    vm.move(other)
    assert (vm.state, vm.adapter.address) == ("Off", "00-15-5D-00-06-00" if corrects else "00-15-5D-00-05-00")


def test_a_machine_does_not_move_to_an_older_windows():
    world = World(seed=1)
    new, old = ready(world, "HV01", "10.0.0.5", "2022"), ready(world, "HV02", "10.0.0.6", "2016")
    vm = new.create_vm("web", new.switch("LAN"))
    vm.start()
    with pytest.raises(NotSupported):
        vm.live_migrate(old)


def test_failover_is_a_cold_start_so_addresses_change_unless_nodes_share_a_range():
    world, one, other, vm = two_hosts()
    third = ready(world, "HV03", "10.9.0.5")
    cluster = world.cluster("CL", [one, other, third])
    second = one.create_vm("db", one.switch("LAN"))
    second.start()
    third.set_vmhost("00155D000500", "00155D0005FF")
    for machine in (vm, second):
        cluster.add(machine)
    stays = one.create_vm("local", one.switch("LAN"))
    stays.start()
    cluster.fail(one)
    assert (vm.host, vm.state, vm.adapter.address) == (other, "Running", "00-15-5D-00-06-00")
    assert (second.host, second.state, second.adapter.address) == (third, "Running", "00-15-5D-00-05-01")
    assert (stays.host, stays.state, one.up) == (one, "Off", False)


def test_an_imported_copy_has_a_new_id_and_its_dynamic_address_is_issued_when_it_starts():
    _, _, other, vm = two_hosts()
    copy = other.import_vm(vm.export(), "copy")
    assert copy.id != vm.id
    assert (copy.adapter.mac, copy.adapter.switch_id) == (0, other.switch("LAN").id)
    copy.start()
    assert copy.adapter.address == "00-15-5D-00-06-00"


def test_static_addresses_travel_with_the_copy_and_make_twins():
    world, _, other, vm = two_hosts()
    vm.turn_off()
    vm.adapter.set_static("02-00-00-00-00-01")
    copy = other.import_vm(vm.export(), "copy", name="web2")
    for one in (vm, copy):
        one.start()
    assert len(world.speakers("02-00-00-00-00-01")) == 2


@pytest.mark.parametrize("how", ["register", "restore"])
def test_a_machine_imported_in_place_keeps_id_and_address_until_it_starts(how):
    _, _, other, vm = two_hosts()
    exported = vm.export()
    same = other.import_vm(exported, how)
    assert (same.id, same.adapter.address) == (vm.id, "00-15-5D-00-05-00")
    with pytest.raises(WrongState):
        other.import_vm(exported, how)
    same.start()
    assert same.adapter.address == "00-15-5D-00-06-00"


def test_whether_an_imported_copy_keeps_a_dynamic_address_can_be_set():
    _, _, other, vm = two_hosts(contested=Contested(import_copy="kept"))
    assert other.import_vm(vm.export()).adapter.address == "00-15-5D-00-05-00"


def test_a_copied_disk_brings_what_the_guest_has_set_and_no_address_of_the_hosts():
    _, one, _, vm = two_hosts()
    vm.adapter.send_from("02-00-00-00-00-09")
    copy = one.create_vm("copy", one.switch("LAN"), disk_of=vm)
    assert (copy.disk, copy.adapter.mac, copy.adapter.wants) == ("web", 0, vm.adapter.wants)


@pytest.mark.parametrize("restores", [True, False])
def test_applying_a_checkpoint_brings_the_addresses_of_its_time_back_or_not(restores):
    _, one, _, vm = two_hosts(contested=Contested(checkpoint_restores=restores))
    checkpoint = vm.take_checkpoint()
    vm.turn_off()
    one.set_vmhost("00155DF00000", "00155DF000FF")
    vm.start()
    vm.apply(checkpoint)
    assert vm.state == "Off"
    assert vm.adapter.address == ("00-15-5D-00-05-00" if restores else "00-15-5D-F0-00-00")
    assert vm.parent_checkpoint == checkpoint.id


def test_a_replica_is_the_same_machine_and_its_failover_a_cold_start():
    _, one, other, vm = two_hosts()
    replica = one.replicate(vm, other)
    assert (replica.id, replica.state, replica.adapter.mac) == (vm.id, "Off", vm.adapter.mac)
    assert (vm.replication, replica.replication) == ("Primary", "Replica")
    with pytest.raises(WrongState):
        other.fail_over_replica(vm, replica)
    vm.turn_off()
    other.fail_over_replica(vm, replica)
    assert (replica.state, replica.adapter.address) == ("Running", "00-15-5D-00-06-00")
    assert (vm.replication, replica.replication) == ("Replica", "Primary")


def test_a_test_failover_is_another_machine_beside_the_replica():
    _, one, other, vm = two_hosts()
    replica = one.replicate(vm, other)
    test = other.test_failover(replica, other.private_switch("test"))
    assert (test.name, test.replication) == ("web - Test", "TestReplica")
    assert test.id != replica.id
    assert (test.adapter.mac, test.adapter.switch_name) == (vm.adapter.mac, "test")


def test_what_replicas_copy_can_be_set():
    _, one, other, vm = two_hosts(contested=Contested(replica_copies=False))
    assert one.replicate(vm, other).adapter.mac == 0
    _, one, other, vm = two_hosts(contested=Contested(test_failover_copies=False))
    assert other.test_failover(one.replicate(vm, other)).adapter.mac == 0
