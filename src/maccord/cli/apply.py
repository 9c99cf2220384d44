"""`maccord apply`: a reviewed plan, run step by step, resumable, with its reverse at hand."""

from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import size_option
from maccord.cli.way import Way, way_options

if TYPE_CHECKING:
    from maccord.app.evidence import Evidence
    from maccord.apply.run import Ran
    from maccord.apply.transport import Transport
    from maccord.plan.steps import AnyStep


@click.command("apply")
@click.argument("folder", metavar="DIR")
@click.option("--digest", required=True, metavar="HEX", help="The digest of the plan that was reviewed; 12 digits do.")
@click.option(
    "--over", type=click.Choice(["winrm", "ssh"]), default="winrm", show_default=True,
    help="The way to real hosts: WinRM, or the OpenSSH client.",
)  # fmt: skip
@click.option(
    "--world", multiple=True, metavar="PATH",
    help="Run it on emulated hosts made of this evidence, and on no real one; their exports go to DIR/world.",
)  # fmt: skip
@click.option(
    "--evidence", multiple=True, metavar="PATH",
    help="What is known of the fleet besides: checked together with the fresh evidence of the hosts.",
)  # fmt: skip
@click.option("--reverse", is_flag=True, help="Take back what the journal says was done, the last step first.")
@click.option(
    "--batch", type=click.IntRange(1), default=10, show_default=True, metavar="N",
    help="Collect and check fresh evidence after every N steps; after the first host's always.",
)  # fmt: skip
@click.option(
    "--patience", type=click.FloatRange(min=1), default=300, show_default=True, metavar="SECONDS",
    help="Ask a host again for so long when the way to it breaks during a step.",
)  # fmt: skip
@way_options
@click.option("--quiet", is_flag=True, help="Print the end alone.")
@size_option
def command(
    folder: str,
    *,
    digest: str,
    over: str,
    world: tuple[str, ...],
    evidence: tuple[str, ...],
    reverse: bool,
    batch: int,
    patience: float,
    way: Way,
    quiet: bool,
    max_file_size: int,
) -> int:
    """Run the plan in DIR that was reviewed, step by step, and stop at the first surprise.

    Nothing runs but the plan whose digest is given. Each step's script looks first whether the host still shows what
    was planned for. The first host is the canary: its steps are run, and fresh evidence of it is checked, before any
    other host is touched; later that is done after every batch. A step that is refused or fails, an incident that was
    not planned for, or a host that is not reached any more ends the run.

    DIR/journal.jsonl tells, on disk and before it happens, what is begun and what has ended; each line names the hash
    of the one before. Whatever ended a run, the same call goes on from there: what is done is not done again, and what
    may have been interrupted is looked at first. With --reverse it takes back what was done, as far as the plan says.

    \b
    Password   of WinRM: MACCORD_APPLY_PASSWORD, --password-file, or typed; never in an argument, journal or message.
               SSH signs in with keys or an agent.
    Needs      pip install 'maccord[windows]' for WinRM, OpenSSH's client for SSH

    \b
    Leaves with 0  everything was done, and fresh evidence shows what was planned
               1  it was stopped: what is left, and why, was said
               2  the call is wrong, the digest is another plan's, or the journal was changed
               3  our fault

    \b
    Examples:
      maccord apply plan/ --digest 5f2c90ab17de --world exports/
      maccord apply plan/ --digest 5f2c90ab17de --user 'CORP\\admin' --suffix corp.example --evidence exports/
      maccord apply plan/ --digest 5f2c90ab17de --over ssh --user administrator --ssh-key key
      maccord apply plan/ --digest 5f2c90ab17de --over ssh --reverse
    """
    from maccord import wiring
    from maccord.app.apply import apply_plan, reviewed_plan
    from maccord.app.evidence import Evidence
    from maccord.apply.run import Manner

    plan = reviewed_plan(folder, digest)
    known = Evidence.of((*world, *evidence), bytes_max=max_file_size)
    transport = _emulated(folder, known) if world else way.transport(plan, over)
    ran = apply_plan(
        plan,
        folder,
        transport,
        known,
        wiring.engine,
        manner=Manner(batch=batch, patience_s=patience, reverse=reverse),
        clock=wiring.clock,
        tell=_silence if quiet else _say,
    )
    _end(ran, folder, reverse=reverse)
    return INCIDENTS if ran.stopped else OK


def _emulated(folder: str, known: "Evidence") -> "Transport":
    from pathlib import Path

    from maccord.app.world import FOLDER, EmulatedFleet

    path = Path(folder)
    return EmulatedFleet(known.exports, (path if path.is_dir() else path.parent) / FOLDER)


def _say(step: "AnyStep", outcome: str, seen: str) -> None:
    from maccord.report.plain import plain

    text = plain(seen)
    click.echo(f"{outcome:12}{plain(step.id)} {step.__struct_config__.tag}" + (f": {text[:300]}" if text else ""))


def _silence(step: "AnyStep", outcome: str, seen: str) -> None:
    del step, outcome, seen


def _end(ran: "Ran", folder: str, *, reverse: bool) -> None:
    from maccord.report.plain import counted, plain

    what = "taken back" if reverse else "done"
    told = f"{counted(ran.done, 'step')} {what}, {ran.already} there already, {ran.left} left"
    click.echo(f"{'Stopped' if ran.stopped else 'Finished'}: {told}.")
    if ran.stopped:
        remark(plain(ran.stopped)[:2000])
        remark(f"{folder}/journal.jsonl tells all; the same call goes on from there, --reverse takes it back")
    if ran.people:
        remark(f"left to people or to other shells: {', '.join(plain(one) for one in ran.people[:20])} (plan.md)")
    if ran.never:
        remark(f"cannot be taken back: {', '.join(plain(one) for one in ran.never[:20])}")
