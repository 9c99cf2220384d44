"""Writes a fleet that was lived to a folder: an export per host, and the truth, all at once or not at all."""

import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from maccord.mac import MaccordError, show
from maccord.worlds.synth import Cell, Lived, Wanted, cells

TRUTH = "truth.json"
_MARK = ".maccord-synth"
"""A hidden file that tells how the fleet was asked for, and that the folder may be replaced."""
_OURS = re.compile(rf"(?:HV\d{{4,9}}|VMM\d{{3,9}})\.json|{re.escape(TRUTH)}|{re.escape(_MARK)}")


class CannotWriteFleet(MaccordError):
    """The folder cannot be written, or holds something else."""

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(folder, why)
        self.folder, self.why = folder, why

    def __str__(self) -> str:
        return f"{self.folder} {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: hosts, files of evidence, bytes, incidents that were lived."""

    hosts: int
    files: int
    size: int
    incidents: int


def write_fleet(wanted: Wanted, folder: str, *, tell: Callable[[int, int], None] = lambda _done, _of: None) -> Written:
    """Live a fleet and write it to `folder`, which is new, empty, or a fleet of an earlier call, which is replaced.

    Everything appears at once: until then an earlier fleet stays. `tell` hears how many hosts of how many are done.
    Raises CannotSynthesize for a fleet that cannot be, CannotWriteFleet for a folder that cannot be written.
    """
    lived = cells(wanted)  # refuses before anything is touched
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - a link stays a name, and ".." is taken away
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    try:
        if old.exists() and not target.exists():  # an earlier run was killed between the two renamings
            old.rename(target)
        _refuse_others(target, folder)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        written = _write(wanted, lived, fresh, tell)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise CannotWriteFleet(folder, f"cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)
    return written


def truth_json(lived: Iterable[Lived]) -> bytes:
    """Return the truth as `truth.json` has it: incidents by cause, hosts and addresses."""
    rows = sorted((one.cause, one.hosts, one.addresses) for one in lived)
    incidents = [
        {"cause": cause, "hosts": hosts, "addresses": [show(mac) for mac in addresses]}
        for cause, hosts, addresses in rows
    ]
    return msgspec.json.format(msgspec.json.encode({"incidents": incidents})) + b"\n"


def _write(wanted: Wanted, lived: Iterable[Cell], folder: Path, tell: Callable[[int, int], None]) -> Written:
    hosts = files = size = 0
    truth: list[Lived] = []
    for cell in lived:
        for name, content in cell.files.items():
            (folder / name).write_bytes(content)
            files, size = files + 1, size + len(content)
        if cell.lived is not None:
            truth.append(cell.lived)
        hosts += cell.hosts
        tell(hosts, wanted.hosts)
    (folder / TRUTH).write_bytes(truth_json(truth))
    (folder / _MARK).write_bytes(msgspec.json.encode(wanted) + b"\n")
    return Written(hosts=hosts, files=files, size=size, incidents=len(truth))


def _refuse_others(target: Path, folder: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise CannotWriteFleet(folder, "is no folder: give a new one")
    names = [one.name for one in target.iterdir()]
    if names and (_MARK not in names or any(_OURS.fullmatch(name) is None for name in names)):
        raise CannotWriteFleet(folder, "is there already, and holds something else: give a new folder")
