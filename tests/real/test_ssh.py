"""Steps over SSH: OpenSSH's own client and a real server on the loopback, with a PowerShell that answers for a host."""

import getpass
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from maccord.apply.ssh import Client, Ssh
from maccord.apply.transport import Lost
from maccord.powershell import step_script
from tests.kit.rehearsing import set_range, twins

SSHD = shutil.which("sshd") or ("/usr/sbin/sshd" if Path("/usr/sbin/sshd").exists() else None)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        SSHD is None or shutil.which("ssh") is None or os.name != "posix", reason="no OpenSSH server or client here"
    ),
]

SHELL = '''#!{python}
"""Stands for powershell.exe: decodes its command as that does, and tells what the script was."""
import base64, hashlib, json, sys
words = sys.argv[1:]
command = base64.b64decode(words[words.index("-EncodedCommand") + 1]).decode("utf-16-le")
assert "ReadToEnd" in command, command
script = base64.b64decode(sys.stdin.buffer.read()).decode()
if "maccord.host/1" in script:
    assert command.rstrip().endswith("'-'"), command
    print(json.dumps({{"schema": "maccord.host/1", "ComputerName": "HV01"}}))
else:
    told = {{"schema": "maccord.result/1", "step": "HV01/1", "kind": "set-range", "outcome": "done"}}
    print(json.dumps({{**told, "seen": hashlib.sha256(script.encode()).hexdigest()}}))
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of our own: its keys, its port, nobody's password."""
    folder = tmp_path_factory.mktemp("sshd")
    folder.chmod(0o700)
    shell = folder / "powershell.exe"
    shell.write_text(SHELL.format(python=sys.executable))
    shell.chmod(0o755)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nStrictModes no\nUsePAM no\nUseDNS no\n"
        f"PidFile {folder}/pid\nPermitRootLogin yes\n"
    )
    public = (folder / "host.pub").read_text()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {public}")
    (folder / "client_config").write_text(f"UserKnownHostsFile {folder}/known\nStrictHostKeyChecking yes\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    assert SSHD is not None
    process = subprocess.Popen([SSHD, "-D", "-E", str(folder / "log"), "-f", str(config)])
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield Client(
        user=getpass.getuser(),
        key=folder / "user",
        config=folder / "client_config",
        port=port,
        shell=str(shell),
        addresses={"HV01": "127.0.0.1"},
    )
    process.terminate()
    process.wait(10)


def test_the_script_arrives_whole_and_its_end_comes_back(server):
    step = set_range(twins().hosts[0])
    told = Ssh(server).run(step)
    assert told.outcome == "done"
    assert told.seen == hashlib.sha256(step_script(step).encode()).hexdigest()


def test_fresh_evidence_comes_from_the_collector(server):
    assert Ssh(server).collect("HV01")["ComputerName"] == "HV01"


def test_a_key_that_the_host_does_not_know_is_a_host_that_is_not_reached(server, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    with pytest.raises(Lost, match="Permission denied") as lost:
        Ssh(replace(server, key=tmp_path / "other")).collect("HV01")
    assert not lost.value.reached


def test_a_host_that_shows_another_key_is_not_trusted(server, tmp_path):
    config = tmp_path / "config"
    config.write_text(f"UserKnownHostsFile {tmp_path}/none\nStrictHostKeyChecking yes\n")
    with pytest.raises(Lost, match="verification failed"):
        Ssh(replace(server, config=config)).collect("HV01")
