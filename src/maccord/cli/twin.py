"""`maccord twin`: emulated Hyper-V hosts and networks that behave like real ones, to learn from and to test with."""

import click

from maccord.cli.twin_converged import converged
from maccord.cli.twin_export import export
from maccord.cli.twin_ping import ping
from maccord.cli.twin_synth import synth
from maccord.cli.twin_walkthrough import walkthrough

_COMMANDS: tuple[click.Command, ...] = (walkthrough, converged, ping, synth, export)
"""In the order of the help. Each is in a file of its own (`twin_NAME.py`) and imports what it needs when it runs."""


class _InOrder(click.Group):
    """A group that lists its commands as they were added, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group("twin", cls=_InOrder, commands=list(_COMMANDS))
def command() -> None:
    """Emulated Hyper-V hosts, managers and networks: see a MAC conflict happen, from a seed.

    Two field reports that explained these conflicts are replayed step by step; a ping shows what two owners of one
    address do to a network; synth makes a fleet of any size, with the truth about it; any state of a story can be
    written as evidence for maccord check. Nothing real is touched. The same command with the same seed gives the same
    bytes.

    \b
    Examples:
      maccord twin walkthrough
      maccord twin converged --format html --output converged.html
      maccord twin ping --vendor arista-eos
      maccord twin synth --hosts 100 --vms-per-host 20 --inject all=1 --output fleet
      maccord twin export walkthrough --until 8 --output evidence
    """
