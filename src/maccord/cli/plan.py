"""`maccord plan`: the smallest repair of what a check finds."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import now_option, size_option
from maccord.cli.wishes import wishes_options

if TYPE_CHECKING:
    from maccord.app.wishes import Wishes
    from maccord.plan.plan import Outcome, Plan


@click.command("plan")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output", required=True, metavar="DIR",
    help="The folder to write: new or empty, or an earlier plan, which is replaced when all is written.",
)  # fmt: skip
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True,
              help="What is printed: a summary for people, or plan.json.")  # fmt: skip
@wishes_options
@click.option("--quiet", is_flag=True, help="Show no progress and print no remarks.")
@now_option
@size_option
def command(
    paths: tuple[str, ...],
    *,
    output: str,
    format: str,  # noqa: A002 - settings call it what the option is called
    wishes: "Wishes",
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
    from maccord.cli.progress import progress

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
    return INCIDENTS if any(map(_is_left, planned.plan.outcomes)) else OK


def _is_left(one: "Outcome") -> bool:
    """Tell whether an incident at warning or above is there when the plan has run, and nobody accepted that."""
    return one.becomes != "repaired" and one.severity != "info" and not one.why.startswith("accepted: ")


def _print(plan: "Plan", form: str) -> None:
    from maccord.cli.output import write_table, write_text

    if form == "json":
        from maccord.plan.plan import encoded

        write_text(encoded(plan).decode(), None)
        return
    from maccord.plan.table import render

    write_table(lambda console: render(plan, console), None)
