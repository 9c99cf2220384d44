"""The gate that every script passes, and that it stops what it is there to stop."""

import pytest

from maccord.powershell import step_script
from maccord.powershell.script import runtime
from tests.kit import powershell
from tests.kit.pwsh import all_commands, gate
from tests.kit.pwsh.cmdlets import CMDLETS
from tests.kit.pwsh.samples import SAMPLES


def test_scripts_pass_the_gate():
    """They differ in one here-string; that their trees are the same is a property test's affair."""
    for step in SAMPLES[::6]:
        assert gate.faults(step_script(step).encode()) == []


def test_every_cmdlet_of_the_table_is_called_and_emulated():
    called = {name.lower() for name in powershell.commands(runtime().encode())}
    own = {name.lower() for name in powershell.functions(runtime().encode())}
    assert called - own == set(CMDLETS)
    assert set(all_commands.COMMANDS) == set(CMDLETS) - {"where-object", "foreach-object"}


def test_every_function_of_the_runtime_is_called():
    called = {name.lower() for name in powershell.commands(runtime().encode())}
    assert {name.lower() for name in powershell.functions(runtime().encode())} - called == set()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Set-VMHost -MacAddressMinimum", "Set-VMHosts -MacAddressMinimum", "set-vmhosts is no known cmdlet"),
        ("-MacAddressMaximum $Step.last -C", "-MacAddressMax $Step.last -C", "set-vmhost has no parameter"),
        ("New-Verdict -Outcome 'ready' -Seen", "New-Verdict -Outcom 'ready' -Seen", "new-verdict has no parameter"),
        ("param($Step)\n\n    $now = Read-Cursor\n", "param($Step)\n\n", "$now is read before it is set"),
        ("'Carry out')) {", "'Carry out') -or $true) {", ""),
        ("if ($PSCmdlet.ShouldProcess(", "if ($Only.Count -eq 0 -or $PSCmdlet.ShouldProcess(", "without ShouldProcess"),
        ("$verdict = Test-Step -Step $step\n", "$verdict = Invoke-Step -Step $step\n", "without ShouldProcess"),
        ("$null = Stop-Service", "Stop-Service", "is mixed into the output"),
        ("-Dhcp 'Enabled' -Confirm:$false -ErrorAction Stop", "-Dhcp 'Enabled' -Confirm:$false", "not told what to do"),
        ("catch { $ended = New-Verdict", "if ($true) { $ended = New-Verdict", "try without catch"),
        ("if ($IsThere) { return", "$a = $IsThere ? 1 : 2; if ($IsThere) { return", "newer than 5.1"),
        ("if ($IsThere) { return", "$a = $IsThere ?? 1; if ($IsThere) { return", "7.0: ??"),
        ("function New-Verdict {", "function New-Verdict {{", "does not parse"),
        ("# What was found out", "# \u2018What\u2019 was found out", "misread"),
    ],
)
def test_gate_stops_what_it_is_there_to_stop(old, new, fault):
    script = step_script(SAMPLES[0])
    assert old in script
    found = gate.faults(script.replace(old, new, 1).encode())
    assert bool(found) == bool(fault)
    assert not fault or any(fault in one for one in found)


def test_variable_that_only_a_later_line_sets_is_found():
    script = b"function F {\n param($A)\n if ($B) { $A }\n $B = 1\n}\nF -A 1\n"
    assert gate.faults(script) == ["line 3: $b is read before it is set"]


def test_change_behind_a_function_that_is_called_twice_is_found_where_one_way_is_unguarded():
    script = (
        b"[CmdletBinding(SupportsShouldProcess = $true)]\nparam([string] $X)\n"
        b"function F {\n $null = Set-VMHost -MacAddressMinimum 'a' -Confirm:$false\n}\n"
        b"if ($PSCmdlet.ShouldProcess('a', 'b')) { F }\n"
    )
    assert gate.faults(script) == []
    assert gate.faults(script + b"F\n") == ["line 4: set-vmhost is called without ShouldProcess"]
