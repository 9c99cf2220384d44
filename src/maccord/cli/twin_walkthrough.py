"""`maccord twin walkthrough`: John Howard's post of 2008, replayed."""

import click

from maccord.cli.twin_story import profiles, tell, with_options


@click.command("walkthrough", short_help="John Howard's post of 2008: ranges, addresses, two quiz questions, a ping.")
@with_options
@click.option(
    "--profile", type=click.Choice(profiles()), default="2008", show_default=True,
    help="Play it on this version of Windows Server; some answers have other reasons there.",
)  # fmt: skip
def walkthrough(
    until: int | None,
    seed: int,
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    profile: str,
) -> None:
    """Replay the walk-through that explained Hyper-V's MAC addresses, on an emulated host.

    A server gets an IPv4 address and the Hyper-V role. The first machine makes the registry's range appear:
    00-15-5D, the last two octets of the host's address, 00 to FF. Machines are started until no address is left;
    a stopped machine's address is issued again; the stopped machine is started. Then a second server joins whose
    address ends alike, both issue the same first address, and a ping sometimes works.

    Each step shows what is done, the registry before and after, who has which address, and what Windows says. The
    answers of the quiz are not written down anywhere: the emulated host gives them.

    \b
    Examples:
      maccord twin walkthrough
      maccord twin walkthrough --until 9            # up to the second question
      maccord twin walkthrough --profile 2022
      maccord twin walkthrough --format html --output walkthrough.html
    """
    tell("walkthrough", until=until, seed=seed, form=format, output=output, profile=profile)
