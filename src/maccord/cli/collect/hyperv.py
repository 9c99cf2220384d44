"""`maccord collect hyperv`: hosts that are asked over WinRM, or the script that they run themselves."""

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import click

from maccord.cli.collect.harvest import Ask, Tell, harvest
from maccord.cli.collect.options import limit_option, parallel_option, quiet_option, strict_option
from maccord.cli.options import as_one, ca_option, insecure_option, secret_option, timeout_option
from maccord.cli.output import write_text

if TYPE_CHECKING:
    from maccord.reach import Collected
    from maccord.reach.windows import Session

_PASSWORD = "MACCORD_COLLECT_HYPERV_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignIn:
    """How hosts are asked, as the call says it."""

    user: str | None
    password_file: str | None
    auth: str
    http: bool
    port: int | None
    skip_events: bool
    ca: str | None
    insecure: bool
    timeout: float

    def session(self) -> "Session":
        """Return what a session with any host needs; raises UsageError, and asks for a user's password."""
        if self.auth == "basic" and self.http:
            raise click.UsageError("basic sends the password for anybody to read without TLS: leave out --http")
        if self.user is None and self.auth in ("basic", "ntlm"):
            raise click.UsageError(f"--auth {self.auth} needs --user")
        from maccord.cli.secret import secret
        from maccord.reach import Trust
        from maccord.reach.windows import Session

        asked = f"password of {self.user}"
        return Session(
            self.user,
            secret(asked, _PASSWORD, self.password_file, "--password-file") if self.user else None,
            self.auth,
            not self.http,
            self.port,
            Trust(self.ca, self.insecure),
            timeout_s=self.timeout,
            events=not self.skip_events,
        )


_sign_in_options = as_one(
    "sign_in",
    _SignIn,
    click.option(
        "--user", help="Sign in as USER, such as CORP\\audit or audit@corp.example; else with a Kerberos ticket."
    ),
    secret_option("password"),
    click.option(
        "--auth", type=click.Choice(["negotiate", "kerberos", "ntlm", "basic"]), default="negotiate", show_default=True,
        help="negotiate takes Kerberos where it can and NTLM elsewhere; basic goes over TLS alone.",
    ),
    click.option(
        "--http", is_flag=True,
        help="Connect to port 5985 without TLS; messages are then encrypted by Kerberos or NTLM, or not sent.",
    ),
    click.option("--port", type=click.IntRange(1, 65535), help="Another port than 5986 (with --http 5985)."),
    click.option("--skip-events", is_flag=True, help="Leave out the event logs, where reading them takes too long."),
    ca_option,
    insecure_option,
    timeout_option,
)  # fmt: skip


def _names(host: tuple[str, ...], hosts: BinaryIO | None) -> list[str]:
    """Return each host once, in the order of asking, whatever the case of its letters."""
    lines = [line.partition("#")[0].strip() for line in _text(hosts).splitlines()] if hosts else []
    once: dict[str, str] = {}
    for one in (*host, *lines):
        if one.strip():
            once.setdefault(one.strip().casefold(), one.strip())
    return list(once.values())


def _text(listed: BinaryIO) -> str:
    """Return a list of hosts as text: UTF-8, or UTF-16 as PowerShell redirects it."""
    raw = listed.read()
    try:
        return raw.decode("utf-16" if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--hosts {listed.name}: is no text in UTF-8") from error


_names_options = as_one(
    "names",
    _names,
    click.option("--host", metavar="HOST", multiple=True, help="Ask this host over WinRM; may be repeated."),
    click.option(
        "--hosts", metavar="FILE", type=click.File("rb"),
        help="Ask the hosts that FILE names, one a line; # begins a remark, and - is standard input.",
    ),
)  # fmt: skip


@click.command("hyperv", short_help="Hyper-V hosts: over WinRM, or the script that they run themselves.")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run on each host, and ask nobody.")
@_names_options
@_sign_in_options
@parallel_option(16)
@limit_option(900)
@click.option("--output", metavar="DIR|FILE", help="Write HOST.json into folder DIR, or the script to FILE.")
@strict_option
@quiet_option
def hyperv(
    *,
    names: list[str],
    sign_in: _SignIn,
    parallel: int,
    limit: float,
    output: str | None,
    script: bool,
    strict: bool,
    quiet: bool,
) -> int:
    """Hyper-V hosts, Windows Server 2012 R2 to 2025: over WinRM, or by a script that they run themselves.

    The same script does the work either way; it only reads, leaves nothing behind, and its answer is a maccord.host/1
    export. Over WinRM it needs a user who may open a PowerShell session there and see all machines: an administrator of
    the host. A host that fails is named, and the others count.

    \b
    Needs     over WinRM: pip install 'maccord[windows]'; for Kerberos also 'pypsrp[kerberos]' and a ticket (kinit)
    Password  MACCORD_COLLECT_HYPERV_PASSWORD, --password-file, or typed

    \b
    Examples:
      maccord collect hyperv --host HV01 --host HV02 --user 'CORP\\audit' --output evidence
      maccord collect hyperv --hosts hosts.txt --auth kerberos --http --output evidence
      maccord collect hyperv --script --output collect-host.ps1
      powershell -ExecutionPolicy RemoteSigned -File collect-host.ps1
    """
    if script and names:
        raise click.UsageError("--script asks nobody: leave out --host and --hosts, or --script")
    if not script and not names:
        raise click.UsageError(
            "say --host HOST or --hosts FILE, and hosts are asked over WinRM; or --script, and maccord prints the "
            "collector that you run on the host"
        )
    if script:
        from maccord.collect.scripts import text

        write_text(text("hyperv-host"), output)
        return 0
    if output is None:
        raise click.UsageError("say --output DIR: a host's evidence goes into a file of its own there")
    session = sign_in.session()
    asks = {host: _asking(host, session) for host in names}
    secrets = (session.password,) if session.password else ()
    return harvest(asks, output, at_once=parallel, limit_s=limit, secrets=secrets, strict=strict, quiet=quiet)


def _asking(host: str, session: "Session") -> Ask:
    from maccord.reach.windows import collect

    def ask(_tell: Tell) -> "Collected":
        return collect(host, session)

    return ask
