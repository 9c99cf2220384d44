"""How `maccord watch` shows itself: a table that is kept up to date, lines where nobody looks on, JSON lines."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from maccord.report.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from maccord.app.watch.model import WatchItem
    from maccord.app.watch.watcher import Watcher

_ENDED_MAX = 5
_SIGNS = {"opened": "+", "changed": "~", "closed": "-"}


class Shown:
    """Takes items; `say` takes remarks where they may not go to the terminal past a table."""

    def __init__(self, take: "Callable[[Sequence[WatchItem]], None]", say: Callable[[str], None] | None = None) -> None:
        self._take, self.say = take, say

    def __call__(self, items: "Sequence[WatchItem]") -> None:
        """Show what happened."""
        self._take(items)


@contextmanager
def display(form: str, stream: IO[str], watcher: "Watcher") -> Iterator[Shown]:
    """Show what happens until the context ends."""
    if form == "json":
        yield Shown(lambda items: _write_json(items, stream))
    elif not stream.isatty():
        yield Shown(lambda items: _write_lines(items, stream))
    else:
        with _live(watcher) as shown:
            yield shown


def _write_json(items: "Sequence[WatchItem]", stream: IO[str]) -> None:
    import msgspec

    for item in items:
        stream.write(msgspec.json.encode(item).decode() + "\n")
    stream.flush()


def _write_lines(items: "Sequence[WatchItem]", stream: IO[str]) -> None:
    for item in items:
        sign = _SIGNS[item.event]
        stream.write(plain(f"{item.at} {sign} {item.severity} {item.cause} {item.id}: {item.explanation}") + "\n")
        if item.event == "opened":
            stream.write(plain(f"    {item.remedy} ({item.runbook})") + "\n")
    stream.flush()


@contextmanager
def _live(watcher: "Watcher") -> Iterator[Shown]:
    from rich.console import Console
    from rich.live import Live

    ended: list[WatchItem] = []
    console = Console(file=sys.stdout)

    def take(items: "Sequence[WatchItem]") -> None:
        ended.extend(one for one in items if one.event == "closed")
        del ended[:-_ENDED_MAX]
        live.update(table(watcher, ended))

    def say(text: str) -> None:
        console.print(f"maccord: {plain(text)}", markup=False, highlight=False)

    with Live(console=console, refresh_per_second=2, get_renderable=lambda: table(watcher, ended)) as live:
        yield Shown(take, say)


def table(watcher: "Watcher", ended: "Sequence[WatchItem]") -> "Table":
    """Return what is open, worst first, and what has ended last."""
    from rich.table import Table
    from rich.text import Text

    counts = watcher.tracker.counts
    made = Table(
        title=f"{len(watcher.open)} open; {len(watcher.tracker.addresses)} addresses, {counts.moves} moves",
        title_justify="left",
        expand=True,
    )
    for column in ("since", "cause", "address", "where", "moves", "last seen"):
        made.add_column(column, overflow="fold")
    rows = sorted(watcher.open.values(), key=lambda one: (one.told.severity != "error", one.opened_ns))
    styles = {"error": "bold red", "warning": "yellow"}
    for one in rows[:50]:
        item = one.told
        cells = (item.first_seen, item.cause, item.ip or ", ".join(item.addresses[:3]), _where(item))
        rest = (str(one.verdict.moves or ""), item.last_seen)
        made.add_row(*(Text(plain(cell)) for cell in (*cells, *rest)), style=styles.get(item.severity, ""))
    for item in ended:
        cells = (item.first_seen, item.cause, item.ip or ", ".join(item.addresses[:3]), _where(item))
        made.add_row(*(Text(plain(cell)) for cell in (*cells, "", "ended")), style="dim")
    return made


def _where(item: "WatchItem") -> str:
    told = []
    for place in item.places[:4]:
        port = f"{place.observer} {place.port}".strip()
        who = place.owner or ", ".join(place.ips)
        told.append(f"{port} ({who})" if who else port)
    return "; ".join(told)
