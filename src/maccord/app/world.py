"""An emulated fleet that a plan is run on, kept on disk: what hosts tell after each step is there before the next."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from maccord.apply.transport import Lost
from maccord.mac import MaccordError
from maccord.plan.steps import AnyStep, GrantAddress, RefreshVmm
from maccord.powershell import Result
from maccord.reach.names import file_name
from maccord.rehearse.live import live
from maccord.rehearse.scene import Scene
from maccord.rehearse.site import Site

FOLDER = "world"


class CannotKeepWorld(MaccordError):
    """The folder of the emulated fleet cannot be written or read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


class EmulatedFleet:
    """Emulated hosts as a way to run a plan. `folder` holds an export for each host and server that there is.

    Where it is there already, an earlier run goes on from it; otherwise it is made from `exports`.
    """

    name = "world"

    def __init__(self, exports: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
        self.folder = folder
        try:
            kept = {path.name: msgspec.json.decode(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
        except (OSError, msgspec.DecodeError) as error:
            raise CannotKeepWorld(folder, str(error)) from error
        told = {name: kept.get(f"{file_name(name)}.json", export) for name, export in exports.items()}
        self.site = Site(told)
        if not kept:
            self._keep(*self.site.names)

    def run(self, step: AnyStep) -> Result:
        """Live a step, and keep what its host tells then."""
        lived = live(Scene(site=self.site), step)
        if lived.outcome == "skipped":
            raise Lost(step.host, "no emulated host or server of this name", reached=False)
        self._keep(step.host, *_others(step))
        return Result(step=step.id, kind=lived.kind, outcome=lived.outcome, seen=lived.seen)

    def collect(self, host: str) -> Mapping[str, Any]:
        """Return what a host tells now; its events are those that were logged since."""
        exports = self.site.exports([host], old_events=False)
        if not exports:
            raise Lost(host, "the host is down, or there is none of this name", reached=False)
        return next(iter(exports.values()))

    def _keep(self, *names: str) -> None:
        """Put exports in place, each whole or not at all."""
        try:
            self.folder.mkdir(exist_ok=True)
            for name, export in self.site.exports(names).items():
                path = self.folder / f"{file_name(name)}.json"
                fresh = path.with_name(f".{path.name}.new")
                with fresh.open("wb") as stream:
                    stream.write(msgspec.json.encode(export))
                    stream.flush()
                    os.fsync(stream.fileno())
                fresh.replace(path)
        except OSError as error:
            raise CannotKeepWorld(self.folder, error.strerror or str(error)) from error


def _others(step: AnyStep) -> tuple[str, ...]:
    """Return whom a step of a VMM server changes besides."""
    if isinstance(step, GrantAddress):
        return (step.on,)
    return (step.refreshed,) if isinstance(step, RefreshVmm) else ()
