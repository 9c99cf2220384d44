"""Steps on a VMM server: their scripts, run on an emulated one."""

import pytest
from msgspec.structs import replace

from maccord.plan.reverse import reverse_of
from maccord.plan.steps import GrantAddress, MakeVmmPool, RefreshVmm, RemoveVmmPool
from maccord.worlds.hyperv import World
from maccord.worlds.scvmm import Server
from tests.kit.pwsh.scenes import run
from tests.kit.pwsh.values import Killed
from tests.kit.pwsh.windows import Windows

DEFAULT = "Default MAC address pool"
FIRST, LAST = 0x02A0C8000000, 0x02A0C800FFFF


@pytest.fixture
def server():
    world = World(5)
    host = world.host("HV01", "2016")
    host.add_nic(ip="192.168.1.10")
    host.enable_role()
    host.external_switch("LAN", host.nics[0])
    vmm = Server(world, "VMM01")
    vmm.add_group("Site 1")
    vmm.add(host, "Site 1")
    machine = host.create_vm("web", host.switch("LAN"))
    vmm.grant(machine.adapter)
    machine.start()
    return vmm


@pytest.fixture
def windows(server):
    return Windows(server.hosts["HV01"][0], server=server)


def make_pool(**changed):
    step = MakeVmmPool(id="p", host="VMM01", name="Site 1", first=FIRST, last=LAST, instead_of=DEFAULT)
    return replace(step, **changed)


def grant(server):
    machine = server.hosts["HV01"][0].machines[0]
    return GrantAddress(
        id="g",
        host="VMM01",
        machine="web",
        machine_id=machine.id,
        on="HV01",
        adapter_id=machine.adapter.full_id,
        pool="Site 1",
        was_mac=machine.adapter.mac,
        was_running=True,
    )


@pytest.mark.parametrize(
    ("changed", "groups"),
    [
        ({}, ("All Hosts",)),
        ({"groups": ("All Hosts\\Site 1",)}, ("Site 1",)),
        ({"groups": ("Site 1",)}, ("Site 1",)),
        ({"instead_of": ""}, ("All Hosts",)),
    ],
)
def test_pool_is_made_for_the_host_groups_of_the_plan_or_of_the_pool_it_replaces(server, windows, changed, groups):
    assert run(windows, make_pool(**changed), WhatIf=True).outcome == "whatif"
    assert run(windows, make_pool(**changed)).outcome == "done"
    assert server.pool("Site 1").groups == groups
    assert run(windows, make_pool(**changed)).outcome == "already"


def test_pool_for_a_host_group_that_there_is_not_fails_with_its_reason(windows):
    told = run(windows, make_pool(groups=("Site 9",)))
    assert (told.outcome, told.seen) == ("failed", "VMM has none of the host groups that the plan names")


def test_pool_of_the_name_with_another_range_is_refused(server, windows):
    server.add_pool("Site 1", "02-A0-C9-00-00-00", "02-A0-C9-00-FF-FF")
    told = run(windows, make_pool())
    assert told.outcome == "refused"
    assert "Site 1 02-A0-C9-00-00-00 to 02-A0-C9-00-FF-FF" in told.seen


def test_pool_that_vmm_refuses_fails_with_what_vmm_said(windows):
    told = run(windows, make_pool(first=0x001DD8B71C00, last=0x001DD8B71CFF))
    assert told.outcome == "failed"
    assert "it overlaps the pool Default MAC address pool" in told.seen


def test_removed_pool_comes_back_to_its_groups(server, windows):
    pool = server.pool(DEFAULT)
    step = RemoveVmmPool(
        id="r", host="VMM01", name=DEFAULT, first=pool.first, last=pool.last, groups=("All Hosts\\Site 1",)
    )
    told = run(windows, step)
    assert told.outcome == "done"
    assert run(windows, step).outcome == "already"
    assert run(windows, reverse_of(step)).outcome == "done"
    assert (server.pool(DEFAULT).first, server.pool(DEFAULT).groups) == (pool.first, ("Site 1",))


def test_pool_with_another_range_than_planned_is_not_removed(windows):
    step = RemoveVmmPool(id="r", host="VMM01", name=DEFAULT, first=1, last=2)
    assert run(windows, step).outcome == "refused"


def test_machine_gets_an_address_of_the_pool_and_the_old_one_goes_back(server, windows):
    run(windows, make_pool())
    step = grant(server)
    assert run(windows, step, WhatIf=True).outcome == "whatif"
    assert run(windows, step).outcome == "done"
    machine = server.hosts["HV01"][0].machines[0]
    assert (machine.state, machine.adapter.mac) == ("Running", FIRST)
    assert server.pool(DEFAULT).grants == {}
    assert run(windows, step).outcome == "already"


@pytest.mark.parametrize("at", range(1, 6))
def test_process_that_dies_between_two_changes_is_finished_by_the_next_run(server, windows, at):
    run(windows, make_pool())
    step = grant(server)
    windows.kill_at = len(windows.changed) + at
    with pytest.raises(Killed):
        run(windows, step)
    windows.kill_at = 0
    assert run(windows, step).outcome in ("done", "already")
    machine = server.hosts["HV01"][0].machines[0]
    assert (machine.state, machine.adapter.mac) == ("Running", FIRST)


def test_machine_that_vmm_does_not_know_is_refused(server, windows):
    run(windows, make_pool())
    step = replace(grant(server), machine_id="0C1B6A60-5C9B-4B43-8C61-0F5C1F1D2A01")
    assert run(windows, step).seen == "VMM does not know the machine"


def test_host_is_read_anew_by_its_name_with_or_without_a_domain(server, windows):
    server.hosts["HV01"][0].add_nic()
    for name in ("HV01", "hv01.example.com"):
        assert run(windows, RefreshVmm(id="f", host="VMM01", refreshed=name)).outcome == "done"
    assert run(windows, RefreshVmm(id="f", host="VMM01", refreshed="HV02")).outcome == "refused"


def test_machine_for_which_no_address_is_left_runs_again_with_its_old_one(server, windows):
    run(windows, make_pool(last=FIRST))
    other = server.hosts["HV01"][0].create_vm("other")
    server.grant(other.adapter, server.pool("Site 1"))
    step = grant(server)
    told = run(windows, step)
    assert told.outcome == "failed"
    assert "no pool for it has an address left" in told.seen
    machine = server.hosts["HV01"][0].machines[0]
    assert (machine.state, machine.adapter.mac) == ("Running", step.was_mac)
