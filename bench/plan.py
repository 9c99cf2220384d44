"""How long the plan of a large flat estate takes, against sorting its ranges, and how it grows with the estate.

Every second host has the range of the one before it, so half of all hosts get a new range and their machine another
address: much more than a plan may change without --force. The diagnosis before and after is left out of `plan`; `all`
is with both.

    python bench/plan.py [--hosts 20000] [--rounds 3]
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from maccord.app.plan import found_in
from maccord.engine.duck import DuckEngine
from maccord.fleet.config import FleetConfig
from maccord.fleet.records import Pool
from maccord.fleet.snapshot import Snapshot
from maccord.plan.plan import Settings
from maccord.plan.planner import make_plan
from maccord.report import Reported

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.kit.large import large_estate

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print a line for each size of the estate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    print("hosts    sort ms   plan s   x sort   all s   steps")
    for hosts in (wanted.hosts // 4, wanted.hosts // 2, wanted.hosts):
        print(measured(hosts, wanted.rounds))


def measured(hosts: int, rounds: int) -> str:
    """Return the medians of some interleaved rounds."""
    estate = large_estate(hosts, pools_each=1, alike_every=2)
    found = judge(estate)
    ends = [(pool.first, pool.last) for pool in estate.tables["pool"] if isinstance(pool, Pool)]
    random.Random(1).shuffle(ends)
    sorts, plans, steps = [], [], 0
    for _ in range(rounds):
        sorts.append(seconds(lambda: sorted(ends)))
        begun = time.perf_counter()
        plan = make_plan(estate, found, settings=Settings(forced=True), export_of=lambda _: {}, judge=lambda _: ())
        plans.append(time.perf_counter() - begun)
        steps = len(plan.steps)
    whole = seconds(
        lambda: make_plan(estate, judge(estate), settings=Settings(forced=True), export_of=lambda _: {}, judge=judge)
    )
    sort, plan_s = statistics.median(sorts), statistics.median(plans)
    return f"{hosts:6,}  {sort * 1e3:8.2f}  {plan_s:7.2f}  {plan_s / sort:7.0f}  {whole:6.1f}  {steps:6,}"


def judge(estate: Snapshot) -> list[Reported]:
    """Return what a check finds."""
    return found_in(estate, DuckEngine(), FleetConfig(), NOW)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
