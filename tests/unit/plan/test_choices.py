"""What a plan changes, and what it leaves alone."""

import pytest
from msgspec.structs import replace

from maccord.cli.main import run
from maccord.mac import parse_value, show
from maccord.plan.document import as_document
from maccord.plan.plan import Join, digest_of, encoded
from maccord.plan.refusals import NoSpace, TooMuchChange
from maccord.plan.repairs.building import CannotJoin
from maccord.plan.steps import (
    Advice,
    ColdStart,
    JoinTeam,
    RefreshVmm,
    ReplaceVnic,
    RunText,
    SetMachineAddress,
    SetRange,
)
from tests.kit.plans import planned, steps_of, told

CLONES = """
what = "Three hosts from one image; the second has most machines."
[hosts.HV01]
ip = "10.1.0.1"
guid = "image"
range = "00-15-5D-C8-6A-00 .. FF"
vms = ["a running dynamic 00-15-5D-C8-6A-00"]
[hosts.HV02]
ip = "10.1.0.2"
guid = "image"
range = "00-15-5D-C8-6A-00 .. FF"
vms = ["b running dynamic 00-15-5D-C8-6A-00", "c running dynamic 00-15-5D-C8-6A-01", "d off dynamic 00-15-5D-C8-6A-02"]
[hosts.HV03]
ip = "10.1.0.3"
guid = "image"
range = "00-15-5D-C8-6A-00 .. FF"
vms = ["e running dynamic 00-15-5D-C8-6A-00", "f off dynamic 00-15-5D-C8-6A-05"]
"""


def span(text):
    first, _, last = text.partition("..")
    return parse_value(first), parse_value(last)


def test_the_host_with_most_machines_keeps_the_range(tmp_path):
    plan = planned(told(tmp_path / "fleet", CLONES))
    assert [one.host for one in steps_of(plan, SetRange)] == ["HV01", "HV03"]
    assert [(one.host, one.machine) for one in steps_of(plan, ColdStart)] == [("HV01", "a"), ("HV03", "e")]
    assert [(one.host, one.machine, one.mac) for one in steps_of(plan, SetMachineAddress)] == [("HV03", "f", None)]
    assert {one.becomes for one in plan.outcomes} == {"repaired"}
    assert plan.measure.machines == 3


def test_a_plan_goes_on_as_before_when_a_part_of_it_has_run(tmp_path):
    first = {one.host: (one.first, one.last) for one in steps_of(planned(told(tmp_path / "a", CLONES)), SetRange)}
    low, high = first["HV03"]
    done = CLONES.replace(
        'vms = ["e running dynamic 00-15-5D-C8-6A-00", "f off dynamic 00-15-5D-C8-6A-05"]',
        f'vms = ["e running dynamic {show(low)}", "f off dynamic unassigned"]',
    )
    at = done.rindex("00-15-5D-C8-6A-00 .. FF")
    done = done[:at] + f"{show(low)} .. {show(high)}" + done[at + len("00-15-5D-C8-6A-00 .. FF") :]
    again = {one.host: (one.first, one.last) for one in steps_of(planned(told(tmp_path / "b", done)), SetRange)}
    assert again == {"HV01": first["HV01"]}


STATIC = """
what = "A static address in a host's range."
[hosts.HV01]
ip = "10.1.200.106"
range = "own"
vms = [{dynamic}]
[hosts.HV02]
ip = "10.1.0.2"
range = "own"
vms = [{static}]
"""


def test_one_static_machine_makes_way_for_several_dynamic_ones(tmp_path):
    case = STATIC.format(
        dynamic='"a[3] running dynamic 00-15-5D-C8-6A-00"', static='"s running static 00-15-5D-C8-6A-50"'
    )
    plan = planned(told(tmp_path, case))
    (step,) = plan.steps
    assert isinstance(step, SetMachineAddress)
    assert (step.machine, step.was_running, step.was_dynamic) == ("s", True, False)
    assert step.mac is not None
    assert not step.mac & 1 << 40
    assert step.mac >> 41 & 1


def test_a_range_makes_way_for_several_static_machines(tmp_path):
    case = STATIC.format(
        dynamic='"a running dynamic 00-15-5D-C8-6A-00"', static='"s[3] running static 00-15-5D-C8-6A-50"'
    )
    plan = planned(told(tmp_path, case))
    assert [one.host for one in steps_of(plan, SetRange)] == ["HV01"]
    assert [one.machine for one in steps_of(plan, ColdStart)] == ["a"]
    assert steps_of(plan, SetMachineAddress) == []


def test_a_long_range_is_cut_where_that_changes_nobody(tmp_path):
    case = """
what = "A range that somebody typed reaches into another one."
[hosts.HV01]
ip = "10.1.0.1"
range = "00-15-5D-10-00-00 .. 00-15-5D-10-0F-FF"
vms = ["a[4] running dynamic 00-15-5D-10-00-00"]
[hosts.HV02]
ip = "10.1.0.2"
range = "00-15-5D-10-08-00 .. 00-15-5D-10-08-FF"
vms = ["b running dynamic 00-15-5D-10-08-00"]
"""
    plan = planned(told(tmp_path, case))
    (step,) = plan.steps
    assert isinstance(step, SetRange)
    assert (step.host, step.first, step.last) == ("HV01", *span("00-15-5D-10-00-00..00-15-5D-10-07-FF"))
    assert plan.fallout == ()


FULL = """
what = "A range that is nearly full."
[hosts.HV01]
ip = "10.1.200.106"
range = "own"
vms = ["a[240] running dynamic 00-15-5D-C8-6A-00"]
[hosts.HV02]
ip = "10.1.0.2"
range = "{beside}"
"""


def test_a_range_that_runs_out_is_made_longer_and_nobody_changes(tmp_path):
    plan = planned(told(tmp_path, FULL.format(beside="00-15-5D-00-02-00 .. FF")))
    (step,) = plan.steps
    assert isinstance(step, SetRange)
    assert (step.first, step.last) == span("00-15-5D-C8-6A-00..00-15-5D-C8-6B-FF")
    assert plan.fallout == ()


def test_a_range_between_others_grows_downwards(tmp_path):
    plan = planned(told(tmp_path, FULL.format(beside="00-15-5D-C8-6B-00 .. FF")))
    (step,) = plan.steps
    assert (step.first, step.last) == span("00-15-5D-C8-69-00..00-15-5D-C8-6A-FF")


def test_the_sites_own_space_is_used_and_what_is_to_be_avoided_is_not(tmp_path):
    wishes = """
[files]
"fleet.toml" = '''
[plan]
ranges = ["00-15-5D-A0-00-00..00-15-5D-A0-FF-FF"]
avoid = ["00-15-5D-A0-00-00..00-15-5D-A0-03-FF"]
growth = 512
'''
"""
    plan = planned(told(tmp_path, CLONES + wishes))
    assert [(one.first, one.last) for one in steps_of(plan, SetRange)] == [
        span("00-15-5D-A0-04-00..00-15-5D-A0-05-FF"),
        span("00-15-5D-A0-06-00..00-15-5D-A0-07-FF"),
    ]


def test_machines_that_run_are_left_where_that_is_asked_for(tmp_path):
    plan = planned(told(tmp_path, CLONES), running="leave")
    assert steps_of(plan, ColdStart) == []
    assert {one.becomes for one in plan.outcomes} == {"left"}
    assert any("--running leave" in one.why for one in plan.outcomes)
    assert {one.machine for one in plan.fallout if one.when == "start"} == {"a", "e"}


def test_a_space_that_is_too_small_is_said_with_what_to_do(tmp_path):
    with pytest.raises(NoSpace, match=r"00-15-5D-A0-00-00\.\.00-15-5D-A0-00-FF.*fleet\.toml"):
        planned(told(tmp_path, CLONES), ranges=(span("00-15-5D-A0-00-00..00-15-5D-A0-00-FF"),))


def test_too_much_change_is_refused_unless_it_is_forced(tmp_path):
    hosts = "".join(
        f'[hosts.HV{number:02}]\nip = "10.1.0.{number}"\nrange = "00-15-5D-C8-6A-00 .. FF"\n' for number in range(1, 41)
    )
    fleet = told(tmp_path, f'what = "Forty hosts with one range."\n{hosts}')
    with pytest.raises(TooMuchChange, match="39 of 40"):
        planned(fleet)
    assert planned(fleet, forced=True).measure.hosts_ranged == 39


def test_the_team_gives_its_vnic_an_address_of_its_own_with_all_its_settings(tmp_path):
    assert run(["twin", "export", "converged", "--until", "3", "--output", str(tmp_path / "fleet")]) == 0
    plan = planned(tmp_path / "fleet")
    (step,) = steps_of(plan, ReplaceVnic)
    assert step.settings.addresses or step.settings.dhcp
    assert step.probes
    assert step.mac is not None


def test_names_from_evidence_are_marks_of_nothing_in_the_document(tmp_path):
    hostile = CLONES.replace('"a running', '"<img/src=x>|**a**`$(x)` running')
    text = as_document(planned(told(tmp_path, hostile)))
    assert r"\<img/src=x\>\|\*\*a\*\*\`\$(x)\`" in text
    assert text.count("<img") == text.count(r"\<img")


def test_shell_text_quotes_what_evidence_says(tmp_path):
    case = """
what = "Two machines of KVM hosts with QEMU's address, one of them with a hostile name."
[files]
"kvm1/x.xml" = '''<domain type='kvm' id='1'><name>a; rm -rf "$HOME"</name>
<uuid>c2a8ef7a-0000-4000-8000-000000000001</uuid>
<devices><interface type='bridge'><mac address='52:54:00:12:34:56'/><source bridge='br0'/></interface>
</devices></domain>'''
"kvm2/x.xml" = '''<domain type='kvm' id='2'><name>b; rm -rf "$HOME"</name>
<uuid>c2a8ef7a-0000-4000-8000-000000000002</uuid>
<devices><interface type='bridge'><mac address='52:54:00:12:34:56'/><source bridge='br0'/></interface>
</devices></domain>'''
"""
    plan = planned(told(tmp_path, case))
    (step,) = steps_of(plan, RunText)
    assert f"""virt-xml '{step.machine}' --edit mac=52:54:00:12:34:56 --network mac.address=02:""" in step.text


def test_the_digest_stands_for_everything_in_the_plan(tmp_path):
    plan = planned(told(tmp_path, CLONES))
    assert digest_of(plan) in encoded(plan).decode()
    assert digest_of(replace(plan, steps=plan.steps[1:])) != digest_of(plan)


def test_a_host_that_is_being_built_gets_the_sequence_of_the_report(tmp_path):
    assert run(["twin", "export", "converged", "--until", "5", "--output", str(tmp_path / "fleet")]) == 0
    plan = planned(tmp_path / "fleet", joins=(Join(host="hv05", nic="Ethernet 1", team="infra"),))
    step, refresh = plan.steps
    assert isinstance(step, JoinTeam)
    assert (step.host, step.switch, step.vnic) == ("HV05", "infra", "MGMT")
    assert [one.address for one in step.settings.addresses] == ["192.168.1.21"]
    assert step.probes
    assert isinstance(refresh, RefreshVmm)


@pytest.mark.parametrize(
    ("join", "said"),
    [
        (Join(host="HV05", nic="Ethernet 1"), "vm, infra"),
        (Join(host="HV77", nic="Ethernet 1"), "no Hyper-V host"),
        (Join(host="HV05", nic="Ethernet 9", team="infra"), "no NIC 'Ethernet 9'"),
        (Join(host="HV05", nic="Ethernet 2", team="infra"), "member of a team already"),
    ],
)
def test_a_sequence_that_does_not_fit_the_host_is_refused_with_the_reason(tmp_path, join, said):
    assert run(["twin", "export", "converged", "--until", "5", "--output", str(tmp_path / "fleet")]) == 0
    with pytest.raises(CannotJoin, match=said):
        planned(tmp_path / "fleet", joins=(join,))


def test_a_host_without_cmdlets_of_hyper_v_gets_advice_and_no_script(tmp_path):
    old = CLONES.replace('guid = "image"', 'guid = "image"\nraw = { OperatingSystem = { Version = "6.1.7601" } }')
    plan = planned(told(tmp_path, old))
    assert {type(one) for one in plan.steps} == {Advice}
    assert {one.becomes for one in plan.outcomes} == {"person"}
    assert any("00-15-5D-F0-00-00" in one.text and "Virtual Network Manager" in one.text for one in plan.steps)


MIGRATED = """
what = "A machine that came along with a migration, and a stopped one in the way of the cursor."
[hosts.HV01]
ip = "10.1.200.106"
range = "own"
vms = ["a[2] running dynamic 00-15-5D-C8-6A-00"]
[hosts.HV02]
ip = "10.1.0.2"
range = "own"
cursor = "{cursor}"
vms = ["web running dynamic 00-15-5D-C8-6A-07", "old off dynamic 00-15-5D-00-02-05"]
"""


def test_a_machine_is_not_restarted_into_the_address_of_a_stopped_one(tmp_path):
    (step,) = planned(told(tmp_path, MIGRATED.format(cursor="00-15-5D-00-02-05"))).steps
    assert isinstance(step, SetMachineAddress)


def test_a_machine_that_was_migrated_is_restarted_where_the_cursor_is_free(tmp_path):
    (step,) = planned(told(tmp_path, MIGRATED.format(cursor="00-15-5D-00-02-06"))).steps
    assert isinstance(step, ColdStart)
