"""`maccord collect`: evidence from platforms that can be asked, and scripts for hosts to run themselves."""

import click

from maccord.cli import collect_live as live
from maccord.cli.collect_hyperv import hyperv
from maccord.cli.output import write_text


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


for _platform in (hyperv, live.libvirt, live.netbox, live.proxmox, live.switch, live.vsphere):
    command.add_command(_platform)


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
