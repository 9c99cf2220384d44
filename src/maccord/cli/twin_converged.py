"""`maccord twin converged`: Ben Gelens' report of 2014, replayed."""

import click

from maccord.cli.twin_story import profiles, tell, with_options


@click.command(
    "converged", short_help="Ben Gelens' report of 2014: SCVMM, a team, one address three times, and the cure."
)
@with_options
@click.option(
    "--profile", type=click.Choice(profiles()[3:]), default="2012 R2", show_default=True,
    help="The host's version of Windows Server, and with it VMM's.",
)  # fmt: skip
def converged(
    until: int | None,
    seed: int,
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    profile: str,
) -> None:
    """Replay the report of a converged host whose management adapter has its team's address, and the cure.

    SCVMM deploys a logical switch with a team: the team takes a NIC's address, the management vNIC takes the team's.
    Three adapters of one host have one address, the switch outside hears it on two ports, and the host is reached now
    and then. Switching VMQ off hides it. The cure goes step by step: the second NIC alone, a script on the host, a
    vNIC with an address of its own, a gratuitous ARP from which the switch learns the new place, and a refresh.

    Each step draws where every address comes from, and shows a ping with what the physical switch does meanwhile. That
    frames get lost which come in by another NIC than the vNIC's queue is on is a hypothesis: it is what would make
    the report true.

    \b
    Examples:
      maccord twin converged
      maccord twin converged --until 4              # the fault, and the mask
      maccord twin converged --format html --output converged.html
    """
    tell("converged", until=until, seed=seed, form=format, output=output, profile=profile)
