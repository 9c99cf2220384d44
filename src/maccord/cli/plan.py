"""`maccord plan`: the smallest repair of what a check finds."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import now_option, size_option

if TYPE_CHECKING:
    from maccord.plan.plan import Plan


@click.command("plan")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output", required=True, metavar="DIR",
    help="The folder to write: new or empty, or an earlier plan, which is replaced when all is written.",
)  # fmt: skip
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True,
              help="What is printed: a summary for people, or plan.json.")  # fmt: skip
@click.option("--ranges", multiple=True, metavar="FIRST..LAST", help="Take new ranges of hosts from here. Repeatable.")
@click.option("--statics", multiple=True, metavar="FIRST..LAST", help="Take static addresses from here. Repeatable.")
@click.option("--avoid", multiple=True, metavar="FIRST..LAST", help="Never give these out. Repeatable.")
@click.option(
    "--growth", type=click.IntRange(1, 1 << 24), metavar="N",
    help="Make every new range N addresses long or longer. Default: 256.",
)  # fmt: skip
@click.option(
    "--running", type=click.Choice(["schedule", "leave"]),
    help="Machines that run and need another address: restart them by a step (the default), or leave them.",
)  # fmt: skip
@click.option(
    "--join", "joins", multiple=True, metavar="HOST:NIC[:TEAM[:VNIC]]",
    help="A host that is being built: NIC, which has the management address, joins TEAM, on which a switch stands, and "
    "a new VNIC (MGMT) takes its IP settings over. Repeatable.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Make the plan even if it changes more than a third of the fleet.")
@click.option("--quiet", is_flag=True, help="Show no progress and print no remarks.")
@now_option
@size_option
def command(
    paths: tuple[str, ...],
    *,
    output: str,
    format: str,  # noqa: A002 - settings call it what the option is called
    ranges: tuple[str, ...],
    statics: tuple[str, ...],
    avoid: tuple[str, ...],
    growth: int | None,
    running: str | None,
    joins: tuple[str, ...],
    force: bool,
    quiet: bool,
    now: datetime | None,
    max_file_size: int,
) -> int:
    """Plan the smallest repair of every incident at warning or above, and change nothing.

    The plan changes as few machines' addresses as can be, then as few hosts' ranges, then takes as little space. New
    ranges lie where no pool, adapter, sighting, lease or derived range is. DIR gets plan.json (what programs read; its
    digest is what maccord apply asks for), plan.md (for review: what, why, in which order, interruption, who notices),
    and for each host a PowerShell script under apply/ and its reverse under reverse/.

    A table [plan] of fleet.toml among the evidence can name the site's own space:

    \b
      [plan]
      ranges = ["00-15-5D-F0-00-00..00-15-5D-FF-FF-FF"]   # of hosts
      statics = ["02-A0-C8-00-00-00..02-A0-C8-FF-FF-FF"]  # of machines and vNICs
      avoid = ["00-15-5D-F0-10-00..00-15-5D-F0-1F-FF"]
      growth = 512
      running = "leave"

    \b
    Leaves with 0  nothing at warning or above is left when the plan has run
               1  something is: people have to act, or it is left as asked
               2  the call is wrong, the plan would change too much, or no space is left
               3  our fault

    \b
    Examples:
      maccord plan exports/ --output plan/
      maccord plan exports/ --output plan/ --running leave --avoid 00-15-5D-F0-00-00..00-15-5D-F0-FF-FF
      maccord plan HV05.json --output plan/ --join "HV05:Ethernet 1:infra"   (a host being built)
      maccord rehearse plan/ exports/        (then, on emulated hosts)
      maccord apply plan/ --digest 007a85a02b78 --world exports/   (or for real: maccord apply --help)
    """
    from maccord import wiring
    from maccord.app.plan import plan_for, write_plan
    from maccord.app.wishes import Wishes
    from maccord.cli.progress import progress
    from maccord.plan.plan import Join

    wishes = Wishes(
        ranges=_spans(ranges, "--ranges"),
        statics=_spans(statics, "--statics"),
        avoid=_spans(avoid, "--avoid"),
        growth=growth,
        running="leave" if running == "leave" else "schedule" if running else None,
        forced=force,
        joins=tuple(Join(**dict(zip(("host", "nic", "team", "vnic"), _parts(one), strict=False))) for one in joins),
    )
    with progress(shown=not quiet) as tell:
        planned = plan_for(
            paths,
            wiring.engine,
            now=now or wiring.clock(),
            wishes=wishes,
            bytes_max=max_file_size,
            tell=tell.files,
        )
    if not planned.files:
        remark("nothing in the evidence could be used; what is read is listed by: maccord check --help")
        return WRONG_CALL
    for problem in planned.problems if not quiet else ():
        remark(problem)
    files = write_plan(planned.plan, output)
    _print(planned.plan, format)
    if not quiet:
        remark(f"{output}: {files} files; review plan.md, then: maccord rehearse {output} {' '.join(paths)}")
    left = [one for one in planned.plan.outcomes if one.becomes != "repaired" and _counts(one.severity, one.why)]
    return INCIDENTS if left else OK


def _parts(text: str) -> list[str]:
    """Return HOST, NIC, and perhaps TEAM and VNIC; no connection of Windows has a colon in its name."""
    parts = text.split(":")
    if not 2 <= len(parts) <= 4 or not all(parts):
        raise click.BadParameter(f"{text!r} is not HOST:NIC, HOST:NIC:TEAM or HOST:NIC:TEAM:VNIC", param_hint="--join")
    return parts


def _counts(severity: str, why: str) -> bool:
    return severity != "info" and not why.startswith("accepted: ")


def _spans(texts: tuple[str, ...], option: str) -> tuple[tuple[int, int], ...]:
    from maccord.app.wishes import parse_span
    from maccord.mac import BadAddress

    try:
        return tuple(parse_span(one) for one in texts)
    except BadAddress as error:
        raise click.BadParameter(f"{error}; a range is spelled FIRST..LAST", param_hint=option) from error


def _print(plan: "Plan", form: str) -> None:
    from maccord.cli.output import write_table, write_text

    if form == "json":
        from maccord.plan.plan import encoded

        write_text(encoded(plan).decode(), None)
        return
    from maccord.plan.table import render

    write_table(lambda console: render(plan, console), None)
