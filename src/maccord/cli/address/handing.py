"""An address handed over from one manager to another, unchanged."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.address.options import EXPECT, HOST, KEY, NOTE, OWNER, SCOPE, UNTIL, HolderType, show_lease, whole
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK

if TYPE_CHECKING:
    from maccord.alloc.records import Holder


@click.command("hand-over", cls=BookCommand)
@click.argument("mac")
@click.option("--to", type=HolderType(), metavar="KIND:ID", help="Who takes it over.")
@click.option("--from", "leaving", metavar="[KIND:]ID", help="Who leaves, when there are several holders.")
@HOST
@NOTE
@OWNER
@UNTIL
@click.option("--complete", is_flag=True, help="The one who leaves lets go, and the new one stays.")
@click.option("--cancel", is_flag=True, help="The new one lets go, and the other has it on.")
@SCOPE
@KEY
@EXPECT
@format_option()
def hand_over(
    *,
    mac: str,
    to: "Holder | None",
    leaving: str | None,
    host: str,
    note: str,
    owner: str,
    until: datetime | None,
    complete: bool,
    cancel: bool,
    scope: str | None,
    key: str | None,
    expect: int | None,
    form: str,
) -> int:
    """Hand an address over to another holder in two steps, so that nobody else gets it in between.

    Begun with --to: both hold it then, until --complete or --cancel. When neither comes by --until (a day), the new
    holder is gone again. When the old one lets go by itself, it is completed.

    \b
    Examples:
      maccord address hand-over 02-4D-43-00-00-00 --to vm-adapter:vm17/nic0 --host HV09 --until 2h
      maccord address hand-over 02-4D-43-00-00-00 --to vm-adapter:vm17/nic0 --complete
    """
    if complete and cancel:
        raise click.UsageError("--complete or --cancel, not both")
    if (complete or cancel) and (leaving or host or note or owner or until or key):
        raise click.UsageError("--complete and --cancel take --to, --scope and --expect only")
    if to is None and not (complete or cancel):
        raise click.UsageError("say who takes it over: --to; or --complete, or --cancel")
    who = str(to) if to is not None else None
    with opened() as (book, actor):
        if complete:
            lease = book.complete_hand_over(mac, actor=actor, scope=scope, holder=who, expect=expect)
        elif cancel:
            lease = book.cancel_hand_over(mac, actor=actor, scope=scope, holder=who, expect=expect)
        else:
            assert to is not None
            asked = whole(to, host, note, owner, until)
            lease = book.hand_over(mac, asked, actor=actor, scope=scope, leaving=leaving, key=key, expect=expect)
        show_lease(form, lease)
    return OK
