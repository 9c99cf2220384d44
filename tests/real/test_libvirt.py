"""libvirt: `maccord collect libvirt` on libvirt's own test driver, which is libvirt without a hypervisor."""

import json
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from maccord.cli.main import run

libvirt = pytest.importorskip("libvirt", reason="libvirt-python is not there: script/test --all installs it")
pytestmark = pytest.mark.real


def domain(name, mac, uuid=""):
    return (
        f"<domain type='test'><name>{escape(name)}</name>{uuid and f'<uuid>{uuid}</uuid>'}<memory>1024</memory>"
        f"<os><type>hvm</type></os><devices><interface type='bridge'><mac address='{mac}'/><source bridge='br0'/>"
        "</interface></devices></domain>"
    )


def fleet(folder, name, *domains):
    """Write a fleet of the test driver's own and return its URI."""
    file = folder / f"{name}.xml"
    cpu = "<cpu><mhz>1000</mhz><model>i686</model><active>1</active><nodes>1</nodes><sockets>1</sockets></cpu>"
    file.write_text(f"<node>{''.join(domains)}{cpu}</node>")
    return f"{name}=test://{file}"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_machines_and_networks_of_a_host_are_written_in_a_folder_of_its_name():
    assert run(["collect", "libvirt", "--connect", "kvm01=test:///default", "--output", "evidence"]) == 0
    assert sorted(path.name for path in Path("evidence/kvm01").glob("[!.]*")) == ["net-default.xml", "test.xml"]
    assert "<name>test</name>" in Path("evidence/kvm01/test.xml").read_text()


def test_a_host_tells_its_own_name():
    with_name = libvirt.open("test:///default")
    try:
        name = with_name.getHostname()
    finally:
        with_name.close()
    assert run(["collect", "libvirt", "--connect", "test:///default", "--output", "evidence"]) == 0
    assert Path("evidence", name).is_dir()


def test_two_hosts_that_share_an_address_are_found(tmp_path, capsys):
    one = fleet(tmp_path, "kvm01", domain("web", "52:54:00:00:10:01"), domain("db", "52:54:00:00:10:02"))
    other = fleet(tmp_path, "kvm02", domain("app", "52:54:00:00:10:01"))
    assert run(["collect", "libvirt", "--connect", one, "--connect", other, "--output", "evidence"]) == 0
    capsys.readouterr()
    assert run(["check", "evidence", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    (incident,) = report["incidents"]
    assert (incident["addresses"], incident["hosts"]) == (["52-54-00-00-10-01"], ["kvm01", "kvm02"])
    assert incident["state"] == "active"


def test_an_address_that_a_running_machine_gets_with_its_next_start_collides_latently(tmp_path, capsys):
    """The driver's domains are one for all connections of a process as long as one of them is open."""
    there = libvirt.open("test:///default")
    try:
        machine = there.defineXML(domain("web", "52:54:00:00:10:01"))
        machine.create()
        there.defineXML(domain("web", "52:54:00:00:10:09", machine.UUIDString()))
        other = fleet(tmp_path, "kvm02", domain("app", "52:54:00:00:10:09"))
        arguments = ["--connect", "kvm01=test:///default", "--connect", other]
        assert run(["collect", "libvirt", *arguments, "--output", "evidence"]) == 0
    finally:
        there.close()
    text = Path("evidence/kvm01/web.xml").read_text()
    assert text.index("52:54:00:00:10:01") < text.index("52:54:00:00:10:09")
    capsys.readouterr()
    run(["check", "evidence", "--format", "json"])
    (incident,) = json.loads(capsys.readouterr().out)["incidents"]
    assert (incident["addresses"], incident["state"]) == (["52-54-00-00-10-09"], "latent")


def test_a_machine_may_be_called_anything():
    there = libvirt.open("test:///default")
    try:
        for name in (".hidden", "..", "con", "Web", "web", "-rf", "a b"):
            there.defineXML(domain(name, "52:54:00:00:10:01"))
        assert run(["collect", "libvirt", "--connect", "kvm01=test:///default", "--output", "evidence"]) == 0
    finally:
        there.close()
    names = [path.name for path in Path("evidence/kvm01").glob("[!.]*")]
    assert len(names) == len({name.casefold() for name in names}) == 9
    texts = [path.read_text() for path in Path("evidence/kvm01").glob("[!.]*")]
    assert sum(text.startswith("<domain") for text in texts) == 8


def test_a_machine_that_is_gone_is_gone_from_the_evidence(tmp_path):
    for domains in (
        (domain("web", "52:54:00:00:10:01"), domain("db", "52:54:00:00:10:02")),
        (domain("web", "52:54:00:00:10:01"),),
    ):
        uri = fleet(tmp_path, "kvm01", *domains)
        assert run(["collect", "libvirt", "--connect", uri, "--output", "evidence"]) == 0
    assert [path.name for path in Path("evidence/kvm01").glob("[!.]*")] == ["web.xml"]


def test_a_host_that_cannot_be_reached_is_named_once_and_the_others_count(capfd):
    gone = "test:///no/such/file.xml"
    assert run(["collect", "libvirt", "--connect", gone, "--connect", "test:///default", "--output", "evidence"]) == 0
    said = capfd.readouterr().err
    assert sum(line.startswith(f"maccord: {gone}: ") for line in said.splitlines()) == 1
    assert "libvirt: " not in said, "libvirt printed the error as well"


def test_two_thousand_machines_are_collected_in_seconds(tmp_path):
    uri = fleet(
        tmp_path, "kvm01", *(domain(f"vm{at}", f"52:54:00:00:{at >> 8:02x}:{at & 255:02x}") for at in range(2000))
    )
    assert run(["collect", "libvirt", "--connect", uri, "--limit", "60", "--output", "evidence"]) == 0
    assert len(list(Path("evidence/kvm01").glob("vm*.xml"))) == 2000
