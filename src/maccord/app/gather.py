"""Reads evidence: walks files and folders, lets the collectors read each file, joins what they say."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from maccord.app.batches import File
from maccord.app.reading import read_files
from maccord.app.sites import Site
from maccord.causes import CAUSES
from maccord.collect import BYTES_MAX, FOLDERS_ABOVE
from maccord.engine.readings import Readings
from maccord.engine.tables import NotTables, is_tables
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

    `workers` is how many processes read, this one among them; by default it is as many as pay. Of a folder of tables
    that holds what its run had read (`maccord tables`), that is read. Raises NotTables for one that does not.
    """
    return assembled(*read(paths, bytes_max=bytes_max, workers=workers, tell=tell))


def read(
    paths: Iterable[str],
    *,
    bytes_max: int = BYTES_MAX,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[Readings, FleetConfig]:
    """Return what the files below `paths` say, before it is joined; arguments are those of `gather`."""
    problems: list[Problem] = []
    files, sites = _walked(paths, problems)
    listed = [one for site in sites for one in site.files]
    named = _told_apart([*files, *listed])
    names = {file.path: file.name for file in named}
    ours = {file.path for file in listed}
    rest = [file for file in named if file.path not in ours]
    steps = len(rest) + sum(len(site.parts) for site in sites)
    whole = read_files(rest, bytes_max=bytes_max, workers=workers, tell=lambda done, _: tell(done, steps))
    done = count(len(rest) + 1)
    for site in sites:
        whole.add(site.read(names, lambda: tell(next(done), steps)))
    config = FleetConfig(
        tuple(sorted(whole.fabrics, key=lambda one: _as_walked(one.file))),
        tuple(sorted(whole.allowances, key=lambda one: _as_walked(one.file))),
    )
    readings = Readings([file.name for file in named], whole.seen, [*problems, *whole.problems], whole.used)
    return readings, config


def assembled(readings: Readings, config: FleetConfig) -> Gathered:
    """Join what was read."""
    problems = list(readings.problems)
    for one in config.allowances:
        if one.cause not in CAUSES:
            near = "".join(get_close_matches(one.cause, CAUSES, 1))
            reason = f"{one.cause[:60]!r} is no cause" + (f"; did you mean {near}?" if near else "")
            problems.append(Problem(one.file, f"{one.at}/cause", f"{reason} (maccord explain lists them)"))
    return Gathered(assemble(readings.seen, config, files=readings.used, problems=problems), config)


def _as_walked(file: str) -> list[tuple[bool, str]]:
    """Return what sorts files as they are walked: those of a folder by name, and then the folders in it."""
    *folders, name = file.split("/")
    return [*((True, folder) for folder in folders), (False, name)]


def files_of(paths: Iterable[str], problems: list[Problem]) -> list[File]:
    """Return the files at or below `paths`, each once; what cannot be listed is added to the problems.

    Folders of tables are left out.
    """
    return _told_apart(_walked(paths, problems)[0])


def _walked(paths: Iterable[str], problems: list[Problem]) -> tuple[list[File], list[Site]]:
    """Return the files at or below paths, and the folders of tables, each once."""
    files: list[File] = []
    sites: dict[str, Site] = {}
    for path in paths:
        for found in _files(path, problems):
            if isinstance(found, File):
                files.append(found)
            elif found.folder not in sites:
                sites[found.folder] = found
    return files, list(sites.values())


def _files(path: str, problems: list[Problem]) -> Iterator[File | Site]:
    """Yield the regular files at or below a path, by name, and folders of tables."""
    if not path:
        raise NoSuchPath("''", "an empty name, such as a variable that is not set gives, is no file or folder")
    root = Path(path)
    try:
        whole = root.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        raise NoSuchPath(path, "no such file or folder") from error
    if is_tables(str(whole)):
        yield Site.opened(str(whole), _readable(whole.name), path)
    elif whole.is_dir():
        yield from _below(whole, problems)
    elif whole.is_file():
        folder = _readable(whole.parent.name)
        yield File(str(whole), _readable(root.name), folder, folder, _above(whole.parent))
    else:
        raise NoSuchPath(path, "neither a file nor a folder")


def _below(whole: Path, problems: list[Problem]) -> Iterator[File | Site]:
    """Yield the files of a folder and the folders in it; hidden ones and links that lead out are left alone."""
    folders = [(str(whole), "")]
    while folders:
        folder, prefix = folders.pop()
        if prefix and is_tables(folder):
            try:
                yield Site.opened(folder, _readable(whole.name), prefix, prefix)
            except NotTables as error:
                problems.append(Problem(prefix, "", error.why))
            continue
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
