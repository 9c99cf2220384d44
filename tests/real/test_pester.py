"""The runtime in a real PowerShell, with Pester's mocks; needs PowerShell and Pester 5."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.real
PESTER = Path(__file__).parents[1] / "pester"
SHELL = shutil.which("pwsh") or shutil.which("powershell")
ASK = "if (Get-Module -ListAvailable Pester | Where-Object Version -ge 5.0) { 'yes' }"
RUN = """Import-Module Pester -MinimumVersion 5.0
exit (Invoke-Pester -Path '{path}' -PassThru -Output Detailed).FailedCount"""


def told(command):
    assert SHELL is not None
    return subprocess.run(
        [SHELL, "-NoProfile", "-NonInteractive", "-Command", command],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_runtime_does_in_powershell_what_pester_expects():
    if SHELL is None:
        pytest.skip("there is no PowerShell here: the Pester tests were not run")
    if "yes" not in told(ASK).stdout:
        pytest.skip("PowerShell has no Pester 5 here: the Pester tests were not run")
    ended = told(RUN.format(path=PESTER))
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
