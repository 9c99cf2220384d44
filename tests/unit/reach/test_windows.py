"""Windows hosts are asked over WinRM: a session of PSRP against our own endpoint, over TLS on the loopback."""

import json
from pathlib import Path

import pytest
import requests
from psrpcore.types import NETException

from maccord.app.gather import gather
from maccord.collect.scripts import text
from maccord.fleet.records import Host
from maccord.reach import Secret, Trust
from maccord.reach.windows import NoExport, Session, collect
from tests.kit.winrm import Windows

USER, PASSWORD = "CORP\\audit", "pa55 w0rd"
EXPORT = Path(__file__).parents[3] / "examples/fleet/HQ-HV03.json"


def writes(*pieces, warnings=()):
    def answer(pipeline, _asked):
        for one in warnings:
            pipeline.write_warning(one)
        for piece in pieces:
            pipeline.write_output(piece)

    return answer


def ask(certificates, answer, *, host="localhost", password=PASSWORD, trust=None, events=True):
    with Windows(certificates, USER, PASSWORD, answer) as windows:
        trust = trust or Trust(str(certificates.authority))
        session = Session(USER, Secret(password), "basic", tls=True, port=windows.port, trust=trust, events=events)
        return collect(host, session), windows


def test_a_host_runs_the_script_that_is_printed_for_it_and_its_export_comes_back_unchanged(certificates):
    export = EXPORT.read_text()
    found, windows = ask(certificates, writes(export))
    assert found.files == {"localhost.json": export.strip() + "\n"}
    (asked,) = windows.scripts
    (command,) = asked.commands
    assert (command.command_text, command.is_script) == (text("hyperv-host"), True)
    assert command.parameters == [(None, "-")]


def test_check_reads_the_export_of_a_large_host(certificates, tmp_path):
    export = json.loads(EXPORT.read_text())
    export["Event"] = [{"LogName": "System", "Id": 1, "Message": "x" * 500}] * 4000
    found, _ = ask(certificates, writes(json.dumps(export)))
    for name, told in found.files.items():
        (tmp_path / name).write_text(told)
    assert len(found.files["localhost.json"]) > 2_000_000
    snapshot = gather([str(tmp_path)]).snapshot
    assert snapshot.problems == ()
    assert [host.name for host in snapshot.tables["host"] if isinstance(host, Host)] == ["HQ-HV03"]


def test_json_that_comes_in_pieces_is_put_together(certificates):
    found, _ = ask(certificates, writes('{"schema": "maccord.host/1",', '"ComputerName": "HV01"}'))
    assert json.loads(found.files["localhost.json"])["ComputerName"] == "HV01"


def test_warnings_are_remarks(certificates):
    found, _ = ask(certificates, writes(EXPORT.read_text(), warnings=["Hyper-V could not\n be read here"]))
    assert found.remarks == ("Hyper-V could not be read here",)


def test_the_events_can_be_left_out(certificates):
    _, windows = ask(certificates, writes(EXPORT.read_text()), events=False)
    assert ("SkipEvents", True) in windows.scripts[0].commands[0].parameters


@pytest.mark.parametrize("pieces", [[], ["not json"], ["[]"], ['{"schema": "maccord.vmm/1"}'], [17]])
def test_what_is_no_export_is_no_evidence(certificates, pieces):
    with pytest.raises(NoExport):
        ask(certificates, writes(*pieces))


def test_what_the_script_complained_of_is_the_reason(certificates):
    def answer(pipeline, _asked):
        pipeline.write_error(NETException(Message="Access is denied"), category_info=None)

    with pytest.raises(NoExport, match="Access is denied"):
        ask(certificates, answer)


def test_a_script_that_is_ended_by_an_error_is_no_evidence(certificates):
    def answer(pipeline, _asked):
        pipeline.write_output(EXPORT.read_text())
        pipeline.stop()

    with pytest.raises(Exception, match="stopped"):
        ask(certificates, answer)


def test_a_password_that_is_refused_is_an_error_without_it(certificates):
    with pytest.raises(Exception, match="authenticate") as refusal:
        ask(certificates, writes(), password="wr0ng-one")  # noqa: S106 - it is wrong
    assert "wr0ng-one" not in str(refusal.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(certificates):
    with pytest.raises(requests.exceptions.SSLError):
        ask(certificates, writes(), trust=Trust())


def test_without_tls_nothing_is_sent_that_is_not_encrypted():
    with pytest.raises(ValueError, match=r"(?i)encryption"):
        collect("127.0.0.1", Session("audit", Secret("x"), "basic", tls=False, port=1))
