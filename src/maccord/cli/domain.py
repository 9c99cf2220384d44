"""`maccord domain`: what is done in a domain with an adapter whose address is not its own."""

from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import OK
from maccord.cli.shown import facts, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Domain


@click.group("domain", cls=BookGroup)
def command() -> None:
    """Say what is done in a layer-2 domain with an adapter whose address is not its own.

    maccord preflight asks. A domain is a scope of pools, or global; one without a policy denies. What no adapter may
    wear (groups, zero, broadcast, addresses of protocols) is denied whatever the policy.

    \b
    Examples:
      maccord domain set lab --admission warn --when-down allow
      maccord domain list
      maccord domain delete lab
    """


@command.command("set")
@click.argument("scope")
@click.option(
    "--admission", type=click.Choice(["allow", "warn", "deny"]), default="deny", show_default=True,
    help="What is done when somebody else has the address, or it is a pool's and nobody was given it.",
)  # fmt: skip
@click.option(
    "--when-down", type=click.Choice(["allow", "deny"]), default="deny", show_default=True,
    help="What maccord preflight --policies does when nobody answers it.",
)  # fmt: skip
@click.option("--note", default="", help="For people.")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version; 0: if it has none.")
@format_option()
def set_(
    *,
    scope: str,
    admission: Any,  # noqa: ANN401 - click has checked the choice
    when_down: Any,  # noqa: ANN401 - click has checked the choice
    note: str,
    expect: int | None,
    form: str,
) -> int:
    """Give SCOPE a policy, or another one: the whole of it is as this call says."""
    with opened() as (book, actor):
        _show(
            form,
            book.set_domain(scope, actor=actor, admission=admission, when_down=when_down, note=note, expect=expect),
        )
    return OK


@command.command("list")
@format_option()
def list_(*, form: str) -> int:
    """List all policies."""
    with opened() as (book, _):
        found = book.domains()
    rows = ((one.scope, one.admission, one.when_down, one.changed_at, one.note) for one in found)
    columns = ("scope", "admission", "when down", "changed", "note")
    show(form, {"items": found}, table(columns, rows, empty="No scope has a policy: all of them deny."))
    return OK


@command.command("show")
@click.argument("scope")
@format_option()
def show_(*, scope: str, form: str) -> int:
    """Show the policy of SCOPE."""
    with opened() as (book, _):
        _show(form, book.domain(scope))
    return OK


@command.command("delete")
@click.argument("scope")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def delete(*, scope: str, expect: int | None, form: str) -> int:
    """Take the policy of SCOPE away: it denies then."""
    with opened() as (book, actor):
        book.delete_domain(scope, actor=actor, expect=expect)
    show(form, {"deleted": scope}, facts([("deleted", scope)]))
    return OK


def _show(form: str, domain: "Domain") -> None:
    show(form, domain, facts([
        ("scope", domain.scope),
        ("admission", domain.admission),
        ("when down", domain.when_down),
        ("changed", domain.changed_at),
        ("note", domain.note),
        ("version", str(domain.version)),
    ]))  # fmt: skip
