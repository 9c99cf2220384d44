"""Where results go: standard output, or a file that is either whole or not there."""

import io
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from maccord.mac.errors import MaccordError

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
"""How wide tables are where no terminal says otherwise."""


_PART = 1000


class CannotWrite(MaccordError):
    """A result could not be written where it was asked for."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.why}"


def write_text(text: str, path: str | None) -> None:
    """Write a result; a file is replaced at once when all of it is on disk, and left alone otherwise."""
    write_lines((text,), path)


def write_lines(lines: Iterable[str], path: str | None) -> None:
    """Write a result that comes line by line, however long it is; the same as write_text else."""
    if path is None or path == "-":
        _print_all(lines)
        return
    try:
        target = Path(path).resolve()  # a link stays, and what it leads to is replaced
        if target.exists() and not target.is_file():  # a pipe or a device takes what it is given
            with target.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(lines)
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(lines)
            Path(name).chmod(_mode(target))
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        raise CannotWrite(path, getattr(error, "strerror", None) or str(error)) from error


def write_table(render: Callable[["Console"], None], path: str | None) -> None:
    """Print a table: in colour and as wide as the terminal up to a limit, plain and WIDTH wide elsewhere."""
    from rich.console import Console

    text = io.StringIO()
    if path is None and sys.stdout.isatty():
        width = min(Console().width, WIDTH + 20)
        console = Console(file=text, width=width, highlight=False, force_terminal=True)
    else:
        console = Console(file=text, width=WIDTH, highlight=False, no_color=True)
    render(console)
    write_text("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()), path)


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those that a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def discard_output() -> None:
    """Let what standard output still holds go nowhere, or Python fails on it once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_all(lines: Iterable[str]) -> None:
    every = iter(lines)
    while part := list(islice(every, _PART)):
        _print("".join(part))


def _print(text: str) -> None:
    """Write to standard output; what its code page lacks, as Windows gives to pipes, is written as UTF-8."""
    try:
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise CannotWrite("standard output", error.strerror or str(error)) from error
