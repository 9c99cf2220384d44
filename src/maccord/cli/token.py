"""`maccord token`: who may ask the service, and for what."""

from datetime import datetime
from typing import Any

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import OK
from maccord.cli.options import Moment
from maccord.cli.shown import facts, show, table


@click.group("token", cls=BookGroup)
def command() -> None:
    """Make, list and revoke bearer tokens of the service.

    \b
    Examples:
      maccord token create --role allocator --pool web
      maccord token list
      maccord token revoke ops
    """


@command.command("create")
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(["reader", "allocator", "admin"]), required=True, help="What it may do.")
@click.option(
    "--pool", "pools", multiple=True, help="The pools that it is for; all of them unless named. May be repeated."
)
@click.option("--expires", type=Moment(), metavar="MOMENT", help="When it ends; by default never.")
@format_option()
def create(
    *,
    name: str | None,
    role: Any,  # noqa: ANN401 - click has checked the choice
    pools: tuple[str, ...],
    expires: datetime | None,
    form: str,
) -> int:
    """Make a token and print it, on the last line: it is kept nowhere, and cannot be shown again.

    A reader reads what it is granted; an allocator also allocates and releases there; an admin may do everything.
    """
    from secrets import token_hex

    with opened() as (book, actor):
        made = book.create_token(
            name or f"{role}-{token_hex(4)}", role, actor=actor, pools=pools or ("*",), expires_at=expires
        )
    if form == "json":
        show(form, made, lambda _: None)
        return OK
    of = "all pools" if "*" in made.token.pools else ", ".join(made.token.pools)
    click.echo(f"maccord: token {made.token.name}: {role} of {of}", err=True)
    click.echo(made.secret)
    return OK


@command.command("list")
@format_option()
def list_(*, form: str) -> int:
    """List all tokens, revoked and expired ones too; never their secrets."""
    with opened() as (book, _):
        found = book.tokens()
    rows = ((one.name, one.role, ", ".join(one.pools), one.created_at, one.expires_at, one.revoked_at) for one in found)
    columns = ("token", "role", "pools", "made", "expires", "revoked")
    show(form, {"items": found}, table(columns, rows, empty="There are no tokens."))
    return OK


@command.command("show")
@click.argument("name")
@format_option()
def show_(*, name: str, form: str) -> int:
    """Show the token NAME, without its secret."""
    with opened() as (book, _):
        found = book.token(name)
    show(form, found, facts([
        ("token", found.name),
        ("role", found.role),
        ("pools", ", ".join(found.pools)),
        ("made", found.created_at),
        ("expires", found.expires_at),
        ("revoked", found.revoked_at),
        ("version", str(found.version)),
    ]))  # fmt: skip
    return OK


@command.command("revoke")
@click.argument("name")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def revoke(*, name: str, expect: int | None, form: str) -> int:
    """Make the token NAME invalid; services refuse it within a second or two."""
    with opened() as (book, actor):
        gone = book.revoke_token(name, actor=actor, expect=expect)
    show(form, gone, facts([("revoked", gone.name), ("at", gone.revoked_at)]))
    return OK
