"""Starting, saving, restoring: which address a machine has afterwards, and what it is refused for."""

import pickle

import pytest

from maccord.worlds.hyperv import (
    PROFILES,
    AddressInUse,
    Contested,
    InvalidStaticAddress,
    MustBeOff,
    NoAddressAvailable,
    NotSupported,
    World,
    WrongState,
)
from tests.kit.hyperv_worlds import howards_server, ready, small_range

RULED = [name for name in PROFILES if name != "2008"]


def owner_of_a_taken_address(profile, contested=None, *, saved=False):
    """A machine whose dynamic address went to another while it was off or saved; there are free ones left."""
    world, host = howards_server(profile=profile, contested=contested)
    host.enable_role()
    old = host.create_vm("old")
    small_range(host, 1)
    old.start()
    (old.save if saved else old.turn_off)()
    host.create_vm("new").start()
    small_range(host, 4)
    return world, host, old


@pytest.mark.parametrize("profile", RULED)
def test_rule_b_gives_a_machine_that_starts_another_address_when_its_own_is_in_use(profile):
    _, _, old = owner_of_a_taken_address(profile)
    old.start()
    assert old.adapter.address == "00-15-5D-C8-6A-01"


@pytest.mark.parametrize("profile", RULED)
def test_rule_b_holds_for_a_restored_machine_as_well(profile):
    _, _, old = owner_of_a_taken_address(profile, saved=True)
    old.start()
    assert (old.state, old.adapter.address) == ("Running", "00-15-5D-C8-6A-01")


@pytest.mark.parametrize(("rule", "profile"), [("by version", "2008"), ("refuse", "2022")])
def test_without_rule_b_the_start_is_refused(rule, profile):
    _, _, old = owner_of_a_taken_address(profile, Contested(in_use_at_start=rule))
    with pytest.raises(AddressInUse):
        old.start()
    assert (old.state, old.adapter.address) == ("Off", "00-15-5D-C8-6A-00")


@pytest.mark.parametrize("profile", RULED)
def test_rule_a_is_not_applied_by_a_restore_alone(profile):
    _, host = howards_server(profile=profile)
    host.enable_role()
    vm = host.create_vm("web")
    vm.start()
    vm.save()
    host.set_range_in_ui("00155DF00000", "00155DF000FF")
    vm.start()
    assert vm.adapter.address == "00-15-5D-C8-6A-00"


def test_rule_a_on_restore_can_be_set():
    _, host = howards_server(profile="2016", contested=Contested(rule_a_on_restore=True))
    host.enable_role()
    vm = host.create_vm("web")
    vm.start()
    vm.save()
    host.set_vmhost("00155DF00000", "00155DF000FF")
    vm.start()
    assert vm.adapter.address == "00-15-5D-F0-00-00"


@pytest.mark.parametrize("holds", [False, True])
def test_whether_a_saved_machine_holds_its_address_can_be_set(holds):
    _, host = howards_server(contested=Contested(saved_holds=holds))
    host.enable_role()
    saved, new = host.create_vm("saved"), host.create_vm("new")
    small_range(host, 2)
    saved.start()
    saved.save()
    new.start()
    new.turn_off()
    new.delete()
    other = host.create_vm("other")
    other.start()
    assert other.adapter.address == ("00-15-5D-C8-6A-01" if holds else "00-15-5D-C8-6A-00")


def test_a_paused_machine_holds_its_address():
    _, host = howards_server()
    host.enable_role()
    vm = host.create_vm("web")
    small_range(host, 1)
    vm.start()
    vm.pause()
    with pytest.raises(NoAddressAvailable):
        host.create_vm("other").start()


def test_a_deleted_machines_address_is_free():
    _, host = howards_server()
    host.enable_role()
    vm = host.create_vm("web")
    small_range(host, 1)
    vm.start()
    vm.turn_off()
    vm.delete()
    host.create_vm("other").start()
    assert host.machine("other").adapter.address == "00-15-5D-C8-6A-00"


@pytest.mark.parametrize("profile", ["2008", "2008 R2"])
def test_an_exhausted_range_logs_12565_whose_text_is_not_known_up_to_2008_r2(profile):
    _, host = howards_server(profile=profile)
    host.enable_role()
    host.create_vm("web").start()
    small_range(host, 1)
    with pytest.raises(NoAddressAvailable):
        host.create_vm("Test").start()
    assert [(event.id, event.message) for event in host.events] == [(12565, None)]


@pytest.mark.parametrize("profile", [name for name in PROFILES if PROFILES[name].since("2012")])
def test_an_exhausted_range_logs_12564_then_12598_and_12010_from_2012_on(profile):
    _, host = howards_server(profile=profile)
    host.enable_role()
    host.create_vm("web").start()
    small_range(host, 1)
    vm = host.create_vm("Test")
    with pytest.raises(NoAddressAvailable) as refusal:
        vm.start()
    first, second, third = refusal.value.events
    assert [event.id for event in host.events] == [12564, 12598, 12010]
    assert first.message == "'Test' No available MAC address for \"Network Adapter\"."
    assert second.message == (
        f"'Test' Network Adapter ({vm.id}--{vm.adapter.id}) Disconnected from virtual network. "
        f"(Virtual Machine ID {vm.id.upper()})"
    )
    assert third.message is None
    assert refusal.value.vendor_text == (
        "The application encountered an error while attempting to change the state of 'Test'. Synthetic Ethernet Port "
        f"(Instance ID {vm.adapter.id.upper()}): Failed to power on with Error 'Attempt to access invalid address'."
    )


def test_a_machine_of_two_adapters_takes_two_addresses_or_none():
    _, host = howards_server()
    host.enable_role()
    two = host.create_vm("two", adapters=2)
    small_range(host, 2)
    two.start()
    assert [adapter.address[-2:] for adapter in two.adapters] == ["00", "01"]
    two.turn_off()
    two.delete()
    host.create_vm("one").start()
    again = host.create_vm("again", adapters=2)
    with pytest.raises(NoAddressAvailable):
        again.start()
    assert [adapter.mac for adapter in again.adapters] == [0, 0]


def test_a_group_address_is_refused_when_set_from_2008_r2_on():
    vm = (host := ready(World(seed=1), "HV01", "10.0.0.5")).create_vm("web")
    assert host.profile.name == "2022"
    with pytest.raises(InvalidStaticAddress) as refusal:
        vm.adapter.set_static("25:B6:84:17:8C:63")
    assert refusal.value.vendor_text == "failed to modify device 'Synthetic Ethernet Port'"
    assert (vm.adapter.dynamic, vm.adapter.mac) == (True, 0)


def test_a_group_address_is_refused_at_start_with_12560_on_2008():
    vm = (host := ready(World(seed=1), "HV01", "10.0.0.5", "2008")).create_vm("web")
    vm.adapter.set_static("25:B6:84:17:8C:63")
    with pytest.raises(InvalidStaticAddress):
        vm.start()
    assert [event.message for event in host.events.of(12560)] == [
        f"'web' Static MAC address 25-B6-84-17-8C-63 for Network Adapter ({vm.adapter.id.upper()}) is unsupported."
    ]


def test_an_address_that_is_made_static_stays_and_one_that_is_made_dynamic_again_is_zeros_until_the_start():
    vm = ready(World(seed=1), "HV01", "10.0.0.5").create_vm("web")
    vm.start()
    vm.turn_off()
    vm.adapter.set_static()
    assert (vm.adapter.dynamic, vm.adapter.address) == (False, "00-15-5D-00-05-00")
    vm.adapter.set_dynamic()
    assert vm.adapter.mac == 0
    vm.start()
    assert vm.adapter.address == "00-15-5D-00-05-01"


def test_a_static_address_is_never_changed_by_windows():
    world = World(seed=1)
    one, other = ready(world, "HV01", "10.0.0.5"), ready(world, "HV02", "10.0.0.6")
    vm = one.create_vm("web", one.switch("LAN"))
    vm.adapter.set_static("02-00-00-00-00-01")
    vm.start()
    vm.live_migrate(other)
    vm.turn_off()
    vm.start()
    assert vm.adapter.address == "02-00-00-00-00-01"


@pytest.mark.parametrize("rule", ["refuse", "run"])
def test_whether_a_static_twin_runs_can_be_set(rule):
    world = World(seed=1, contested=Contested(static_in_use=rule))
    host = ready(world, "HV01", "10.0.0.5")
    for name in ("one", "two"):
        vm = host.create_vm(name, host.switch("LAN"))
        vm.adapter.set_static("02-00-00-00-00-01")
    host.machine("one").start()
    if rule == "refuse":
        with pytest.raises(AddressInUse):
            host.machine("two").start()
    else:
        host.machine("two").start()
        (event,) = host.events.of(28)
        one, two = (host.machine(name).adapter for name in ("one", "two"))
        assert event.message == (
            f"Port '{two.id.upper()}' was prevented from using MAC address '02-00-00-00-00-01' because it is pinned to "
            f"port '{one.id.upper()}'."
        )


def test_an_adapter_is_added_to_a_running_machine_from_2016_on_and_has_an_address_at_once():
    vm = ready(World(seed=1), "HV01", "10.0.0.5", "2016").create_vm("web")
    vm.start()
    assert vm.add_adapter().address == "00-15-5D-00-05-01"
    old = ready(World(seed=1), "HV01", "10.0.0.5", "2012 R2").create_vm("web")
    old.start()
    with pytest.raises(MustBeOff):
        old.add_adapter()


def test_when_an_added_adapter_gets_its_address_can_be_set():
    world = World(seed=1, contested=Contested(hot_added="at start"))
    vm = ready(world, "HV01", "10.0.0.5", "2016").create_vm("web")
    vm.start()
    assert vm.add_adapter().mac == 0


def test_an_adapter_that_finds_no_address_is_not_added():
    _, host = howards_server(profile="2016")
    host.enable_role()
    vm = host.create_vm("web")
    small_range(host, 1)
    vm.start()
    with pytest.raises(NoAddressAvailable):
        vm.add_adapter()
    assert len(vm.adapters) == 1


def test_shutting_the_host_down_saves_machines_and_starting_it_restores_those_that_ran():
    host = ready(World(seed=1), "HV01", "10.0.0.5")
    ran, off, other = (host.create_vm(name) for name in ("ran", "off", "other"))
    ran.start()
    other.auto_stop = "turn off"
    other.start()
    host.shut_down()
    assert (ran.state, off.state, other.state) == ("Saved", "Off", "Off")
    host.start_up()
    assert (ran.state, off.state, other.state) == ("Running", "Off", "Running")


def test_a_host_that_is_down_does_nothing():
    world = World(seed=1)
    host = ready(world, "HV01", "10.0.0.5")
    vm = host.create_vm("web")
    host.shut_down()
    for act in (vm.start, lambda: host.create_vm("other"), lambda: world.export(host), host.shut_down):
        with pytest.raises(WrongState):
            act()
    assert world.exports() == {}


@pytest.mark.parametrize(
    "act",
    [
        lambda host: host.set_vmhost("00155D000000", "00155D0000FF"),
        lambda host: host.set_range_in_ui("00155D000000", "00155D0000FF"),
        lambda host: host.container_network("nat"),
        lambda host: host.external_switch("SET", [host.add_nic(), host.add_nic()]),
        lambda host: host.add_management_vnic("CSV", host.switch("LAN")),
    ],
)
def test_2008_refuses_what_came_later(act):
    with pytest.raises(NotSupported):
        act(ready(World(seed=1), "HV01", "10.0.0.5", "2008"))


def test_refusals_pickle_and_say_where_what_and_the_vendors_words():
    _, host = howards_server()
    host.enable_role()
    host.create_vm("web").start()
    small_range(host, 1)
    with pytest.raises(NoAddressAvailable) as refusal:
        host.create_vm("Test").start()
    copy = pickle.loads(pickle.dumps(refusal.value))  # noqa: S301 - our own
    assert (str(copy), copy.events) == (str(refusal.value), refusal.value.events)
    assert str(copy).startswith("Test: no address of 00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-00 is free. Windows says: ")


@pytest.mark.parametrize(("profile", "told"), [("2008", 0), ("2008 R2", 1), ("2012", 1), ("2012 R2", 0)])
def test_the_best_practices_analyzer_of_2008_r2_and_2012_tells_of_a_low_number(profile, told):
    _, host = howards_server(profile=profile)
    host.enable_role()
    host.create_vm("a").start()
    assert host.best_practices() == ()
    small_range(host, 1)
    assert len(host.best_practices()) == told
