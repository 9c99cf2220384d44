"""Steps that cut a host off: a task on the host carries them out, asks the probes, and puts everything back."""

import dataclasses
import json

import pytest
from msgspec.structs import replace

from maccord.mac.address import Mac
from maccord.plan.steps import IpSetting, ResetNic, RestartTeam, Vlan
from maccord.powershell import step_script
from maccord.worlds.hyperv import World
from tests.kit.pwsh import scenes
from tests.kit.pwsh.scenes import Scene, run
from tests.kit.pwsh.values import Killed
from tests.kit.pwsh.windows import Windows


def removed_primary():
    world = World(11)
    host = world.host("HV08", "2012 R2")
    one, two = host.add_nic("00-1B-21-AA-00-31"), host.add_nic("00-1B-21-AA-00-32")
    team = host.team("Team1", [one, two])
    team.set_ip("192.168.1.21", gateway="192.168.1.1")
    host.add_nic("00-1B-21-AA-00-33")
    team.remove(one)
    step = RestartTeam(id="t1", host="HV08", team="Team1", was_mac=one.permanent, members=(two.permanent,))
    return Scene(Windows(host), step, {"team": team})


def overridden():
    world = World(12)
    host = world.host("HV09", "2016")
    nic = host.add_nic("00-1B-21-AA-00-41", ip="192.168.1.21")
    host.add_nic("00-1B-21-AA-00-42")
    nic.override("00-1B-21-BB-00-01")
    step = ResetNic(id="n1", host="HV09", nic=nic.name, nic_permanent=nic.permanent, was_mac=nic.mac)
    return Scene(Windows(host), step, {"nic": nic})


MOVING = [scenes.converged, scenes.being_built, scenes.internal_turned_external]
ALL = [*MOVING, removed_primary, overridden]


def state(scene):
    """Everything that a step may change, but for ids that a new vNIC or switch has anew."""
    windows, host = scene.windows, scene.host
    return {
        "interfaces": {
            (one.name, *windows.settings(one)[:3], one.mac, one.vmq, one.used_by or "") for one in host.interfaces()
        },
        "settings": {
            one.name: json.dumps(dataclasses.asdict(windows.beyond(one)), sort_keys=True) for one in host.interfaces()
        },
        "vlans": {one.name: (one.vlan, one.trunk) for one in host.vnics},
        "switches": {(one.name, one.kind, tuple(up.name for up in one.uplinks)) for one in host.switches},
        "teams": {(one.name, one.mac, tuple(nic.name for nic in one.members)) for one in host.teams},
        "machines": {
            (one.name, one.state, adapter.mac, adapter.switch_name, adapter.vlan)
            for one in host.machines
            for adapter in one.adapters
        },
    }


def carrier(scene):
    """The interface that has the management address."""
    return next(one for one in scene.host.interfaces() if one.ip == "192.168.1.21")


def left_over(scene):
    """Return what an attempt left behind: its task, its copy of the script, what it would put back."""
    return list(scene.windows.tasks), [path for path in scene.windows.files if not path.endswith("result.json")]


@pytest.mark.parametrize("make", ALL)
def test_whatif_changes_nothing(make):
    scene = make()
    before = state(scene)
    assert scene.run(WhatIf=True).outcome == "whatif"
    assert state(scene) == before
    assert (scene.windows.changed, scene.windows.files, scene.windows.tasks) == ([], {}, {})


@pytest.mark.parametrize("make", ALL)
def test_step_is_done_once_and_found_done_ever_after(make):
    scene = make()
    assert scene.run().outcome == "done"
    after, changes = state(scene), list(scene.windows.changed)
    assert scene.run().outcome == "already"
    assert (state(scene), scene.windows.changed) == (after, changes)
    assert left_over(scene) == ([], [])


@pytest.mark.parametrize("make", MOVING)
def test_all_ip_settings_move(make):
    scene = make()
    before = scene.windows.settings(carrier(scene))
    scene.run()
    assert scene.windows.settings(carrier(scene)) == before


def test_vnic_has_an_address_of_its_own_and_its_vlan():
    scene = scenes.converged()
    team = scene.more["team"]
    scene.run()
    (vnic,) = scene.host.vnics
    assert vnic.mac != team.mac
    assert scene.host.range is not None
    assert vnic.mac in scene.host.range
    assert vnic.vlan == 10


def test_vnic_gets_the_static_address_of_the_plan():
    scene = scenes.converged()
    step = replace(scene.step, mac=0x02A0C8000501)
    assert run(scene.windows, step).outcome == "done"
    assert scene.host.vnics[0].mac == 0x02A0C8000501
    assert scene.host.vnics[0].source == "static"


def test_other_vnics_of_the_host_are_not_touched():
    scene = scenes.converged()
    other = scene.host.add_management_vnic("infra 2", scene.host.switch("infra"), static="02-A0-C8-00-07-07")
    other.set_ip("192.168.2.21")
    assert scene.run().outcome == "done"
    assert other in scene.host.vnics
    assert (other.ip, other.mac) == ("192.168.2.21", Mac.parse("02-A0-C8-00-07-07").value)


@pytest.mark.parametrize("off", [True, False])
def test_vmq_is_on_again_where_it_hid_the_trouble(off):
    scene = scenes.converged(vmq=off)
    assert scene.host.vnics[0].vmq is not off
    scene.run()
    assert scene.host.vnics[0].vmq


def test_sequence_of_report_g_ends_with_the_nic_in_the_team_and_the_address_on_a_vnic():
    """The seven steps of the report, without its wildcards: any slot, any prefix, several addresses, IPv6."""
    scene = scenes.being_built()
    team, nic = scene.more["team"], scene.more["nic"]
    told = scene.run()
    assert told.outcome == "done"
    assert nic in team.members
    (vnic,) = scene.host.vnics
    assert (vnic.name, vnic.ip, vnic.vlan) == ("MGMT", "192.168.1.21", 20)
    assert len({vnic.mac, team.mac, nic.permanent}) == 3
    order = [one for one in scene.windows.changed if one in ("add-netlbfoteammember", "add-vmnetworkadapter")]
    assert order == ["add-netlbfoteammember", "add-vmnetworkadapter"]


def test_nic_is_found_by_its_permanent_address_whatever_it_is_called_now():
    scene = scenes.being_built()
    scene.more["nic"].name = "Management (old)"
    assert scene.run().outcome == "done"


def test_remade_switch_has_the_nics_address_and_its_machines_again():
    scene = scenes.internal_turned_external()
    nic, machine = scene.more["nic"], scene.more["machine"]
    scene.run()
    (vnic,) = scene.host.vnics
    assert vnic.mac == nic.mac
    assert machine.adapter.switch_id == scene.host.switch("LAN").id
    assert (machine.adapter.vlan, machine.state) == (5, "Running")


def test_team_takes_the_address_of_a_member():
    scene = removed_primary()
    scene.run()
    assert scene.more["team"].mac == Mac.parse("00-1B-21-AA-00-32").value
    assert scene.windows.changed[2:4] == ["disable-netadapter", "enable-netadapter"]


def test_nic_wears_its_permanent_address_again():
    scene = overridden()
    scene.run()
    assert scene.more["nic"].mac == scene.more["nic"].permanent


# When it does not work -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MOVING)
def test_everything_is_put_back_when_nobody_answers(make):
    scene = make()
    before = state(scene)
    begun = scene.host.world.now_us
    scene.windows.silent = True
    told = scene.run()
    assert told.outcome == "rolled-back"
    assert told.seen.startswith("no answer from 192.168.1.1, 192.168.1.10 within 30 s")
    assert state(scene) == before
    assert left_over(scene) == ([], [])
    assert 30 <= (scene.host.world.now_us - begun) / 1e6 <= 120


@pytest.mark.parametrize("make", MOVING)
def test_everything_is_put_back_when_somebody_has_taken_the_address_meanwhile(make):
    scene = make()
    before = state(scene)
    scene.windows.taken.add("192.168.1.22")
    told = scene.run()
    assert told.outcome == "rolled-back"
    assert told.seen.startswith("somebody else has 192.168.1.22")
    assert state(scene) == before


@pytest.mark.parametrize("make", MOVING)
def test_step_can_be_tried_again_after_it_was_put_back(make):
    scene = make()
    scene.windows.silent = True
    scene.run()
    scene.windows.silent = False
    assert scene.run().outcome == "done"


def test_host_without_a_free_address_keeps_its_vnic():
    scene = scenes.converged()
    scene.host.add_management_vnic("spare", scene.host.switch("infra"))
    first = scene.host.vnics[-1].mac
    scene.host.set_vmhost(f"{first:012X}", f"{first:012X}")
    before = state(scene)
    told = scene.run()
    assert told.outcome == "rolled-back"
    assert "no address of the dynamic range" in told.seen
    assert state(scene) == before


@pytest.mark.parametrize("make", MOVING)
def test_host_that_restarts_at_any_moment_ends_as_it_was_or_as_it_should_be(make):
    """The task is killed before each of its changes; with the host, it starts again, and puts everything back."""

    def fixed():
        scene = make()
        if hasattr(scene.step, "mac"):
            scene.step = replace(scene.step, mac=0x02A0C8000501)
        return scene

    whole = fixed()
    whole.run()
    wanted, changes = state(whole), len(whole.windows.changed)
    for at in range(3, changes + 1):
        scene = fixed()
        before = state(scene)
        scene.windows.kill_at = at
        told = scene.run(NoWait=True)
        scene.windows.kill_at = 0
        if told.outcome == "running":
            for task in list(scene.windows.tasks.values()):
                scene.windows.start_task(task)
        assert state(scene) in (before, wanted), at
        assert scene.run().outcome in ("done", "already"), at
        assert state(scene) == wanted, at
        assert left_over(scene) == ([], []), at


def test_task_that_is_under_way_is_waited_for_and_not_begun_twice():
    scene = scenes.converged()
    scene.windows.tasks_run = False
    assert scene.run(NoWait=True).outcome == "running"
    (task,) = scene.windows.tasks.values()
    changes = list(scene.windows.changed)
    told = scene.run()
    assert told.outcome == "running"
    assert scene.windows.changed == changes
    scene.windows.tasks_run = True
    scene.windows.start_task(task)
    assert scene.run().outcome == "already"


def test_interrupted_task_is_started_again_by_the_next_run_and_puts_things_back():
    scene = scenes.converged()
    before = state(scene)
    scene.windows.kill_at = 4
    assert scene.run(NoWait=True).outcome == "running"
    assert scene.host.vnics == []
    scene.windows.kill_at = 0
    told = scene.run()
    assert told.outcome == "rolled-back"
    assert told.seen == "the task was interrupted; everything was put back"
    assert state(scene) == before


def test_connection_that_dies_with_its_script_leaves_the_task_at_work():
    scene = scenes.converged()
    scene.windows.tasks_run = False
    scene.windows.kill_at = 2
    with pytest.raises(Killed):
        scene.run()
    scene.windows.kill_at = 0
    scene.windows.tasks_run = True
    (task,) = scene.windows.tasks.values()
    scene.windows.start_task(task)
    assert scene.run().outcome == "already"


def test_task_runs_the_very_script_that_was_sent():
    scene = scenes.converged()
    scene.windows.tasks_run = False
    scene.run(NoWait=True)
    (copy,) = [text for path, text in scene.windows.files.items() if path.endswith(".ps1")]
    assert copy == step_script(scene.step)


# What is refused -----------------------------------------------------------------------------------------------------


def refused(scene, step=None):
    told = run(scene.windows, step or scene.step)
    assert told.outcome == "refused"
    assert (scene.windows.changed, scene.windows.tasks) == ([], {})
    return told.seen


def test_other_address_than_planned_is_refused():
    scene = scenes.converged()
    assert refused(scene, replace(scene.step, was_mac=1)).startswith(
        "not what was planned for: the vNIC has 001B21AA0001"
    )


@pytest.mark.parametrize("make", MOVING)
def test_other_ip_settings_than_planned_are_refused(make):
    scene = make()
    settings = scene.step.settings
    more = replace(settings, addresses=(*settings.addresses, IpSetting(address="192.168.1.23", prefix_length=26)))
    assert "not what was planned for" in refused(scene, replace(scene.step, settings=more))
    assert "not what was planned for" in refused(scene, replace(scene.step, settings=replace(settings, dhcp=True)))
    assert "not what was planned for" in refused(scene, replace(scene.step, settings=replace(settings, dns_servers=())))


def test_other_vlan_than_planned_is_refused():
    scene = scenes.converged()
    assert "VLAN mode Access 10" in refused(scene, replace(scene.step, vlan=Vlan(mode="Access", access=11)))


def test_vnic_that_is_gone_is_refused():
    scene = scenes.converged()
    assert refused(scene, replace(scene.step, vnic="Infra")) == "there are 0 vNICs named 'Infra'"


@pytest.mark.parametrize("name", ["*", "infra?", "[i]nfra", "in`fra"])
def test_name_that_a_cmdlet_could_take_for_a_pattern_is_refused(name):
    scene = scenes.converged()
    assert "could be taken for a pattern" in refused(scene, replace(scene.step, vnic=name))


def test_machine_that_was_connected_since_is_not_cut_off_unplanned():
    scene = scenes.internal_turned_external()
    scene.host.create_vm("new", scene.host.switch("LAN"))
    assert "adapters that the plan does not name: Microsoft:" in refused(scene)


def test_switch_with_a_second_vnic_is_refused():
    scene = scenes.internal_turned_external()
    scene.host.add_management_vnic("backup", scene.host.switch("LAN"))
    assert "with 2 vNICs" in refused(scene)


def test_team_with_other_members_than_planned_is_refused():
    scene = removed_primary()
    scene.more["team"].add(scene.host.nics[2])
    assert "its members' are 001B21AA0032, 001B21AA0033" in refused(scene)


def test_nic_that_is_not_in_this_host_is_refused():
    scene = overridden()
    assert (
        refused(scene, replace(scene.step, nic_permanent=5))
        == "there are 0 NICs with the permanent address 000000000005"
    )


def test_host_that_runs_signed_scripts_alone_is_refused_since_its_task_could_not_run():
    scene = scenes.converged()
    scene.windows.policy = "AllSigned"
    assert refused(scene).startswith("the execution policy of this host is AllSigned")


def test_trunk_is_given_to_the_new_vnic():
    scene = scenes.converged()
    vnic = scene.host.vnics[0]
    vnic.set_trunk(1, "10,20-30")
    step = replace(scene.step, vlan=Vlan(mode="Trunk", native=1, allowed="10,20-30"))
    assert run(scene.windows, step).outcome == "done"
    assert scene.host.vnics[0].trunk == (1, "10,20-30")
    assert scene.host.vnics[0] is not vnic


def test_vnic_with_a_lease_asks_for_one_again():
    world = World(13)
    server = world.dhcp("dhcp", "192.168.1.100", "192.168.1.120", gateway="192.168.1.1")
    host = world.host("HV05", "2016")
    nics = [host.add_nic(), host.add_nic()]
    host.enable_role()
    host.external_switch("infra", host.team("infra", nics))
    vnic = host.vnics[0]
    vnic.use_dhcp(server)
    windows = Windows(host, dhcp=server)
    empty = scenes.converged().step
    settings = replace(empty.settings, dhcp=True, addresses=(), routes=(), dns_servers=())
    step = replace(empty, was_mac=vnic.mac, vlan=Vlan(), settings=settings, probes=("192.168.1.1",))
    assert run(windows, step).outcome == "done"
    leased = host.vnics[0].ipv4
    assert leased is not None
    assert (leased.server, leased.gateway) == (server, "192.168.1.1")


def test_team_that_keeps_its_address_has_failed_and_is_enabled():
    scene = removed_primary()
    scene.more["team"].set_by_hand = True
    told = scene.run()
    assert told.outcome == "failed"
    assert "the team's address is 001B21AA0031" in told.seen
    assert scene.windows.disabled == set()
    assert left_over(scene) == ([], [])


@pytest.mark.parametrize("make", [removed_primary, overridden])
def test_adapter_that_was_disabled_when_the_host_went_down_is_enabled_when_it_comes_up(make):
    whole = make()
    whole.run()
    for at in range(3, len(whole.windows.changed) + 1):
        scene = make()
        scene.windows.kill_at = at
        scene.run(NoWait=True)
        scene.windows.kill_at = 0
        scene.windows.restart()
        assert scene.windows.disabled == set()
        assert scene.run().outcome in ("done", "already"), at
        assert state(scene) == state(whole), at


@pytest.mark.parametrize("by", ["restart", "run"])
@pytest.mark.parametrize("make", MOVING)
def test_what_could_not_be_put_back_is_put_back_as_soon_as_it_can_be(make, by):
    scene = make()
    before = state(scene)
    scene.windows.silent = True
    scene.windows.broken = {"set-dnsclientserveraddress"}
    told = scene.run()
    assert (told.outcome, told.seen) == ("failed", "set-dnsclientserveraddress is broken")
    assert state(scene) != before
    scene.windows.broken = set()
    if by == "run":
        assert scene.run().outcome == "rolled-back"
    else:
        for task in list(scene.windows.tasks.values()):
            scene.windows.start_task(task)
    assert state(scene) == before
    assert left_over(scene) == ([], [])
