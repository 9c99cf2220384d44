"""Ranges and cursors: how the next address is found."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.mac import default_pool
from maccord.worlds.hyperv import Contested, Range, World, derived
from maccord.worlds.hyperv.ranges import Walk
from tests.kit.hyperv_worlds import howards_server

FOUR = Range(0x00155DC86A00, 0x00155DC86A03)


@pytest.mark.parametrize(
    ("ip", "range_"),
    [
        ("192.168.200.106", "00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-FF"),
        ("172.16.0.3", "00-15-5D-00-03-00 to 00-15-5D-00-03-FF"),
        ("10.0.1.133", "00-15-5D-01-85-00 to 00-15-5D-01-85-FF"),
        ("172.16.58.52", "00-15-5D-3A-34-00 to 00-15-5D-3A-34-FF"),
    ],
)
def test_the_published_examples_derive_as_published(ip, range_):
    assert str(derived(IPv4Address(ip))) == range_


@given(st.ip_addresses(v=4))
def test_the_worlds_own_derivation_and_the_products_agree(ip):
    assert (derived(ip).first, derived(ip).last) == (default_pool(ip).first, default_pool(ip).last)


def test_the_search_goes_upward_from_the_cursor_and_wraps_around():
    held = {FOUR.first + 2, FOUR.first + 3}
    assert Walk().issue(FOUR, FOUR.first + 2, held) == (FOUR.first, FOUR.first + 1)


def test_a_cursor_that_names_the_last_address_is_searched_from_the_next():
    assert Walk(names="last").issue(FOUR, FOUR.first, set()) == (FOUR.first + 1, FOUR.first + 1)
    assert Walk(names="last").issue(FOUR, FOUR.last, set()) == (FOUR.first, FOUR.first)


def test_no_cursor_means_the_first_address():
    assert Walk().issue(FOUR, None, set()) == (FOUR.first, FOUR.first + 1)
    assert Walk(names="last").issue(FOUR, None, set()) == (FOUR.first, FOUR.first)


def test_after_the_last_address_the_cursor_starts_over_or_stands_one_past_the_end():
    assert Walk().issue(FOUR, FOUR.last, set()) == (FOUR.last, FOUR.first)
    past = Walk(after_last="one past")
    assert past.issue(FOUR, FOUR.last, set()) == (FOUR.last, FOUR.last + 1)
    assert past.issue(FOUR, FOUR.last + 1, {FOUR.first}) == (FOUR.first + 1, FOUR.first + 2)


def test_a_cursor_outside_starts_at_the_first_address_or_walks_on():
    assert Walk().issue(FOUR, 0x00155D000000, set()) == (FOUR.first, FOUR.first + 1)
    walks = Walk(outside="walks on")
    assert walks.issue(FOUR, 0x00155D000000, {0x00155D000000}) == (0x00155D000001, 0x00155D000002)


@given(
    st.integers(0, 40),
    st.one_of(st.none(), st.integers(-3, 45)),
    st.sets(st.integers(0, 45)),
    st.sampled_from(("next", "last")),
    st.sampled_from(("first", "one past")),
)
def test_what_is_issued_is_free_and_in_the_range_and_refused_only_when_all_are_held(size, cursor, held, names, after):
    base = 0x00155D010000
    within, taken = Range(base, base + size), {base + one for one in held}
    found = Walk(names=names, after_last=after).issue(within, None if cursor is None else base + cursor, taken)
    if found is None:
        assert all(mac in taken for mac in range(within.first, within.last + 1))
    else:
        mac, after_it = found
        assert mac in within
        assert mac not in taken
        assert within.first <= after_it <= within.last + (names == "next" and after == "one past")


@pytest.mark.parametrize(("which", "octets"), [("first", "00-03"), ("last", "C8-6A")])
def test_which_of_several_addresses_counts_can_be_set(which, octets):
    world = World(seed=1, contested=Contested(which_ipv4=which))
    host = world.host("HV01", "2016")
    host.add_nic(ip="172.16.0.3")
    host.add_nic(ip="192.168.200.106")
    host.enable_role()
    host.create_vm("first")
    assert octets in str(host.range)


@pytest.mark.parametrize(("at", "populated"), [("first machine", False), ("role", True)])
def test_when_the_range_is_populated_can_be_set(at, populated):
    _, host = howards_server(contested=Contested(populate_at=at))
    host.enable_role()
    assert (host.range is not None) is populated


def test_an_internal_network_needs_an_address_and_so_populates_the_range_too():
    _, host = howards_server()
    host.enable_role()
    host.internal_switch("Network")
    assert str(host.range) == "00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-FF"


def without_answer(profile, contested):
    world = World(seed=1, contested=contested)
    silent = world.dhcp("off", "10.0.0.1", "10.0.0.9")
    silent.running = False
    host = world.host("HV01", profile)
    nic = host.add_nic(dhcp=silent)
    host.enable_role()
    host.create_vm("first")
    assert nic.ipv4 is not None
    return host, nic.ipv4.address


@pytest.mark.parametrize(
    ("profile", "rule", "counts"),
    [
        ("2008", "before 2012 R2", True),
        ("2012", "before 2012 R2", True),
        ("2012 R2", "before 2012 R2", False),
        ("2022", "always", True),
        ("2008", "never", False),
    ],
)
def test_whether_a_link_local_address_counts_can_be_set_and_depends_on_the_version(profile, rule, counts):
    host, address = without_answer(profile, Contested(apipa=rule))
    assert address.is_link_local
    assert host.range == derived(address if counts else 0)


@pytest.mark.parametrize(("rule", "populated"), [("zeros", True), ("chance", True), ("empty", False)])
def test_what_happens_without_any_ipv4_address_can_be_set(rule, populated):
    world = World(seed=1, contested=Contested(without_ipv4=rule))
    host = world.host("HV01", "2022")
    host.add_nic()
    host.enable_role()
    host.create_vm("first")
    assert (host.range is not None) is populated
    assert (host.range == derived(0)) is (rule == "zeros")


def test_the_range_stays_that_of_the_staging_lease_when_the_host_gets_its_own_address():
    world = World(seed=1)
    staging = world.dhcp("staging", "10.9.0.50", "10.9.0.60")
    hosts = []
    for at in (1, 2):
        host = world.host(f"HV0{at}", "2012 R2")
        nic = host.add_nic(dhcp=staging)
        host.enable_role()
        host.create_vm("probe").delete()
        nic.set_ip(f"10.1.0.{at}")
        hosts.append(host)
    assert hosts[0].range == hosts[1].range == derived(IPv4Address("10.9.0.50"))


@pytest.mark.parametrize(("rule", "at_once"), [("at start", False), ("at once", True)])
def test_an_edit_of_the_registry_counts_after_a_restart_or_at_once(rule, at_once):
    _, host = howards_server(contested=Contested(registry_read=rule))
    host.enable_role()
    host.create_vm("first")
    host.edit_registry(maximum="00-15-5D-C8-6A-02")
    assert (host.range == host.key.range) is at_once
    host.restart()
    assert host.range == host.key.range


@pytest.mark.parametrize(("rule", "cursor"), [("first", 0x00155DF00000), ("stays", 0x00155DC86A01)])
def test_where_the_cursor_goes_when_the_range_moves_can_be_set(rule, cursor):
    _, host = howards_server(profile="2016", contested=Contested(cursor_when_range_moves=rule))
    host.enable_role()
    host.create_vm("first").start()
    host.set_vmhost("00155DF00000", "00155DF000FF")
    assert host.key.current == cursor


def test_an_edit_of_the_registry_leaves_the_cursor_where_it_is():
    _, host = howards_server()
    host.enable_role()
    host.create_vm("first").start()
    host.edit_registry(minimum="00155DF00000", maximum="00155DF000FF")
    host.restart()
    assert host.key.current == 0x00155DC86A01
    host.create_vm("second").start()
    assert host.machine("second").adapter.address == "00-15-5D-F0-00-00"


def test_an_enlarged_range_leaves_addresses_in_place_and_a_moved_one_changes_them_at_the_next_cold_start():
    _, host = howards_server(profile="2016")
    host.enable_role()
    vm = host.create_vm("web")
    vm.start()
    vm.turn_off()
    host.set_vmhost("00155DC86A00", "00155DC86BFF")
    vm.start()
    assert vm.adapter.address == "00-15-5D-C8-6A-00"
    host.set_vmhost("00155DF00000", "00155DF000FF")
    vm.reboot()
    assert vm.adapter.address == "00-15-5D-C8-6A-00"
    vm.turn_off()
    vm.start()
    assert vm.adapter.address == "00-15-5D-F0-00-00"
