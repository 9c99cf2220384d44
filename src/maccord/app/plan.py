"""Makes a plan of evidence, and writes it to a folder."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from msgspec.structs import replace

from maccord.app.check import diagnose
from maccord.app.exports import host_exports
from maccord.app.folder import replaced
from maccord.app.gather import gather
from maccord.app.wishes import Wishes, wishes_of
from maccord.collect import BYTES_MAX
from maccord.engine import Engine
from maccord.fleet.config import FleetConfig
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MaccordError
from maccord.plan.document import as_document
from maccord.plan.plan import Plan, digest_of, encoded
from maccord.plan.planner import make_plan
from maccord.powershell import scripts_of
from maccord.report import Reported, report_incidents

PLAN, DOCUMENT = "plan.json", "plan.md"
_MARK = ".maccord-plan"
_OURS = re.compile(rf"{re.escape(PLAN)}|{re.escape(DOCUMENT)}|apply|reverse|{re.escape(_MARK)}")
"""What the folder of a plan may hold to be replaced. One with a journal was begun, and what was done is told nowhere
else."""


class CannotWritePlan(MaccordError):
    """The folder cannot be written, or holds something else."""

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(folder, why)
        self.folder, self.why = folder, why

    def __str__(self) -> str:
        return f"{self.folder} {self.why}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, how many files gave something, and what could not be used of the evidence and of the wishes."""

    plan: Plan
    files: int
    problems: tuple[str, ...]


def plan_for(
    paths: Iterable[str],
    engine: Callable[[], Engine],
    *,
    now: datetime,
    wishes: Wishes | None = None,
    bytes_max: int = BYTES_MAX,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Planned:
    """Return the smallest repair of what a check of the evidence finds.

    `engine` makes an engine to diagnose with; `wishes` overrule those of `fleet.toml`. Raises NoSpace, TooMuchChange.
    """
    asked = tuple(paths)
    gathered = gather(asked, bytes_max=bytes_max, workers=workers, tell=tell)
    told, problems = wishes_of(asked, bytes_max=bytes_max)
    settings = told.over(wishes or Wishes()).settings()

    def judge(snapshot: Snapshot) -> list[Reported]:
        return found_in(snapshot, engine(), gathered.config, now)

    found = judge(gathered.snapshot)
    concerned = frozenset(name for one in found if one.item.severity != "info" for name in one.item.hosts)
    concerned |= {one.host for one in settings.joins}

    @cache
    def exports() -> dict[str, Mapping[str, Any]]:
        known = host_exports(asked, lambda name: name.casefold() in folded, bytes_max=bytes_max)
        return {name.casefold(): export for name, export in known.items()}

    folded = {name.casefold() for name in concerned}
    plan = make_plan(
        gathered.snapshot,
        found,
        settings=settings,
        export_of=lambda name: exports().get(name.casefold(), {}) if name.casefold() in folded else {},
        judge=judge,
    )
    read = tuple(f"{one.file}{f', {one.at}' if one.at else ''}: {one.reason}" for one in gathered.snapshot.problems)
    return Planned(plan, gathered.snapshot.files, (*read, *problems))


def found_in(snapshot: Snapshot, engine: Engine, config: FleetConfig, now: datetime) -> list[Reported]:
    """Return the incidents of tables, as a report tells them."""
    engine.load(snapshot)
    diagnosis = diagnose(engine)
    return report_incidents(diagnosis.incidents, diagnosis.facts, snapshot.fabrics, config=config, now=now)


def write_plan(plan: Plan, folder: str) -> int:
    """Write a plan to a folder that is new, empty, or of an earlier plan, all at once; return how many files.

    Raises CannotWritePlan.
    """
    sealed = replace(plan, digest=digest_of(plan))
    with replaced(folder, mark=_MARK, ours=_OURS, refuse=CannotWritePlan) as fresh:
        (fresh / PLAN).write_bytes(encoded(sealed))
        (fresh / DOCUMENT).write_text(as_document(sealed), encoding="utf-8")
        count = 2
        for name, text in scripts_of(sealed):
            path = fresh / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\r\n" if name.endswith(".ps1") else "\n")
            count += 1
        return count
