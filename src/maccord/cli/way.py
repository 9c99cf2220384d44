"""The way to real hosts, as a call says it: WinRM or SSH, where, and as whom."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from maccord.cli.options import as_one, ca_option, insecure_option, secret_option, timeout_option

if TYPE_CHECKING:
    from maccord.apply.transport import Transport
    from maccord.plan.plan import Plan

_FILE = click.Path(exists=True, dir_okay=False)
_PASSWORD = "MACCORD_APPLY_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What the options say of it; which of them count, WinRM or SSH decides."""

    address: tuple[str, ...]
    suffix: str
    user: str | None
    password_file: str | None
    auth: str
    no_tls: bool
    port: int | None
    ca: str | None
    insecure: bool
    timeout: float
    ssh_key: str | None
    ssh_config: str | None

    def transport(self, plan: "Plan", over: str) -> "Transport":
        """Return the way to all hosts of a plan; raises UsageError, and asks for a password where one is needed."""
        return self._ssh(plan) if over == "ssh" else self._winrm(plan)

    def _ssh(self, plan: "Plan") -> "Transport":
        from pathlib import Path

        from maccord.app.apply import servers_of
        from maccord.apply.ssh import Client, Ssh

        client = Client(
            user=self.user or "",
            key=Path(self.ssh_key) if self.ssh_key else None,
            config=Path(self.ssh_config) if self.ssh_config else None,
            port=self.port,
            addresses=_addresses(self.address),
            suffix=self.suffix,
        )
        return Ssh(client, servers_of(plan))

    def _winrm(self, plan: "Plan") -> "Transport":
        from maccord.app.apply import servers_of
        from maccord.apply.windows import SignIn, WinRm
        from maccord.cli.secret import secret
        from maccord.reach import Trust

        addresses = _addresses(self.address)
        wanted = self.auth in ("basic", "ntlm") or self.user or self.password_file or os.environ.get(_PASSWORD)
        asked = f"password of {self.user}"
        password = secret(asked, _PASSWORD, self.password_file, "--password-file") if wanted else None
        sign_in = SignIn(
            user=self.user,
            password=password,
            auth=self.auth,
            tls=not self.no_tls,
            port=self.port,
            trust=Trust(self.ca, self.insecure),
            timeout_s=self.timeout,
            addresses=addresses,
            suffix=self.suffix,
        )
        return WinRm(sign_in, servers_of(plan))


def _addresses(told: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in told:
        host, _, name = one.partition("=")
        if not host or not name:
            raise click.UsageError(f"--address {one}: say HOST=NAME")
        found[host] = name
    return found


way_options = as_one(
    "way",
    Way,
    click.option(
        "--address", multiple=True, metavar="HOST=NAME", help="Reach a host by this name or IP address. Repeatable."
    ),
    click.option("--suffix", default="", metavar="DOMAIN", help="Add a domain to hosts' names, such as corp.example."),
    click.option("--user", help="The name to sign in with, such as CORP\\admin; for Kerberos the ticket's."),
    secret_option("password"),
    click.option(
        "--auth", type=click.Choice(["negotiate", "kerberos", "ntlm", "basic"]), default="negotiate", show_default=True,
        help="How to sign in over WinRM.",
    ),
    click.option("--no-tls", is_flag=True, help="Use WinRM's port 5985: messages are encrypted by Kerberos or NTLM."),
    click.option("--port", type=click.IntRange(1, 65535), help="The port, where it is not the usual one."),
    ca_option,
    insecure_option,
    timeout_option,
    click.option("--ssh-key", metavar="FILE", type=_FILE, help="A private key for SSH."),
    click.option("--ssh-config", metavar="FILE", type=_FILE, help="Settings of SSH (ssh_config)."),
)  # fmt: skip
