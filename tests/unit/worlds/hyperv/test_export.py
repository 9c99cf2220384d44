"""The host export of an emulated host: names, types and integers of the contract, and what check makes of it."""

import json

import pytest

from maccord.collect.document import Document
from maccord.collect.hyperv_typed import export_of
from maccord.worlds.hyperv import PROFILES, World
from tests.kit.fleets import diagnosed
from tests.kit.hyperv_worlds import howards_server, ready


def furnished(profile):
    """A host with something of everything that its version has."""
    world = World(seed=9)
    host = ready(world, "HV01", "10.0.0.5", profile)
    for name, state in (("on", "start"), ("kept", "save"), ("held", "pause"), ("off", "turn_off")):
        vm = host.create_vm(name, host.switch("LAN"))
        if host.profile.fibre_channel:
            vm.add_fibre_channel("SAN")
        vm.start()
        if state != "start":
            getattr(vm, state)()
    host.machine("on").adapter.vlan = 20
    host.machine("on").adapter.guest_ips.append("10.0.20.5")
    host.external_switch("TEAM", host.team("Team1", [host.add_nic(), host.add_nic()]), allow_lbfo_teams=True)
    if host.profile.embedded_teaming:
        host.external_switch("SET", [host.add_nic(), host.add_nic()])
        host.container_network("nat")
    return world, host


@pytest.mark.parametrize("profile", list(PROFILES))
def test_an_export_is_typed_throughout_as_the_collector_script_writes_it(profile):
    world, host = furnished(profile)
    assert export_of(Document("HV01.json", "HV01", world.export(host))) is not None


def test_an_export_has_the_sections_of_the_script_in_its_order():
    world, host = furnished("2022")
    assert list(json.loads(world.export(host))) == [
        *("schema", "collectedAt", "ComputerName", "OperatingSystem", "MachineGuid", "Virtualization", "VMHost", "VM"),
        *("VMNetworkAdapter", "ManagementVMNetworkAdapter", "VMNetworkAdapterVlan", "VMSwitch", "VMSwitchTeam"),
        *("NetAdapter", "NetLbfoTeam", "NetLbfoTeamMember", "NetLbfoTeamNic", "NetIPAddress", "DnsClientServerAddress"),
        *("NetRoute", "NetAdapterVmq", "VMFibreChannelHba", "HnsNetwork", "Event", "notes"),
    ]


def test_2008_has_no_permission_to_spoof_to_tell_of():
    world, host = furnished("2008")
    export = json.loads(world.export(host))
    rows = [*export["VMNetworkAdapter"], *export["ManagementVMNetworkAdapter"]]
    assert rows
    assert {row["MacAddressSpoofing"] for row in rows} == {None}


def test_enumerations_are_integers_and_on_is_zero():
    world, host = furnished("2022")
    host.machine("on").adapter.allow_spoofing()
    export = json.loads(world.export(host))
    assert [row["State"] for row in export["VM"]] == [2, 6, 9, 3]
    assert [row["MacAddressSpoofing"] for row in export["VMNetworkAdapter"]] == [0, 1, 1, 1]
    assert [row["SwitchType"] for row in export["VMSwitch"]] == [2, 2, 2]
    assert [(row["OperationMode"], row["AccessVlanId"]) for row in export["VMNetworkAdapterVlan"]][:2] == [
        (1, 20),
        (0, 0),
    ]


def test_an_adapter_that_never_ran_shows_zeros_and_one_that_is_off_no_status():
    world, host = howards_server(profile="2016")
    host.enable_role()
    host.create_vm("web")
    (row,) = json.loads(world.export(host))["VMNetworkAdapter"]
    assert (row["MacAddress"], row["Status"], row["IPAddresses"], row["Connected"]) == ("000000000000", [], [], False)
    assert row["Id"] == f"Microsoft:{row['VMId'].upper()}\\{host.machine('web').adapter.id.upper()}"


def test_an_unpopulated_range_is_null_and_a_host_without_the_role_says_so():
    world, host = howards_server()
    export = json.loads(world.export(host))
    assert (export["Virtualization"], export["VMHost"]) == (None, None)
    assert export["notes"][-1]["cmdlet"] == "Get-VMHost"
    host.enable_role()
    export = json.loads(world.export(host))
    assert set(export["Virtualization"].values()) == {None}
    assert export["VMHost"]["MacAddressMinimum"] is None


def test_registry_and_service_are_told_apart():
    world, host = howards_server()
    host.enable_role()
    host.create_vm("web")
    host.edit_registry(maximum="00155DC86A02")
    export = json.loads(world.export(host))
    assert export["Virtualization"]["MaximumMacAddress"] == "00155DC86A02"
    assert export["VMHost"]["MacAddressMaximum"] == "00155DC86AFF"


def test_check_reads_what_was_exported_without_a_problem_and_finds_nothing_wrong_in_one_ordinary_host(tmp_path):
    world, host = howards_server(profile="2022")
    host.enable_role()
    switch = host.external_switch("LAN", host.nics[0])
    for name in ("a", "b"):
        host.create_vm(name, switch).start()
    (tmp_path / "HV01.json").write_bytes(world.export(host))
    report = diagnosed(tmp_path)
    assert (report.problems, report.incidents) == ([], [])
    assert [twin.kind for twin in report.expected_twins] == ["parent-vnic"]
