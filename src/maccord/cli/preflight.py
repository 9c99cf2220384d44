"""`maccord preflight`: may these adapters start here?"""

from typing import TYPE_CHECKING

import click

from maccord.cli.address.options import HolderType
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.shown import document, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Holder, Question

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
@format_option()
def command(
    *, macs: tuple[str, ...], holder: "Holder | None", host: str, scope: str, file: "click.File | None", form: str
) -> int:
    """Ask whether adapters may start: whether anybody else holds their addresses. Changes nothing.

    \b
    Leaves with 0  all may start
               1  some may not
               2  the call is wrong

    \b
    Examples:
      maccord preflight 00-15-5D-C8-6A-00 --holder vm-adapter:vm17/nic0 --host HV01
      orchestrator adapters --json | maccord preflight --from - --format json
    """
    from maccord.rest import PreflightDoc

    questions = _questions(macs, holder, host, scope, file)
    with opened() as (book, _):
        verdicts = book.preflight(questions)
    allowed = all(one.allowed for one in verdicts)
    rows = (
        (one.address, "may start" if one.allowed else "may NOT start", str(one.holder), one.detail) for one in verdicts
    )
    told = document({"allowed": allowed, "verdicts": verdicts}, PreflightDoc)
    show(form, told, table(("address", "answer", "holder", "why"), rows, empty=""))
    return OK if allowed else INCIDENTS


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
