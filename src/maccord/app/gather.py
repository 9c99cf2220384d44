"""Reads evidence: walks files and folders, lets the collectors read each file, joins what they say."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from maccord.app.batches import File
from maccord.app.reading import read_files
from maccord.causes import CAUSES
from maccord.collect import BYTES_MAX, FOLDERS_ABOVE
from maccord.fleet.assemble import assemble
from maccord.fleet.config import FleetConfig
from maccord.fleet.problem import Problem
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MaccordError


class NoSuchPath(MaccordError):
    """An argument names nothing that can be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The estate that the evidence shows, and what `fleet.toml` said of it."""

    snapshot: Snapshot
    config: FleetConfig


def gather(
    paths: Iterable[str],
    *,
    bytes_max: int = BYTES_MAX,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Gathered:
    """Read every file below `paths`; `tell` hears how many of how many files are done.

    `workers` is how many processes read, this one among them; by default it is as many as pay.
    """
    problems: list[Problem] = []
    files = files_of(paths, problems)
    whole = read_files(files, bytes_max=bytes_max, workers=workers, tell=tell)
    for one in whole.allowances:
        if one.cause not in CAUSES:
            near = "".join(get_close_matches(one.cause, CAUSES, 1))
            reason = f"{one.cause[:60]!r} is no cause" + (f"; did you mean {near}?" if near else "")
            problems.append(Problem(one.file, f"{one.at}/cause", f"{reason} (maccord explain lists them)"))
    config = FleetConfig(tuple(whole.fabrics), tuple(whole.allowances))
    return Gathered(assemble(whole.seen, config, files=whole.used, problems=[*problems, *whole.problems]), config)


def files_of(paths: Iterable[str], problems: list[Problem]) -> list[File]:
    """Return the files at or below `paths`, each once; what cannot be listed is added to the problems."""
    return _told_apart([file for path in paths for file in _files(path, problems)])


def _files(path: str, problems: list[Problem]) -> Iterator[File]:
    """Yield the regular files at or below a path, by name."""
    if not path:
        raise NoSuchPath("''", "an empty name, such as a variable that is not set gives, is no file or folder")
    root = Path(path)
    try:
        whole = root.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        raise NoSuchPath(path, "no such file or folder") from error
    if whole.is_dir():
        yield from _below(whole, problems)
    elif whole.is_file():
        folder = _readable(whole.parent.name)
        yield File(str(whole), _readable(root.name), folder, folder, _above(whole.parent))
    else:
        raise NoSuchPath(path, "neither a file nor a folder")


def _below(whole: Path, problems: list[Problem]) -> Iterator[File]:
    """Yield the files of a folder and the folders in it; hidden ones and links that lead out are left alone."""
    folders = [(str(whole), "")]
    while folders:
        folder, prefix = folders.pop()
        below = []
        own, around, root = _readable(Path(folder).name), _above(Path(folder)), _readable(whole.name)
        for entry in _entries(folder, prefix, problems):
            name = prefix + _readable(entry.name)
            real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
            if entry.is_symlink() and not Path(real).is_relative_to(whole):
                problems.append(Problem(name, "", "a link that leads out of the folder: not followed"))
            elif entry.is_dir(follow_symlinks=False):
                below.append((entry.path, name + "/"))
            elif _is_file(entry):
                yield File(real, name, own, root, around)
        folders += reversed(below)


def _above(folder: Path) -> tuple[str, ...]:
    """Return the names of the folders around one, nearest first."""
    return tuple(_readable(parent.name) for parent, _ in zip(folder.parents, range(FOLDERS_ABOVE), strict=False))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a loop of links
        return False


def _readable(name: str) -> str:
    """Return a file's name with a mark for each byte that is no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _told_apart(files: list[File]) -> list[File]:
    """Return each file once, and give those of one name from several arguments the folder they were asked for in."""
    once: dict[str, File] = {}
    for file in files:
        known = once.setdefault(file.path, file)
        if known is not file:
            once[file.path] = max(known, file, key=lambda one: (len(one.name), one.name))
    names = Counter(file.name for file in once.values())
    longer = {path: f"{file.root}/{file.name}" if names[file.name] > 1 else file.name for path, file in once.items()}
    alike: Counter[str] = Counter()
    numbered: dict[str, str] = {}
    for path in sorted(longer):
        alike[longer[path]] += 1
        count = alike[longer[path]]
        numbered[path] = longer[path] if count == 1 else f"{longer[path]} ({count})"
    return [file if file.name == numbered[path] else replace(file, name=numbered[path]) for path, file in once.items()]


def _entries(folder: str, prefix: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not entry.name.startswith(".")]
    except OSError as error:
        problems.append(Problem(prefix or ".", "", f"cannot be read: {error.strerror or error}"))
        return []
    return sorted(entries, key=lambda entry: entry.name)
