"""`maccord collect`: evidence from platforms that can be asked, and scripts for hosts to run themselves."""

import codecs
from typing import TYPE_CHECKING, BinaryIO

import click

from maccord.cli import collect_live as live
from maccord.cli.harvest import Ask, harvest
from maccord.cli.output import write_text

if TYPE_CHECKING:
    from maccord.reach import Collected
    from maccord.reach.windows import Session


@click.group("collect")
def command() -> None:
    """Gather evidence: ask a platform for it, or get the script that hosts run themselves.

    Each platform has a page: maccord collect PLATFORM --help. All of them only read. Evidence goes into a folder as
    files that are whole or not there, in the forms that maccord check reads; check itself connects to nothing.
    Passwords and tokens come from a file, the environment or the keyboard, never from the command line.

    \b
    Leaves with 0  something was collected (with --strict: everything)
               2  the call is wrong, or nothing was collected; what failed is on standard error

    \b
    Examples:
      maccord collect libvirt --connect qemu+ssh://root@kvm01/system --output evidence
      maccord collect vsphere --server vc01.example.org --user audit@vsphere.local --output evidence
      maccord collect hyperv --hosts hosts.txt --user 'CORP\\audit' --output evidence
      maccord collect hyperv --script --output collect-host.ps1
      maccord check evidence
    """


for _platform in (live.libvirt, live.netbox, live.proxmox, live.switch, live.vsphere):
    command.add_command(_platform)


@command.command("hyperv", short_help="Hyper-V hosts: over WinRM, or the script that they run themselves.")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run on each host, and ask nobody.")
@click.option("--host", metavar="HOST", multiple=True, help="Ask this host over WinRM; may be repeated.")
@click.option(
    "--hosts", metavar="FILE", type=click.File("rb"),
    help="Ask the hosts that FILE names, one a line; # begins a remark, and - is standard input.",
)  # fmt: skip
@click.option("--user", help="Sign in as USER, such as CORP\\audit or audit@corp.example; else with a Kerberos ticket.")
@live.secret_option("password")
@click.option(
    "--auth", type=click.Choice(["negotiate", "kerberos", "ntlm", "basic"]), default="negotiate", show_default=True,
    help="negotiate takes Kerberos where it can and NTLM elsewhere; basic goes over TLS alone.",
)  # fmt: skip
@click.option(
    "--http", is_flag=True,
    help="Connect to port 5985 without TLS; messages are then encrypted by Kerberos or NTLM, or not sent.",
)  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), help="Another port than 5986 (with --http 5985).")
@click.option("--skip-events", is_flag=True, help="Leave out the event logs, where reading them takes too long.")
@live.ca_option
@live.insecure_option
@live.parallel_option(16)
@live.timeout_option
@live.limit_option(900)
@click.option("--output", metavar="DIR|FILE", help="Write HOST.json into folder DIR, or the script to FILE.")
@live.strict_option
@live.quiet_option
def hyperv(
    *,
    host: tuple[str, ...],
    hosts: BinaryIO | None,
    user: str | None,
    password_file: str | None,
    auth: str,
    port: int | None,
    ca: str | None,
    parallel: int,
    timeout: float,
    limit: float,
    output: str | None,
    script: bool,
    http: bool,
    skip_events: bool,
    insecure: bool,
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
    names = _names(host, hosts)
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
    if auth == "basic" and http:
        raise click.UsageError("basic sends the password for anybody to read without TLS: leave out --http")
    if user is None and auth in ("basic", "ntlm"):
        raise click.UsageError(f"--auth {auth} needs --user")
    from maccord.cli.secret import secret
    from maccord.reach import Trust
    from maccord.reach.windows import Session

    variable = "MACCORD_COLLECT_HYPERV_PASSWORD"
    password = secret(f"password of {user}", variable, password_file, "--password-file") if user else None
    session = Session(
        user, password, auth, not http, port, Trust(ca, insecure), timeout_s=timeout, events=not skip_events
    )
    asks = {host: _asking(host, session) for host in names}
    secrets = (password,) if password else ()
    return harvest(asks, output, at_once=parallel, limit_s=limit, secrets=secrets, strict=strict, quiet=quiet)


def _asking(host: str, session: "Session") -> Ask:
    from maccord.reach.windows import collect

    def ask(_tell: live.Tell) -> "Collected":
        return collect(host, session)

    return ask


def _names(hosts: tuple[str, ...], listed: BinaryIO | None) -> list[str]:
    """Return each host once, in the order of asking, whatever the case of its letters."""
    lines = [line.partition("#")[0].strip() for line in _text(listed).splitlines()] if listed else []
    once: dict[str, str] = {}
    for host in (*hosts, *lines):
        if host.strip():
            once.setdefault(host.strip().casefold(), host.strip())
    return list(once.values())


def _text(listed: BinaryIO) -> str:
    """Return a list of hosts as text: UTF-8, or UTF-16 as PowerShell redirects it."""
    raw = listed.read()
    try:
        return raw.decode("utf-16" if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--hosts {listed.name}: is no text in UTF-8") from error


@command.command("vmm", short_help="VMM servers: the script that runs where the console is.")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run where the VMM console is.")
@click.option("--output", metavar="FILE", help="Write the script to FILE instead of standard output.")
def vmm(*, script: bool, output: str | None) -> int:
    """The collector for a VMM server: writes a maccord.vmm/1 export of its MAC pools and granted addresses."""
    from maccord.collect.scripts import text

    if not script:
        raise click.UsageError("say --script: maccord prints the collector, and you run it on the host")
    write_text(text("vmm-server"), output)
    return 0
