"""`maccord preflight`: may these adapters start here?"""

from typing import TYPE_CHECKING

import click

from maccord.cli.address.options import HolderType
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.shown import document, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Holder, Question
    from maccord.app.book import Book
    from maccord.client import Answered

_QUESTIONS_MAX = 10_000


@click.command("preflight", cls=BookCommand)
@click.argument("macs", nargs=-1, metavar="[MAC]...")
@click.option("--holder", type=HolderType(), metavar="KIND:ID", help="Who is to start with them.")
@click.option("--host", default="", help="Where it is to start.")
@click.option("--scope", default="global", show_default=True, help="The scope it is to start in.")
@click.option(
    "--from",
    "file",
    type=click.File("rb"),
    help='Adapters as JSON: {"adapters": [{"mac": ..., "holder": {"kind": ..., "id": ...}}]}; - is standard input.',
)
@click.option(
    "--policies", metavar="FILE", type=click.Path(dir_okay=False),
    help="With --server: keep the policies of domains in FILE, and decide by them when nobody answers.",
)  # fmt: skip
@format_option()
def command(
    *,
    macs: tuple[str, ...],
    holder: "Holder | None",
    host: str,
    scope: str,
    file: "click.File | None",
    policies: str | None,
    form: str,
) -> int:
    """Ask whether adapters may start: whether anybody else holds their addresses. Changes nothing.

    What is done when somebody does is the policy of the domain (maccord domain): deny, or let it start with a warning,
    or without. When --server does not answer, nobody is told anything and the call fails; with --policies the domain's
    policy for that decides (--when-down), as it was when the service last answered.

    \b
    Leaves with 0  all may start
               1  some may not
               2  the call is wrong

    \b
    Examples:
      maccord preflight 00-15-5D-C8-6A-00 --holder vm-adapter:vm17/nic0 --host HV01
      orchestrator adapters --json | maccord preflight --from - --format json
    """
    from maccord.report.plain import plain
    from maccord.rest import PreflightDoc

    questions = _questions(macs, holder, host, scope, file)
    with opened() as (book, _):
        answer = _asked(book, questions, policies)
    verdicts = answer.verdicts
    allowed = all(one.allowed for one in verdicts)
    rows = (
        (one.address, "may start" if one.allowed else "may NOT start", str(one.holder), one.detail) for one in verdicts
    )
    for one in verdicts:
        if one.allowed and one.decision == "warn":
            click.echo(f"maccord: warning: {plain(one.detail)}", err=True)
    if answer.heard is not None:
        since = said(answer.heard)
        click.echo(f"maccord: {plain(answer.why)}: NOTHING was checked; decided by the policies of {since}", err=True)
    told = document({"allowed": allowed, "verdicts": verdicts, "checked": answer.heard is None}, PreflightDoc)
    show(form, told, table(("address", "answer", "holder", "why"), rows, empty=""))
    return OK if allowed else INCIDENTS


def _asked(book: "Book", questions: "list[Question]", policies: str | None) -> "Answered":
    """Return the answers; those of policies where nobody answers, and a file of them was named."""
    from pathlib import Path

    from maccord import wiring
    from maccord.cli.output import CannotWrite
    from maccord.client import Answered, Client, Kept

    if policies is None:
        return Answered(verdicts=book.preflight(questions))
    if not isinstance(book, Client):
        raise click.UsageError("--policies is for --server: a store that cannot be read has no policies to hear of")
    try:
        return Kept(book, Path(policies), wiring.clock).preflight(questions)
    except OSError as error:
        raise CannotWrite(policies, error.strerror or str(error)) from error


def _questions(
    macs: tuple[str, ...], holder: "Holder | None", host: str, scope: str, file: "click.File | None"
) -> "list[Question]":
    import msgspec

    from maccord.alloc.records import Question
    from maccord.rest import Preflight

    if file is not None:
        if macs or holder is not None:
            raise click.UsageError("name addresses, or give a file with --from")
        try:
            raw: bytes = file.read(64 * 2**20)  # type: ignore[attr-defined] # click hands over the open file
            asked = msgspec.json.decode(raw, type=Preflight)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise click.UsageError(f"--from: {error}") from error
        return [one.record() for one in asked.adapters]
    if not macs or holder is None:
        raise click.UsageError("name addresses and the --holder that is to start with them, or give a file with --from")
    if len(macs) > _QUESTIONS_MAX:
        raise click.UsageError(f"at most {_QUESTIONS_MAX:,} addresses at a time")
    whole = msgspec.structs.replace(holder, host=host)
    return [Question(address=mac, holder=whole, scope=scope) for mac in macs]
