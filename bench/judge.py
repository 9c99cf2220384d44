"""Recall and precision of the check over histories that were lived: every cause, every version of Windows, many seeds.

Each fleet is of one version of Windows, or of all; every cause that it can have is lived several times in it, between
innocent hosts. An incident is right if its cause, all its hosts and all its addresses are those that were lived. What
the check says beyond that, at warning and above, is wrong; so is what it does not say.

    PYTHONPATH=. python bench/judge.py [--seeds 4] [--each 4] [--first 1]
"""

import argparse
import time
from collections import Counter

from maccord.worlds.hyperv import PROFILES
from maccord.worlds.synth import STORIES, Wanted, possible
from tests.kit.synth import Told, judge

MACHINES = (0, 1, 3, 8)
"""Machines for each host, in turn over the seeds."""
INNOCENT = 40
"""Hosts beside those of the stories."""


def fleets(seeds: range, each: int) -> list[Wanted]:
    """Return the fleets to judge."""
    versions = [*((name,) for name in PROFILES), tuple(PROFILES)]
    return [
        Wanted(
            hosts=sum(story.hosts[1] * each for story in possible(profiles).values()) + INNOCENT,
            machines=MACHINES[seed % len(MACHINES)],
            seed=seed,
            inject={"all": each},
            profiles=profiles,
        )
        for seed in seeds
        for profiles in versions
    ]


def main() -> int:
    """Judge, print a table, and return 1 if anything was missed or invented."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--first", type=int, default=1)
    called = parser.parse_args()
    lived: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    invented: Counter[str] = Counter()
    wrong: list[tuple[Wanted, str, Told]] = []
    began, hosts = time.perf_counter(), 0
    for wanted in fleets(range(called.first, called.first + called.seeds), called.each):
        found = judge(wanted)
        assert not found.problems, f"{found.problems} problems with evidence of {wanted}"
        hosts += wanted.hosts
        for into, of in ((lived, found.lived), (missed, found.missed), (invented, found.invented)):
            for (cause, _, _), count in of.items():
                into[cause] += count
        wrong += [(wanted, "missed", one) for one in found.missed] + [(wanted, "said", one) for one in found.invented]
    print(f"{'cause':34}{'lived':>8}{'right':>8}{'missed':>8}{'wrong':>8}{'recall':>9}{'precision':>11}")
    for cause in sorted({*STORIES, *invented}):
        print(_row(cause, lived[cause], missed[cause], invented[cause]))
    print(_row("all", lived.total(), missed.total(), invented.total()))
    print(f"{hosts:,} hosts, {time.perf_counter() - began:.0f} s")
    for wanted, word, (cause, names, addresses) in wrong[:20]:
        print(f"seed {wanted.seed}, {'+'.join(wanted.profiles)}: {word} {cause} {names} {addresses[:4]}")
    return 1 if wrong else 0


def _row(name: str, lived: int, missed: int, invented: int) -> str:
    right = lived - missed
    recall = right / lived if lived else 1.0
    precision = right / (right + invented) if right + invented else 1.0
    return f"{name:34}{lived:>8}{right:>8}{missed:>8}{invented:>8}{recall:>9.4f}{precision:>11.4f}"


if __name__ == "__main__":
    raise SystemExit(main())
