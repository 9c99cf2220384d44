"""A fleet in which nobody shares an address, and nothing else is wrong, is left in peace."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.fleets import dashed, diagnosed, healthy_fleets, write


@settings(max_examples=20)
@given(healthy_fleets())
def test_a_healthy_fleet_has_no_incident_at_warning_or_above(fleet):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        report = diagnosed(folder)
    assert [one for one in report.incidents if one.severity != "info"] == []
    assert report.problems == []
    assert not report.failing
    assert report.evidence.files == len(fleet)


@settings(max_examples=15)
@given(healthy_fleets(), st.data())
def test_one_fault_in_a_healthy_fleet_is_the_only_incident(fleet, data):
    exports = [value for _, value in fleet if value["schema"] == "maccord.host/1"]
    export = data.draw(st.sampled_from(exports))
    first = int(export["Virtualization"]["MinimumMacAddress"], 16)
    mac = first + data.draw(st.integers(128, 255))
    machine = {"Name": "odd", "Id": "00000bad-0000-4000-8000-000000000001", "State": 3, "Generation": 2}
    adapter = {"Name": "NIC", "VMName": "odd", "VMId": machine["Id"], "MacAddress": dashed(mac), "SwitchName": "LAN"}
    export["VM"].append(machine)
    export["VMNetworkAdapter"].append({**adapter, "DynamicMacAddressEnabled": False})
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        report = diagnosed(folder)
    told = [one for one in report.incidents if one.severity != "info"]
    assert [one.cause for one in told] == ["static-in-dynamic-range"]
    assert told[0].addresses == [dashed(mac)]
    assert told[0].hosts == [export["ComputerName"]]
    assert told[0].state == "latent"
