"""`maccord group`: which pools a site, a cluster or a host is given addresses from."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.shown import facts, said, show, table

if TYPE_CHECKING:
    from rich.console import Console

    from maccord.alloc.records import Explained, Group


@click.group("group", cls=BookGroup)
def command() -> None:
    """Bind pools to groups of hosts: sites, clusters, tenants, networks, one within another.

    A path such as emea/ams1/cluster7 asks the pools of the nearest group that has some; when they are exhausted, and
    the group inherits, those of the group above it; at last those of /, the root.

    \b
    Examples:
      maccord group set emea/ams1 --pool ams1-blue --pool ams1-green
      maccord group set emea/ams1/dmz --pool dmz --no-inherit
      maccord group show
      maccord group explain emea/ams1/cluster7/hv01
      maccord address allocate --group emea/ams1/cluster7/hv01 --holder vm-adapter:vm17/nic0
    """


@command.command("set")
@click.argument("path")
@click.option("--pool", "pools", multiple=True, metavar="POOL", help="A pool of its own; repeated, in their order.")
@click.option(
    "--inherit/--no-inherit", default=True, show_default=True,
    help="Ask the group above when its own pools are exhausted.",
)  # fmt: skip
@click.option("--note", default="", help="For people.")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version; 0: if it is not there.")
@format_option()
def set_(*, path: str, pools: tuple[str, ...], inherit: bool, note: str, expect: int | None, form: str) -> int:
    """Make the group PATH, or make it what is said here: the pools that are named are all of its own."""
    with opened() as (book, actor):
        group = book.set_group(path, pools, actor=actor, inherit=inherit, note=note, expect=expect)
    _show_one(form, group)
    return OK


@command.command("delete")
@click.argument("path")
@click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
@format_option()
def delete(*, path: str, expect: int | None, form: str) -> int:
    """Remove the group PATH and what is bound to it. Groups below it stay, and ask the next one above."""
    with opened() as (book, actor):
        book.delete_group(path, actor=actor, expect=expect)
    show(form, {"deleted": path}, facts([("deleted", path)]))
    return OK


@command.command("list")
@click.option("--under", metavar="PATH", help="This group and those below it.")
@format_option()
def list_(*, under: str | None, form: str) -> int:
    """List groups and their pools."""
    from maccord.app.listing import everything

    with opened() as (book, _):
        found = list(everything(book.groups, under=under))
    rows = ((one.path, ", ".join(one.pools), "yes" if one.inherit else "no", one.note, one.version) for one in found)
    columns = ("group", "pools", "inherits", "note", ">version")
    show(form, {"items": found}, table(columns, rows, empty="There are no groups."))
    return OK


@command.command("show")
@click.argument("path", default="/")
@format_option()
def show_(*, path: str, form: str) -> int:
    """Show the groups from PATH down as a tree, each with its pools."""
    from maccord.alloc.paths import ROOT, read_path
    from maccord.app.listing import everything

    top = read_path(path)
    with opened() as (book, _):
        found = list(everything(book.groups, under=None if top == ROOT else top))
    show(form, {"items": found}, _tree(found))
    return OK


@command.command("explain")
@click.argument("path")
@click.option("--kind", type=click.Choice(["mac", "wwn"]), default="mac", show_default=True)
@click.option("--count", type=click.IntRange(1, 1_000_000), default=1, show_default=True, help="All of one pool.")
@format_option()
def explain(*, path: str, kind: Any, count: int, form: str) -> int:  # noqa: ANN401 - click has checked the choice
    """Tell which pool PATH would be given addresses from, and why no other. Leaves with 1 when none can.

    PATH needs no group of its own. Nothing is given or reserved.
    """
    with opened() as (book, _):
        told = book.explain_group(path, kind=kind, count=count)
    show(form, told, _explained(told))
    return OK if told.pool is not None else INCIDENTS


def _show_one(form: str, group: "Group") -> None:
    show(form, group, facts([
        ("group", group.path),
        ("pools", "\n".join(group.pools) or "none of its own"),
        ("inherits", "yes" if group.inherit else "no"),
        ("note", group.note),
        ("version", group.version),
    ]))  # fmt: skip


def _tree(found: Iterable["Group"]) -> Callable[["Console"], None]:
    """Return what prints groups below each other; those without a row of their own stand between."""
    from maccord.alloc.paths import ROOT, key_of

    groups = {() if one.path == ROOT else tuple(key_of(one.path).split("/")): one for one in found}
    names: dict[tuple[str, ...], str] = {(): ROOT}
    for one in groups.values():
        parts = [] if one.path == ROOT else one.path.split("/")
        for depth in range(1, len(parts) + 1):
            names.setdefault(tuple(key_of("/".join(parts[:depth])).split("/")), parts[depth - 1])

    def render(console: "Console") -> None:
        from rich.text import Text
        from rich.tree import Tree

        if not groups:
            console.print(Text("There are no groups."))
            return
        made: dict[tuple[str, ...], Tree] = {}
        for key in sorted(names):
            one = groups.get(key)
            line = Text(names[key])
            if one is not None:
                line.append(f"  {', '.join(one.pools) or 'no pools of its own'}", style="bold")
                line.append("" if one.inherit or not key else "  does not inherit", style="yellow")
                line.append(f"  {one.note}" if one.note else "", style="dim")
            made[key] = Tree(line) if not key else made[key[:-1]].add(line)
        console.print(made[()])

    return render


def _explained(told: "Explained") -> Callable[["Console"], None]:
    what = "World Wide Names" if told.kind == "wwn" else "MAC addresses"
    head = facts([
        ("group", told.path),
        ("wanted", f"{said(told.count)} {what}"),
        ("pool", f"{told.pool} (bound to {told.group})" if told.pool else "none can give"),
        ("ended at", f"{told.ended_at}, which does not inherit" if told.ended_at else ""),
    ])  # fmt: skip
    rows = (
        (number, one.pool, one.group, one.standing, one.why, one.next_free_at)
        for number, one in enumerate(told.candidates, 1)
    )
    columns = (">", "pool", "of group", "standing", "why", "next has rested")
    below = table(columns, rows, empty="No pool is bound to it or to any group above it that is asked.")

    def render(console: "Console") -> None:
        head(console)
        console.print()
        below(console)

    return render
