"""`maccord collect`: secrets, missing libraries, exit codes, and what is left when it is interrupted."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from maccord.cli.main import run
from maccord.reach import Collected
from tests.kit.certificates import made_in
from tests.kit.winrm import Windows

EXPORT = Path(__file__).parents[3] / "examples/fleet/HQ-HV03.json"
posix = pytest.mark.skipif(os.name == "nt", reason="needs permissions of POSIX")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MACCORD_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def windows(certificates):
    """A Windows host that answers with an export, and the arguments that lead to it."""
    with Windows(certificates, "audit", "s3cret", lambda shell, _: shell.write_output(EXPORT.read_text())) as endpoint:
        yield [
            *("collect", "hyperv", "--user", "audit", "--auth", "basic", "--port", str(endpoint.port)),
            *("--ca", str(certificates.authority), "--output", "evidence"),
        ]


# Hosts --------------------------------------------------------------------------------------------------------


def test_hosts_are_collected_into_a_file_each_and_check_reads_them(windows, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")
    assert run([*windows, "--host", "127.0.0.1", "--host", "localhost"]) == 0
    assert sorted(path.name for path in Path("evidence").iterdir()) == ["127.0.0.1.json", "localhost.json"]
    out, said = capsys.readouterr()
    assert out == ""
    assert "2 files of 2 sources in evidence; next: maccord check evidence" in said
    assert run(["check", "evidence", "--quiet"]) in (0, 1)


def test_a_host_that_fails_is_named_and_the_others_count(windows, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")
    Path("hosts.txt").write_text("# ours\nlocalhost  # the first\n\nno-such-host.invalid\nLOCALHOST\n")
    assert run([*windows, "--hosts", "hosts.txt"]) == 0
    said = capsys.readouterr().err
    assert "no-such-host.invalid: " in said
    assert "1 file of 1 source in evidence, 1 failed" in said
    assert run([*windows, "--hosts", "hosts.txt", "--strict", "--quiet"]) == 2


def test_nothing_collected_leaves_with_2_and_without_the_password(windows, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "wr0ng-one")
    assert run([*windows, "--host", "localhost"]) == 2
    out, said = capsys.readouterr()
    assert "nothing was collected" in said
    assert "wr0ng-one" not in out + said
    assert list(Path("evidence").iterdir()) == []


def test_settings_stand_in_maccord_toml_and_a_wrong_one_is_refused(windows, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")
    Path("maccord.toml").write_text('[collect.hyperv]\nhost = ["localhost"]\nskip-events = true\n')
    assert run(windows) == 0
    Path("maccord.toml").write_text('[collect.hyperv]\npassword = "s3cret"\n')
    capsys.readouterr()
    assert run(windows) == 2
    assert "[collect.hyperv] has no option 'password'" in capsys.readouterr().err


def test_an_interruption_keeps_what_is_whole_and_says_so(monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")

    def answers(_asks, **_):
        yield Collected("HV01", {"HV01.json": "{}\n"})
        raise KeyboardInterrupt

    monkeypatch.setattr("maccord.reach.ask_all", answers)
    hosts = ["--host", "HV01", "--host", "HV02"]
    assert run(["collect", "hyperv", *hosts, "--user", "audit", "--output", "evidence"]) == 130
    assert "interrupted: what 1 of 2 sources told is in evidence, and is whole" in capsys.readouterr().err
    assert [path.name for path in Path("evidence").iterdir()] == ["HV01.json"]


@posix
def test_ctrl_c_ends_a_run_that_waits_for_a_deaf_host(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        where = ["--host", "127.0.0.1", "--port", str(deaf.getsockname()[1]), "--user", "audit", "--output", "evidence"]
        program = subprocess.Popen(
            [sys.executable, "-m", "maccord", "collect", "hyperv", *where], cwd=tmp_path, text=True,
            stderr=subprocess.PIPE, env={**os.environ, "MACCORD_COLLECT_HYPERV_PASSWORD": "s3cret"},
        )  # fmt: skip
        with program:
            deaf.settimeout(60)
            connection, _ = deaf.accept()
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=60)
            connection.close()
    assert program.returncode == 130
    assert said == "maccord: interrupted: what 0 of 1 sources told is in evidence, and is whole\n"
    assert list((tmp_path / "evidence").iterdir()) == []


# Secrets ------------------------------------------------------------------------------------------------------


@posix
def test_a_password_comes_from_a_file_that_nobody_else_may_read(windows, capsys):
    Path("password").write_text("s3cret\nmore\n")
    Path("password").chmod(0o600)
    assert run([*windows, "--host", "localhost", "--password-file", "password"]) == 0
    Path("password").chmod(0o640)
    capsys.readouterr()
    assert run([*windows, "--host", "localhost", "--password-file", "password"]) == 2
    assert "chmod 600 password" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "\n", "\nsecond line\n"])
def test_a_file_without_a_password_is_refused(windows, text, capsys):
    Path("password").write_text(text)
    Path("password").chmod(0o600)
    assert run([*windows, "--host", "localhost", "--password-file", "password"]) == 2
    assert "first line is empty" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["s3c\tret", "s3c\x1b[2Jret", "s3c\x7fret"])
def test_a_password_that_libraries_might_spell_otherwise_in_a_message_is_refused(windows, text, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", text)
    assert run([*windows, "--host", "localhost"]) == 2
    assert "ret" not in capsys.readouterr().err.replace("secret", "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_of_hosts_may_be_in_any_encoding_that_windows_writes(windows, encoding, monkeypatch):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")
    Path("hosts.txt").write_text("localhost\r\n", encoding=encoding)
    assert run([*windows, "--hosts", "hosts.txt"]) == 0
    Path("hosts.txt").write_bytes(b"\xff\x00\xff")
    assert run([*windows, "--hosts", "hosts.txt"]) == 2


def test_without_a_terminal_and_a_password_the_ways_to_give_one_are_named(windows, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "maccord", *windows, "--host", "localhost"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, encoding="utf-8", timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr == (
        "maccord: no password of audit: set MACCORD_COLLECT_HYPERV_PASSWORD, or say --password-file FILE\n"
    )


@pytest.mark.parametrize("platform", ["hyperv", "libvirt", "netbox", "proxmox", "vsphere"])
def test_no_command_takes_a_secret_as_an_argument(platform, capsys):
    assert run(["collect", platform, "--help"]) == 0
    page = capsys.readouterr().out
    for option in ("--password ", "--token ", "--secret "):
        assert option not in page
    assert "-file FILE" in page
    assert f"MACCORD_COLLECT_{platform.upper()}_" in page
    assert f"maccord collect {platform}" in page
    assert "pip install 'maccord[" in page


# Calls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hyperv"], "--script"),
        (["hyperv", "--script", "--host", "HV01"], "--script"),
        (["hyperv", "--host", "HV01"], "--output"),
        (["hyperv", "--host", "HV01", "--auth", "basic", "--http", "--user", "x", "--output", "e"], "TLS"),
        (["hyperv", "--host", "HV01", "--auth", "ntlm", "--output", "e"], "--user"),
        (["hyperv", "--hosts", "no-such-file", "--output", "e"], "no-such-file"),
        (["vmm"], "--script"),
        (["vsphere", "--server", "vc01", "--output", "e"], "--user"),
        (["vsphere", "--server", "http://vc01", "--user", "x", "--output", "e"], "--insecure"),
        (["vsphere", "--server", "https://x:hunter2@vc01", "--user", "x", "--output", "e"], "no name or password"),
        (["netbox", "--server", "ftp://netbox", "--output", "e"], "ftp"),
        (["netbox", "--server", "netbox", "--ca", "no-such-file", "--output", "e"], "no-such-file"),
        (["proxmox", "--server", "pve1", "--user", "audit", "--output", "e"], "audit@pve!maccord"),
        (["libvirt"], "--output"),
        (["no-such-platform"], "no-such-platform"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_call_that_is_wrong_leaves_with_2_and_says_why(arguments, said, monkeypatch, capsys):
    for name in ("HYPERV_PASSWORD", "VSPHERE_PASSWORD", "PROXMOX_SECRET", "NETBOX_TOKEN"):
        monkeypatch.setenv(f"MACCORD_COLLECT_{name}", "s3cret")
    assert run(["collect", *arguments]) == 2
    out, errors = capsys.readouterr()
    assert said in errors
    assert "hunter2" not in errors
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (["hyperv", "--host", "HV01", "--user", "x"], "pypsrp.wsman", "windows"),
        (["libvirt"], "libvirt", "libvirt"),
        (["netbox", "--server", "n"], "pynetbox", "netbox"),
        (["proxmox", "--server", "p", "--user", "a@pve"], "proxmoxer", "proxmox"),
        (["vsphere", "--server", "v", "--user", "x"], "pyVim.connect", "vsphere"),
    ],
)
def test_a_library_that_is_missing_is_named_with_the_command_that_installs_it(
    arguments, module, extra, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, module, None)
    for name in ("HYPERV_PASSWORD", "VSPHERE_PASSWORD", "PROXMOX_SECRET", "NETBOX_TOKEN"):
        monkeypatch.setenv(f"MACCORD_COLLECT_{name}", "s3cret")
    assert run(["collect", *arguments, "--output", "evidence"]) == 2
    assert f"pip install 'maccord[{extra}]'" in capsys.readouterr().err
    assert list(Path("evidence").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_anybody_is_asked(windows, monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_COLLECT_HYPERV_PASSWORD", "s3cret")
    Path("evidence").write_text("a file")
    assert run([*windows, "--host", "no-such-host.invalid"]) == 2
    said = capsys.readouterr().err
    assert "cannot write evidence" in said
    assert "no-such-host" not in said


def test_check_imports_nothing_that_could_connect(tmp_path):
    program = (
        "import sys\nfrom maccord.cli.main import run\n"
        f"run(['check', {str(EXPORT)!r}, '--quiet', '--output', 'report.txt'])\n"
        "print([name for name in sys.modules if name.startswith(('maccord.reach', 'requests', 'pypsrp', 'pyVmomi'))])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=tmp_path)
    assert ran.stdout == "[]\n"
