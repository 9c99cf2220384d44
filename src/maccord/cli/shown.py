"""Answers of an authority, as tables for people and as the documents of REST for programs."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from maccord.cli.output import write_table, write_text
from maccord.report.plain import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from maccord.alloc.records import Held, Holder


def show(form: str, document: object, render: Callable[["Console"], None]) -> None:
    """Print a document as JSON, or what `render` makes of it."""
    if form == "json":
        write_text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n", None)
    else:
        write_table(render, None)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> Callable[["Console"], None]:
    """Return what prints a table; names come from evidence and from others, so they are made plain."""

    def render(console: "Console") -> None:
        from rich.table import Table
        from rich.text import Text

        made = Table(box=None, pad_edge=False, show_edge=False)
        for column in columns:
            number = column.startswith(">")
            made.add_column(column.removeprefix(">"), justify="right" if number else "left", overflow="fold")
        count = 0
        for row in rows:
            made.add_row(*(_lines(value) for value in row))
            count += 1
        console.print(made if count else Text(empty))

    return render


def facts(pairs: Iterable[tuple[str, object]]) -> Callable[["Console"], None]:
    """Return what prints names and values below each other; what says nothing is left out."""

    def render(console: "Console") -> None:
        from rich.table import Table

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in pairs:
            if value not in (None, "", ()):
                grid.add_row(name, _lines(value))
        console.print(grid)

    return render


def _lines(value: object) -> "Text":
    """Return a value as plain text; one that has several lines keeps them."""
    from rich.text import Text

    return Text("\n".join(map(plain, said(value).split("\n"))))


def said(value: object) -> str:
    """Return a value as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def holders(found: Iterable["Held"]) -> str:
    """Return holders, one a line, each with its host."""
    return "\n".join(holder(one.holder) for one in found)


def holder(one: "Holder") -> str:
    """Return a holder with its host."""
    return f"{one} on {one.host}" if one.host else str(one)


def holder_since(held: "Held") -> str:
    """Return a holder with all that is said of its time, and who answers for it."""
    one = held.holder
    until = f" until {said(one.until)}" if one.until is not None else ""
    owner = f", owner {one.owner}" if one.owner else ""
    coming = f", takes over from {held.replaces}" if held.replaces else ""
    return f"{holder(one)} since {said(held.since)}{until}{owner}{coming}"


def seconds(value: int | None) -> str:
    """Return a time in its largest whole unit: 1 d, 90 min, 45 s."""
    if value is None:
        return "never"
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if value and value % size == 0:
            return f"{value // size} {unit}"
    return f"{value} s"


def document(record: object, kind: type[Any]) -> Any:  # noqa: ANN401 - of the type `kind`
    """Return a record as REST gives it."""
    from maccord.rest import document as made

    return made(record, kind)
