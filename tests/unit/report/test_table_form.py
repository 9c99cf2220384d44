"""The report as a person reads it: who has an address twice, and lines that stay within their indent."""

import json

import pytest

from maccord.cli.main import run

DOMAIN = """<domain type='kvm' id='1'><name>erp</name><uuid>6a9f1d1e-0000-4000-8000-00000000000e</uuid><devices>
<interface type='bridge'><mac address='02:00:00:00:00:11'/><source bridge='br0'/></interface></devices></domain>"""
MACHINE = """apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      domain: {devices: {interfaces: [{name: lan, bridge: {}, macAddress: "02:00:00:00:00:11"}]}}
      networks: [{name: lan, multus: {networkName: br}}]
"""


def report(folder, capsys, **files):
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "evidence").write_text(text)
    run(["check", str(folder), "--quiet"])
    return capsys.readouterr().out


def test_a_machine_of_a_namespace_is_named_with_it(tmp_path, capsys):
    told = report(tmp_path, capsys, kvm1=DOMAIN, cluster1=MACHINE)
    assert "shop/web (cluster1), erp (kvm1)" in told


@pytest.mark.parametrize(("value", "words"), [(7, "a number"), ([[1]], "a list"), (True, "true"), ("on", "a text")])
def test_a_problem_names_what_was_found_in_plain_words(tmp_path, capsys, value, words):
    told = report(tmp_path, capsys, HV01=json.dumps({"schema": "maccord.host/1", "ComputerName": "HV01", "VM": value}))
    assert f"expected an object, found {words}" in told


def test_an_export_of_another_schema_is_named(tmp_path, capsys):
    assert "'maccord.host/9' is no schema that this version reads" in report(
        tmp_path, capsys, HV01='{"schema": "maccord.host/9"}'
    )


def test_lines_of_a_long_problem_keep_their_indent(tmp_path, capsys):
    adapter = {"Name": "NIC", "VMName": "erp", "MacAddress": "zz"}
    export = {"schema": "maccord.host/1", "ComputerName": "HV01", "VMNetworkAdapter": [adapter]}
    told = report(tmp_path, capsys, HV01=json.dumps(export)).splitlines()
    at = told.index("1 problem with the evidence:")
    assert told[at + 1].startswith("  HV01/evidence")
    assert told[at + 2].startswith("  ")
