"""Each kind of step that a connection survives: its script, run on an emulated host."""

import json

import pytest
from msgspec.structs import replace

from maccord.app.plan import write_plan
from maccord.plan.reverse import reverse_of
from maccord.plan.steps import (
    ColdStart,
    GenerateNames,
    SetConnection,
    SetCursor,
    SetMachineAddress,
    SetPortNames,
    SetRange,
    SetSpoofing,
)
from maccord.powershell import script_of, step_script
from maccord.worlds.hyperv import World
from tests.kit.pwsh import gate
from tests.kit.pwsh.scenes import Scene, run
from tests.kit.pwsh.windows import Windows
from tests.unit.powershell.test_script import plan_of

FIRST, LAST = 0x00155DC90000, 0x00155DC900FF


def host():
    world = World(3)
    one = world.host("HV01", "2019")
    one.add_nic(ip="192.168.200.106")
    one.enable_role()
    one.external_switch("LAN", one.nics[0])
    return one


def set_range(one):
    return SetRange(id="s", host="HV01", first=FIRST, last=LAST, was_first=one.range.first, was_last=one.range.last)


def ranged():
    one = host()
    one.create_vm("web", one.switch("LAN")).start()
    return Scene(Windows(one), set_range(one))


def cursor():
    one = host()
    one.create_vm("web").start()
    one.edit_registry(current="00155DFFFF01")
    return Scene(Windows(one), SetCursor(id="s", host="HV01", cursor=0x00155DC86A21, was_cursor=0x00155DFFFF01))


def cold():
    one = host()
    machine = one.create_vm("web", one.switch("LAN"))
    machine.start()
    old = machine.adapter.mac
    one.set_vmhost("00155DC90000", "00155DC900FF")
    step = ColdStart(
        id="s", host="HV01", machine="web", machine_id=machine.id, first=FIRST, last=LAST, addresses=(old,)
    )
    return Scene(Windows(one), step)


def address(*, mac=0x02A0C8000501, runs=True, static=None):
    one = host()
    machine = one.create_vm("web", one.switch("LAN"), adapters=2)
    if static:
        machine.adapter.set_static(static)
    machine.start()
    if not runs:
        machine.shut_down()
    adapter = machine.adapter
    step = SetMachineAddress(
        id="s",
        host="HV01",
        machine="web",
        machine_id=machine.id,
        adapter=adapter.name,
        adapter_id=adapter.full_id,
        mac=mac,
        was_mac=adapter.mac,
        was_dynamic=adapter.dynamic,
        was_running=runs,
    )
    return Scene(Windows(one), step)


def spoofing():
    one = host()
    machine = one.create_vm("nlb", one.switch("LAN"))
    machine.start()
    told = {"machine": "nlb", "machine_id": machine.id, "adapter": "", "adapter_id": machine.adapter.full_id}
    return Scene(Windows(one), SetSpoofing(id="s", host="HV01", on=True, was_on=False, **told))


def connection():
    one = host()
    machine = one.create_vm("copy", one.switch("LAN"))
    machine.start()
    told = {"machine": "copy", "machine_id": machine.id, "adapter": "", "adapter_id": machine.adapter.full_id}
    return Scene(Windows(one), SetConnection(id="s", host="HV01", switch="LAN", connected=False, **told))


def port_names():
    one = host()
    step = SetPortNames(
        id="s",
        host="HV01",
        first=0xC003FF0A01000000,
        last=0xC003FF0A0100FFFF,
        was_first=one.names.first,
        was_last=one.names.last,
    )
    return Scene(Windows(one), step)


def names():
    one = host()
    machine = one.create_vm("sql")
    hbas = [machine.add_fibre_channel("SAN"), machine.add_fibre_channel("SAN")]
    machine.start()
    shared = (f"{hbas[0].port_a:016X}", f"{hbas[0].port_b:016X}")
    step = GenerateNames(id="s", host="HV01", machine="sql", machine_id=machine.id, names=shared, was_running=True)
    return Scene(Windows(one), step)


SCENES = [ranged, cursor, cold, address, spoofing, connection, port_names, names]


def exported(scene):
    told = json.loads(scene.host.world.export(scene.host))
    del told["collectedAt"], told["Event"]
    return told


@pytest.mark.parametrize("make", SCENES)
def test_whatif_changes_nothing_and_tells_what_was_seen(make):
    scene = make()
    before = exported(scene)
    told = scene.run(WhatIf=True)
    assert told.outcome == "whatif"
    assert told.seen
    assert exported(scene) == before
    assert (scene.windows.changed, scene.windows.files) == ([], {})


@pytest.mark.parametrize("make", SCENES)
def test_step_is_done_once_and_found_done_ever_after(make):
    scene = make()
    assert scene.run().outcome == "done"
    after, changes = exported(scene), list(scene.windows.changed)
    assert scene.run().outcome == "already"
    assert exported(scene) == after
    assert scene.windows.changed == changes
    assert not [path for path in scene.windows.files if path.endswith("stopped")]


@pytest.mark.parametrize("make", SCENES)
def test_whoever_says_no_is_asked_once_and_nothing_changes(make):
    scene = make()
    before = exported(scene)
    out, code = scene.windows.run(script_of(plan_of(scene.step), "HV01"), path=r"C:\x\HV01.ps1", answer=False)
    assert json.loads(out[0])["outcome"] == "skipped"
    assert code == 1
    assert exported(scene) == before


@pytest.mark.parametrize("make", [ranged, cursor, spoofing, connection, port_names])
def test_reverse_brings_the_same_export_back(make):
    scene = make()
    before = exported(scene)
    scene.run()
    assert exported(scene) != before
    assert run(scene.windows, reverse_of(scene.step)).outcome == "done"
    after = exported(scene)
    if make is ranged:
        after["Virtualization"].pop("CurrentMacAddress")
        before["Virtualization"].pop("CurrentMacAddress")
    assert after == before


def test_range_that_is_neither_the_old_nor_the_new_one_is_refused_with_what_was_seen():
    scene = ranged()
    scene.host.set_vmhost("00155D010100", "00155D0101FF")
    told = scene.run()
    assert told.outcome == "refused"
    assert told.seen == "not what was planned for: the dynamic range is 00155D010100 to 00155D0101FF"
    assert scene.windows.changed == []


def test_cursor_is_written_while_the_service_is_stopped_and_the_service_runs_again():
    scene = cursor()
    scene.run()
    assert scene.windows.changed == ["stop-service", "set-itemproperty", "start-service"]
    assert scene.windows.stopped == set()
    assert scene.host.key.current == 0x00155DC86A21


def test_cold_start_of_a_machine_that_somebody_turned_off_is_refused():
    scene = cold()
    scene.host.machines[0].shut_down()
    told = scene.run()
    assert told.outcome == "refused"
    assert "it is Off" in told.seen
    assert scene.host.machines[0].state == "Off"


def test_cold_start_is_refused_while_the_host_still_has_its_old_range():
    scene = cold()
    scene.host.set_vmhost("00155DC86A00", "00155DC86AFF")
    assert scene.run().outcome == "refused"


def test_guest_that_does_not_shut_down_is_not_turned_off():
    scene = cold()
    scene.windows.stubborn.add("web")
    told = scene.run()
    assert told.outcome == "failed"
    assert "in use" in told.seen
    assert scene.host.machines[0].state == "Running"
    assert scene.run(ForceShutdown=True).outcome == "done"


@pytest.mark.parametrize("at", range(1, 4))
def test_process_that_dies_between_two_changes_is_finished_by_the_next_run(at):
    from tests.kit.pwsh.values import Killed  # noqa: PLC0415 - beside its only use

    scene = address()
    scene.windows.kill_at = at
    with pytest.raises(Killed):
        scene.run()
    scene.windows.kill_at = 0
    assert scene.run().outcome in ("done", "already")
    machine = scene.host.machines[0]
    assert (machine.state, machine.adapter.mac, machine.adapter.dynamic) == ("Running", 0x02A0C8000501, False)


@pytest.mark.parametrize("runs", [True, False])
def test_machine_that_ran_runs_again_and_one_that_was_off_stays_off(runs):
    scene = address(runs=runs)
    assert scene.run().outcome == "done"
    machine = scene.host.machines[0]
    assert machine.state == ("Running" if runs else "Off")
    assert machine.adapter.mac == 0x02A0C8000501
    assert machine.adapters[1].dynamic


def test_dynamic_address_is_issued_anew():
    scene = address(mac=None)
    scene.host.set_vmhost("00155DC90000", "00155DC900FF")
    assert scene.run().outcome == "done"
    adapter = scene.host.machines[0].adapter
    assert adapter.dynamic
    assert FIRST <= adapter.mac <= LAST


def test_static_address_becomes_dynamic_and_comes_back():
    scene = address(mac=None, static="02-A0-C8-00-09-09")
    assert scene.run().outcome == "done"
    assert scene.host.machines[0].adapter.dynamic
    back = reverse_of(scene.step)
    assert run(scene.windows, back).outcome == "done"
    assert scene.host.machines[0].adapter.mac == 0x02A0C8000909
    assert scene.host.machines[0].state == "Running"


def test_adapter_whose_id_the_plan_does_not_know_is_found_by_a_name_that_is_unique_alone():
    scene = address()
    step = replace(scene.step, adapter_id="", machine_id="")
    assert run(scene.windows, step).outcome == "refused"  # both adapters have one name
    scene.host.machines[0].adapters[1].name = "Backup"
    assert run(scene.windows, step).outcome == "done"


def test_machine_that_has_moved_away_is_refused():
    scene = address()
    scene.host.machines.clear()
    assert scene.run().seen == "the machine is not on this host"


def test_names_that_are_not_shared_stay_and_the_machine_stays_off():
    scene = names()
    kept = scene.host.machines[0].hbas[1]
    port = kept.port_a
    assert scene.run().outcome == "done"
    assert kept.port_a == port
    assert scene.host.machines[0].state == "Off"


def test_plan_stops_at_the_first_step_that_does_not_succeed():
    one = ranged().host
    first = set_range(one)
    second = replace(first, id="t", was_first=1, was_last=2, first=FIRST + 0x10000, last=LAST + 0x10000)
    third = SetCursor(id="u", host="HV01", cursor=FIRST, was_cursor=None)
    windows = Windows(one)
    out, code = windows.run(script_of(plan_of(first, second, third), "HV01"), path=r"C:\HV01.ps1", Confirm=False)
    assert [json.loads(row)["outcome"] for row in out] == ["done", "refused"]
    assert code == 1


def test_steps_can_be_chosen_by_their_ids():
    one = host()
    steps = [replace(SetCursor(id="", host="HV01", cursor=FIRST + at, was_cursor=None), id=f"c{at}") for at in range(4)]
    script = script_of(plan_of(*steps), "HV01")

    def told(**parameters):
        out, _ = Windows(one).run(script, WhatIf=True, **parameters)
        return [json.loads(row)["step"] for row in out]

    assert told(From="c2") == ["c2", "c3"]
    assert told(Only=["c3", "c1"]) == ["c1", "c3"]
    with pytest.raises(Exception, match="there is no step C2"):
        told(From="C2")


def test_script_of_another_host_does_nothing():
    one = ranged().host
    with pytest.raises(Exception, match="this is the script of HV02, and the host is HV01"):
        Windows(one).run(step_script(replace(set_range(one), host="hv02.example.com".upper())))
    assert run(Windows(one), replace(set_range(one), host="hv01.example.com"), WhatIf=True).outcome == "whatif"


def test_script_of_a_plan_asks_for_each_step_and_that_of_a_reviewed_step_asks_nobody():
    scene = ranged()
    whole = script_of(plan_of(scene.step), "HV01")
    out, _ = scene.windows.run(whole)
    assert json.loads(out[0])["seen"].startswith("A command that prompts the user failed")
    assert scene.windows.changed == []
    assert scene.run().outcome == "done"
    scene = ranged()
    out, _ = scene.windows.run(whole, answer=True)
    assert json.loads(out[0])["outcome"] == "done"


def test_machine_whose_new_address_is_refused_runs_again_with_its_old_one():
    scene = address(mac=0x01005E000001)
    old = scene.host.machines[0].adapter.mac
    told = scene.run()
    assert told.outcome == "failed"
    assert "can be no adapter's address" in told.seen
    machine = scene.host.machines[0]
    assert (machine.state, machine.adapter.mac, machine.adapter.dynamic) == ("Running", old, True)


def test_file_with_the_line_ends_of_windows_does_the_same(tmp_path):
    scene = ranged()
    assert write_plan(plan_of(scene.step), str(tmp_path / "plan")) == 4
    script = (tmp_path / "plan/apply/HV01.ps1").read_bytes().decode("ascii")
    assert script.count("\r\n") == script.count("\n") > 1000
    out, _ = scene.windows.run(script, Confirm=False)
    assert json.loads(out[0])["outcome"] == "done"
    assert gate.faults(script.encode()) == []
