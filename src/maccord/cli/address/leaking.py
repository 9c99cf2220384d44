"""Leases that are probably held by nobody any more: listed, and taken back into quarantine."""

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import Duration
from maccord.cli.shown import document, holder, said, show, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from maccord.alloc.records import Leak, Lease
    from maccord.app.book import Book


def _thresholds(function: Any) -> Any:  # noqa: ANN401 - a command's function
    for option in reversed((
        click.option("--pool", help="Those of this pool."),
        click.option("--scope", help="Those of this scope."),
        click.option(
            "--observations", type=click.IntRange(1, 1000), default=3, show_default=True, metavar="COUNT",
            help="Missed so often at least.",
        ),
        click.option(
            "--age", type=Duration(), default="7d", show_default=True, metavar="TIME",
            help="So long at least between the first time and the last.",
        ),
    )):  # fmt: skip
        function = option(function)
    return function


@click.command("leaks", cls=BookCommand)
@_thresholds
@format_option()
def leaks(*, pool: str | None, scope: str | None, observations: int, age: int, form: str) -> int:
    """List leases that are probably held by nobody any more.

    What is compared with evidence again and again (maccord address reconcile --record), and missed each time where it
    should be, is listed here with who answers for it. Templates, replicas, reservations and the like never are.

    \b
    Leaves with 0  there are none
               1  there are some
    """
    with opened() as (book, _):
        found = _found(book, pool, scope, observations, age)
    _show(form, found, empty="Nothing was missed so often, for so long.")
    return INCIDENTS if found else OK


@click.command("reclaim", cls=BookCommand)
@click.argument("macs", nargs=-1, metavar="[MAC]...")
@_thresholds
@click.option(
    "--for",
    "for_s",
    type=Duration(),
    metavar="TIME",
    help="How long they are on probation; by default as long as their pool lets addresses rest, and a week at least.",
)
@click.option("--yes", is_flag=True, help="Do it; without this, only show what would be done.")
@format_option()
def reclaim(
    *,
    macs: tuple[str, ...],
    pool: str | None,
    scope: str | None,
    observations: int,
    age: int,
    for_s: int | None,
    yes: bool,
    form: str,
) -> int:
    """Release leaked leases, all of them or those of MAC, and put their addresses on probation: none is free at once.

    Shows what it would do; --yes does it. What was changed since it was listed is left alone.

    \b
    Leaves with 0  all was done, or there is nothing to do
               1  without --yes: there is something to do; with it: some was changed meanwhile, and left alone
    """
    from maccord.alloc.kinds import kind_of, parse

    wanted = {(kind_of(mac), parse(mac, kind_of(mac))) for mac in macs}
    with opened() as (book, actor):
        found = [
            one
            for one in _found(book, pool, scope, observations, age)
            if not macs or (one.lease.kind, parse(one.lease.address, one.lease.kind)) in wanted
        ]
        left = []
        for one in found if yes else ():
            why = _left_alone(
                one, partial(book.reclaim, actor=actor, observations=observations, age_s=age, for_s=for_s)
            )
            left += [(one.lease.address, why)] if why else []
    _show(form, found, empty="There is nothing to reclaim.")
    if not yes:
        if found:
            click.echo(f"maccord: {said(len(found))} would be released and put on probation: --yes", err=True)
        return INCIDENTS if found else OK
    for address, why in left:
        click.echo(f"maccord: {address} is left alone: {why}", err=True)
    click.echo(f"maccord: {said(len(found) - len(left))} are on probation", err=True)
    return INCIDENTS if left else OK


def _found(book: "Book", pool: str | None, scope: str | None, observations: int, age: int) -> "list[Leak]":
    from maccord.app.listing import everything

    return list(everything(book.leaks, pool=pool, scope=scope, observations=observations, age_s=age))


def _left_alone(one: "Leak", reclaim: "Callable[..., Lease]") -> str:
    """Reclaim a leak; return why it was left alone, if it was changed meanwhile."""
    from maccord.alloc.errors import NoSuchLease, NotLeaked, StaleVersion
    from maccord.client import Refused

    changed = (NoSuchLease, NotLeaked, StaleVersion)
    try:
        reclaim(one.lease.address, scope=one.lease.scope, expect=one.lease.version)
    except changed as refused:
        return str(refused)
    except Refused as refused:
        if refused.slug not in {each.slug for each in changed}:
            raise
        return str(refused)
    return ""


def _show(form: str, found: "list[Leak]", *, empty: str) -> None:
    from maccord.rest import LeakDoc

    rows = (
        (
            one.lease.address,
            one.lease.pool,
            "\n".join(holder(each.holder) for each in one.lease.holders),
            "\n".join(each.holder.owner for each in one.lease.holders),
            one.times,
            one.first_at,
            one.last_at,
        )
        for one in found
    )
    columns = ("address", "pool", "holders", "owner", ">missed", "first", "last")
    listed = {"items": [document(one, LeakDoc) for one in found]} if form == "json" else None
    show(form, listed, table(columns, rows, empty=empty))
