"""Steps on Windows hosts over SSH, by the OpenSSH client: keys and agents sign in, and nobody types a password.

The command on the host is `powershell.exe` with a fixed encoded command, which reads the script from its standard
input: whatever shell the server starts commands with, there is nothing in it to quote. The client is started without a
shell, and the host's name cannot be taken for an option.

Source: OpenBSD, ssh(1) and ssh_config(5); Microsoft, "about_PowerShell_exe" (-EncodedCommand).
"""

import base64
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maccord.apply.transport import Lost
from maccord.collect.scripts import text
from maccord.mac import MaccordError
from maccord.plan.steps import AnyStep
from maccord.powershell import Result, read_results, step_script

_READS = (
    "$ProgressPreference = 'SilentlyContinue'; "
    "$b = [System.Convert]::FromBase64String([System.Console]::In.ReadToEnd()); "
    "$t = [System.Text.Encoding]::UTF8.GetString($b); "
    "& ([System.Management.Automation.ScriptBlock]::Create($t)){0}"
)
_TARGET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:%+\\-]{0,252}")
_OUTPUT_MAX = 1 << 28
_FAILED = 255
"""What ssh leaves with when there was no connection, or it broke: ssh(1), EXIT STATUS."""


class BadTarget(MaccordError):
    """A name that no host is reached by over SSH."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name[:80]!r} is no name of a host; say --address HOST=NAME"


class NoClient(MaccordError):
    """There is no OpenSSH client here."""

    def __init__(self, program: str, why: str) -> None:
        super().__init__(program, why)
        self.program, self.why = program, why

    def __str__(self) -> str:
        return f"cannot start {self.program}: {self.why}; install the OpenSSH client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How the client is started. `user`: whom to sign in as; `key`: a file with a private key; `config`: ssh_config(5).

    `limit_s` bounds a step, from the start of the client to its end.
    """

    user: str = ""
    key: Path | None = None
    config: Path | None = None
    port: int | None = None
    program: str = "ssh"
    shell: str = "powershell.exe"
    connect_s: int = 15
    limit_s: float = 3600
    addresses: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""

    def command(self, host: str) -> list[str]:
        """Return the client's arguments up to the host. Raises BadTarget."""
        found = next((at for name, at in self.addresses.items() if name.casefold() == host.casefold()), None)
        name = found or (host if not self.suffix or "." in host else f"{host}.{self.suffix}")
        target = f"{self.user}@{name}" if self.user else name
        if not _TARGET.fullmatch(target):
            raise BadTarget(target)
        options = [
            "BatchMode=yes",
            f"ConnectTimeout={self.connect_s}",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=3",
        ]
        arguments = [self.program, "-T", *(word for one in options for word in ("-o", one))]
        arguments += ["-F", str(self.config)] if self.config else []
        arguments += ["-i", str(self.key)] if self.key else []
        arguments += ["-p", str(self.port)] if self.port else []
        return [*arguments, "--", target]


class Ssh:
    """Hosts over SSH. `servers`: the names of those that are VMM servers."""

    name = "ssh"

    def __init__(self, client: Client, servers: frozenset[str] = frozenset()) -> None:
        self.client = client
        self.servers = frozenset(name.casefold() for name in servers)

    def run(self, step: AnyStep) -> Result:
        """Have the step's script run on its host. Raises Lost."""
        output, errors = self._invoke(step.host, step_script(step), ())
        for result in read_results(output.splitlines()):
            if result.step == step.id:
                return result
        raise Lost(step.host, f"the script told no end; it said: {errors[:600] or 'nothing'}", reached=True)

    def collect(self, host: str) -> Mapping[str, Any]:
        """Have the collector run on a host or VMM server. Raises Lost."""
        script = text("vmm-server" if host.casefold() in self.servers else "hyperv-host")
        output, errors = self._invoke(host, script, ("'-'",))
        try:
            found = json.loads(output.strip())
        except (ValueError, RecursionError) as error:
            raise Lost(host, f"the collector wrote no JSON: {errors[:600] or error}", reached=True) from error
        if not isinstance(found, dict):
            raise Lost(host, "what the collector wrote is no export", reached=True)
        return found

    def _invoke(self, host: str, script: str, arguments: Sequence[str]) -> tuple[str, str]:
        reads = _READS.format("".join(f" {one}" for one in arguments))
        encoded = base64.b64encode(reads.encode("utf-16-le")).decode()
        remote = f"{self.client.shell} -NoLogo -NoProfile -NonInteractive -EncodedCommand {encoded}"
        try:
            done = subprocess.run(  # noqa: S603 - no shell; the host's name is checked, and behind "--"
                [*self.client.command(host), remote],
                input=base64.b64encode(script.encode()),
                capture_output=True,
                timeout=self.client.limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Lost(host, f"no end within {self.client.limit_s:g} seconds", reached=True) from error
        except OSError as error:
            raise NoClient(self.client.program, error.strerror or str(error)) from error
        errors = " ".join(done.stderr[:4000].decode("utf-8", "replace").split())
        if done.returncode == _FAILED:
            raise Lost(host, errors[:600] or "ssh found no way", reached=_was_connected(errors, done.stdout))
        return done.stdout[:_OUTPUT_MAX].decode("utf-8", "replace"), errors


def _was_connected(errors: str, output: bytes) -> bool:
    """Tell whether there was a connection before it broke, by what the client says of connections that it lost."""
    return bool(output) or any(
        word in errors for word in ("Broken pipe", "closed by remote host", "Connection reset", "not responding")
    )
