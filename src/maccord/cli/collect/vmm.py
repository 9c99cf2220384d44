"""`maccord collect vmm`: the script for a VMM server."""

import click

from maccord.cli.output import write_text


@click.command("vmm", short_help="VMM servers: the script that runs where the console is.")
@click.option("--script", is_flag=True, help="Print the PowerShell collector to run where the VMM console is.")
@click.option("--output", metavar="FILE", help="Write the script to FILE instead of standard output.")
def vmm(*, script: bool, output: str | None) -> int:
    """The collector for a VMM server: writes a maccord.vmm/1 export of its MAC pools and granted addresses."""
    from maccord.collect.scripts import text

    if not script:
        raise click.UsageError("say --script: maccord prints the collector, and you run it on the host")
    write_text(text("vmm-server"), output)
    return 0
