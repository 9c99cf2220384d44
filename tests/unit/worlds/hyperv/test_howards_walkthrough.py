"""John Howard's post of 2008, statement by statement (H2 to H14)."""

import pytest

from maccord.mac.address import show
from maccord.worlds.hyperv import AddressInUse, MustBeOff, NoAddressAvailable, World
from tests.kit.hyperv_worlds import HOWARD_NIC, howards_server, ready


def with_blank():
    world, host = howards_server()
    host.enable_role()
    return world, host, host.create_vm("Blank")


def with_three_addresses():
    """Steps H2 to H10: three machines run and hold the whole range."""
    world, host, blank = with_blank()
    blank.start()
    host.edit_registry(maximum="00-15-5D-C8-6A-02")
    host.restart()
    for name in ("6A-01", "6A-02"):
        host.create_vm(name).start()
    return world, host, blank


def with_two_owners_of_one_address():
    """Steps H2 to H12: Blank is off, and the fourth machine runs with its address."""
    world, host, blank = with_three_addresses()
    blank.turn_off()
    fourth = host.create_vm("No MAC Addresses Available In Range")
    fourth.start()
    return world, host, blank, fourth


def test_h2_a_server_2008_has_one_nic_with_a_lease_and_no_role():
    _, host = howards_server()
    assert [show(nic.mac) for nic in host.nics] == [HOWARD_NIC]
    assert host.nics[0].ip == "192.168.200.106"
    assert host.registry.virtualization is None


def test_h3_enabling_the_role_creates_unpopulated_values_and_an_unused_cursor_in_the_root():
    _, host = howards_server()
    host.enable_role()
    key = host.key
    assert (key.minimum, key.maximum, key.current) == (None, None, None)
    assert key.has_root_current


def test_h3_the_cursor_in_the_root_is_never_used():
    _, host, _ = with_two_owners_of_one_address()[:3]
    assert host.key.root_current is None


def test_h4_creating_the_first_machine_without_starting_it_populates_the_range():
    _, host, blank = with_blank()
    key = host.key
    assert blank.state == "Off"
    assert blank.adapter.switch_name is None
    assert (show(key.minimum), show(key.maximum)) == ("00-15-5D-C8-6A-00", "00-15-5D-C8-6A-FF")
    assert len(host.range) == 256


def test_h4_the_cursor_is_still_empty_after_the_first_machine_is_created():
    _, host, _ = with_blank()
    assert host.key.current is None


def test_h5_the_range_is_the_vendors_prefix_and_the_low_two_octets_of_the_first_nics_address():
    world = World(seed=1)
    host = world.host("HV01", "2008")
    host.add_nic(ip="172.16.0.3")
    host.add_nic(ip="192.168.200.106")
    host.enable_role()
    host.create_vm("first")
    assert str(host.range) == "00-15-5D-00-03-00 to 00-15-5D-00-03-FF"


def test_h6_two_servers_whose_addresses_end_alike_get_the_same_range():
    world = World(seed=1)
    one, other = ready(world, "HV01", "10.1.5.20", "2008"), ready(world, "HV02", "10.2.5.20", "2008")
    one.create_vm("a")
    other.create_vm("b")
    assert one.range == other.range


def test_h7_a_new_machines_adapter_is_dynamic_and_shows_zeros_before_its_first_start():
    _, _, blank = with_blank()
    assert blank.adapter.dynamic
    assert blank.adapter.address == "00-00-00-00-00-00"


def test_h8_the_first_start_assigns_the_first_address():
    _, _, blank = with_blank()
    blank.start()
    assert blank.adapter.address == "00-15-5D-C8-6A-00"


def test_h8_while_it_runs_neither_the_kind_nor_the_address_can_be_changed():
    _, _, blank = with_blank()
    blank.start()
    for change in (blank.adapter.set_dynamic, blank.adapter.set_static):
        with pytest.raises(MustBeOff):
            change()
    with pytest.raises(MustBeOff):
        blank.adapter.set_static("02-00-00-00-00-01")
    assert (blank.adapter.dynamic, blank.adapter.address) == (True, "00-15-5D-C8-6A-00")


def test_h9_a_smaller_maximum_in_the_registry_leaves_three_addresses_after_a_restart():
    _, host, blank = with_blank()
    blank.start()
    host.edit_registry(maximum="00-15-5D-C8-6A-02")
    assert len(host.range) == 256
    host.restart()
    assert len(host.range) == 3
    assert blank.state == "Running"


def test_h10_two_more_machines_get_the_next_addresses_and_the_cursor_tracks_what_comes_next():
    _, host, _ = with_three_addresses()
    assert [one.adapter.address[-2:] for one in host.machines] == ["00", "01", "02"]
    assert host.key.current == host.range.first


def test_h10_in_between_the_cursor_is_one_above_the_address_issued_last():
    _, host, blank = with_blank()
    blank.start()
    assert show(host.key.current) == "00-15-5D-C8-6A-01"


def test_h11_a_fourth_vm_cannot_start_while_three_hold_the_whole_range():
    _, host, _ = with_three_addresses()
    fourth = host.create_vm("No MAC Addresses Available In Range")
    with pytest.raises(NoAddressAvailable) as refusal:
        fourth.start()
    assert "Attempt to access invalid address" in refusal.value.vendor_text
    assert [event.id for event in refusal.value.events] == [12565]
    assert [event.id for event in host.events] == [12565]
    assert (fourth.state, fourth.adapter.mac) == ("Off", 0)


def test_h12_after_blank_is_stopped_the_fourth_starts_with_its_address():
    _, _, blank, fourth = with_two_owners_of_one_address()
    assert (fourth.state, blank.state) == ("Running", "Off")
    assert fourth.adapter.address == blank.adapter.address == "00-15-5D-C8-6A-00"


def test_h13_starting_blank_again_is_refused():
    _, _, blank, _ = with_two_owners_of_one_address()
    with pytest.raises(AddressInUse):
        blank.start()
    assert blank.state == "Off"


def test_h14_one_host_keeps_its_running_machines_apart_and_two_hosts_do_not():
    world = World(seed=1)
    hosts = [ready(world, "HV01", "10.1.5.20", "2008"), ready(world, "HV02", "10.2.5.20", "2008")]
    machines = [[host.create_vm(f"{host.name}-{at}", host.switch("LAN")) for at in range(3)] for host in hosts]
    for one in (one for group in machines for one in group):
        one.start()
    own, others = ({one.adapter.mac for one in group} for group in machines)
    assert len(own) == 3
    assert own == others
    assert world.speakers(min(own)) == [("HV01", "machine", "HV01-0"), ("HV02", "machine", "HV02-0")]
