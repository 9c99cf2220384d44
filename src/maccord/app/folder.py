"""Folders that a command writes: all at once or not at all, and never over something that somebody else put there."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from maccord.mac import MaccordError


@contextmanager
def replaced(
    folder: str, *, mark: str, ours: re.Pattern[str], refuse: Callable[[str, str], MaccordError]
) -> Iterator[Path]:
    """Yield a new folder to write to, and put it in the place of `folder` when everything is written.

    `folder` is new, empty, or one of an earlier call: it holds the hidden file `mark`, and nothing whose name `ours`
    does not match. Until then the earlier one stays. Otherwise, and where it cannot be written, `refuse(folder, why)`
    is raised.
    """
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - a link stays a name, and ".." is taken away
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    try:
        if old.exists() and not target.exists():  # an earlier run was killed between the two renamings
            old.rename(target)
        _refuse_others(target, folder, mark, ours, refuse)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        yield fresh
        (fresh / mark).touch()
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise refuse(folder, f"cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)


def _refuse_others(
    target: Path, folder: str, mark: str, ours: re.Pattern[str], refuse: Callable[[str, str], MaccordError]
) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise refuse(folder, "is no folder: give a new one")
    names = [one.name for one in target.iterdir()]
    if names and (mark not in names or any(ours.fullmatch(name) is None for name in names)):
        raise refuse(folder, "is there already, and holds something else: give a new folder")
