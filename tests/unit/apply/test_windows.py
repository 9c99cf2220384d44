"""Steps over WinRM: a session of PSRP against our own endpoint, whose cmdlets are an emulated host's."""

import json

import pytest
from psrpcore.types import NETException

from maccord.apply.transport import Lost
from maccord.apply.windows import SignIn, WinRm
from maccord.powershell import step_script
from maccord.reach import Secret, Trust
from maccord.rehearse.live import live
from maccord.rehearse.scene import Scene
from maccord.worlds.hyperv.export import as_json
from tests.kit import winrm
from tests.kit.applying import go
from tests.kit.pwsh.scenes import converged
from tests.kit.pwsh.windows import Windows
from tests.kit.rehearsing import cold_start, plan_of, set_address, set_range, site, twins

USER, PASSWORD = "CORP\\admin", "pa55 w0rd"


class Fleet:
    """Hosts behind one endpoint, told apart by what their scripts say they are for."""

    def __init__(self, *hosts: Windows) -> None:
        self.hosts = {one.name: one for one in hosts}
        self.asked: list[str] = []

    def __call__(self, pipeline, asked) -> None:
        text = asked.commands[0].command_text
        self.asked.append(text)
        if "maccord.host/1" in text:
            pipeline.write_output(json.dumps(as_json(next(iter(self.hosts.values())).host)))
            return
        for name, windows in self.hosts.items():
            if f'"host":"{name}"' in text:
                lines, _ = windows.run(text)
                for line in lines:
                    pipeline.write_output(line)
                return
        raise AssertionError("no host of ours")


def over(certificates, windows, *, password=PASSWORD, servers=frozenset()):
    trust = Trust(str(certificates.authority))
    addresses = dict.fromkeys(("HV01", "HV02", "HV05", "VMM01"), "localhost")
    return WinRm(
        SignIn(user=USER, password=Secret(password), auth="basic", port=windows.port, trust=trust, addresses=addresses),
        servers,
    )


def test_a_plan_run_over_winrm_leaves_what_the_typed_plan_leaves(certificates, tmp_path):
    """The script of each step runs on the endpoint, in an interpreter with the cmdlets of the emulated host."""
    world = twins()
    host = world.hosts[0]
    machine = host.machines[0]
    plan = plan_of(set_range(host), cold_start(machine), set_address(machine, 0x020000000007))
    later = plan_of(plan.steps[0], plan.steps[1])
    typed, real = site(world), site(world)
    for step in later.steps:
        assert live(Scene(site=typed), step).outcome == "done"
    behind = real.host("HV01")
    assert behind is not None
    fleet = Fleet(Windows(behind))
    with winrm.Windows(certificates, USER, PASSWORD, fleet) as endpoint:
        ran = go(later, over(certificates, endpoint), tmp_path)
    assert (ran.done, ran.left, ran.stopped) == (2, 0, "")
    one, other = typed.export("HV01"), real.export("HV01")
    passing = {"collectedAt": "", "Event": []}
    assert {**one, **passing} == {**other, **passing}
    assert fleet.asked[:2] == [step_script(step) for step in later.steps]


def test_a_vnic_is_made_anew_by_a_task_and_what_it_tells_comes_back(certificates):
    scene = converged()
    with winrm.Windows(certificates, USER, PASSWORD, Fleet(scene.windows)) as endpoint:
        way = over(certificates, endpoint)
        assert [way.run(scene.step).outcome for _ in range(2)] == ["done", "already"]
    assert scene.host.vnics[0].mac != scene.step.was_mac


def test_a_vnic_that_nobody_answers_is_told_as_rolled_back(certificates):
    scene = converged()
    scene.windows.silent = True
    with winrm.Windows(certificates, USER, PASSWORD, Fleet(scene.windows)) as endpoint:
        assert over(certificates, endpoint).run(scene.step).outcome == "rolled-back"
    assert scene.host.vnics[0].mac == scene.step.was_mac


def test_fresh_evidence_comes_from_the_collector(certificates):
    world = twins()
    with winrm.Windows(certificates, USER, PASSWORD, Fleet(Windows(world.hosts[0]))) as endpoint:
        assert over(certificates, endpoint).collect("HV01") == as_json(world.hosts[0])


def test_a_vmm_server_is_asked_with_its_own_collector(certificates):
    seen = []

    def answer(pipeline, asked):
        seen.append(asked.commands[0].command_text)
        pipeline.write_output('{"schema": "maccord.vmm/1"}')

    with winrm.Windows(certificates, USER, PASSWORD, answer) as endpoint:
        assert over(certificates, endpoint, servers=frozenset({"vmm01"})).collect("VMM01")["schema"] == "maccord.vmm/1"
    assert "maccord.vmm/1" in seen[0]


def test_a_script_that_tells_no_end_leaves_the_step_unknown(certificates):
    world = twins()

    def answer(pipeline, _asked):
        pipeline.write_error(NETException(Message="Access is denied"), category_info=None)

    with (
        winrm.Windows(certificates, USER, PASSWORD, answer) as endpoint,
        pytest.raises(Lost, match="Access is denied") as lost,
    ):
        over(certificates, endpoint).run(set_range(world.hosts[0]))
    assert lost.value.reached


def test_a_password_that_is_refused_is_a_host_that_is_not_reached_and_is_not_shown(certificates):
    with (
        winrm.Windows(certificates, USER, PASSWORD, Fleet()) as endpoint,
        pytest.raises(Lost) as lost,
    ):
        over(certificates, endpoint, password="wr0ng-one").run(set_range(twins().hosts[0]))  # noqa: S106 - it is wrong
    assert not lost.value.reached
    assert "wr0ng-one" not in str(lost.value)
    assert lost.value.__cause__ is None


def test_no_endpoint_is_a_host_that_is_not_reached(certificates):
    with winrm.Windows(certificates, USER, PASSWORD, Fleet()) as endpoint:
        way = over(certificates, endpoint)
    with pytest.raises(Lost) as lost:
        way.collect("HV01")
    assert not lost.value.reached


@pytest.mark.parametrize("text", ["not json", "[1]", ""])
def test_what_is_no_export_is_no_evidence(certificates, text):
    with (
        winrm.Windows(certificates, USER, PASSWORD, lambda pipeline, _asked: pipeline.write_output(text)) as endpoint,
        pytest.raises(Lost),
    ):
        over(certificates, endpoint).collect("HV01")


def test_hosts_are_reached_by_the_names_that_were_given():
    sign_in = SignIn(user=None, password=None, addresses={"HV01": "10.0.0.1"}, suffix="corp.example")
    assert [sign_in.address(name) for name in ("hv01", "HV02", "HV03.lab")] == [
        "10.0.0.1",
        "HV02.corp.example",
        "HV03.lab",
    ]
