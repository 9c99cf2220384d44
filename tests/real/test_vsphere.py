"""vSphere: `maccord collect vsphere` against VMware's own simulator, vcsim, built from Debian's packages."""

import csv
import gc
import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from maccord.cli.main import run
from maccord.collect.kinds import COLLECTORS

pytestmark = pytest.mark.real
SOURCES = Path("/usr/share/gocode")
VCSIM = Path(__file__).parents[1] / "kit/vcsim/main.go"
PASSWORD = "s3cret"  # noqa: S105 - of the simulator
POOLS = 3  # resource pools with machines: one of the cluster, and one per host that is in none
MACHINES = 300


@pytest.fixture(scope="session")
def vcsim(go, tmp_path_factory):
    if not (SOURCES / "src/github.com/vmware/govmomi/simulator").is_dir():
        pytest.skip("no sources of govmomi: script/system-packages golang-github-vmware-govmomi-dev")
    program = tmp_path_factory.mktemp("vcsim") / "vcsim"
    settings = {**os.environ, "GO111MODULE": "off", "GOPATH": str(SOURCES), "GOFLAGS": ""}
    subprocess.run([go, "build", "-o", str(program), str(VCSIM)], env=settings, check=True, timeout=300)
    return program


@pytest.fixture
def collect(vcsim, certificates, started, tmp_path, monkeypatch):
    """Return a call of `maccord collect vsphere` to a simulator with so many machines per pool."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments, machines=2, password=PASSWORD):
        monkeypatch.setenv("MACCORD_COLLECT_VSPHERE_PASSWORD", password)
        with started(vcsim, machines, PASSWORD, certificates.server, certificates.key) as at:
            command = ["collect", "vsphere", "--server", at, "--user", "audit", "--output", "evidence"]
            return run([*command, *(arguments or ("--ca", str(certificates.authority)))])

    return call


def sheet(name):
    with Path("evidence/127.0.0.1", name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_adapter_of_an_inventory_of_several_pages_has_its_row(collect):
    assert collect(machines=MACHINES) == 0
    rows = sheet("vNetwork.csv")
    assert len(rows) % MACHINES == 0
    assert len(rows) > 500, "the inventory must not fit one page"
    assert len({row["VM ID"] for row in rows}) == len({row["VM UUID"] for row in rows}) == len(rows)
    one = next(row for row in rows if row["VM"] == "DC0_H0_VM0")
    assert one["Mac Address"].startswith("00:0c:29:")
    assert (one["Powerstate"], one["Template"], one["Type"]) == ("poweredOn", "False", "Generated")
    assert (one["Network"], one["Switch"]) == ("DC0_DVPG0", "DVS0")
    assert (one["Host"], one["Cluster"], one["Datacenter"]) == ("DC0_H0", "", "DC0")
    assert one["VI SDK Server"] == "127.0.0.1"
    clusters = Counter(row["Cluster"] for row in rows)
    assert clusters["DC0_C0"] == MACHINES


def test_port_groups_have_their_vlans_per_host(collect):
    assert collect() == 0
    rows = {(row["Host"], row["Port Group"]): row for row in sheet("vPort.csv")}
    assert rows["DC0_H0", "VM Network"]["Switch"] == "vSwitch0"
    assert rows["DC0_H0", "VM Network"]["VLAN"] == "0"
    assert rows["DC0_H0", "VM Network"]["Forged Transmits"] == "True"
    assert rows["DC0_H0", "DC0_DVPG0"]["Switch"] == "DVS0"


def test_a_wrong_password_is_refused_and_not_shown(collect, capsys):
    assert collect(password="wr0ng-one") == 2  # noqa: S106 - it is wrong
    said = capsys.readouterr().err
    assert "ogin" in said
    assert "wr0ng-one" not in said
    assert not list(Path("evidence").iterdir())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pyvmomi leaves a refused socket open
def test_a_certificate_that_nobody_vouches_for_is_refused_unless_that_is_meant(collect, capsys):
    assert collect("--quiet") == 2
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err
    assert collect("--insecure") == 0
    gc.collect()  # here, and not in the middle of another test


@pytest.mark.skipif("vmware-sheet" not in COLLECTORS, reason="no collector reads vNetwork sheets yet")
def test_check_finds_the_one_address_that_all_machines_of_the_simulator_share(collect, capsys):
    assert collect() == 0
    capsys.readouterr()
    assert run(["check", "evidence", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    assert report["evidence"]["adapters"] == len(sheet("vNetwork.csv"))
    assert any(len(one["addresses"]) == 1 for one in report["incidents"])
