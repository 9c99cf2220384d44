"""Pools looked at: listed, shown, and how long they last."""

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK
from maccord.cli.pool.shown import curve, in_days, pool_with_usage, show_one
from maccord.cli.shown import said, show, table


@click.command("list", cls=BookCommand)
@format_option()
def list_(*, form: str) -> int:
    """List all pools with their counters."""
    from maccord.app.listing import everything

    with opened() as (book, _):
        found = [(pool, book.usage(pool.name)[0]) for pool in everything(book.pools)]
    rows = (
        (pool.name, pool.scope, pool.policy, usage.size, usage.allocated, usage.resting, usage.blocks, usage.available)
        for pool, usage in found
    )
    columns = ("pool", "scope", "policy", ">size", ">allocated", ">resting", ">blocks", ">free")
    show(form, {"items": [pool_with_usage(*one) for one in found]}, table(columns, rows, empty="There are no pools."))
    return OK


@click.command("show", cls=BookCommand)
@click.argument("name")
@format_option()
def show_(*, name: str, form: str) -> int:
    """Show the pool NAME: its ranges, rules and counters."""
    with opened() as (book, _):
        foreseen = book.forecast(name)[0] if form == "table" else None
        show_one(form, book.pool(name), book.usage(name)[0], foreseen)
    return OK


@click.command("forecast", cls=BookCommand)
@click.argument("name", required=False, metavar="[POOL]")
@format_option()
def forecast(*, name: str | None, form: str) -> int:
    """Tell when POOL, or each pool, will be full if use goes on as it did.

    How full pools are is kept once an hour while a service runs, or with the first command of an hour on a store. With
    less than a week of that there is no forecast. The curve has a sign for each day, from empty to full.
    """
    with opened() as (book, _):
        found = book.forecast(name)
    rows = ((one.pool, in_days(one), f"{said(one.taken)} of {said(one.size)}", curve(one), one.why) for one in found)
    columns = ("pool", ">full in", ">taken", "days", "why")
    show(form, {"items": found}, table(columns, rows, empty="There are no pools."))
    return OK
