"""Every cmdlet that is emulated."""

from collections.abc import Callable
from typing import Any

from tests.kit.pwsh import hyperv_cmdlets, net_cmdlets, other_cmdlets, vmm_cmdlets
from tests.kit.pwsh.windows import Windows

COMMANDS: dict[str, Callable[[Windows, dict[str, Any]], Any]] = {
    name: hyperv_cmdlets.refusing(command)
    for part in (hyperv_cmdlets, net_cmdlets, other_cmdlets, vmm_cmdlets)
    for name, command in part.COMMANDS.items()
}
