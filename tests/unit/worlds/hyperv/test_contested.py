"""What no source settles: every parameter is argued, and every one makes a difference that a test shows."""

import ast
from dataclasses import fields
from inspect import getsource
from pathlib import Path

import pytest

from maccord.worlds.hyperv import Contested, InvalidStaticAddress, World
from tests.kit.hyperv_worlds import howards_server, ready, small_range

NAMES = [field.name for field in fields(Contested)]


def arguments():
    """What stands below each parameter."""
    (cls,) = ast.parse(getsource(Contested)).body
    assert isinstance(cls, ast.ClassDef)
    pairs = zip(cls.body, cls.body[1:], strict=False)
    return {
        one.target.id: below.value.value
        for one, below in pairs
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_has_its_default_argued(name):
    assert len(str(arguments()[name])) > 80


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_set_by_a_test(name):
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert f"Contested({name}=" in tests


def issued(contested, count):
    """The cursor of a host with four addresses after that many machines were started."""
    _, host = howards_server(contested=contested)
    host.enable_role()
    small_range(host, 4)
    for at in range(count):
        host.create_vm(f"vm{at}").start()
    return host


def test_the_cursor_can_name_the_address_that_was_issued_last():
    host = issued(Contested(cursor_names="last"), 2)
    assert host.key.current == 0x00155DC86A01
    host.create_vm("third").start()
    assert host.machine("third").adapter.address == "00-15-5D-C8-6A-02"


def test_the_cursor_can_stand_one_past_the_end_of_a_range_that_was_issued_to_its_end():
    assert issued(Contested(cursor_after_last="one past"), 4).key.current == 0x00155DC86A04
    assert issued(Contested(cursor_after_last="first"), 4).key.current == 0x00155DC86A00


@pytest.mark.parametrize(("rule", "mac"), [("first", "00-15-5D-C8-6A-00"), ("walks on", "00-15-5D-00-00-00")])
def test_a_cursor_outside_the_range_may_be_walked_on_from(rule, mac):
    host = issued(Contested(cursor_outside=rule), 0)
    host.edit_registry(current="00155D000000")
    host.create_vm("web").start()
    assert host.machine("web").adapter.address == mac


@pytest.mark.parametrize(("rule", "profile", "at_set"), [("at set", "2008", True), ("at start", "2022", False)])
def test_when_an_impossible_static_address_is_refused_can_be_set(rule, profile, at_set):
    world = World(seed=1, contested=Contested(invalid_static=rule))
    vm = ready(world, "HV01", "10.0.0.5", profile).create_vm("web")
    if not at_set:
        vm.adapter.set_static("01-00-00-00-00-01")
    with pytest.raises(InvalidStaticAddress):
        vm.adapter.set_static("01-00-00-00-00-01") if at_set else vm.start()


def test_generalizing_may_keep_external_switches():
    world = World(seed=1, contested=Contested(generalize_drops_uplinks=False))
    host = ready(world, "HV01", "10.0.0.5")
    host.shut_down()
    clone = world.deploy(world.image(host), "HV02", sysprep=True)
    assert [(one.name, one.uplinks) for one in clone.switches] == [("LAN", clone.nics)]


def test_live_migration_may_leave_the_set_of_names():
    world = World(seed=1, contested=Contested(wwn_sets_alternate=False))
    one, other = ready(world, "HV01", "10.0.0.5"), ready(world, "HV02", "10.0.0.6")
    vm = one.create_vm("db", one.switch("LAN"))
    hba = vm.add_fibre_channel("SAN")
    vm.start()
    vm.live_migrate(other)
    assert hba.active == "A"


def test_the_analyzers_share_can_be_set():
    _, host = howards_server(profile="2012", contested=Contested(low_fraction=1.1))
    host.enable_role()
    host.create_vm("web")
    assert host.best_practices() == ("The number of available dynamic MAC addresses is low.",)
