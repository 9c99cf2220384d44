"""Emulated hosts that were made from exports: they tell what the exports told, whatever was lived or written."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.rehearse.watch import MANAGEMENT, Watch
from maccord.worlds.hyperv import PROFILES, Host, World
from maccord.worlds.hyperv.export import as_json
from maccord.worlds.hyperv.overlay import key_of, keyed, rows_of
from maccord.worlds.hyperv.rebuild import rebuild
from tests.kit.fleets import SINGLES, fleets
from tests.property.test_hyperv_worlds import History

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/*.json"))
LISTS = ("VM", "VMNetworkAdapter", "ManagementVMNetworkAdapter", "VMNetworkAdapterVlan", "VMSwitch", "VMSwitchTeam")
MORE = ("NetAdapter", "NetLbfoTeam", "NetLbfoTeamMember", "NetLbfoTeamNic", "NetIPAddress", "NetRoute", "Event")

lived = st.tuples(st.integers(0, 1 << 32), st.sampled_from(sorted(PROFILES)), st.integers(0, 80))


def through(export: dict[str, Any], seed: int = 5) -> Host:
    return rebuild(World(seed), json.loads(json.dumps(export))).host


@settings(max_examples=120, deadline=None)
@given(history=lived)
def test_a_lived_host_that_is_made_from_its_export_tells_the_same(history):
    seed, profile, steps = history
    for host in History(seed, profile).live(steps).world.hosts:
        if host.up:
            export = as_json(host)
            made = rebuild(World(5), json.loads(json.dumps(export)))
            assert as_json(made.host) == export
            assert made.unheld == ()


@settings(max_examples=40, deadline=None)
@given(history=lived, more=st.integers(0, 1 << 32))
def test_a_host_that_was_made_lives_on_with_ids_of_its_own(history, more):
    seed, profile, steps = history
    history_ = History(seed, profile).live(steps)
    world = World(more)
    made = [rebuild(world, as_json(host)) for host in history_.world.hosts if host.up]
    known = json.dumps([one.export() for one in made]).lower()
    assert not any(world.ids.guid() in known for _ in range(20))
    for one in made:
        one.host.create_vm("late", one.host.switches[0] if one.host.switches else None)
        rows = rows_of(one.export()["VMNetworkAdapter"])
        assert len({key_of("VMNetworkAdapter", row) for row in rows}) == len(rows)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_that_is_left_alone_is_exported_as_it_was_read(path):
    export = json.loads(path.read_text())
    if export.get("schema") == "maccord.host/1":
        made = rebuild(World(1), export)
        assert {**made.export(), "collectedAt": ""} == {**export, "collectedAt": ""}


@settings(max_examples=60, deadline=None)
@given(fleet=fleets())
def test_whatever_is_not_lived_is_named_and_kept(fleet):
    for _, export in fleet:
        if not isinstance(export, dict) or export.get("schema") != "maccord.host/1":
            continue
        made = rebuild(World(1), export)
        now = made.export()
        assert {name: value for name, value in now.items() if name in export and name != "collectedAt"} == {
            name: value for name, value in export.items() if name != "collectedAt"
        }
        lost = set(export) - set(as_json(made.host)) - {"schema"}
        assert all(any(one.startswith(name) for one in made.unheld) or not export[name] for name in lost)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_json_makes_a_host_or_is_passed_over(data):
    """Properties of the cmdlets with values of any type."""
    sample = as_json(History(data.draw(st.integers(0, 50)), "2022").live(40).world.hosts[0])
    for name in data.draw(st.lists(st.sampled_from([*LISTS, *MORE, *SINGLES]), max_size=6)):
        value = sample.get(name)
        rows = rows_of(value)
        if rows and data.draw(st.booleans()):
            row = data.draw(st.sampled_from(rows))
            if row:
                row[data.draw(st.sampled_from(sorted(row)))] = data.draw(anything)
        else:
            sample[name] = data.draw(anything)
    made = rebuild(World(1), sample)
    as_json(made.host)
    made.export()


def test_rows_of_a_list_are_told_apart_however_their_key_is_spelled():
    one: dict[str, object] = {"InterfaceGuid": "{B1A2C3D4-0000-4000-8000-000000000001}"}
    other: dict[str, object] = {"InterfaceGuid": "b1a2c3d4-0000-4000-8000-000000000001"}
    assert keyed("NetAdapter")
    assert key_of("NetAdapter", one) == key_of("NetAdapter", other)


@settings(max_examples=40, deadline=None)
@given(history=lived)
def test_any_lived_host_can_be_put_on_the_wire_and_watched(history):
    seed, profile, steps = history
    for host in History(seed, profile).live(steps).world.hosts:
        if host.up:
            made = through(as_json(host))
            watch = Watch(made, made.machines)
            watch.look(2)
            known = {one.name for one in made.machines} | {MANAGEMENT}
            assert {one.who for one in watch.outages()} <= known
