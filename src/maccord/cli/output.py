"""Where results go: standard output, or a file that is either whole or not there."""

import os
import sys
import tempfile
from pathlib import Path

from maccord.mac.errors import MaccordError


class CannotWrite(MaccordError):
    """A result could not be written where it was asked for."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.why}"


def write_text(text: str, path: str | None) -> None:
    """Write a result; a file is replaced at once when all of it is on disk, and left alone otherwise."""
    if path is None or path == "-":
        sys.stdout.write(text)
        return
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(path, error.strerror or str(error)) from error
