"""The PowerShell scripts that gather evidence on Windows, for an administrator to read, sign and run.

They only read, stand alone (one file each, no module beyond Windows' own or VMM's console) and write what the
collectors `hyperv` and `vmm` parse.
"""

from importlib import resources
from typing import Literal


def text(name: Literal["hyperv-host", "vmm-server"]) -> str:
    """Return a script: `hyperv-host` writes `maccord.host/1` of a host, `vmm-server` writes `maccord.vmm/1`.

    >>> text("hyperv-host").splitlines()[0]
    '#Requires -Version 3.0'
    """
    return resources.files(__name__).joinpath(f"{name}.ps1").read_text(encoding="ascii")
