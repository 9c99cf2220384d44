"""What holders do with an address: share it, confirm it, let it go; and what is done when one is doubted."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.address.options import EXPECT, HOLDER, HOST, KEY, NOTE, OWNER, SCOPE, UNTIL, WHICH, show_lease, whole
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK
from maccord.cli.options import NEVER, EndOrNever
from maccord.cli.shown import document, show

if TYPE_CHECKING:
    from maccord.alloc.records import Holder


@click.command("release", cls=BookCommand)
@click.argument("mac")
@SCOPE
@WHICH
@KEY
@EXPECT
@format_option()
def release(*, mac: str, scope: str | None, holder: str | None, key: str | None, expect: int | None, form: str) -> int:
    """Let a holder go; when it was the last one, the address rests, and is free then."""
    from maccord.rest import ReleasedDoc

    with opened() as (book, actor):
        released = book.release(mac, actor=actor, scope=scope, holder=holder, key=key, expect=expect)
    if form == "json":
        show(form, document(released, ReleasedDoc), lambda _: None)
    else:
        show_lease(form, released.lease)
    return OK


@click.command("confirm", cls=BookCommand)
@click.argument("mac")
@SCOPE
@WHICH
@EXPECT
@format_option()
def confirm(*, mac: str, scope: str | None, holder: str | None, expect: int | None, form: str) -> int:
    """Say that an address is at work: it no longer expires."""
    with opened() as (book, actor):
        show_lease(form, book.confirm(mac, actor=actor, scope=scope, holder=holder, expect=expect))
    return OK


@click.command("share", cls=BookCommand)
@click.argument("mac")
@HOLDER
@HOST
@NOTE
@OWNER
@UNTIL
@SCOPE
@KEY
@EXPECT
@format_option()
def share(
    *,
    mac: str,
    holder: "Holder",
    host: str,
    note: str,
    owner: str,
    until: datetime | None,
    scope: str | None,
    key: str | None,
    expect: int | None,
    form: str,
) -> int:
    """Add a holder: a template, a snapshot, a replica, a cluster's twin, a declared exception.

    One that holds the address already has its host, note, owner and end changed to those that are given.
    """
    asked = whole(holder, host, note, owner, until)
    with opened() as (book, actor):
        show_lease(form, book.share(mac, asked, actor=actor, scope=scope, key=key, expect=expect))
    return OK


@click.command("amend", cls=BookCommand)
@click.argument("mac")
@WHICH
@click.option("--host", help="Where the holder is.")
@click.option("--note", help="For people.")
@click.option("--owner", help="Who answers for it: a person or a team.")
@click.option(
    "--until", type=EndOrNever(), metavar="MOMENT|TIME|never", help="When it lets go by itself; from now: 12h, 7d."
)
@SCOPE
@EXPECT
@format_option()
def amend(
    *,
    mac: str,
    holder: str | None,
    host: str | None,
    note: str | None,
    owner: str | None,
    until: datetime | str | None,
    scope: str | None,
    expect: int | None,
    form: str,
) -> int:
    """Change what is said of a holder: who answers for it, until when it holds, where it is. What is left out stays."""
    from maccord.alloc.records import HolderChange

    lasting = until == NEVER
    end = until if isinstance(until, datetime) else None
    change = HolderChange(host=host, note=note, owner=owner, until=end, lasting=lasting)
    with opened() as (book, actor):
        show_lease(form, book.amend(mac, change, actor=actor, scope=scope, holder=holder, expect=expect))
    return OK


@click.command("probation", cls=BookCommand)
@click.argument("mac")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.option("--scope", default="global", show_default=True)
@click.option("--for", "for_s", type=click.IntRange(min=1), metavar="SECONDS", help="By default until it is freed.")
@EXPECT
@format_option()
def probation(*, mac: str, reason: str, scope: str, for_s: int | None, expect: int | None, form: str) -> int:
    """Put an address that was seen in conflict on probation: it is not issued."""
    with opened() as (book, actor):
        show_lease(form, book.probation(mac, reason=reason, actor=actor, scope=scope, for_s=for_s, expect=expect))
    return OK


@click.command("free", cls=BookCommand)
@click.argument("mac")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@SCOPE
@EXPECT
@format_option()
def free(*, mac: str, reason: str, scope: str | None, expect: int | None, form: str) -> int:
    """Free a resting address, or one on probation, before its time."""
    with opened() as (book, actor):
        show_lease(form, book.end_rest(mac, reason=reason, actor=actor, scope=scope, expect=expect))
    return OK
