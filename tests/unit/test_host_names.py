"""Which records are one host: names in any letter case, short and long, older and newer exports."""

import json

from tests.kit.fleets import diagnosed, write

HOST = {
    "schema": "maccord.host/1",
    "collectedAt": "2027-01-14T08:00:00Z",
    "MachineGuid": "c2a8ef7a-0000-4000-8000-000000000000",
    "Virtualization": {"MinimumMacAddress": "00155D010100", "MaximumMacAddress": "00155D0101FF"},
}


def hosts(report):
    return report.evidence.hosts, sorted({host for one in report.incidents for host in one.hosts})


def test_one_host_under_its_short_and_its_long_name_is_one_host(tmp_path):
    write(
        tmp_path, [("a.json", {**HOST, "ComputerName": "A1"}), ("b.json", {**HOST, "ComputerName": "a1.corp.example"})]
    )
    report = diagnosed(tmp_path)
    assert report.evidence.hosts == 1
    assert report.incidents == []
    assert [one.reason for one in report.problems] == ["a newer export of A1 was read: this one is not used"]


def test_two_machines_of_one_short_name_in_two_domains_stay_two_hosts(tmp_path):
    other = {**HOST, "MachineGuid": "c2a8ef7a-0000-4000-8000-000000000001"}
    write(
        tmp_path, [("a.json", {**HOST, "ComputerName": "A1"}), ("b.json", {**other, "ComputerName": "A1.lab.example"})]
    )
    report = diagnosed(tmp_path)
    assert report.evidence.hosts == 2
    assert [one.hosts for one in report.incidents] == [["A1", "A1.lab.example"]]


def test_a_short_name_that_fits_two_long_ones_is_given_to_neither(tmp_path):
    names = ("A1", "A1.one.example", "A1.two.example")
    write(tmp_path, [(f"{name}.json", {**HOST, "ComputerName": name}) for name in names])
    assert diagnosed(tmp_path).evidence.hosts == 3


def test_cmdlets_in_a_folder_of_the_long_name_belong_to_the_host_that_get_vmhost_names(tmp_path):
    vmhost = {"ComputerName": "HV01", "MacAddressMinimum": "00155D010100", "MacAddressMaximum": "00155D0101FF"}
    adapter = {"VMName": "a", "VMId": "1", "MacAddress": "00155D010107", "DynamicMacAddressEnabled": True}
    files = [("vmhost.json", vmhost), ("nic.json", [{**adapter, "SwitchName": "S", "IPAddresses": []}])]
    write(tmp_path, [(f"HV01.corp.example/{name}", json.dumps(value)) for name, value in files])
    assert diagnosed(tmp_path).evidence.hosts == 1
