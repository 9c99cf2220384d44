"""`maccord rehearse`: a plan, run on emulated hosts before it runs on real ones."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import now_option, size_option

if TYPE_CHECKING:
    from maccord.rehearse.rehearsal import Rehearsal


@click.command("rehearse")
@click.argument("folder", metavar="DIR")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", type=click.Choice(["table", "json", "html", "markdown"]), default="table", show_default=True,
    help="table, html (one page) or markdown for people, json (maccord.rehearsal/1) for programs.",
)  # fmt: skip
@click.option("--output", metavar="FILE", help="Write the result to FILE instead of standard output.")
@click.option(
    "--batch", type=click.IntRange(1), default=1, show_default=True, metavar="N",
    help="Check the evidence after every N steps: faster, and blind to what is there in between.",
)  # fmt: skip
@click.option("--no-reverse", is_flag=True, help="Do not try whether the reverse restores what was.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@now_option
@size_option
def command(
    folder: str,
    paths: tuple[str, ...],
    *,
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    batch: int,
    no_reverse: bool,
    quiet: bool,
    now: datetime | None,
    max_file_size: int,
) -> int:
    """Run the plan in DIR on emulated hosts that are where the evidence says the real ones are.

    DIR is a folder that maccord plan wrote, PATH the evidence it was made of. Every Hyper-V host and VMM server of the
    evidence is rebuilt; each step is lived there with the conditions that its script checks, and after each the whole
    evidence is checked again. A plan is not good if a step is refused or fails, if an incident at warning or above
    turns up that no step declares, if one that it repairs is still there at the end, if a host does not answer at the
    end, or if the reverse leaves more than it says.

    Told besides: for how long the management of each host and its machines do not answer (frames on an emulated wire;
    how long guests and adapters take is assumed), what a cut in the middle of a step would leave, and what the
    emulation does not hold of the evidence.

    \b
    Leaves with 0  the plan can be run
               1  it should not be
               2  the call is wrong, the plan was changed, or the evidence is not what it was made of
               3  our fault

    \b
    Examples:
      maccord plan exports/ --output plan/
      maccord rehearse plan/ exports/
      maccord rehearse plan/ exports/ --format markdown --output rehearsal.md
      maccord rehearse plan/ exports/ --batch 50 --format json
    """
    from maccord import wiring
    from maccord.app.rehearse import rehearse_plan
    from maccord.cli.progress import counting

    with counting("rehearsing", shown=not quiet) as tell:
        told = rehearse_plan(
            folder,
            paths,
            wiring.engine,
            now=now or wiring.clock(),
            batch=batch,
            reverse=not no_reverse,
            bytes_max=max_file_size,
            tell=tell,
        )
    _write(told, format, output)
    return INCIDENTS if told.faults else OK


def _write(told: "Rehearsal", form: str, output: str | None) -> None:
    from maccord.cli.output import write_table, write_text

    if form == "json":
        from maccord.rehearse.json_form import as_json

        write_text(as_json(told), output)
    elif form == "markdown":
        from maccord.rehearse.document import as_document

        write_text(as_document(told), output)
    elif form == "html":
        from maccord.rehearse.page import as_html

        write_text(as_html(told), output)
    else:
        from maccord.rehearse.table import render

        write_table(lambda console: render(told, console), output)
