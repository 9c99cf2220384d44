"""`maccord twin ping`: two machines with one address, and what a ping and a switch make of it."""

import click

from maccord.cli.twin_story import profiles, with_form, with_seed, write

VENDORS = ("cisco-ios", "cisco-nxos", "arista-eos", "juniper-junos", "h3c-comware")
_RATE = click.FloatRange(0, 100)
_VLAN = click.IntRange(0, 4094)


@click.command("ping", short_help="Two machines with one address: a ping, the loss, the moves, the switch's log.")
@with_seed
@with_form
@click.option("--mac", default="00-15-5D-C8-6A-00", show_default=True, metavar="MAC", help="The address of both.")
@click.option("--rate", type=_RATE, default=1.5, show_default=True, metavar="N", help="Frames a second of the first.")
@click.option("--twin-rate", type=_RATE, default=1.5, show_default=True, metavar="N", help="And of the second.")
@click.option("--vlan", type=_VLAN, default=0, metavar="N", help="The VLAN of the first and of who pings; 0: untagged.")
@click.option(
    "--twin-vlan", type=_VLAN, default=None, metavar="N", help="The VLAN of the second, if it is another one."
)
@click.option(
    "--vendor", type=click.Choice(VENDORS), default="cisco-ios", show_default=True,
    help="Whose switch it is: how it logs, and how long it remembers.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 3600), default=60, show_default=True, metavar="N", help="Echoes to send."
)
@click.option(
    "--profile", type=click.Choice(profiles()), default="2022", show_default=True,
    help="The version of Windows Server that both hosts run.",
)  # fmt: skip
def ping(
    *,
    seed: int,
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    mac: str,
    rate: float,
    twin_rate: float,
    vlan: int,
    twin_vlan: int | None,
    vendor: str,
    count: int,
    profile: str,
) -> None:
    """Ping a machine whose MAC address another machine, on another host, has too.

    The switch between them believes whoever spoke last, so an echo gets through while the first machine was heard
    last. The more the second one talks, the more is lost. The figures stand beside what theory expects.

    \b
    Examples:
      maccord twin ping
      maccord twin ping --rate 0.2 --twin-rate 5        # a busy twin
      maccord twin ping --vlan 10 --twin-vlan 20        # no trouble: two VLANs
      maccord twin ping --vendor cisco-nxos --count 300
    """
    from maccord.worlds.stories.twins import Setting, Twins

    setting = Setting(
        mac=mac, rate=rate, twin_rate=twin_rate, vlan=vlan, twin_vlan=vlan if twin_vlan is None else twin_vlan,
        vendor=vendor, count=count,
    )  # fmt: skip
    write(Twins(seed, profile, setting).told(), format, output)
