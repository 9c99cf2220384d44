"""`maccord whatif`: the clashes that would follow, before anyone does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import as_one, now_option
from maccord.cli.output import write_table, write_text

if TYPE_CHECKING:
    from maccord.fleet.snapshot import Snapshot
    from maccord.report import Report


@dataclass(frozen=True, slots=True)
class _Answer:
    """How an answer is given, and as of when it is judged."""

    form: str
    output: str | None
    quiet: bool
    now: datetime | None


_answer_options = as_one(
    "answer",
    _Answer,
    click.option("--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table",
                 show_default=True, help="table for people, json (maccord.report/1) for programs."),
    click.option("--output", metavar="FILE", help="Write the answer to FILE instead of standard output."),
    click.option("--quiet", is_flag=True, help="Show no progress and print no remarks."),
    now_option,
)  # fmt: skip


@click.group("whatif")
def command() -> None:
    """Tell which clashes would follow from something before anyone does it.

    The evidence is diagnosed as it is and as it would be, by the rules of maccord check; what is told is what would be
    new, or worse. Nothing is written or connected to.

    \b
    Leaves with 0  nothing new at warning or above
               1  something new at warning or above
               2  the call is wrong, or nothing in the evidence could be used
    """


@command.command("merge")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--with", "others", multiple=True, required=True, metavar="PATH", help="The other fleet. Repeatable.")
@_answer_options
def merge(paths: tuple[str, ...], *, others: tuple[str, ...], answer: _Answer) -> int:
    """Put two fleets on one network.

    \b
    Example:
      maccord whatif merge site1/ --with site2/
    """
    from maccord import wiring
    from maccord.app.whatif import merged
    from maccord.cli.progress import progress

    with progress(shown=not answer.quiet) as tell:
        report = merged(paths, others, wiring.engine, now=answer.now or wiring.clock(), tell=tell.files)
    return _told(report, answer)


@command.command("add-host")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--ip", required=True, metavar="ADDRESS", help="The IPv4 address it has when its range is populated.")
@click.option("--name", default="NEW-HOST", show_default=True, help="What the host will be called.")
@click.option("--like", metavar="HOST", help="A host on the same layer 2; by default that of most hosts.")
@_answer_options
def add_host(
    paths: tuple[str, ...],
    *,
    ip: str,
    name: str,
    like: str | None,
    answer: _Answer,
) -> int:
    """Add a Hyper-V host at an address, which gives it 256 MAC addresses.

    \b
    Example:
      maccord whatif add-host exports/ --ip 10.2.5.20 --like HV01
    """
    from ipaddress import AddressValueError, IPv4Address

    from maccord.plan.suppose import with_host

    try:
        address = IPv4Address(ip)
    except AddressValueError as error:
        raise click.BadParameter(str(error), param_hint="--ip") from error
    return _supposed(paths, lambda one: with_host(one, name, address, like=like), answer)


@command.command("move-vm")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--vm", required=True, metavar="NAME", help="The machine's name or id.")
@click.option("--to", required=True, metavar="HOST", help="The host it moves to.")
@click.option("--from", "source", metavar="HOST", help="The host it is on, where several machines have the name.")
@click.option("--cold", is_flag=True, help="It is shut down before and started there, and not moved while it runs.")
@_answer_options
def move_vm(
    paths: tuple[str, ...],
    *,
    vm: str,
    to: str,
    source: str | None,
    cold: bool,
    answer: _Answer,
) -> int:
    """Move a machine to another host.

    \b
    Examples:
      maccord whatif move-vm exports/ --vm web --to HV02
      maccord whatif move-vm exports/ --vm web --to HV02 --cold
    """
    from maccord.plan.suppose import with_move

    return _supposed(paths, lambda one: with_move(one, vm, to, source=source, cold=cold), answer)


@command.command("import-vm")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--vm", required=True, metavar="NAME", help="The name or id of the machine whose export is imported.")
@click.option("--to", required=True, metavar="HOST", help="The host that imports it.")
@click.option("--from", "source", metavar="HOST", help="The host it is on, where several machines have the name.")
@click.option("--register", is_flag=True, help="With the id it has, and not as a copy with an id of its own.")
@_answer_options
def import_vm(
    paths: tuple[str, ...],
    *,
    vm: str,
    to: str,
    source: str | None,
    register: bool,
    answer: _Answer,
) -> int:
    """Import a machine's export on a host while the machine itself stays.

    \b
    Example:
      maccord whatif import-vm exports/ --vm erp --to HV02
    """
    from maccord.plan.suppose import with_import

    return _supposed(paths, lambda one: with_import(one, vm, to, source=source, copy=not register), answer)


@command.command("restore")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--backup", multiple=True, required=True, metavar="PATH", help="Evidence of the time of the backup.")
@click.option("--vm", required=True, metavar="NAME", help="The machine's name or id, as the backup has it.")
@click.option("--to", metavar="HOST", help="The host it is restored to; by default the one it was on.")
@_answer_options
def restore(
    paths: tuple[str, ...],
    *,
    backup: tuple[str, ...],
    vm: str,
    to: str | None,
    answer: _Answer,
) -> int:
    """Restore a machine's backup: it comes back with the addresses of that time.

    \b
    Example:
      maccord whatif restore exports/ --backup exports-of-may/ --vm erp
    """
    from maccord.app.gather import gather
    from maccord.plan.suppose import with_backup

    old = gather(backup).snapshot
    return _supposed(paths, lambda one: with_backup(one, old, vm, to=to), answer)


def _supposed(paths: tuple[str, ...], suppose: "Callable[[Snapshot], Snapshot]", answer: _Answer) -> int:
    from maccord import wiring
    from maccord.app.gather import gather
    from maccord.app.whatif import whatif
    from maccord.cli.progress import progress

    with progress(shown=not answer.quiet) as tell:
        gathered = gather(paths, tell=tell.files)
        report = whatif(gathered, suppose, wiring.engine, now=answer.now or wiring.clock())
    return _told(report, answer)


def _told(report: "Report", answer: _Answer) -> int:
    if not report.evidence.files:
        remark("nothing in the evidence could be used; what is read is listed by: maccord check --help")
        return WRONG_CALL
    if answer.form == "json":
        from maccord.report.json_form import as_json

        write_text(as_json(report), answer.output)
    elif answer.form == "markdown":
        from maccord.report.markdown_form import as_markdown

        write_text(as_markdown(report), answer.output)
    else:
        from maccord.report.table_form import render

        write_table(lambda console: render(report, console), answer.output)
    return INCIDENTS if report.failing else OK
