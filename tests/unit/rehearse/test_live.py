"""Typed steps on emulated hosts that were made from exports: carried out once, refused where the host is another."""

import json
from typing import Any

from maccord.mac.address import show
from maccord.plan.reverse import reverse_of
from maccord.plan.steps import (
    GenerateNames,
    GrantAddress,
    IpSettings,
    MakeVmmPool,
    RemakeSwitch,
    RemoveVmmPool,
    ResetNic,
    RestartTeam,
    SetConnection,
    SetCursor,
    SetPortNames,
    SetSpoofing,
)
from maccord.rehearse.live import live
from maccord.rehearse.scene import Scene
from maccord.rehearse.site import Site
from maccord.worlds.hyperv import World
from maccord.worlds.scvmm import Server
from tests.kit.rehearsing import F0, cold_start, converged, exports, replace_vnic, set_address, set_range, site, twins


def outcomes(scene, *steps):
    return [live(scene, step).outcome for step in steps]


def test_a_range_is_set_once_and_comes_back():
    world = twins()
    scene = Scene(site=site(world))
    step = set_range(world.hosts[0])
    assert outcomes(scene, step, step) == ["done", "already"]
    assert scene.site.export("HV01")["VMHost"]["MacAddressMinimum"] == f"{F0:012X}"
    back = reverse_of(step)
    assert back is not None
    assert outcomes(scene, back, back) == ["done", "already"]


def test_a_range_that_somebody_has_changed_meanwhile_is_left_alone():
    world = twins()
    step = set_range(world.hosts[0])
    world.hosts[0].set_vmhost("00-15-5D-AA-00-00", "00-15-5D-AA-00-FF")
    lived = live(Scene(site=site(world)), step)
    assert (lived.outcome, "00-15-5D-AA-00-00" in lived.seen) == ("refused", True)


def test_windows_before_2012_has_no_cmdlet_that_sets_a_range():
    world = twins("2008 R2")
    lived = live(Scene(site=site(world)), set_range(world.hosts[0]))
    assert (lived.outcome, "Set-VMHost" in lived.seen) == ("refused", True)


def test_a_cold_start_issues_an_address_of_the_new_range():
    world = twins()
    scene = Scene(site=site(world))
    machine = world.hosts[0].machines[0]
    assert outcomes(scene, set_range(world.hosts[0]), cold_start(machine), cold_start(machine)) == [
        "done",
        "done",
        "already",
    ]
    assert scene.site.export("HV01")["VMNetworkAdapter"][0]["MacAddress"] == f"{F0:012X}"


def test_a_machine_that_was_turned_off_meanwhile_is_not_started():
    world = twins()
    machine = world.hosts[0].machines[0]
    step = cold_start(machine)
    machine.turn_off()
    lived = live(Scene(site=site(world)), step)
    assert (lived.outcome, "Off" in lived.seen) == ("refused", True)


def test_a_machine_that_does_not_start_any_more_is_a_failure_and_stays_off():
    world = twins()
    host = world.hosts[0]
    machine, other = host.machines[0], host.create_vm("other", host.switches[0])
    other.adapter.set_static("02-00-00-00-00-07")
    other.start()
    scene = Scene(site=site(world))
    lived = live(scene, set_address(machine, 0x020000000007))
    assert lived.outcome == "failed"
    assert {row["Name"]: row["State"] for row in scene.site.export("HV01")["VM"]} == {machine.name: 3, "other": 2}


def test_a_static_address_comes_and_goes():
    world = twins()
    machine = world.hosts[0].machines[0]
    step = set_address(machine, 0x020000000007)
    scene = Scene(site=site(world))
    back = reverse_of(step)
    assert back is not None
    assert outcomes(scene, step, step, back) == ["done", "already", "done"]
    row = scene.site.export("HV01")["VMNetworkAdapter"][0]
    assert row["DynamicMacAddressEnabled"]
    assert row["MacAddress"].startswith("00155D")


def test_an_address_that_was_taken_meanwhile_is_refused():
    world = twins()
    machine = world.hosts[0].machines[0]
    step = set_address(machine, 0x020000000007)
    machine.turn_off()
    machine.adapter.set_static("02-00-00-00-00-09")
    machine.start()
    assert outcomes(Scene(site=site(world)), step) == ["refused"]


def test_a_saved_machine_is_left_alone():
    world = twins()
    machine = world.hosts[0].machines[0]
    machine.save()
    lived = live(Scene(site=site(world)), set_address(machine, 0x020000000007))
    assert (lived.outcome, "Saved" in lived.seen) == ("refused", True)


def test_a_vnic_is_made_anew_with_its_settings():
    world = converged()
    scene = Scene(site=site(world))
    step = replace_vnic(world.hosts[0])
    assert outcomes(scene, step, step) == ["done", "already"]
    now = scene.site.export("HV05")
    (row,) = now["ManagementVMNetworkAdapter"]
    assert row["MacAddress"] != f"{step.was_mac:012X}"
    found = {one["IPAddress"]: one["InterfaceAlias"] for one in now["NetIPAddress"]}
    assert found["192.168.1.21"] == "vEthernet (infra)"
    assert [one["NextHop"] for one in now["NetRoute"]] == ["192.168.1.1"]
    assert [one["ServerAddresses"] for one in now["DnsClientServerAddress"]] == [["192.168.1.10"]]


def test_a_vnic_that_nobody_answers_gets_its_address_back():
    world = converged()
    scene = Scene(site=site(world), answers=lambda _host, _probes: False)
    before = scene.site.export("HV05")
    lived = live(scene, replace_vnic(world.hosts[0]))
    assert lived.outcome == "rolled-back"
    now = scene.site.export("HV05")
    assert now["ManagementVMNetworkAdapter"][0]["MacAddress"] == before["ManagementVMNetworkAdapter"][0]["MacAddress"]
    assert {one["IPAddress"] for one in now["NetIPAddress"]} == {one["IPAddress"] for one in before["NetIPAddress"]}


def test_a_link_that_is_down_makes_a_network_step_roll_back():
    world = converged()
    for nic in world.hosts[0].nics:
        nic.linked = False
    assert outcomes(Scene(site=site(world)), replace_vnic(world.hosts[0])) == ["rolled-back"]


def test_a_vnic_that_has_lost_its_ip_address_meanwhile_is_left_alone():
    world = converged()
    step = replace_vnic(world.hosts[0])
    world.hosts[0].vnics[0].set_ip("192.168.1.99")
    lived = live(Scene(site=site(world)), step)
    assert (lived.outcome, "192.168.1.21" in lived.seen) == ("refused", True)


def test_a_parent_vnic_gets_the_address_of_its_nic_and_machines_stay_connected():
    world = World(9)
    host = world.host("HV07", "2016")
    nic = host.add_nic(ip="192.168.1.21")
    host.enable_role()
    switch = host.internal_switch("LAN")
    host.convert_switch(switch, "external", nic)
    host.create_vm("web", switch).start()
    step = RemakeSwitch(
        id="HV07/1",
        host="HV07",
        switch="LAN",
        nic=nic.name,
        nic_permanent=nic.permanent,
        was_mac=host.vnics[0].mac,
        adapters=(host.machines[0].adapter.full_id,),
        settings=replace_vnic(converged().hosts[0]).settings,
    )
    scene = Scene(site=site(world))
    assert outcomes(scene, step, step) == ["done", "already"]
    now = scene.site.export("HV07")
    assert now["ManagementVMNetworkAdapter"][0]["MacAddress"] == f"{nic.permanent:012X}"
    assert now["VMNetworkAdapter"][0]["SwitchId"] == now["VMSwitch"][0]["Id"] != switch.id


def test_an_address_that_came_by_dhcp_is_asked_for_anew_and_is_another_one():
    world = World(9)
    host = world.host("HV07", "2016")
    nic = host.add_nic(dhcp=world.dhcp("lan", "10.1.1.20", "10.1.1.99", gateway="10.1.1.1"))
    host.enable_role()
    switch = host.internal_switch("LAN")
    host.convert_switch(switch, "external", nic)
    vnic = host.vnics[0]
    step = RemakeSwitch(
        id="HV07/1",
        host="HV07",
        switch="LAN",
        nic=nic.name,
        nic_permanent=nic.permanent,
        was_mac=vnic.mac,
        settings=IpSettings(dhcp=True),
    )
    scene = Scene(site=site(world))
    assert outcomes(scene, step) == ["done"]
    (row,) = [one for one in scene.site.export("HV07")["NetIPAddress"] if one["InterfaceAlias"] == "vEthernet (LAN)"]
    assert row["IPAddress"].startswith("10.1.1.")
    assert row["IPAddress"] != vnic.ip
    rebuilt = scene.site.host("HV07")
    assert rebuilt is not None
    rebuilt.restart()
    assert rebuilt.vnics[0].ip == row["IPAddress"]


def test_a_team_lets_go_of_a_nic_that_is_no_member():
    world = World(9)
    host = world.host("HV08", "2019")
    one, two, three = (host.add_nic() for _ in range(3))
    host.enable_role()
    team = host.team("team", [one, two, three])
    team.remove(one)
    step = RestartTeam(
        id="HV08/1", host="HV08", team="team", was_mac=team.mac, members=(two.permanent, three.permanent)
    )
    scene = Scene(site=site(world))
    assert outcomes(scene, step, step) == ["done", "already"]
    assert {row["Name"]: row["MacAddress"] for row in scene.site.export("HV08")["NetAdapter"]}["team"] in (
        f"{two.permanent:012X}",
        f"{three.permanent:012X}",
    )


def test_a_nic_gets_its_own_address_back():
    world = twins()
    nic = world.hosts[0].nics[0]
    nic.override("02-00-00-00-00-01")
    step = ResetNic(id="HV01/1", host="HV01", nic=nic.name, nic_permanent=nic.permanent, was_mac=nic.mac)
    other = ResetNic(id="HV01/2", host="HV01", nic=nic.name, nic_permanent=0x020000000002, was_mac=nic.mac)
    assert outcomes(Scene(site=site(world)), other, step, step) == ["refused", "done", "already"]


def test_settings_of_one_adapter_come_and_go():
    world = twins()
    machine = world.hosts[0].machines[0]
    told: dict[str, Any] = {
        "host": "HV01",
        "machine": machine.name,
        "machine_id": machine.id,
        "adapter": machine.adapter.name,
        "adapter_id": machine.adapter.full_id,
    }
    spoof = SetSpoofing(id="HV01/1", **told, on=True, was_on=False)
    off = SetConnection(id="HV01/2", **told, switch="LAN", connected=False)
    scene = Scene(site=site(world))
    backs = [reverse_of(spoof), reverse_of(off)]
    assert all(backs)
    assert outcomes(scene, spoof, spoof, off, off) == ["done", "already", "done", "already"]
    assert outcomes(scene, *(one for one in backs if one)) == ["done", "done"]
    assert scene.site.export("HV01")["VMNetworkAdapter"] == exports(world)["HV01"]["VMNetworkAdapter"]


def test_a_cursor_is_written_while_the_service_stands_still():
    world = twins()
    host = world.hosts[0]
    host.edit_registry(current="00-15-5D-FF-FF-00")
    step = SetCursor(id="HV01/1", host="HV01", cursor=host.key.minimum or 0, was_cursor=host.key.current)
    scene = Scene(site=site(world))
    assert outcomes(scene, step, step) == ["done", "already"]
    assert scene.site.export("HV01")["Virtualization"]["CurrentMacAddress"] == f"{host.key.minimum:012X}"


def test_world_wide_names_are_generated_from_the_new_range():
    world = twins()
    host = world.hosts[0]
    machine = host.machines[0]
    machine.turn_off()
    hba = machine.add_fibre_channel("san")
    machine.start()
    assert host.names is not None
    step = SetPortNames(
        id="HV01/1",
        host="HV01",
        first=0xC003FF0102030000,
        last=0xC003FF010203FFFF,
        was_first=host.names.first,
        was_last=host.names.last,
    )
    names = GenerateNames(
        id="HV01/2",
        host="HV01",
        machine=machine.name,
        machine_id=machine.id,
        names=(f"{hba.port_a:016X}",),
        was_running=True,
    )
    scene = Scene(site=site(world))
    assert outcomes(scene, step, names, names) == ["done", "done", "already"]
    now = scene.site.export("HV01")
    assert now["VMFibreChannelHba"][0]["WorldWidePortNameSetA"] == "C003FF0102030000"
    assert now["VM"][0]["State"] == 3


def test_a_vmm_server_changes_its_pools_and_grants_anew():
    world = twins()
    host = world.hosts[0]
    vmm = Server(world, "VMM01")
    vmm.add(host)
    old = vmm.pools[0]
    machine = host.create_vm("granted", host.switches[0])
    vmm.grant(machine.adapter)
    machine.start()
    made = Site({**exports(world), "VMM01": json.loads(vmm.export())})
    assert made.unheld == {}
    scene = Scene(site=made)
    remove = RemoveVmmPool(id="VMM01/1", host="VMM01", name=old.name, first=old.first, last=old.last)
    make = MakeVmmPool(id="VMM01/2", host="VMM01", name="ours", first=0x02A0C8000000, last=0x02A0C80000FF)
    grant = GrantAddress(
        id="VMM01/3",
        host="VMM01",
        machine=machine.name,
        machine_id=machine.id,
        on="HV01",
        adapter_id=machine.adapter.full_id,
        pool="ours",
        was_mac=machine.adapter.mac,
        was_running=True,
    )
    assert outcomes(scene, make, make, grant, grant, remove, remove) == ["done", "already"] * 3
    told = made.export("VMM01")
    assert [row["Address"] for row in told["SCMACAddress"]] == [show(0x02A0C8000000)]
    assert old.name not in [row["Name"] for row in told["SCMACAddressPool"]]


def test_a_step_on_a_host_that_there_is_no_export_of_is_skipped():
    step = set_range(twins().hosts[0])
    assert outcomes(Scene(site=Site({})), step) == ["skipped"]


def test_a_host_that_is_down_refuses():
    world = twins()
    made = site(world)
    host = made.host("hv01")
    assert host is not None
    host.shut_down()
    assert outcomes(Scene(site=made), set_range(world.hosts[0])) == ["refused"]
