"""The interpreter of the scripts' subset: the rules of PowerShell that the runtime leans on.

Each expectation is what Microsoft's about_ pages say: about_Operators, about_Arrays, about_Scopes,
about_Set-StrictMode, about_Return, about_Try_Catch_Finally.
"""

import pytest

from tests.kit.pwsh.interpreter import Interpreter
from tests.kit.pwsh.values import PsError


def run(source, **parameters):
    interpreter = Interpreter({}, environment={"COMPUTERNAME": "HV01"})
    return interpreter.run(source, parameters)[0]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("'a' -eq 'A'", [True]),
        ("'a' -ceq 'A'", [False]),
        ("$null -eq ''", [False]),
        ("@('b', 'A') -contains 'a'", [True]),
        ("@('b', 'A') -ccontains 'a'", [False]),
        ("@(1, 2, 1) -eq 1", [1, 1]),
        ("'00-15' -replace '[-:]', ''", ["0015"]),
        ("'001122' -replace '(..)(?!$)', '$1-'", ["00-11-22"]),
        ("'a, b' -split '[, ]+'", ["a", "b"]),
        ("'infra*' -match '[*?\\[\\]`]'", [True]),
        ("'FE80:1' -like 'fe80:*'", [True]),
        ("@('a', 'b') -join ', '", ["a, b"]),
        ("'{0}-{1}' -f 'a', 2", ["a-2"]),
        ("$a = 'x'; \"$a $($a.Length) ${a}y `$a $env:COMPUTERNAME\"", ["x 1 xy $a HV01"]),
        ("$a = 'it''s'; $a", ["it's"]),
        ("function F { param([string] $X)\n $X } F", [""]),
        ("function F { param($X)\n $null -eq $X } F", [True]),
        ("function F { 1; return 2; 3 } F", [1, 2]),
        ("function F { return @() } $a = F; $null -eq $a", [True]),
        ("function F { return @(5) } $a = F; $a", [5]),
        ("$a = @(@() | Where-Object { $true }); $a.Count", [0]),
        ("$a = @(1); $a.Count", [1]),
        ("$a = 1, 2, 3 | Where-Object { $_ -gt 1 } | ForEach-Object { $_ * 2 }; $a", [4, 6]),
        ("$a = 1; function F { $a = 2 } F; $a", [1]),
        ("$a = 1; function F { $a } F", [1]),
        ("try { throw 'x' } catch { $_.Exception.Message } finally { 'z' }", ["x", "z"]),
        ("foreach ($i in 1, 2, 3) { if ($i -eq 2) { continue } if ($i -eq 3) { break } $i }", [1]),
        ("switch ('B') {\n 'a' { 1 }\n 'b' { 2 }\n default { 3 }\n}", [2]),
        ("$i = 0; do { $i = $i + 1 } while ($i -lt 3); $i", [3]),
        ("$a = if ($false) { 1 } else { 2 }; $a", [2]),
        ("$o = [pscustomobject]@{ A = 1 }; $o.a", [1]),
        ("[string]$null -eq ''", [True]),
        ("-not @()", [True]),
        ("$o = [pscustomobject]@{ A = 1 }; $null -eq $o.PSObject.Properties['B']", [True]),
    ],
)
def test_expression_is_worth_what_powershell_makes_of_it(source, told):
    assert run(source) == told


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("$missing", "has not been set"),
        ("$o = [pscustomobject]@{ A = 1 }; $o.B", "property 'B' cannot be found"),
        ("$a = $null; $a.B", "property 'B' cannot be found"),
        ("$a = @(); $a[0]", "outside the bounds"),
        ("function F { param($A) } F -B 1", "cannot be found that matches parameter name"),
        ("Get-Something", "is not recognized"),
        ("$a = 1, 2; $a.Name", "property 'Name' cannot be found"),
        ("'a' * 2", "Cannot convert"),
    ],
)
def test_what_strict_mode_forbids_is_an_error(source, fault):
    with pytest.raises(PsError, match=fault):
        run(source)


def test_variable_of_a_called_function_is_gone_afterwards_even_when_it_throws():
    with pytest.raises(PsError, match="has not been set"):
        run("function F { $inner = 1; throw 'x' } try { F } catch { $inner }")
