"""Steps on Windows hosts over WinRM: each step's script is the text of a pipeline, and its lines of JSON come back.

Nothing is left on the host but the folder in which the script keeps what a resumed step needs, and its transcript.

Source: Microsoft, [MS-PSRP] and [MS-WSMV].
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maccord.apply.transport import Lost
from maccord.collect.scripts import text
from maccord.mac import MaccordError
from maccord.plan.steps import AnyStep
from maccord.powershell import Result, read_results, step_script
from maccord.reach.answer import reason_of
from maccord.reach.library import library
from maccord.reach.winrm import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Access):
    """How to sign in on Windows hosts. `addresses`: where one is reached when not by its name; `suffix`: a domain."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""

    def address(self, host: str) -> str:
        """Return where a host is reached."""
        found = next((at for name, at in self.addresses.items() if name.casefold() == host.casefold()), None)
        if found is not None:
            return found
        return host if not self.suffix or "." in host else f"{host}.{self.suffix}"


class WinRm:
    """Hosts over WinRM. `servers`: the names of those that are VMM servers."""

    name = "winrm"

    def __init__(self, sign_in: SignIn, servers: frozenset[str] = frozenset()) -> None:
        self.sign_in = sign_in
        self.servers = frozenset(name.casefold() for name in servers)
        library("pypsrp.wsman", "windows")  # missing, it is missed before anything is begun

    def run(self, step: AnyStep) -> Result:
        """Have the step's script run on its host. Raises Lost."""
        output, errors = self._invoke(step.host, step_script(step))
        for result in read_results(line for piece in output for line in piece.splitlines()):
            if result.step == step.id:
                return result
        told = "; ".join(errors) or "nothing"
        raise Lost(step.host, f"the script told no end; it said: {told[:600]}", reached=True)

    def collect(self, host: str) -> Mapping[str, Any]:
        """Have the collector run on a host or VMM server. Raises Lost."""
        script = text("vmm-server" if host.casefold() in self.servers else "hyperv-host")
        output, errors = self._invoke(host, script, "-")
        try:
            found = json.loads("\n".join(output).strip())
        except (ValueError, RecursionError) as error:
            told = "; ".join(errors) or str(error)
            raise Lost(host, f"the collector wrote no JSON: {told[:600]}", reached=True) from error
        if not isinstance(found, dict):
            raise Lost(host, "what the collector wrote is no export", reached=True)
        return found

    def _invoke(self, host: str, script: str, *arguments: str) -> tuple[list[str], list[str]]:
        reached: list[bool] = []
        try:
            return self._session(host, script, arguments, lambda: reached.append(True))
        except MaccordError:
            raise
        except Exception as error:  # noqa: BLE001 - pypsrp and what it stands on raise what they like
            secrets = [self.sign_in.password] if self.sign_in.password else []
            raise Lost(host, reason_of(error, secrets), reached=bool(reached)) from None

    def _session(
        self, host: str, script: str, arguments: tuple[str, ...], reached: Callable[[], None]
    ) -> tuple[list[str], list[str]]:
        powershell = library("pypsrp.powershell", "windows")
        connection = self.sign_in.connection(self.sign_in.address(host))
        with connection, powershell.RunspacePool(connection) as pool:
            reached()
            shell = powershell.PowerShell(pool)
            shell.add_script(script)
            for argument in arguments:
                shell.add_argument(argument)
            output = shell.invoke()
        pieces = [one for one in output if isinstance(one, str)]
        return pieces, [" ".join(str(one).split()) for one in shell.streams.error]
