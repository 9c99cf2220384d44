"""Steps over SSH: the client's arguments, the script on its standard input, and what its end means."""

import json
import stat
import sys

import pytest

from maccord.apply.ssh import BadTarget, Client, NoClient, Ssh
from maccord.apply.transport import Lost
from maccord.powershell import step_script
from tests.kit.rehearsing import set_range, twins

FAKE = '''#!{python}
"""Stands for ssh: keeps what it was given, and answers as it was told."""
import base64, json, pathlib, sys
folder = pathlib.Path({folder!r})
script = base64.b64decode(sys.stdin.buffer.read()).decode()
told = json.loads((folder / "told.json").read_text())
(folder / "asked.json").write_text(json.dumps({{"arguments": sys.argv[1:], "script": script}}))
sys.stdout.write(told["stdout"].replace("STEP", "HV01/1")); sys.stderr.write(told["stderr"]); sys.exit(told["code"])
'''
DONE = '{"schema":"maccord.result/1","step":"STEP","kind":"set-range","outcome":"done","seen":"it is so"}\n'


@pytest.fixture
def fake(tmp_path):
    program = tmp_path / "ssh"
    program.write_text(FAKE.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(program.stat().st_mode | stat.S_IEXEC)

    def answers(stdout="", stderr="", code=0, **client):
        (tmp_path / "told.json").write_text(json.dumps({"stdout": stdout, "stderr": stderr, "code": code}))
        return Ssh(Client(program=str(program), **client))

    return answers


@pytest.fixture
def asked(tmp_path):
    return lambda: json.loads((tmp_path / "asked.json").read_text())


def test_the_script_goes_in_whole_and_its_end_comes_back(fake, asked):
    step = set_range(twins().hosts[0])
    way = fake("WARNING: x\n" + DONE, user="admin", port=2222, suffix="corp.example")
    assert way.run(step).outcome == "done"
    given = asked()
    assert given["script"] == step_script(step)
    assert given["arguments"][-2] == "admin@HV01.corp.example"
    assert given["arguments"][-3] == "--"
    assert "BatchMode=yes" in given["arguments"]
    command = given["arguments"][-1]
    assert command.startswith("powershell.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand ")
    assert command.rpartition(" ")[2].replace("=", "").replace("+", "").replace("/", "").isalnum()


def test_a_way_that_is_not_there_and_one_that_broke_are_told_apart(fake):
    step = set_range(twins().hosts[0])
    with pytest.raises(Lost, match="refused") as lost:
        fake(stderr="connect to host HV01 port 22: Connection refused", code=255).run(step)
    assert not lost.value.reached
    with pytest.raises(Lost) as lost:
        fake(stderr="Timeout, server HV01 not responding.", code=255).run(step)
    assert lost.value.reached


def test_a_script_that_tells_no_end_leaves_the_step_unknown(fake):
    with pytest.raises(Lost, match="ParserError") as lost:
        fake("hello\n", "ParserError: x", 1).run(set_range(twins().hosts[0]))
    assert lost.value.reached


def test_fresh_evidence_comes_from_the_collector(fake, asked):
    way = fake('{"schema": "maccord.host/1"}\n')
    assert way.collect("HV01") == {"schema": "maccord.host/1"}
    assert "maccord.host/1" in asked()["script"]


@pytest.mark.parametrize("name", ["-oProxyCommand=touch x", "a b", "$(x)", "a;b", "", "a\nb", "x" * 300])
def test_a_name_that_could_be_an_option_or_a_command_is_refused(name):
    with pytest.raises(BadTarget):
        Client().command(name)


def test_a_client_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NoClient, match="install"):
        Ssh(Client(program=str(tmp_path / "none"))).collect("HV01")


def test_a_step_has_an_end(tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 30\n")
    slow.chmod(0o755)
    with pytest.raises(Lost, match="no end") as lost:
        Ssh(Client(program=str(slow), limit_s=0.2)).collect("HV01")
    assert lost.value.reached
