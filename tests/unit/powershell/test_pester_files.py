"""The Pester tests, as far as they can be judged unrun."""

from pathlib import Path

import pytest

from tests.kit import powershell
from tests.kit.pwsh.cmdlets import CMDLETS, COMMON

PESTER = Path(__file__).parents[2] / "pester"


@pytest.mark.parametrize("name", ["Runtime.Tests.ps1", "Stubs.ps1"])
def test_pester_file_parses_and_is_ascii(name):
    source = (PESTER / name).read_bytes()
    assert powershell.errors(source) == []
    assert source.isascii()


def test_stubs_take_what_scripts_give_the_real_cmdlets():
    found = powershell.functions((PESTER / "Stubs.ps1").read_bytes())
    assert len(found) > 8
    for name, text in found.items():
        cmdlet = CMDLETS[name.removeprefix("global:").lower()]
        for parameter in cmdlet.parameters - COMMON:
            assert f"${parameter}" in text.lower(), (name, parameter)
