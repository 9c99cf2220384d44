"""How many repairs of lived faults are rehearsed without a fault, and how long a step takes to rehearse.

python bench/repair.py [SEEDS] [MACHINES]       (10 seeds, 6 machines a host)

Every cause that can be lived is lived once a seed in a fleet of its own, planned and rehearsed with its reverse.
Printed are, for each cause, how many rehearsals had no fault, and for those with one the first sentence of it.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from maccord.app.evidence import Evidence
from maccord.app.plan import plan_for
from maccord.app.rehearse import judge_of
from maccord.app.wishes import Wishes
from maccord.engine.duck import DuckEngine
from maccord.rehearse.run import rehearse
from maccord.rehearse.site import Site
from maccord.worlds.synth import STORIES, Wanted, cells, possible

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
PROFILES = ("2012", "2012 R2", "2016", "2019", "2022", "2025")


def main() -> None:
    """Rehearse, and print."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    machines = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    steps, spent = 0, 0.0
    for cause in sorted(possible(PROFILES)):
        faults = []
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as folder:
                hosts = STORIES[cause].hosts[1] + 2
                wanted = Wanted(hosts=hosts, machines=machines, seed=seed, inject={cause: 1}, profiles=PROFILES)
                for cell in cells(wanted):
                    for name, content in cell.files.items():
                        (Path(folder) / name).write_bytes(content)
                plan = plan_for([folder], DuckEngine, now=NOW, wishes=Wishes(forced=True), workers=1).plan
                evidence = Evidence.of([folder])
                start = time.perf_counter()
                told = rehearse(plan, Site(evidence.exports), judge_of(evidence, DuckEngine, NOW))
                spent += time.perf_counter() - start
                steps += len(told.steps)
            faults += [f"seed {seed}: {fault}" for fault in told.faults[:1]]
        print(f"{cause:34}{seeds - len(faults):4} of {seeds} without a fault", *faults[:3], sep="\n    ", flush=True)
    each = 1000 * spent / max(1, steps)
    print(f"{steps} steps in {spent:.1f} s: {each:.0f} ms a step, its check and its reverse included")


if __name__ == "__main__":
    main()
