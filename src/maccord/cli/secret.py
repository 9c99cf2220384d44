"""Where passwords and tokens come from: a file, the environment or the keyboard, never the command line."""

import os
import stat
import sys
from pathlib import Path

import click

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Secret


class NoSecret(MaccordError):
    """A password or token is needed, and could not be had."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


def secret(what: str, variable: str, file: str | None, option: str) -> Secret:
    """Return the secret that `file` holds, or else the environment, or else the person at the keyboard types.

    `what` names it in the prompt (`password of audit@vc01`), `option` is the one that gave `file`.

    Raises: NoSecret when there is none, or when others may read the file.
    """
    if file is not None:
        return _from_file(Path(file), option)
    if os.environ.get(variable):
        return _checked(os.environ[variable].strip("\r\n"), variable)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NoSecret(f"no {what}: set {variable}, or say {option} FILE")
    return _checked(str(click.prompt(what, hide_input=True, err=True)), what)


def _checked(text: str, where: str) -> Secret:
    """Return a secret that libraries can send as it is; one that they would spell otherwise, messages might show."""
    if not text.isprintable():
        raise NoSecret(f"{where}: holds characters that no password or token can hold")
    return Secret(text)


def _from_file(path: Path, option: str) -> Secret:
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
            raise NoSecret(f"{option} {path}: others may read or write it; chmod 600 {path}")
        with path.open(encoding="utf-8-sig") as stream:
            text = stream.readline().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise NoSecret(f"{option} {path}: {getattr(error, 'strerror', None) or error}") from error
    if not text:
        raise NoSecret(f"{option} {path}: its first line is empty")
    return _checked(text, f"{option} {path}")
