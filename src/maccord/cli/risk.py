"""`maccord risk`: how likely hosts of given subnets get one range from Hyper-V, and which do."""

import click

from maccord.cli.check import remark
from maccord.cli.output import write_table, write_text


@click.command("risk")
@click.argument("subnets", nargs=-1, metavar="[SUBNET=HOSTS]...")
@click.option(
    "--hosts", multiple=True, metavar="PATH",
    help="Hosts that are there: a list with a name and an address a line, or evidence. May be repeated.",
)  # fmt: skip
@click.option(
    "--issued", type=click.IntRange(1, 256), metavar="N",
    help="Say what it means once each host has issued N addresses.",
)  # fmt: skip
@click.option(
    "--format", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True,
    help="table for people, json (maccord.risk/1) for programs, csv for spreadsheets.",
)  # fmt: skip
@click.option("--output", metavar="FILE", help="Write the answer to FILE instead of standard output.")
@click.option("--quiet", is_flag=True, help="Print nothing but the answer: no progress, no remarks.")
def command(
    subnets: tuple[str, ...],
    hosts: tuple[str, ...],
    issued: int | None,
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    *,
    quiet: bool,
) -> int:
    """Tell how likely hosts get one address range from Hyper-V, exactly, and which hosts do.

    Hyper-V makes a host's range of 00-15-5D and the last two octets of its IPv4 address, so 10.1.5.20 and 10.2.5.20
    get one range. Name each planned subnet with its number of hosts; any of its addresses is as likely as any other.
    With --hosts the hosts that are there count too, and those that share a range already are listed.

    \b
    Examples:
      maccord risk 10.1.0.0/16=40 10.2.0.0/16=35
      maccord risk --hosts hosts.csv
      maccord risk 10.3.5.0/24=12 --hosts exports/ --issued 20
    """
    from maccord import wiring
    from maccord.app.risk import assess, known_hosts, planned
    from maccord.cli.progress import progress

    if not subnets and not hosts:
        raise click.UsageError("name subnets (10.1.0.0/16=40), hosts that are there (--hosts PATH), or both")
    wanted = planned(subnets)
    with progress(shown=bool(hosts) and not quiet) as tell:
        known, problems = known_hosts(hosts, wiring.engine, wiring.engine_on, tell=tell.files)
        answer = assess(wanted, known, issued=issued)
    if problems and not quiet:
        noun = "problem" if problems == 1 else "problems"
        remark(f"{problems:,} {noun} with the evidence: maccord check lists them")
    if format == "json":
        from maccord.report.risk import as_json

        write_text(as_json(answer), output)
    elif format == "csv":
        from maccord.report.risk import as_csv

        write_text(as_csv(answer), output)
    else:
        from maccord.report.risk_table import render

        write_table(lambda console: render(answer, console), output)
    return 0
