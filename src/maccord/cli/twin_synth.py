"""`maccord twin synth`: a fleet of emulated hosts, with faults that were lived and the truth about them."""

import click

from maccord.cli.main import OK

_VERSIONS = ("2008", "2008 R2", "2012", "2012 R2", "2016", "2019", "2022", "2025")


@click.command("synth", short_help="Write a fleet of any size as evidence, with faults lived and the truth about them.")
@click.option(
    "--hosts", type=click.IntRange(1, 1_000_000), default=50, show_default=True, metavar="N", help="Hosts in all."
)
@click.option(
    "--vms-per-host", type=click.IntRange(0, 4096), default=10, show_default=True, metavar="M",
    help="Machines that a host has, about: a story may need one more, or few enough for its range.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, metavar="S", help="What chance is made of."
)
@click.option(
    "--inject", multiple=True, metavar="CAUSE=COUNT",
    help="Live a cause so many times; may be repeated. all=COUNT stands for every cause that is not named, as often as "
    "one fleet can have it.",
)  # fmt: skip
@click.option(
    "--profile", multiple=True, metavar="VERSION", type=click.Choice(_VERSIONS),
    help=f"Only hosts of this version of Windows Server; may be repeated. {', '.join(_VERSIONS)}.",
)  # fmt: skip
@click.option(
    "--output", metavar="DIR",
    help="The folder to write: new or empty, or a fleet of an earlier run, which is replaced when all is written.",
)  # fmt: skip
@click.option("--list", "list_causes", is_flag=True, help="List the causes that can be injected, and write nothing.")
@click.option("--quiet", is_flag=True, help="Show no progress and print no remarks.")
def synth(
    *,
    hosts: int,
    vms_per_host: int,
    seed: int,
    inject: tuple[str, ...],
    profile: tuple[str, ...],
    output: str | None,
    list_causes: bool,
    quiet: bool,
) -> int:
    """Write the evidence of a fleet that was lived by emulated hosts, and truth.json, which says what is wrong with it.

    Each fault is a history and not painted on: a clone is a host that was imaged, a reissued address a range that ran
    round. Everything else in the fleet is innocent, with teams, clusters, replicas, load balancers and what else shares
    an address by design. maccord check finds exactly the incidents in truth.json, at warning and above.

    truth.json: {"incidents": [{"cause", "hosts", "addresses"}]}. One file per host, and per VMM server. A fleet of any
    size is written in the memory of a few hosts. The same call gives the same bytes.

    \b
    Examples:
      maccord twin synth --hosts 200 --inject cloned-host-image=3 --output fleet
      maccord check fleet
      maccord twin synth --hosts 500 --inject all=2 --seed 7 --output fleet
      maccord twin synth --hosts 10000 --vms-per-host 100 --output large
      maccord twin synth --hosts 40 --profile 2008 --inject reissued-while-stopped=1 --output old
    """
    from maccord.app.synth import write_fleet
    from maccord.cli.progress import counting
    from maccord.report.plain import counted
    from maccord.worlds.synth import STORIES, Wanted

    if list_causes:
        for cause, story in STORIES.items():
            click.echo(f"{cause:32}{_told(story.hosts, story.since, story.until)}")
        return OK
    if output is None:
        raise click.UsageError("say --output DIR: the folder that the fleet is written to")
    wanted = Wanted(
        hosts=hosts,
        machines=vms_per_host,
        seed=seed,
        inject=_counts(inject),
        profiles=tuple(one for one in _VERSIONS if one in profile) or _VERSIONS,
    )
    with counting("living hosts", shown=not quiet) as tell:
        written = write_fleet(wanted, output, tell=tell)
    if not quiet:
        click.echo(
            f"maccord: {output}: {counted(written.hosts, 'host')}, {counted(written.files, 'file')}, "
            f"{written.size / 1e6:,.1f} MB; {counted(written.incidents, 'incident')} in truth.json",
            err=True,
        )
    return OK


def _counts(inject: tuple[str, ...]) -> dict[str, int]:
    """Return the wished causes with their counts; refuses what is not CAUSE=COUNT, and a cause named twice."""
    counts: dict[str, int] = {}
    for one in inject:
        cause, _, count = one.strip().partition("=")
        number = int(count) if count.isascii() and count.isdigit() and len(count) < 8 else 0
        if not cause or number < 1:
            raise click.UsageError(f"--inject {one}: say CAUSE=COUNT, with a count of 1 or more")
        if cause in counts:
            raise click.UsageError(f"--inject {one}: {cause} is named twice")
        counts[cause] = number
    return counts


def _told(hosts: tuple[int, int], since: str, until: str) -> str:
    least, most = hosts
    number = f"{least} host{'s' if least > 1 else ''}" if least == most else f"{least} to {most} hosts"
    versions = since if since == until else f"{since} to {until}"
    return f"{number:14}Windows Server {versions}"
