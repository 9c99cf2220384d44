"""What holders do with an address: share it, confirm it, let it go; and what is done when one is doubted."""

from typing import TYPE_CHECKING

import click

from maccord.cli.address.options import EXPECT, HOLDER, HOST, KEY, NOTE, SCOPE, WHICH, show_lease
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK
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
    scope: str | None,
    key: str | None,
    expect: int | None,
    form: str,
) -> int:
    """Add a holder: a template, a snapshot, a replica, a cluster's twin, a declared exception."""
    import msgspec

    whole = msgspec.structs.replace(holder, host=host, note=note)
    with opened() as (book, actor):
        show_lease(form, book.share(mac, whole, actor=actor, scope=scope, key=key, expect=expect))
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
