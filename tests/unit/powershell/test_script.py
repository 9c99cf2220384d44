"""Scripts: one runtime for all, and a block of data that nothing can end."""

import json
import os
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from maccord.plan.plan import Measure, Plan, Settings
from maccord.plan.reverse import reverse_of
from maccord.plan.steps import Advice, HyperVStep, RunText, SetRange, VmmStep
from maccord.powershell import read_results, reverse_script_of, runtime_version, script_of, step_script
from maccord.powershell.data import LINE_MAX, StepTooLong, line, quoted
from maccord.powershell.script import NotPowerShell, runtime_digest
from tests.kit.pwsh.samples import SAMPLES

GOLDEN = Path(__file__).parent / "golden"
KINDS: dict[str, Any] = {str(step.__struct_config__.tag): step for step in SAMPLES}


def plan_of(*steps):
    measure = Measure(machines=0, hosts_ranged=0, addresses=0, hosts=1, restarts=0)
    return Plan(maccord="0", settings=Settings(), measure=measure, outcomes=(), steps=steps, digest="ab" * 32)


def block(script):
    """Return the lines of a script's data, parsed."""
    inside = script.partition("$Data = @'\n")[2].partition("\n'@\n")[0]
    return [json.loads(one) for one in inside.splitlines()]


def test_there_is_a_sample_of_every_kind_of_step():
    assert {type(step) for step in SAMPLES} == set(get_args(HyperVStep | VmmStep))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_step_is_spelled_as_its_golden_data_which_a_person_has_read(kind):
    data = "".join(json.dumps(one, indent=1) + "\n" for one in block(step_script(KINDS[kind])))
    golden = GOLDEN / f"{kind}.json"
    if os.environ.get("MACCORD_WRITE_GOLDEN"):
        golden.write_text(data, encoding="ascii")
    assert data == golden.read_text(encoding="ascii")


def test_script_of_one_step_is_its_golden_script_as_a_person_has_read_it_whole():
    golden = GOLDEN / "set-range.ps1"
    script = step_script(KINDS["set-range"])
    if os.environ.get("MACCORD_WRITE_GOLDEN"):
        golden.write_text(script, encoding="ascii", newline="\n")
    assert script == golden.read_text(encoding="ascii")


def test_runtime_is_the_one_that_was_reviewed_as_this_version():
    told = (GOLDEN / "runtime.txt").read_text(encoding="ascii").split()
    if os.environ.get("MACCORD_WRITE_GOLDEN"):
        (GOLDEN / "runtime.txt").write_text(f"{runtime_version} {runtime_digest()}\n", encoding="ascii")
    assert told == [runtime_version, runtime_digest()]


def test_scripts_differ_in_their_data_alone():
    scripts = [step_script(step).partition("$Data = @'\n") for step in SAMPLES]
    assert len({before for before, _, _ in scripts}) == 1
    assert len({after.partition("\n'@\n")[2] for _, _, after in scripts}) == 1


def test_script_is_ascii_with_unix_line_ends_since_windows_powershell_takes_other_text_for_ansi():
    script = step_script(msgspec.structs.replace(KINDS["set-spoofing"], machine="Zürich \u2018web\u2019 \u2028"))
    assert script.isascii()
    assert "\r" not in script


def test_plan_becomes_one_script_for_each_host_with_its_steps_in_order():
    one, two = KINDS["set-range"], KINDS["set-cursor"]
    other = msgspec.structs.replace(one, id="x", host="HV02")
    script = script_of(plan_of(one, other, two), "HV01")
    head, *steps = block(script)
    told = {"schema": "maccord.steps/1", "runtime": runtime_version, "host": "HV01", "plan": "ab" * 32}
    assert head == told | {"consent": False}
    assert [step["id"] for step in steps] == ["set-range", "set-cursor"]


def test_reverse_takes_the_last_step_back_first_and_leaves_out_what_cannot_be():
    steps = [KINDS[kind] for kind in ("set-range", "set-spoofing", "replace-vnic", "set-connection")]
    steps = [msgspec.structs.replace(step, host="HV01") for step in steps]
    _, *back = block(reverse_script_of(plan_of(*steps), "HV01"))
    assert [step["id"] for step in back] == [
        "reverse-set-connection",
        "reverse-set-spoofing",
        "reverse-set-range",
    ]
    assert (back[2]["first"], back[2]["was_first"]) == ("00155DC86A00", "00155DC90000")


def test_host_without_steps_for_powershell_has_no_script():
    text = RunText(id="t", host="pve1", platform="proxmox", machine="100", text="qm set 100")
    advice = Advice(id="a", host="HV01", text="Mend the image.")
    plan = plan_of(text, advice)
    assert script_of(plan, "pve1") == script_of(plan, "HV01") == script_of(plan, "HV99") == ""
    assert reverse_script_of(plan, "pve1") == ""
    with pytest.raises(NotPowerShell, match="'t' is commands of another shell"):
        step_script(text)
    with pytest.raises(NotPowerShell, match="'a' is advice"):
        step_script(advice)


def test_what_is_quoted_has_no_quote_and_no_line_end_and_reads_back():
    value = {"name": "'@\n'\u2019$(Remove-VM *)`\"\x7f\x00\ud800"}
    told = quoted(value)
    assert told.isascii()
    assert told.isprintable()
    assert "'" not in told
    assert json.loads(told) == value


def test_step_of_more_text_than_windows_powershell_reads_is_refused_with_its_name():
    step = msgspec.structs.replace(KINDS["set-spoofing"], machine="x" * LINE_MAX)
    with pytest.raises(StepTooLong, match="step 'set-spoofing' takes"):
        line(step)


def test_same_step_has_the_same_key_and_any_other_step_another():
    one = KINDS["set-range"]
    keys = [json.loads(line(step))["key"] for step in (one, one, msgspec.structs.replace(one, last=one.last + 1))]
    assert keys[0] == keys[1] != keys[2]
    assert len(keys[0]) == 24
    assert reverse_of(one) is not None


def test_results_are_read_from_between_other_lines():
    told = '{"schema":"maccord.result/1","step":"s","kind":"set-range","outcome":"done","seen":"x"}'
    (one,) = read_results(["Transcript started", told, "{}", '{"schema":"other"}', "{" + "x" * 2_000_000])
    assert (one.step, one.outcome, one.stops) == ("s", "done", False)


def test_script_is_the_same_bytes_for_the_same_steps():
    step = SetRange(id="a", host="H", first=1, last=2, was_first=3, was_last=4)
    assert step_script(step) == step_script(step)
