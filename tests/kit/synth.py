"""The judge: what stories lived against what the check of their evidence says."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from maccord.mac import show
from maccord.worlds.synth import Wanted, cells
from tests.kit.fleets import diagnosed

Told = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A cause, its hosts, its addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was lived, what of it the check did not say so, what it said beyond, and the evidence that it misread."""

    lived: Counter[Told]
    missed: Counter[Told]
    invented: Counter[Told]
    problems: int

    @property
    def just(self) -> bool:
        """Whether the check said exactly what was lived."""
        return not self.missed and not self.invented and not self.problems


def judge(wanted: Wanted) -> Judged:
    """Live a fleet, check its evidence, and compare: each incident with all its hosts and addresses.

    Of what is below warning, only causes that were lived are looked at: an innocent fleet may be remarked on.
    """
    lived: Counter[Told] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for cell in cells(wanted):
            for name, content in cell.files.items():
                Path(folder, name).write_bytes(content)
            if cell.lived is not None:
                lived[cell.lived.cause, cell.lived.hosts, tuple(map(show, cell.lived.addresses))] += 1
        report = diagnosed(folder)
    causes = {cause for cause, _, _ in lived}
    told = Counter(
        (one.cause, tuple(one.hosts), tuple(one.addresses))
        for one in report.incidents
        if one.severity != "info" or one.cause in causes
    )
    return Judged(lived=lived, missed=lived - told, invented=told - lived, problems=len(report.problems))
