"""`maccord collect`: the scripts that gather evidence."""

import click

from maccord.cli.output import write_text


@click.group("collect")
def command() -> None:
    """Get the scripts that collect evidence on hosts and VMM servers.

    The scripts only read, need nothing that Windows does not ship, and write one JSON file each. Put the files of all
    hosts into one folder and run: maccord check FOLDER.
    """


def _script_option(wanted: bool) -> None:
    if not wanted:
        raise click.UsageError("say --script: maccord prints the collector, and you run it on the host")


@command.command("hyperv")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run on each host.")
@click.option("--output", metavar="FILE", help="Write the script to FILE instead of standard output.")
def hyperv(*, script: bool, output: str | None) -> int:
    """The collector for a Hyper-V host, Windows Server 2012 R2 to 2025: writes a maccord.host/1 export.

    \b
    Examples:
      maccord collect hyperv --script --output collect-host.ps1
      powershell -ExecutionPolicy RemoteSigned -File collect-host.ps1
    """
    from maccord.collect.scripts import text

    _script_option(script)
    write_text(text("hyperv-host"), output)
    return 0


@command.command("vmm")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run where the VMM console is.")
@click.option("--output", metavar="FILE", help="Write the script to FILE instead of standard output.")
def vmm(*, script: bool, output: str | None) -> int:
    """The collector for a VMM server: writes a maccord.vmm/1 export of its MAC pools and granted addresses."""
    from maccord.collect.scripts import text

    _script_option(script)
    write_text(text("vmm-server"), output)
    return 0
