"""Writes a fleet that was lived to a folder: an export per host, and the truth, all at once or not at all."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from maccord.app.folder import replaced
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
    with replaced(folder, mark=_MARK, ours=_OURS, refuse=CannotWriteFleet) as fresh:
        return _write(wanted, lived, fresh, tell)


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
