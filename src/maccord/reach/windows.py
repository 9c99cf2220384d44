"""Runs the collector for Hyper-V hosts on a Windows host, over WinRM, and leaves nothing behind there.

The script is the one that `maccord collect hyperv --script` prints; it goes to the host as the text of a pipeline and
its JSON comes back, as with `Invoke-Command -FilePath`.

Source: Microsoft, [MS-PSRP].
"""

import json
from dataclasses import dataclass
from typing import Any

from maccord.collect.scripts import text
from maccord.reach.answer import Collected
from maccord.reach.library import library
from maccord.reach.names import file_name
from maccord.reach.winrm import Access

AUTHS = ("negotiate", "kerberos", "ntlm", "basic")
_SCHEMA = "maccord.host/1"


class NoExport(Exception):
    """The host answered, and what it sent is no export."""


@dataclass(frozen=True, slots=True)
class Session(Access):
    """How to sign in, and whether event logs are read too."""

    events: bool = True


def collect(host: str, session: Session) -> Collected:
    """Return the export of one host as the file HOST.json.

    Raises: MissingLibrary; NoExport; what pypsrp raises when the host refuses.
    """
    powershell = library("pypsrp.powershell", "windows")
    connection = session.connection(host)
    with connection, powershell.RunspacePool(connection) as pool:
        shell = powershell.PowerShell(pool)
        shell.add_script(text("hyperv-host")).add_argument("-")
        if not session.events:
            shell.add_parameter("SkipEvents", value=True)
        output = shell.invoke()
    return Collected(host, {f"{file_name(host)}.json": _export(shell, output)}, (), _warnings(shell))


def _export(shell: Any, output: list[Any]) -> str:  # noqa: ANN401 - pypsrp's shell
    """Return the JSON that the script wrote, which may come in several pieces."""
    export = "\n".join(one for one in output if isinstance(one, str)).strip()
    ended = shell.state == library("pypsrp.complex_objects", "windows").PSInvocationState.COMPLETED
    if not export or not ended:
        complaints = "; ".join(" ".join(str(one).split()) for one in shell.streams.error)
        what = "wrote nothing" if ended else "was stopped on the host"
        raise NoExport(f"the collector {what}" + (f": {complaints}" if complaints else ""))
    try:
        found = json.loads(export)
    except (ValueError, RecursionError) as error:
        raise NoExport(f"what the collector wrote is no JSON: {error}") from error
    if not isinstance(found, dict) or found.get("schema") != _SCHEMA:
        raise NoExport(f"what the collector wrote is no {_SCHEMA}")
    return export + "\n"


def _warnings(shell: Any) -> tuple[str, ...]:  # noqa: ANN401 - pypsrp's shell
    return tuple(" ".join(str(getattr(one, "message", one)).split()) for one in shell.streams.warning)
