"""Plans of small fleets, made as the command makes them."""

import json
from pathlib import Path

from maccord.app.plan import plan_for
from maccord.app.wishes import Wishes
from maccord.engine.duck import DuckEngine
from maccord.worlds.synth import cells
from tests.kit.cases import read_case
from tests.kit.fleets import NOW


def planned(*paths, **wishes):
    """Return the plan for the evidence below paths."""
    return plan_for([str(one) for one in paths], DuckEngine, now=NOW, wishes=Wishes(**wishes), workers=1).plan


def lived(wanted, folder: Path) -> Path:
    """Write the evidence of a lived fleet to a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for cell in cells(wanted):
        for name, content in cell.files.items():
            (folder / name).write_bytes(content)
    return folder


def written(folder: Path, *exports) -> Path:
    """Write host exports to a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for export in exports:
        (folder / f"{export['ComputerName']}.json").write_text(json.dumps(export), encoding="utf-8")
    return folder


def steps_of(plan, kind):
    """Return a plan's steps of one kind."""
    return [one for one in plan.steps if isinstance(one, kind)]


def told(folder: Path, case: str) -> Path:
    """Write the evidence that a case in the notation of golden cases tells (tests/cases/README.md), and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.txt").write_text(case, encoding="utf-8")
    read = read_case(folder / "case.txt")
    (folder / "case.txt").unlink()
    return unfold(folder, read)


def unfold(folder: Path, case) -> Path:
    """Write the files of a golden case to a folder, and return it."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
