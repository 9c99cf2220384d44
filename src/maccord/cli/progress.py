"""Progress on a terminal's standard error; nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """What long work tells of itself."""

    def files(self, done: int, of: int) -> None:
        """`done` of so many files are read."""

    def rule(self, name: str) -> None:
        """A rule is about to run."""


class _Silent:
    def files(self, done: int, of: int) -> None:
        """Say nothing."""

    def rule(self, name: str) -> None:
        """Say nothing."""


@contextmanager
def progress(*, shown: bool) -> Iterator[Progress]:
    """Yield something to tell progress to; it shows only where a person watches."""
    if not shown or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        files = bars.add_task("reading", total=None)
        rules = bars.add_task("diagnosing", total=None, visible=False)

        class Shown:
            """Two bars: files read, then rules run."""

            def files(self, done: int, of: int) -> None:
                bars.update(files, completed=done, total=of)

            def rule(self, name: str) -> None:
                bars.update(rules, advance=1, description=f"diagnosing {name}", visible=True)

        yield Shown()


@contextmanager
def counting(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield something to tell "so many of so many" to; it shows one bar, only where a person watches."""
    if not shown or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)
