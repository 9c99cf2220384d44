"""Keeps what was collected: a folder of evidence, in which every file is whole or not there."""

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from maccord.mac.errors import MaccordError
from maccord.reach import Collected

_LIST = ".maccord-collected"
"""A hidden file in a folder that a collection wrote: the names of its files, so that the next one removes old ones."""
_BOTH = f"{_LIST}-both"


class CannotKeep(MaccordError):
    """The folder for evidence cannot be written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.why}"


class Keeper:
    """Writes collections into a folder of evidence.

    A folder that a host or manager gets is put in place at once where it is new. Where an earlier collection wrote it,
    its files are replaced one by one and those that are no longer told of are removed: a machine that has moved would
    else be seen twice. Files that somebody else put there stay.
    """

    def __init__(self, root: str) -> None:
        self._root = Path(root)
        self._written: dict[str, set[str]] = defaultdict(set)

    def prepare(self) -> None:
        """Make the folder, so that a place that cannot be written is known before anybody is asked."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._root):
                pass
        except OSError as error:
            raise CannotKeep(self._root, error.strerror or str(error)) from error

    def keep(self, collected: Collected) -> int:
        """Write all files of a collection and return how many there are."""
        folders: dict[str, dict[str, str]] = {folder: {} for folder in collected.folders}
        for path, text in sorted(collected.files.items()):
            folder, _, name = path.partition("/")
            folders.setdefault(folder if name else "", {})[name or folder] = text
        try:
            for folder, files in folders.items():
                if folder:
                    ahead = f"{folder}/"
                    unread = {path.removeprefix(ahead) for path in collected.unread if path.startswith(ahead)}
                    self._keep_folder(
                        folder, files, set(_listed(self._root / folder / _LIST)) if collected.adds else unread
                    )
                else:
                    self._keep_files(files)
        except OSError as error:
            raise CannotKeep(Path(error.filename or self._root), error.strerror or str(error)) from error
        return len(collected.files)

    def _keep_files(self, files: dict[str, str]) -> None:
        with tempfile.TemporaryDirectory(prefix=".maccord-", dir=self._root) as stage:
            for name, text in files.items():
                _write(Path(stage, name), text)
                Path(stage, name).replace(self._root / name)

    def _keep_folder(self, folder: str, files: dict[str, str], unread: set[str]) -> None:
        target = self._root / folder
        if not files and not target.exists():
            return
        old = set(_listed(target / _LIST))
        self._written[folder].update(files, unread & old)
        names = self._written[folder]
        stage = Path(tempfile.mkdtemp(prefix=".maccord-", dir=self._root))
        try:
            for name, text in files.items():
                _write(stage / name, text)
            _write(stage / _LIST, _list_of(names))
            if target.exists():
                _write(stage / _BOTH, _list_of(names | old))
                _renew(target, stage, files, old - names)
            else:
                stage.chmod(0o777 & ~_umask())
                stage.replace(target)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _renew(target: Path, stage: Path, names: Iterable[str], gone: Iterable[str]) -> None:
    """Put staged files in place one by one; until the last is, the list there names old and new ones."""
    (stage / _BOTH).replace(target / _LIST)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(target / name)
    for name in gone:
        (target / name).unlink(missing_ok=True)
    (stage / _LIST).replace(target / _LIST)


def _list_of(names: Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(names))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")


def _listed(path: Path) -> list[str]:
    """Return the names that an earlier collection left; none that lead out of the folder."""
    try:
        names = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return []
    steps = [(name, PurePosixPath(name)) for name in names if name]
    return [name for name, path in steps if not path.is_absolute() and ".." not in path.parts]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
